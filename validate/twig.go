package validate

import (
	"bytes"
	"strings"
)

// twigMask is template source with its syntax masked: what a rendering might look like, at the
// same offsets. Output becomes letters, tags and comments become spaces, verbatim stays.
type twigMask struct {
	src      string
	out      []byte
	tags     []branchTag
	outputs  []span
	literals []literal
	inside   int    // strings whose interpolation is being read
	url      string // what of a URL precedes the output being read
}

// literal is a string literal of an expression, or several joined by "~".
type literal struct {
	at   span   // of the content, without the outer quotes
	text []byte // decoded; what only the rendering knows is an "x"
	same bool   // text is the source at that range
	url  string // what of a URL precedes the output that the literal is in
}

// maskTwig masks src by the rules of Twig's lexer (3.x). A construct that never ends is masked to
// the end. It returns nil where there is nothing to mask.
func maskTwig(src string) *twigMask {
	m := &twigMask{src: src}
	for at := 0; ; {
		open := strings.IndexByte(src[at:], '{')
		if open < 0 || at+open+1 >= len(src) {
			break
		}
		at += open
		switch src[at+1] {
		case '#':
			at = m.comment(at)
		case '{':
			m.url = urlBefore(src[:at])
			end := m.expression(at+2, "}}", true)
			m.outputs = append(m.outputs, span{at, end})
			m.fill(at, end, m.neutral(at))
			at = end
		case '%':
			at = m.block(at)
		default:
			at++
		}
	}
	if m.out == nil {
		return nil
	}
	return m
}

// neutral returns the byte that stands for the output at offset at: a letter, but a space behind
// the name of a tag, which output must not lengthen.
func (m *twigMask) neutral(at int) byte {
	i := at
	for i > 0 && (isIdent(m.src[i-1]) || m.src[i-1] == ':') {
		i--
	}
	if i > 0 && i < at && m.src[i-1] == '<' && isLetter(m.src[i]) {
		return ' '
	}
	return 'x'
}

// fill overwrites a range of the output.
func (m *twigMask) fill(from, to int, with byte) {
	if m.out == nil {
		m.out = []byte(m.src)
	}
	for i := from; i < to; i++ {
		m.out[i] = with
	}
}

// comment masks "{# … #}" and returns the offset behind it.
func (m *twigMask) comment(at int) int {
	end := len(m.src)
	if length := strings.Index(m.src[at+2:], "#}"); length >= 0 {
		end = at + 2 + length + 2
	}
	m.fill(at, end, ' ')
	return end
}

// block masks "{% … %}", or both tags of a verbatim block, and returns the offset behind it.
func (m *twigMask) block(at int) int {
	name := m.tagName(at + 2)
	if name == "verbatim" {
		if end, ok := m.bareTagEnd(at+2, name); ok {
			m.fill(at, end, ' ')
			return m.verbatim(end)
		}
	}
	m.url = ""
	compares := name == "if" || name == "elseif"
	end := m.expression(at+2, "%}", !compares)
	m.tags = append(m.tags, branchTag{span{at, end}, name})
	m.fill(at, end, ' ')
	return end
}

// verbatim returns the offset behind the tag that ends the verbatim block whose content starts at
// from, that tag masked.
func (m *twigMask) verbatim(from int) int {
	for at := from; ; {
		open := strings.Index(m.src[at:], "{%")
		if open < 0 {
			return len(m.src)
		}
		at += open
		if end, ok := m.bareTagEnd(at+2, "endverbatim"); ok {
			m.fill(at, end, ' ')
			return end
		}
		at += 2
	}
}

// tagName returns the name of the tag whose content starts at offset at.
func (m *twigMask) tagName(at int) string {
	rest := strings.TrimLeft(m.src[at:], "-~ \t\r\n\x00\x0b")
	n := 0
	for n < len(rest) && isIdent(rest[n]) && rest[n] != '-' {
		n++
	}
	return rest[:n]
}

// bareTagEnd returns the offset behind a tag that consists of name alone.
func (m *twigMask) bareTagEnd(at int, name string) (int, bool) {
	rest := strings.TrimLeft(strings.TrimLeft(m.src[at:], "-~"), twigSpace)
	rest, ok := strings.CutPrefix(rest, name)
	if !ok {
		return 0, false
	}
	rest = strings.TrimLeft(rest, twigSpace)
	if rest != "" && (rest[0] == '-' || rest[0] == '~') {
		rest = rest[1:]
	}
	rest, ok = strings.CutPrefix(rest, "%}")
	return len(m.src) - len(rest), ok
}

const twigSpace = " \t\r\n\f\x0b"

// expression reads an expression up to its closing delimiter, which counts only where all brackets
// are closed, and returns the offset behind that. It collects literals if collect is set.
func (m *twigMask) expression(at int, closing string, collect bool) int {
	depth := 0
	joined := -1 // index of the literal that a "~" would lengthen
	operand := false
	for at < len(m.src) {
		c := m.src[at]
		switch {
		case depth == 0 && strings.HasPrefix(m.src[at:], closing):
			return at + len(closing)
		case c == '"' || c == '\'':
			lit, end := m.literal(at)
			if collect {
				joined = m.join(lit, joined, operand)
			}
			operand = false
			at = end
			continue
		case c == '#': // an inline comment, Twig 3.15
			line := strings.IndexByte(m.src[at:], '\n')
			if line < 0 {
				line = len(m.src) - at
			}
			at += line
			continue
		case c == '{' || c == '(' || c == '[':
			depth++
			joined, operand = -1, false
		case c == '}' || c == ')' || c == ']':
			depth = max(0, depth-1)
			joined, operand = -1, false
		case c == '~':
			operand = joined >= 0
		case strings.IndexByte(twigSpace, c) >= 0:
		case operand:
			m.literals[joined].text = append(m.literals[joined].text, unknown)
			m.literals[joined].same = false
			joined, operand = -1, false
		default:
			joined = -1
		}
		at++
	}
	return len(m.src)
}

// unknown stands in a decoded literal for what only the rendering knows.
const unknown = 'x'

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
