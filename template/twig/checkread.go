package twig

import (
	"slices"
	"strings"

	"github.com/crmmail/crmmail/template"
)

// maxFindings bounds what one check finds; a source with more faults is not worth reading on.
const maxFindings = 200

// checking is what a static check notes while a source is read and parsed.
type checking struct {
	faults     []located
	awaited    [][]string // the end tags that the tags around wait for, "" in none
	now        progress
	maybe      map[string]bool // the names in tags that could not be read: they may be set there
	unknown    map[string]bool // the unknown tags that were met
	tests      uses
	strategies map[expr]string // how what is printed is escaped where templates are
	lexed      int             // the bytes that were read, those read again counted again
}

// progress is how far the tag being parsed is.
type progress struct {
	unit  *unit
	mid   int // the token after the last part of its body that was read, -1 before the first
	parts seq // what was read of its body
}

// located is a fault with its place.
type located struct {
	err *template.Error
	at  pos
}

// misplaced is a block that may not stand where it does.
type misplaced struct {
	at      pos
	message string
}

// enough ends a check that found maxFindings.
type enough struct{}

// endsOuter unwinds to the tag around, whose end was met.
type endsOuter struct{ at int }

func newChecking() *checking {
	return &checking{maybe: map[string]bool{}, unknown: map[string]bool{}, strategies: map[expr]string{}}
}

func (c *checking) add(e *template.Error, at pos) {
	for _, f := range c.faults {
		if f.at == at && f.err.Message == e.Message {
			return
		}
	}
	if len(c.faults) == maxFindings {
		panic(enough{})
	}
	c.faults = append(c.faults, located{e, at})
}

// parsed notes a statement in the body of the tag being parsed, to be kept if the rest of the tag has a fault.
func (c *checking) parsed(u *unit, n node) {
	if c != nil && c.now.unit == u {
		c.now.parts = append(c.now.parts, n)
	}
}

// tested notes the first use of a test.
func (c *checking) tested(name string, at pos) {
	for _, u := range c.tests {
		if u.name == name {
			return
		}
	}
	c.tests = append(c.tests, use{usedTest, name, at})
}

// unknownCall stands for a call of what does not exist, so that its operands are checked all the same.
type unknownCall struct {
	place
	on   expr
	args []argument
}

func (*unknownCall) eval(*run, *frame) Value          { return null }
func (*unknownCall) probe(*run, *frame) (Value, bool) { return null, false }

// parse reads and parses a source, going on after its faults. The unit has no body where the fault is one that
// nothing can be read after.
func (c *checking) parse(e *Engine, name, source string, env *environment) (u *unit) {
	p := newParser(e, env, &stream{check: c}, name, source)
	if len(source) > e.limits.SourceBytes {
		c.add(&template.Error{Kind: template.Limit, Message: "The template is larger than allowed.", Name: name, Line: 1, Column: 1}, pos{1, 0})
		return p.unit
	}
	u = p.unit
	defer func() {
		switch x := recover().(type) {
		case nil, enough:
		case *template.Error:
			p.unit.body = nil
			c.faults = append(c.faults, located{x, p.failed})
		default:
			p.unit.body = nil
			c.faults = append(c.faults, located{parseFault(name, x).(*template.Error), pos{1, 0}})
		}
	}()
	p.tokens = newLexer(name, source).tolerant(c)
	p.module(nil)
	return u
}

// tolerant is read, but a tag that cannot be read becomes a broken one and the reading goes on after it.
func (l *lexer) tolerant(c *checking) []token {
	for {
		if tokens, ok := l.attempt(c); ok {
			return tokens
		}
	}
}

// maxReread is how often a source may be read in all: each tag without an end may make the rest be read once more.
const maxReread = 20

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

func (c *checking) mayName(t token) {
	if t.kind == tName {
		c.maybe[t.text] = true
	}
}

// bodies are the tags that have a body, each with the tags that may end a part of it.
var bodies = map[string][]string{
	"if": {"elseif", "else", "endif"}, "for": {"else", "endfor"}, "block": {"endblock"}, "macro": {"endmacro"},
	"set": {"endset"}, "with": {"endwith"}, "apply": {"endapply"}, "autoescape": {"endautoescape"}, "embed": {"endembed"},
	"guard": {"else", "endguard"}, "sandbox": {"endsandbox"},
}

// marks are where the parser is; a fault puts it back there.
type marks struct {
	depth, awaited                   int
	scopes                           []map[string]imported
	loops                            []*loopScope
	fors                             []*forNode
	targets                          [][]token
	stack                            []string
	tags                             []openTag
	blockDepth, macroDepth, captures int
	escape                           string
	lenient                          bool
}

func (p *parser) marks() marks {
	return marks{p.depth, len(p.check.awaited), p.scopes, p.loops, p.fors, p.targets, p.blockStack, p.tags,
		p.blockDepth, p.macroDepth, p.captures, p.escape, p.lenient}
}

func (p *parser) rewind(m marks) {
	p.depth, p.check.awaited = m.depth, p.check.awaited[:m.awaited]
	p.scopes, p.loops, p.fors, p.targets, p.blockStack, p.tags = m.scopes, m.loops, m.fors, m.targets, m.stack, m.tags
	p.blockDepth, p.macroDepth, p.captures, p.escape, p.lenient = m.blockDepth, m.macroDepth, m.captures, m.escape, m.lenient
	p.spreads = false
}

// tolerant is statement, but a fault is noted and the parsing goes on after the tag it is in.
func (p *parser) tolerant(opener openTag, end []string, first pos) (statement, bool) {
	start, m, around := p.i, p.marks(), p.check.now
	p.check.now = progress{unit: p.unit, mid: -1}
	defer func() { p.check.now = around }()
	s, done, again := p.try(start, m, func() (statement, bool) { return p.statement(opener, end, first) })
	for again {
		s, done, again = p.try(start, m, func() (statement, bool) { return p.remaining(start), false })
	}
	return s, done
}

