package twig

import (
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
	checked    bool    // a check counts columns later
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

func (l *lexer) fail(at pos, message string) { l.abort(at, template.KindSyntax, message) }

func (l *lexer) abort(at pos, kind template.Kind, message string) {
	l.failed = at
	e := &template.Error{Kind: kind, Message: message, Name: l.name, Line: int(at.line)}
	if !l.checked {
		e.Column = column(l.code, at.off)
	}
	panic(e)
}

// open notes an opening bracket. The parser reads no more of them in each other than it can.
func (l *lexer) open(text string) {
	if len(l.brackets) >= maxParse {
		l.abort(l.pos(), template.KindLimit, "The template is nested too deeply.")
	}
	l.brackets = append(l.brackets, bracket{text, l.pos()})
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
		l.span(SpanComment, start, end)
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
