package twig

import (
	"slices"
	"strings"

	"github.com/crmmail/crmmail/template"
)

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
			if x.Kind == template.KindSyntax {
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
		inner.module(openTag{"embed", name.pos}, []string{"endembed"})
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
