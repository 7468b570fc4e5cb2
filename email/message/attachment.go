package message

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// attachment writes the part of the attachment at index i: a reference, or small content itself.
func (b *builder) attachment(i int) {
	a := &b.msg.Attachments[i]
	h, field := &b.h, fmt.Sprintf("Attachments[%d]", i)
	switch {
	case a.Size < 0:
		h.fail(field+".Size", "field.size")
	case a.Open == nil:
		h.fail(field+".Open", "field.missing")
	}
	h.ok(field+".Name", a.Name)
	t := h.parseMediaType(field+".MediaType", a.MediaType)
	if h.err != nil {
		return
	}
	encoding, label := EncodingBase64, EncodingBase64
	if lines, ok := b.enclosed[i]; ok {
		if encoding, label = EncodingIdentity, "7bit"; lines.wide {
			label = "8bit"
		}
	} else if t.name == enclosedType {
		t = mediaType{name: "application/octet-stream"}
	}
	h.contentType(t, a.Name)
	b.disposition(a)
	if a.ContentID != "" {
		if !validContentID(a.ContentID) {
			h.fail(field+".ContentID", "field.message-id")
			return
		}
		h.buf = append(append(append(h.buf, "Content-ID: <"...), a.ContentID...), ">\r\n"...)
	}
	h.buf = append(append(append(h.buf, "Content-Transfer-Encoding: "...), label...), "\r\n\r\n"...)
	b.octets(i, encoding)
}

func (b *builder) disposition(a *Attachment) {
	h := &b.h
	h.begin("Content-Disposition")
	if a.Inline {
		h.buf = append(h.buf, "inline"...)
	} else {
		h.buf = append(h.buf, "attachment"...)
	}
	if a.Name != "" {
		h.extended("filename", a.Name)
	}
	h.end()
}

// validContentID is laxer than RFC 2045 §7: many write one without an at sign.
func validContentID(id string) bool { return validID(id) || validID(id+"@x") }

// octets writes the content of an attachment, and the line break of the delimiter behind it.
func (b *builder) octets(i int, encoding string) {
	a := &b.msg.Attachments[i]
	if a.Size > b.limit {
		b.cut()
		b.wire.Segments = append(b.wire.Segments, Segment{Key: a.key(i), Size: a.Size, Encoding: encoding})
	} else {
		content, err := b.read(i)
		if err != nil {
			b.h.err = err
			return
		}
		if encoding == EncodingBase64 {
			b.h.buf = codec.AppendLines(b.h.buf, content)
		} else {
			b.h.buf = append(b.h.buf, content...)
		}
	}
	if encoding != EncodingBase64 {
		b.h.buf = append(b.h.buf, '\r', '\n')
	}
}

func (b *builder) read(i int) ([]byte, error) {
	a := &b.msg.Attachments[i]
	r, err := a.Open()
	if err != nil {
		return nil, fmt.Errorf("message: open attachment %q: %w", a.key(i), err)
	}
	defer r.Close()
	content := make([]byte, a.Size+1)
	n, err := io.ReadFull(r, content)
	switch {
	case err == nil:
		return nil, &SizeError{a.key(i), a.Size, a.Size + 1}
	case !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return nil, fmt.Errorf("message: read attachment %q: %w", a.key(i), err)
	case int64(n) != a.Size:
		return nil, &SizeError{a.key(i), a.Size, int64(n)}
	}
	return content[:n], nil
}

// enclosedType is the media type of a message within a message, which is never encoded (RFC 2046 §5.2.1).
const enclosedType = "message/rfc822"

// lines is what was seen of an enclosed message.
type lines struct{ wide bool }

// enclosures finds the attachments that are messages and go as they are, because their lines are proper. One whose
// lines are not goes as a file of octets.
func (b *builder) enclosures() {
	for i, a := range b.msg.Attachments {
		if len(a.MediaType) < len(enclosedType) || !strings.EqualFold(a.MediaType[:len(enclosedType)], enclosedType) || a.Open == nil {
			continue
		}
		r, err := a.Open()
		if err != nil {
			b.h.err = fmt.Errorf("message: open attachment %q: %w", a.key(i), err)
			return
		}
		proper, wide, err := codec.ProperLines(bufio.NewReader(r), hardWidth)
		r.Close()
		if err != nil {
			b.h.err = fmt.Errorf("message: read attachment %q: %w", a.key(i), err)
			return
		}
		if proper {
			if b.enclosed == nil {
				b.enclosed = map[int]lines{}
			}
			b.enclosed[i] = lines{wide}
			b.wire.EightBit = b.wire.EightBit || wide
		}
	}
}
