package message

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// BuildOptions are the ways to build. The zero value is the safe default.
type BuildOptions struct {
	Rand    io.Reader // where boundaries come from; nil is crypto/rand
	Signers []Signer  // each signs the message without the signatures of the others; the first ends up on top
	// InlineLimit is the size in octets up to which an attachment is read by Build and kept in the Wire itself,
	// so that small files need no second look-up. 0 is 16 KiB; negative keeps every attachment a reference.
	InlineLimit int64
}

const defaultInlineLimit = 16 << 10

// Signer makes a header field over the finished message, such as DKIM-Signature (RFC 6376).
type Signer interface {
	// Sign reads msg, which may be written several times, and returns the field to put above it. The field's body
	// may be folded; it goes on the wire to the letter, behind the name, a colon and one space. The zero Field: this
	// message is not the Signer's to sign.
	Sign(msg io.WriterTo) (Field, error)
}

// Build makes the wire form. Every octet of the result is fixed: header, boundaries, the encoding of every part;
// attachments over InlineLimit stay references. Text and HTML get CRLF line breaks and the encoding that suits
// them: none for ASCII in short lines, else quoted-printable or base64, whichever is shorter. Parts nest as
// mixed(related(alternative(text, html, calendar), inline), attachments), only as far as the message needs it; without
// text and HTML there is one empty text part.
//
// Errors: *FieldError for what cannot go on the wire, *SizeError for content that is not as long as declared, and
// wrapped errors of Rand, Signers and Attachment.Open. The attachments are opened where they are small, or to be
// signed, or messages themselves.
func Build(m Message, opts BuildOptions) (*Wire, error) {
	b := builder{msg: &m, limit: opts.InlineLimit, wire: new(Wire)}
	if b.limit == 0 {
		b.limit = defaultInlineLimit
	}
	if err := b.boundaries(opts.Rand); err != nil {
		return nil, err
	}
	memory := memories.Get().(*[]byte)
	b.h.buf = slices.Grow((*memory)[:0], 2048+bodyRoom(m.Text)+bodyRoom(m.HTML)+2*bodyRoom(m.Calendar))
	defer b.giveBack(memory)
	b.fields()
	b.body()
	if b.h.err != nil {
		return nil, b.h.err
	}
	b.cut()
	b.wire.SMTPUTF8 = b.h.utf8
	b.wire.EightBit = b.wire.EightBit || b.h.utf8
	if err := b.sign(opts.Signers); err != nil {
		return nil, err
	}
	return b.wire, nil
}

// bodyRoom is a guess of what a body takes when it is encoded.
func bodyRoom(s string) int { return len(s) + len(s)/2 }

// builder holds one message on its way to the wire.
type builder struct {
	msg      *Message
	limit    int64
	h        header
	token    string        // the random part of every boundary
	nested   bool          // a multipart has begun
	enclosed map[int]lines // attachments that are messages and go as they are
	wire     *Wire         // no part of the builder: the message may go before it
}

// boundaries draws 144 random bits, once for all boundaries of the message. "=_" in them never occurs in
// quoted-printable or base64 (RFC 2045 §6.7), the rest not in the bodies that are written as they are.
func (b *builder) boundaries(random io.Reader) error {
	own := random != nil // and so perhaps not random
	if !own {
		random = rand.Reader
	}
	var seed [18]byte
	for range 3 {
		if _, err := io.ReadFull(random, seed[:]); err != nil {
			return fmt.Errorf("message: random octets: %w", err)
		}
		b.token = base64.RawURLEncoding.EncodeToString(seed[:])
		if !own || !strings.Contains(b.msg.Text, b.token) && !strings.Contains(b.msg.HTML, b.token) && !strings.Contains(b.msg.Calendar, b.token) {
			return nil
		}
	}
	return fmt.Errorf("message: the source of random octets repeats itself")
}

// fields writes the header up to MIME-Version.
func (b *builder) fields() {
	h, m := &b.h, b.msg
	h.date(m.Date)
	h.mailboxes("From", m.From)
	if m.Sender != nil && *m.Sender != m.From { // RFC 5322 §3.6.2
		h.mailboxes("Sender", *m.Sender)
	}
	h.mailboxes("Reply-To", m.ReplyTo...)
	h.mailboxes("To", m.To...)
	h.mailboxes("Cc", m.Cc...)
	if len(m.To)+len(m.Cc) == 0 {
		h.buf = append(h.buf, "To: undisclosed-recipients:;\r\n"...) // RFC 5322 §3.4, a group without members
	}
	if m.MessageID == "" {
		h.fail("Message-ID", "field.missing")
	}
	h.ids("Message-ID", m.MessageID)
	h.ids("In-Reply-To", m.InReplyTo...)
	h.ids("References", m.References...)
	h.text("Subject", m.Subject)
	for _, f := range m.Fields {
		h.field(f)
	}
	h.buf = append(h.buf, "MIME-Version: 1.0\r\n"...)
}

// cut ends the literal segment being written. A large one takes the memory that it was written into along.
func (b *builder) cut() {
	octets := b.h.buf
	if len(octets) == 0 {
		return
	}
	b.h.buf, b.h.line = nil, 0
	if cap(octets) <= maxMemory {
		b.h.buf = octets[:0]
		octets = bytes.Clone(octets)
	}
	b.wire.Segments = append(b.wire.Segments, Segment{Bytes: octets})
}

// memories are what messages are written into, one after the other, before each is kept in as much memory as it takes.
var memories = sync.Pool{New: func() any { return new([]byte) }}

const maxMemory = 64 << 10 // of one that is used again, in octets

func (b *builder) giveBack(memory *[]byte) {
	if cap(b.h.buf) <= maxMemory {
		*memory = b.h.buf[:0]
		memories.Put(memory)
	}
}

// sign puts the fields of the signers above the message.
func (b *builder) sign(signers []Signer) error {
	var top []byte
	for _, s := range signers {
		f, err := s.Sign(b.wire.WriterTo(b.msg.Open))
		if err != nil {
			return fmt.Errorf("message: sign: %w", err)
		}
		if f == (Field{}) {
			continue
		}
		line := append(append(append([]byte(f.Name), ": "...), f.Body...), '\r', '\n')
		if !isFieldName(f.Name) || !properlyFolded(line) {
			return &FieldError{f.Name, "field.control"}
		}
		top = append(top, line...)
	}
	if len(top) > 0 {
		b.wire.Segments[0].Bytes = append(top, b.wire.Segments[0].Bytes...)
	}
	return nil
}

// properlyFolded says whether field, with its CRLF, is one header field of lines within the limit.
func properlyFolded(field []byte) bool {
	if longestLine(field) > hardWidth {
		return false
	}
	for lines := field; len(lines) > 0; {
		line, rest, ok := bytes.Cut(lines, []byte("\r\n"))
		if !ok || bytes.ContainsAny(line, "\r\n\x00") || len(rest) > 0 && rest[0] != ' ' && rest[0] != '\t' {
			return false
		}
		if len(bytes.TrimLeft(line, " \t")) == 0 {
			return false // a line of blanks ends the header for some readers
		}
		lines = rest
	}
	return true
}
