package message

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// Multiparts by what they hold; the letter makes their boundaries differ.
const (
	mixed       = 'm'
	related     = 'r'
	alternative = 'a'
)

// body writes the rest of the header, and the body.
func (b *builder) body() {
	m := b.msg
	b.enclosures()
	var within, beside []int // attachments by index: of the HTML, and all others
	for i, a := range m.Attachments {
		if a.Inline && a.ContentID != "" && m.HTML != "" {
			within = append(within, i)
		} else {
			beside = append(beside, i)
		}
	}
	if len(beside) == 0 {
		b.content(within)
		return
	}
	b.multipart(mixed, "")
	b.delimiter(mixed, false)
	b.content(within)
	for _, i := range beside {
		b.delimiter(mixed, false)
		b.attachment(i)
	}
	b.delimiter(mixed, true)
}

// content writes the text with the pictures that belong to it.
func (b *builder) content(within []int) {
	if len(within) == 0 {
		b.texts()
		return
	}
	b.multipart(related, b.textsType())
	b.delimiter(related, false)
	b.texts()
	for _, i := range within {
		b.delimiter(related, false)
		b.attachment(i)
	}
	b.delimiter(related, true)
}

func (b *builder) textsType() string {
	if b.msg.Text != "" {
		return "multipart/alternative"
	}
	return "text/html"
}

func (b *builder) texts() {
	switch m := b.msg; {
	case m.HTML == "":
		b.text("text/plain", m.Text)
	case m.Text == "":
		b.text("text/html", m.HTML)
	default:
		b.multipart(alternative, "")
		b.delimiter(alternative, false)
		b.text("text/plain", m.Text)
		b.delimiter(alternative, false)
		b.text("text/html", m.HTML)
		b.delimiter(alternative, true)
	}
}

// multipart writes the header of a multipart and the line that ends it. root is the type of the root part of a
// related one (RFC 2387 §3.1).
func (b *builder) multipart(kind byte, root string) {
	b.nested = true
	h := &b.h
	h.begin("Content-Type")
	switch kind {
	case mixed:
		h.buf = append(h.buf, "multipart/mixed"...)
	case related:
		h.buf = append(h.buf, "multipart/related"...)
		h.param("type", root)
	case alternative:
		h.buf = append(h.buf, "multipart/alternative"...)
	}
	h.buf = append(h.buf, ';')
	h.fold()
	h.buf = append(append(append(append(h.buf, "boundary=\"=_"...), kind, '_'), b.token...), '"')
	if b.wire.EightBit && kind == mixed { // RFC 2045 §6.4: what holds a part of octets says so
		h.buf = append(h.buf, "\r\nContent-Transfer-Encoding: 8bit"...)
	}
	h.buf = append(h.buf, "\r\n\r\n"...)
}

// delimiter writes the line between parts. The line break that belongs to it (RFC 2046 §5.1.1) is there already
// where the part ended in one that is not its own, and in front of the first part.
func (b *builder) delimiter(kind byte, last bool) {
	h := &b.h
	h.buf = append(append(append(h.buf, "--=_"...), kind, '_'), b.token...)
	if last {
		h.buf = append(h.buf, '-', '-')
	}
	h.buf = append(h.buf, '\r', '\n')
}

// text writes a part of text in the encoding that suits it, ended by a line break. A message of this part alone
// is given one more line break only where its last line has none.
func (b *builder) text(mediaType, s string) {
	h := &b.h
	s = strings.ToValidUTF8(s, "\ufffd") // what the charset promises
	h.begin("Content-Type")
	h.buf = append(append(h.buf, mediaType...), "; charset=utf-8\r\nContent-Transfer-Encoding: "...)
	switch chooseEncoding(s) {
	case encoding7bit:
		h.buf = append(h.buf, "7bit\r\n\r\n"...)
		h.buf = codec.AppendCRLF(h.buf, s)
	case encodingQP:
		h.buf = append(h.buf, "quoted-printable\r\n\r\n"...)
		h.buf = codec.AppendQuotedPrintable(h.buf, s)
	case encodingBase64:
		h.buf = append(h.buf, "base64\r\n\r\n"...)
		h.base64(codec.AppendCRLF(nil, s))
		return
	}
	if b.nested || !bytes.HasSuffix(h.buf, []byte("\r\n")) {
		h.end() // of the delimiter that follows, or of the last line of the message
	}
}

// base64 writes content in lines.
func (h *header) base64(content []byte) {
	n := len(h.buf)
	h.buf = append(h.buf, make([]byte, codec.EncodedLen(int64(len(content))))...)
	codec.EncodeLines(h.buf[n:], content)
}

const (
	encoding7bit = iota
	encodingQP
	encodingBase64
)

// chooseEncoding weighs what the content costs. Content of lines too long or with controls is encoded, and so
// are lines that some relay or mailbox would change ("From ", a lone dot).
func chooseEncoding(s string) int {
	stat := codec.Survey(s)
	switch qp := len(s) + 2*stat.Coded; {
	case stat.Coded == 0 && stat.Longest <= hardWidth && !stat.Fragile:
		return encoding7bit
	case qp+qp/codec.LineIn <= int(codec.EncodedLen(int64(len(s)))):
		return encodingQP
	}
	return encodingBase64
}

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
		b.h.buf = make([]byte, 0, 512)
	} else {
		content, err := b.read(i)
		if err != nil {
			b.h.err = err
			return
		}
		if encoding == EncodingBase64 {
			b.h.base64(content)
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
