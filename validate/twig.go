package validate

import "strings"

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
	spans    []span // of the syntax, where the tests ask for them
	record   bool
}

// maskTwig masks src by the rules of Twig's lexer (3.x). A construct that never ends is masked to
// the end. It returns nil where there is nothing to mask.
func maskTwig(src string) *twigMask {
	m := &twigMask{src: src}
	m.mask()
	if m.out == nil {
		return nil
	}
	return m
}

// mask masks the whole source.
func (m *twigMask) mask() {
	src := m.src
	for at := 0; ; {
		open := strings.IndexByte(src[at:], '{')
		if open < 0 || at+open+1 >= len(src) {
			return
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

// fill overwrites a construct in the output.
func (m *twigMask) fill(from, to int, with byte) {
	if m.record {
		m.spans = append(m.spans, span{from, to})
	}
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
			line := strings.IndexAny(m.src[at:], "\r\n")
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
