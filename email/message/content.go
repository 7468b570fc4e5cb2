package message

import (
	"io"
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// content is the decoded content of a leaf, up to the boundary it ends at.
type content struct {
	p         *parser
	decode    func(dst []byte, l line) (_ []byte, eol bool) // appends what a line yields; eol: its break is content
	flush     func(dst []byte) []byte                       // appends what is left at the end
	base64    *codec.Base64                                 // where that is the decoder
	fileName  func() string                                 // of uuencode
	buf       []byte                                        // decoded, of which off octets are read
	off       int
	eol       string // a line break that is content unless a boundary follows
	ended     bool
	size      int64
	truncated bool
	keep      int    // how much of the content to keep
	kept      []byte // its beginning
}

// newContent finds the decoder by the Content-Transfer-Encoding, whatever stands around its name.
func newContent(p *parser, encoding string, ended bool) *content {
	c := &content{p: p, ended: ended, buf: p.decoded[:0]}
	c.flush, c.fileName = func(dst []byte) []byte { return dst }, func() string { return "" }
	encoding, _, _ = strings.Cut(stripComments(encoding), ";")
	switch strings.ToLower(strings.Trim(encoding, " \t\r\n\"'")) {
	case "base64":
		d := new(codec.Base64)
		c.base64 = d
		c.decode, c.flush = func(dst []byte, l line) ([]byte, bool) { return d.Decode(dst, l.text), false }, func(dst []byte) []byte {
			if d.Skipped > 0 {
				p.defect("encoding.base64")
			}
			return d.Flush(dst)
		}
	case "quoted-printable":
		c.decode = p.quotedPrintable
	case "x-uuencode", "uuencode", "x-uue", "uue":
		d := new(codec.UU)
		c.decode = func(dst []byte, l line) ([]byte, bool) { return d.Decode(dst, l.text), false }
		c.fileName = func() string { return d.Name }
	case "", "7bit", "8bit", "binary":
		c.decode = identity
	default:
		p.defect("encoding.unknown")
		c.decode = identity
	}
	return c
}

func identity(dst []byte, l line) ([]byte, bool) { return append(dst, l.text...), true }

func (p *parser) quotedPrintable(dst []byte, l line) ([]byte, bool) {
	dst, soft, broken := codec.DecodeQuotedPrintable(dst, l.text, l.whole() || p.atEnd())
	if broken {
		p.defect("encoding.quoted-printable")
	}
	return dst, !soft
}

// all is the decoded content as a whole, as far as the budget goes, valid until another part is read. It takes the place
// of Read.
func (c *content) all() []byte {
	for !c.ended && int64(len(c.buf)) <= c.p.decodedLeft {
		c.line()
	}
	c.limit()
	if cap(c.buf) <= scanBuffer {
		c.p.decoded = c.buf
	}
	return c.buf
}

// piece is how much is decoded ahead of the reader.
const piece = 16 << 10

// Read yields decoded octets. It never reads past the part.
func (c *content) Read(dst []byte) (int, error) {
	if c.off == len(c.buf) {
		c.buf, c.off = c.buf[:0], 0
		for len(c.buf) < piece && !c.ended {
			c.line()
		}
		c.limit()
	}
	if c.off == len(c.buf) {
		c.p.decoded = c.buf // for the next part
		return 0, io.EOF
	}
	n := copy(dst, c.buf[c.off:])
	c.off += n
	return n, nil
}

// line decodes the next line, and of base64 all the plain ones before it.
func (c *content) line() {
	if c.base64 != nil {
		c.clean()
	}
	l, ok := c.p.next()
	if !ok || c.p.boundary(l) {
		if !ok {
			c.buf = append(c.buf, c.eol...)
		}
		c.buf, c.ended = c.flush(c.buf), true
		return
	}
	c.buf = append(c.buf, c.eol...)
	var eol bool
	c.buf, eol = c.decode(c.buf, l)
	c.eol = ""
	if eol && len(l.eol) > 0 {
		c.eol = "\n"
		if l.eol[0] == '\r' {
			c.eol = "\r\n"
		}
	}
}

// clean decodes the full lines of base64 that are buffered. A boundary is none: it holds a hyphen.
func (c *content) clean() {
	p := c.p
	if p.hasAgain || p.midLine {
		return
	}
	n := 0
	c.buf, n = c.base64.Lines(c.buf, p.buf[p.start:min(p.end, p.start+2*piece)])
	p.start += n
}

// limit holds the octets decoded so far against the budget of the message.
func (c *content) limit() {
	if over := int64(len(c.buf)) - c.p.decodedLeft; over > 0 {
		c.buf, c.truncated = c.buf[:int64(len(c.buf))-over], true
		c.p.defect("limit.decoded")
	}
	c.p.decodedLeft -= int64(len(c.buf))
	c.size += int64(len(c.buf))
	if c.keep > 0 {
		n := min(c.keep, len(c.buf))
		c.kept, c.keep = append(c.kept, c.buf[:n]...), c.keep-n
	}
}

// skip reads the rest of the part without yielding it.
func (c *content) skip() {
	for !c.ended {
		c.buf = c.buf[:0]
		c.line()
		c.limit()
	}
	c.off = len(c.buf)
}
