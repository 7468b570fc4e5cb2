package message

import (
	"bytes"
	"strings"
	"unicode/utf8"

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
	if len(beside) == 0 && m.Calendar == "" {
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
	if m.Calendar != "" {
		b.calendarFile()
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
	if b.msg.Text != "" || b.msg.Calendar != "" {
		return "multipart/alternative"
	}
	return "text/html"
}

func (b *builder) texts() {
	switch m := b.msg; {
	case m.Calendar != "":
		b.alternatives()
	case m.HTML == "":
		b.text("text/plain", m.Text)
	case m.Text == "":
		b.text("text/html", m.HTML)
	default:
		b.alternatives()
	}
}

// alternatives writes the forms of the text, the richest last (RFC 2046 §5.1.4).
func (b *builder) alternatives() {
	m := b.msg
	b.multipart(alternative, "")
	if m.Text != "" || m.HTML == "" {
		b.delimiter(alternative, false)
		b.text("text/plain", m.Text)
	}
	if m.HTML != "" {
		b.delimiter(alternative, false)
		b.text("text/html", m.HTML)
	}
	if m.Calendar != "" {
		b.calendar()
	}
	b.delimiter(alternative, true)
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
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\ufffd") // what the charset promises
	}
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
		h.buf = codec.AppendTextLines(h.buf, s)
		return
	}
	if b.nested || !bytes.HasSuffix(h.buf, []byte("\r\n")) {
		h.end() // of the delimiter that follows, or of the last line of the message
	}
}

const (
	encoding7bit = iota
	encodingQP
	encodingBase64
)

// chooseEncoding weighs what the content costs. Content of lines too long or with controls is encoded, and so
// are lines that some relay or mailbox would change ("From ", a lone dot).
func chooseEncoding(s string) int {
	coded := codec.Coded(s)
	switch qp := len(s) + 2*coded; {
	case coded == 0 && codec.IsSturdy(s, hardWidth):
		return encoding7bit
	case qp+qp/codec.LineIn <= int(codec.EncodedLen(int64(len(s)))):
		return encodingQP
	}
	return encodingBase64
}
