package message

import (
	"bytes"
	"strings"
)

// rawField is a header field as it came: unfolded, its octets untouched.
type rawField struct {
	name string // as it stands
	body string
}

// rawHeader is the header of a message or a part.
type rawHeader []rawField

// get is the body of the first field of that name, whatever its case; "" where there is none.
func (h rawHeader) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.body
		}
	}
	return ""
}

// all are the bodies of all fields of that name.
func (h rawHeader) all(name string) []string {
	var bodies []string
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			bodies = append(bodies, f.body)
		}
	}
	return bodies
}

// header reads the fields up to the empty line. ended says that a boundary or the end of the message came instead.
func (p *parser) header() (_ rawHeader, ended bool) {
	h := headerReader{fields: make(rawHeader, 0, 8)}
	for {
		l, ok := p.next()
		switch {
		case !ok:
			return h.finish(), true
		case p.boundary(l):
			p.defect("header.cut")
			return h.finish(), true
		case len(l.text) == 0 && l.first:
			return h.finish(), false
		case !p.spend(&p.headerLeft, len(l.text)+1, "limit.header"):
			continue
		case !l.first || l.text[0] == ' ' || l.text[0] == '\t':
			if !h.continued(l) {
				p.defect("header.stray")
			}
			if l.first && len(bytes.TrimSpace(l.text)) == 0 && !p.fieldFollows() {
				return h.finish(), false // a line of blanks that nothing continues ends a header
			}
		case h.field(l):
		default:
			p.defect("header.no-colon")
			l.text, l.eol = bytes.Clone(l.text), bytes.Clone(l.eol)
			if !p.fieldFollows() {
				p.again, p.hasAgain = l, true
				return h.finish(), false
			}
		}
	}
}

// headerReader collects fields.
type headerReader struct {
	fields rawHeader
	body   []byte // of the last field
}

func (h *headerReader) finish() rawHeader {
	if len(h.fields) > 0 {
		h.fields[len(h.fields)-1].body = string(h.body)
	}
	return h.fields
}

// field begins a field where the line is one.
func (h *headerReader) field(l line) bool {
	name, body, ok := cutField(l.text)
	if !ok {
		return false
	}
	h.finish()
	h.fields = append(h.fields, rawField{name: string(name)})
	h.body = append(h.body[:0], bytes.TrimLeft(body, " \t")...)
	return true
}

// continued joins a continuation line to the field above it, if there is one.
func (h *headerReader) continued(l line) bool {
	text := l.text
	if len(h.body) == 0 {
		text = bytes.TrimLeft(text, " \t")
	}
	h.body = append(h.body, text...)
	return len(h.fields) > 0
}

// cutField splits a line at its colon where what stands before it can name a field.
func cutField(text []byte) (name, body []byte, ok bool) {
	name, body, ok = bytes.Cut(text, []byte(":"))
	name = bytes.TrimRight(name, " \t") // RFC 5322 §4.5.8
	if !ok || len(name) == 0 || len(name) > 200 {
		return nil, nil, false
	}
	for _, c := range name {
		if c <= ' ' || c >= 0x7f {
			return nil, nil, false
		}
	}
	return name, body, true
}

// fieldFollows says whether the next line is a header field or ends the header, so that a line that is none
// stands inside a header and not at the beginning of a body.
func (p *parser) fieldFollows() bool {
	text, _, _ := bytes.Cut(p.ahead(1000), []byte("\n"))
	text = bytes.TrimRight(text, "\r")
	_, _, ok := cutField(text)
	return ok
}

// envelopeLines skips what stands before the header of a message out of a mailbox: a byte order mark, empty
// lines, the mbox line "From sender date" and its escaped form.
func (p *parser) envelopeLines() {
	if bytes.HasPrefix(p.ahead(3), []byte("\xef\xbb\xbf")) {
		p.start += 3
		p.defect("header.bom")
	}
	for {
		head := p.ahead(6)
		switch {
		case len(head) > 0 && (head[0] == '\r' || head[0] == '\n'):
			p.defect("header.blank-before")
		case bytes.HasPrefix(head, []byte("From ")), bytes.HasPrefix(head, []byte(">From ")):
			p.defect("header.mbox")
		default:
			return
		}
		p.next()
	}
}
