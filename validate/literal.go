package validate

import (
	"bytes"
	"strings"
)

// literal is a string literal of an expression, or several joined by "~".
type literal struct {
	at   span   // of the content, without the outer quotes
	text []byte // decoded; what only the rendering knows is an "x"
	same bool   // text is the source at that range
	url  string // what of a URL precedes the output that the literal is in
}

// join adds lit, or lengthens the literal joined if a "~" stood between them, and returns the
// index of the literal it is now in.
func (m *twigMask) join(lit literal, joined int, operand bool) int {
	if joined >= 0 && operand {
		l := &m.literals[joined]
		l.text = append(l.text, lit.text...)
		l.at.end = lit.at.end
		l.same = false
		return joined
	}
	m.literals = append(m.literals, lit)
	return len(m.literals) - 1
}

// literal reads the string literal whose quote stands at offset from, and returns the offset behind it.
func (m *twigMask) literal(from int) (literal, int) {
	quote := m.src[from]
	var text bytes.Buffer
	same := true
	at := from + 1
	for at < len(m.src) && m.src[at] != quote {
		switch {
		case m.src[at] == '\\' && at+1 < len(m.src):
			size := unescapeTwig(&text, m.src[at+1:])
			at += 1 + size
			same = false
		case quote == '"' && strings.HasPrefix(m.src[at:], "#{") && m.inside < maxDepth:
			m.inside++
			at = m.expression(at+2, "}", true)
			m.inside--
			text.WriteByte(unknown)
			same = false
		default:
			text.WriteByte(m.src[at])
			at++
		}
	}
	at = min(at, len(m.src))
	return literal{span{from + 1, at}, text.Bytes(), same, m.url}, min(at+1, len(m.src))
}

// urlBefore returns the end of src that belongs to the same word as what follows src, without the
// name of an attribute in front of it.
func urlBefore(src string) string {
	from := len(src)
	for from > 0 && len(src)-from < maxURLBefore && src[from-1] > ' ' && strings.IndexByte(`"'<>(){}`, src[from-1]) < 0 {
		from--
	}
	word := src[from:]
	if name, ok := strings.CutSuffix(word, "="); ok && isWord(strings.NewReplacer("-", "", ":", "").Replace(name)) {
		return ""
	}
	return word
}

// maxURLBefore bounds the bytes looked at in front of an output.
const maxURLBefore = 256

// startsURL reports whether the literal is printed where a URL starts.
func (l literal) startsURL() bool { return l.url == "" }

// startsHost reports whether the literal is printed where a URL or its host starts, and not in the
// path or the query of another one.
func (l literal) startsHost() bool {
	_, host, ok := strings.Cut(l.url, "//")
	return ok && host == "" || !ok && !strings.ContainsAny(l.url, "/?#")
}

// unescapeTwig decodes the escape whose backslash precedes rest, as PHP's stripcslashes does, and
// returns the bytes read.
func unescapeTwig(out *bytes.Buffer, rest string) int {
	if i := strings.IndexByte("nrtfvab0", rest[0]); i >= 0 {
		out.WriteByte("\n\r\t\f\v\a\b\x00"[i])
		return 1
	}
	value, n := 0, 1
	for rest[0] == 'x' && n < len(rest) && n < 3 {
		digit, ok := hexDigit(rest[n])
		if !ok {
			break
		}
		value = value<<4 | int(digit)
		n++
	}
	if n > 1 {
		out.WriteByte(byte(value))
		return n
	}
	out.WriteByte(rest[0])
	return 1
}
