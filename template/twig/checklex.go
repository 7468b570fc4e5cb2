package twig

import (
	"strings"

	"github.com/crmmail/crmmail/template"
)

// tolerant is read, but a tag that cannot be read becomes a broken one and the reading goes on after it.
func (l *lexer) tolerant(c *checking) []token {
	l.checked = true
	for {
		if tokens, ok := l.attempt(c); ok {
			return tokens
		}
	}
}

// maxReread is how often a source may be read in all: each tag without an end may make the rest be read once more.
const maxReread = 4

func (l *lexer) attempt(c *checking) (tokens []token, ok bool) {
	start := l.at
	defer func() {
		if c.lexed += l.at - start; c.lexed > maxReread*(len(l.code)+1000) {
			panic(enough{})
		}
		x := recover()
		if x == nil {
			return
		}
		e, is := x.(*template.Error)
		if !is {
			panic(x)
		}
		c.add(e, l.failed)
		if e.Kind == template.KindLimit {
			panic(enough{})
		}
		l.resume(c)
	}()
	return l.read(), true
}

// resume goes on after the tag that could not be read: after its end, or at the next tag where that comes first.
func (l *lexer) resume(c *checking) {
	if n := len(l.tokens); n > 0 && l.tokens[n-1].kind == tEnd {
		l.tokens = l.tokens[:n-1]
	}
	if l.state == inData { // a comment or verbatim text without an end: the rest belongs to it
		l.skip(len(l.code) - l.at)
		return
	}
	first := len(l.tokens) - 1
	for l.tokens[first].kind != tBlockStart && l.tokens[first].kind != tVarStart {
		first--
	}
	kept, end, closing := first+1, tVarEnd, "}}"
	if l.tokens[first].kind == tBlockStart {
		end, closing = tBlockEnd, "%}"
		if kept < len(l.tokens) && l.tokens[kept].kind == tName {
			kept++
		}
	}
	for _, t := range l.tokens[kept:] {
		c.mayName(t)
	}
	l.tokens = append(l.tokens[:kept], token{kind: tBroken, pos: l.failed}, token{kind: end, pos: l.failed})
	after := len(l.code)
	if i := strings.Index(l.code[l.at:], closing); i >= 0 {
		after = l.at + i + len(closing)
	}
	if i := nextTag(l.code, min(int(l.opened.off)+2, len(l.code))); i >= 0 {
		after = min(after, i)
	}
	l.at, l.line = int(l.opened.off), l.opened.line
	l.skip(after - l.at)
	l.state, l.states, l.brackets = inData, nil, nil
}