// try parses and, after a fault, moves on. again reports that the tag has parts of its body left.
func (p *parser) try(start int, m marks, parse func() (statement, bool)) (s statement, done, again bool) {
	defer func() {
		x := recover()
		if x == nil {
			return
		}
		p.rewind(m)
		s = statement{node: p.check.now.parts, at: p.tokens[start].pos, blank: true}
		switch x := x.(type) {
		case endsOuter:
			p.i = x.at
			return
		case *template.Error:
			if x.Kind == template.Syntax {
				again = p.recovered(start, x)
				return
			}
		}
		panic(x)
	}()
	s, done = parse()
	return s, done, false
}

// recovered notes a fault of the statement that begins at a token and moves behind the tag the fault is in.
func (p *parser) recovered(start int, e *template.Error) (again bool) {
	opening := p.tokens[start]
	if opening.kind == tVarStart {
		p.leave(start, tVarEnd, e)
		return false
	}
	if p.tokens[start+1].kind != tName {
		p.leave(start, tBlockEnd, e)
		return false
	}
	name := p.tokens[start+1].text
	if _, known := p.eng.tags[name]; !known {
		p.unknownFound(start, name, e)
		return false
	}
	for i := start; p.tokens[i].kind != tBlockEnd && p.tokens[i].kind != tEnd; i++ {
		p.check.mayName(p.tokens[i])
	}
	switch name {
	case "for":
		p.check.maybe["loop"] = true
	case "macro":
		p.check.maybe["varargs"] = true
	}
	if p.atKind(tEnd) {
		p.check.add(e, p.failed)
		return false
	}
	mid := p.check.now.mid
	if mid < 0 {
		p.leave(start, tBlockEnd, e)
		return p.hasBody(start)
	}
	p.leave(mid, tBlockEnd, e)
	return p.tokens[mid].text != "end"+name
}

// leave moves behind the end of the tag that the token from belongs to. The fault is noted unless reading the tag was
// one already; names in the tag may be set by it.
func (p *parser) leave(from int, end tokenKind, e *template.Error) {
	broken := false
	i := from
	for ; p.tokens[i].kind != end && p.tokens[i].kind != tEnd; i++ {
		broken = broken || p.tokens[i].kind == tBroken
		p.check.mayName(p.tokens[i])
		if i > from && p.opens(i) {
			break
		}
	}
	if !broken {
		p.check.add(e, p.failed)
	}
	if p.opens(i) {
		p.reread(i)
		p.i = i
		return
	}
	p.i = min(i+1, len(p.tokens)-1)
}

// opens reports that a token and the one after it spell the beginning of a tag, which is in another one that has no
// end: so it is while a tag is being typed.
func (p *parser) opens(i int) bool {
	if i+1 >= len(p.tokens) || !p.tokens[i].is(tPunctuation, "{") {
		return false
	}
	next := p.tokens[i+1]
	return (next.is(tPunctuation, "{") || next.is(tOperator, "%")) && next.pos.off == p.tokens[i].pos.off+1
}

// reread reads the source again from a token, as if no tag were open there.
func (p *parser) reread(i int) {
	l := newLexer(p.unit.name, p.unit.source)
	l.tokens = append(l.tokens, p.tokens[:i]...)
	l.at, l.line = int(p.tokens[i].pos.off), p.tokens[i].pos.line
	p.tokens = l.tolerant(p.check)
}

// hasBody reports that the tag that begins at a token has a body.
func (p *parser) hasBody(start int) bool {
	name := p.tokens[start+1].text
	after := p.tokens[min(start+3, len(p.tokens)-1)]
	switch name {
	case "set":
		for i := start; p.tokens[i].kind != tBlockEnd && p.tokens[i].kind != tEnd; i++ {
			if p.tokens[i].is(tOperator, "=") {
				return false
			}
		}
	case "block": // {% block title "text" %} has none
		return after.kind == tBlockEnd || after.kind == tBroken
	}
	return bodies[name] != nil
}

// unknownFound goes on after a tag that does not exist or does not belong here. The end of a tag around ends the tags
// inside it.
func (p *parser) unknownFound(start int, name string, e *template.Error) {
	if opened, isEnd := strings.CutPrefix(name, "end"); !isEnd || !p.check.unknown[opened] {
		p.check.add(e, p.failed)
	}
	p.check.unknown[name] = true
	for _, ends := range p.check.awaited {
		if slices.Contains(ends, name) && strings.HasPrefix(name, "end") {
			panic(endsOuter{start})
		}
	}
	p.skipTag(start)
}

func (p *parser) skipTag(from int) {
	for p.i = from; !p.atKind(tBlockEnd) && !p.atKind(tEnd); p.i++ {
		p.check.mayName(p.current())
	}
	p.i = min(p.i+1, len(p.tokens)-1)
}

// remaining parses the parts that are left of a tag whose beginning had a fault.
func (p *parser) remaining(start int) statement {
	name := p.tokens[start+1]
	s := statement{at: name.pos, blockRef: name.text == "block", node: emptyNode{}}
	if name.text == "embed" {
		inner := newParser(p.eng, p.unit.env, p.stream, p.unit.name, p.unit.source)
		inner.unit.parent = &constExpr{place{name.pos}, null}
		inner.module([]string{"endembed"})
		p.skipTag(p.i)
		return s
	}
	for {
		p.inner(name.text, name.pos, bodies[name.text]...)
		s.node = p.check.now.parts
		end := p.current().text
		p.skipTag(p.i)
		if end == "end"+name.text || p.atKind(tEnd) {
			return s
		}
	}
}
