package message

import (
	"fmt"
	"io"

	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// The encodings of a Segment that stands for content kept elsewhere. No release changes what one of them means.
const (
	EncodingBase64   = "base64" // RFC 2045 §6.8 in lines of 76 characters, CRLF after each, also after the last
	EncodingIdentity = "8bit"   // as it is; Build has seen that it is lines within the limit, with CRLF
)

// Wire is the wire form of a message: every octet of it is fixed, as a concatenation of literal octets and of
// references to content in a fixed encoding. It can be kept as JSON and written by a later release, octet for
// octet the same, and for as many attempts as it takes. It never holds Bcc. It is only read, and so safe for
// concurrent use.
type Wire struct {
	Segments []Segment `json:"segments"`
	SMTPUTF8 bool      `json:"smtputf8,omitempty"`  // a header field needs the extension of RFC 6531
	EightBit bool      `json:"eight_bit,omitempty"` // some line is outside ASCII: 8BITMIME (RFC 6152) is needed
}

// Segment is either literal octets or a reference to content.
type Segment struct {
	Bytes    []byte `json:"bytes,omitempty"`
	Key      string `json:"key,omitempty"`      // of the content, as Attachment.Key
	Size     int64  `json:"size,omitempty"`     // of the content in octets, before it is encoded
	Encoding string `json:"encoding,omitempty"` // of the content: EncodingBase64 or EncodingIdentity; "" is literal
}

// Size is the number of octets on the wire, as SIZE of RFC 1870 counts them, found without reading content.
func (w *Wire) Size() int64 {
	var total int64
	for _, s := range w.Segments {
		switch s.Encoding {
		case "":
			total += int64(len(s.Bytes))
		case EncodingBase64:
			total += codec.EncodedLen(s.Size)
		default:
			total += s.Size
		}
	}
	return total
}

// WriterTo is the wire form with open to find content by its key. Each WriteTo opens and closes every content
// once, in order, and holds about 70 KB meanwhile; it may be called any number of times, concurrently where open
// may be. Content shorter or longer than declared ends it with a *SizeError. Errors of open and of the content's
// reader stay reachable through errors.Is.
func (w *Wire) WriterTo(open func(key string) (io.ReadCloser, error)) io.WriterTo {
	return writerTo{w, open}
}

type writerTo struct {
	wire *Wire
	open func(key string) (io.ReadCloser, error)
}

func (w writerTo) WriteTo(dst io.Writer) (int64, error) {
	out := copier{dst: dst}
	for _, s := range w.wire.Segments {
		if s.Encoding == "" {
			if err := out.write(s.Bytes); err != nil {
				return out.total, err
			}
			continue
		}
		if err := w.content(&out, s); err != nil {
			return out.total, err
		}
	}
	return out.total, nil
}

func (w writerTo) content(out *copier, s Segment) error {
	if s.Encoding != EncodingBase64 && s.Encoding != EncodingIdentity {
		return fmt.Errorf("message: unknown encoding %q of attachment %q", s.Encoding, s.Key)
	}
	if w.open == nil {
		return fmt.Errorf("message: attachment %q: nothing to open it with", s.Key)
	}
	r, err := w.open(s.Key)
	if err != nil {
		return fmt.Errorf("message: open attachment %q: %w", s.Key, err)
	}
	err = out.content(r, s)
	if closeErr := r.Close(); err == nil && closeErr != nil {
		err = fmt.Errorf("message: close attachment %q: %w", s.Key, closeErr)
	}
	return err
}

// linesAtOnce is how many base64 lines are read and written at a time: 29 KB in, 39 KB out.
const linesAtOnce = 512

// copier writes segments and counts the octets. Its buffers are made for the first content.
type copier struct {
	dst     io.Writer
	total   int64
	in, out []byte
}

func (c *copier) write(b []byte) error {
	n, err := c.dst.Write(b)
	c.total += int64(n)
	return err
}

// content reads exactly s.Size octets of r, and one more to see that there are none.
func (c *copier) content(r io.Reader, s Segment) error {
	if c.in == nil {
		c.in, c.out = make([]byte, linesAtOnce*codec.LineIn), make([]byte, linesAtOnce*codec.LineOut)
	}
	for left := s.Size; left > 0; {
		chunk := c.in[:min(left, int64(len(c.in)))]
		n, err := io.ReadFull(r, chunk)
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return &SizeError{s.Key, s.Size, s.Size - left + int64(n)}
		}
		if err != nil {
			return fmt.Errorf("message: read attachment %q: %w", s.Key, err)
		}
		if s.Encoding == EncodingBase64 {
			chunk = c.out[:codec.EncodeLines(c.out, chunk)]
		}
		if err := c.write(chunk); err != nil {
			return err
		}
		left -= int64(n)
	}
	if n, _ := io.ReadFull(r, c.in[:1]); n > 0 {
		return &SizeError{s.Key, s.Size, s.Size + 1}
	}
	return nil
}
