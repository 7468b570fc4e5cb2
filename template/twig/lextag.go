package twig

import (
	"strconv"
	"strings"
)

func (l *lexer) tag(at pos) {
	rest := l.code[l.at:]
	if n := verbatimStart(rest); n > 0 {
		l.skip(n)
		l.span(SpanVerbatim, int(at.off), l.verbatim())
		return
	}
	if n, line := lineTag(rest); n > 0 {
		l.skip(n)
		l.span(SpanTag, int(at.off), l.at)
		l.line = line
		return
	}
	l.tokens = append(l.tokens, token{kind: tBlockStart, pos: at})
	l.enter(inBlock)
	l.opened = at
}

// closing measures a closing delimiter such as "%}" at the start of s with its white space control, 0 where there is
// none. One newline after a plain "%}" or "#}" belongs to it.
func closing(s, delimiter string, newline bool) int {
	n := len(s) - len(strings.TrimLeft(s, space))
	rest := s[n:]
	switch {
	case strings.HasPrefix(rest, "-"+delimiter):
		end := n + 1 + len(delimiter)
		return len(s) - len(strings.TrimLeft(s[end:], space))
	case strings.HasPrefix(rest, "~"+delimiter):
		end := n + 1 + len(delimiter)
		return len(s) - len(strings.TrimLeft(s[end:], lineSpace))
	case !strings.HasPrefix(rest, delimiter):
		return 0
	}
	end := n + len(delimiter)
	if newline {
		end += newlineSize(s[end:])
	}
	return end
}

func newlineSize(s string) int {
	switch {
	case strings.HasPrefix(s, "\r\n"):
		return 2
	case strings.HasPrefix(s, "\r"), strings.HasPrefix(s, "\n"):
		return 1
	}
	return 0
}

// verbatimStart measures `verbatim %}`, the rest of an opening verbatim tag.
func verbatimStart(s string) int {
	rest := strings.TrimLeft(s, space)
	if !strings.HasPrefix(rest, "verbatim") {
		return 0
	}
	head := len(s) - len(rest) + len("verbatim")
	if n := closing(s[head:], "%}", false); n > 0 {
		return head + n
	}
	return 0
}

// lineTag measures `line 12 %}`, which sets the line that errors report.
func lineTag(s string) (int, int32) {
	rest := strings.TrimLeft(s, space)
	if !strings.HasPrefix(rest, "line") {
		return 0, 0
	}
	digits := strings.TrimLeft(rest[4:], space)
	n := skipDigits(digits, 0)
	end := strings.TrimLeft(digits[n:], space)
	if n == 0 || len(digits) == len(rest)-4 || !strings.HasPrefix(end, "%}") {
		return 0, 0
	}
	line, err := strconv.ParseInt(digits[:n], 10, 32)
	if err != nil {
		return 0, 0
	}
	return len(s) - len(end) + 2, int32(line)
}

// verbatim reads up to the end tag, emits what is between as text and returns where the end tag ends.
func (l *lexer) verbatim() int {
	for from := l.at; ; {
		i := strings.Index(l.code[from:], "{%")
		if i < 0 {
			l.fail(pos{l.line, int32(l.at)}, `Unexpected end of file: Unclosed "verbatim" block.`)
		}
		start := from + i
		rest := l.code[start+2:]
		var mark byte
		if rest != "" && (rest[0] == '-' || rest[0] == '~') {
			mark = rest[0]
			rest = rest[1:]
		}
		name := strings.TrimLeft(rest, space)
		if strings.HasPrefix(name, "endverbatim") {
			if n := closing(name[len("endverbatim"):], "%}", false); n > 0 {
				end := len(l.code) - len(name) + len("endverbatim") + n
				text := l.code[l.at:start]
				l.pushText(trimRightAs(text, mark))
				l.skip(end - l.at)
				return start + strings.Index(l.code[start:], "%}") + 2
			}
		}
		from = start + 2
	}
}

func (l *lexer) comment(doc bool) {
	i := strings.Index(l.code[l.at:], "#}")
	if i < 0 {
		l.fail(pos{l.line, int32(l.at)}, "Unclosed comment.")
	}
	mark := byte(0)
	for _, back := range []int{1, 2} {
		if back == 2 && (!doc || i < 2 || l.code[l.at+i-1] != '#') {
			break
		}
		if i >= back && (l.code[l.at+i-back] == '-' || l.code[l.at+i-back] == '~') {
			mark = l.code[l.at+i-back]
			break
		}
	}
	end := l.at + i + 2
	rest := l.code[end:]
	switch mark {
	case '-':
		end += len(rest) - len(strings.TrimLeft(rest, space))
	case '~':
		end += len(rest) - len(strings.TrimLeft(rest, lineSpace))
	default:
		end += newlineSize(rest)
	}
	l.skip(end - l.at)
}

func (l *lexer) block() {
	if len(l.brackets) == 0 {
		if n := closing(l.code[l.at:], "%}", true); n > 0 {
			l.close(tBlockEnd, n)
			return
		}
	}
	l.expression()
}

func (l *lexer) print() {
	if len(l.brackets) == 0 {
		if n := closing(l.code[l.at:], "}}", false); n > 0 {
			l.close(tVarEnd, n)
			return
		}
	}
	l.expression()
}

// close emits a closing token placed after the white space before it.
func (l *lexer) close(kind tokenKind, n int) {
	rest := l.code[l.at : l.at+n]
	switch kind {
	case tVarEnd:
		l.span(SpanOutput, int(l.opened.off), l.at+strings.Index(rest, "}}")+2)
	case tBlockEnd:
		l.span(SpanTag, int(l.opened.off), l.at+strings.Index(rest, "%}")+2)
	}
	before := n - len(strings.TrimLeft(rest, trimSpace+"\f"))
	l.skip(before)
	l.push(kind, "")
	l.skip(n - before)
	l.leave()
}
