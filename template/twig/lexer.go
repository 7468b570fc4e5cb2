package twig

import (
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/template"
)

type lexState uint8

const (
	inData lexState = iota
	inBlock
	inVar
	inString
	inInterpolation
)

// bracket is an opening bracket, quote or interpolation that waits for its end.
type bracket struct {
	text string
	pos  pos
}

// lexer turns a source into tokens. It panics with a *template.Error, which parse recovers.
type lexer struct {
	name, code string
	at         int
	line       int32
	state      lexState
	states     []lexState
	brackets   []bracket
	opened     pos // the tag or print statement being read
	tokens     []token
	failed     pos     // where the fault is that ended the reading
	spans      *[]Span // where they are asked for
}

const (
	space     = " \t\n\v\f\r"
	trimSpace = " \t\n\r\x00\v"
	lineSpace = " \t\x00\v"
)

func newLexer(name, code string) *lexer {
	return &lexer{name: name, code: code, line: 1, tokens: make([]token, 0, len(code)/8+8)}
}

func tokenize(name, code string) []token { return newLexer(name, code).read() }

func (l *lexer) read() []token {
	for l.at < len(l.code) {
		switch l.state {
		case inData:
			l.data()
		case inBlock:
			l.block()
		case inVar:
			l.print()
		case inString:
			l.stringPart()
		case inInterpolation:
			l.interpolation()
		}
	}
	l.push(tEnd, "")
	if n := len(l.brackets); n > 0 {
		l.unclosed(l.brackets[n-1])
	}
	return l.tokens
}

func (l *lexer) pos() pos { return pos{l.line, int32(l.at)} }

func (l *lexer) fail(at pos, message string) {
	l.failed = at
	panic(&template.Error{Kind: template.Syntax, Message: message, Name: l.name, Line: int(at.line), Column: column(l.code, at.off)})
}

func (l *lexer) unclosed(b bracket) { l.fail(b.pos, `Unclosed "`+b.text+`".`) }

func (l *lexer) push(kind tokenKind, text string) {
	l.tokens = append(l.tokens, token{kind: kind, text: text, pos: l.pos()})
}

// skip moves over n bytes and counts their lines; CR LF and CR are one line each.
func (l *lexer) skip(n int) {
	text := l.code[l.at : l.at+n]
	l.at += n
	l.line += int32(strings.Count(text, "\n"))
	if strings.IndexByte(text, '\r') >= 0 {
		l.line += int32(strings.Count(text, "\r") - strings.Count(text, "\r\n"))
	}
}

func (l *lexer) enter(s lexState) {
	l.states = append(l.states, l.state)
	l.state = s
}

func (l *lexer) leave() {
	l.state = l.states[len(l.states)-1]
	l.states = l.states[:len(l.states)-1]
}

func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (l *lexer) pushText(text string) {
	if text != "" {
		l.push(tText, newlines(text))
	}
}

// nextTag finds the next "{{", "{%" or "{#" from offset at.
func nextTag(code string, at int) int {
	for {
		i := strings.IndexByte(code[at:], '{')
		if i < 0 || at+i+1 >= len(code) {
			return -1
		}
		at += i
		switch code[at+1] {
		case '{', '%', '#':
			return at
		}
		at++
	}
}

func trimRightAs(text string, mark byte) string {
	switch mark {
	case '-':
		return strings.TrimRight(text, trimSpace)
	case '~':
		return strings.TrimRight(text, lineSpace)
	}
	return text
}

func (l *lexer) data() {
	start := nextTag(l.code, l.at)
	if start < 0 {
		l.pushText(l.code[l.at:])
		l.skip(len(l.code) - l.at)
		return
	}
	open := l.code[start+1]
	size := 2
	doc := open == '#' && strings.HasPrefix(l.code[start+2:], "#") && !strings.HasPrefix(l.code[start+2:], "#}")
	if doc {
		size++
	}
	var mark byte
	if start+size < len(l.code) && (l.code[start+size] == '-' || l.code[start+size] == '~') {
		mark = l.code[start+size]
		size++
	}
	l.pushText(trimRightAs(l.code[l.at:start], mark))
	l.skip(start - l.at)
	at := l.pos()
	switch open {
	case '#':
		l.skip(size)
		end := strings.Index(l.code[l.at:], "#}") + l.at + 2
		l.comment(doc)
		l.span(Comment, start, end)
	case '%':
		l.skip(size)
		l.tag(at)
	default:
		l.tokens = append(l.tokens, token{kind: tVarStart, pos: at})
		l.skip(size)
		l.enter(inVar)
		l.opened = at
	}
}

func (l *lexer) tag(at pos) {
	rest := l.code[l.at:]
	if n := verbatimStart(rest); n > 0 {
		l.skip(n)
		l.span(Verbatim, int(at.off), l.verbatim())
		return
	}
	if n, line := lineTag(rest); n > 0 {
		l.skip(n)
		l.span(Tag, int(at.off), l.at)
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
		l.span(Output, int(l.opened.off), l.at+strings.Index(rest, "}}")+2)
	case tBlockEnd:
		l.span(Tag, int(l.opened.off), l.at+strings.Index(rest, "%}")+2)
	}
	before := n - len(strings.TrimLeft(rest, trimSpace+"\f"))
	l.skip(before)
	l.push(kind, "")
	l.skip(n - before)
	l.leave()
}
