package twig

import (
	"strings"
)

// statement is a parsed statement with what the rules for child templates ask.
type statement struct {
	node     node
	at       pos
	printed  bool
	blockRef bool
	blank    bool
}

// latterly parses what Twig looks at last.
func (p *parser) latterly(parse func()) {
	before := p.delayed
	p.delayed = nil
	parse()
	if p.late == nil {
		p.late = p.delayed
	}
	p.delayed = before
}

// module parses a whole template, or the inside of an embed up to its end tag.
func (p *parser) module(opener openTag, end []string) {
	body := p.statements(opener, end, true)
	u := p.unit
	if u.parent != nil {
		body = p.childBody(body)
	}
	u.traitable = u.parent == nil && len(u.macros) == 0 && onlyBlocks(body)
	nodes := make(seq, 0, len(body))
	for _, s := range body {
		nodes = append(nodes, s.node)
	}
	u.body = nodes
	u.violation = u.uses.violation(p.eng, u)
	if u.parent == nil && len(u.traits) == 0 && u.imports == 0 {
		u.plain = &instance{unit: u, blocks: u.blocks}
	}
}

// onlyBlocks reports that a template may be used for its blocks: besides them it has only text.
func onlyBlocks(body []statement) bool {
	for _, s := range body {
		switch s.node.(type) {
		case *textNode, *blockNode, emptyNode:
		default:
			return false
		}
	}
	return true
}

// childBody drops what a template with a parent does not print, and refuses what it may not contain.
func (p *parser) childBody(body []statement) []statement {
	for _, s := range body {
		if s.printed && !s.blockRef {
			p.report(s.at, "A template that extends another one cannot include content outside Twig blocks. Did you forget to put the content inside a {% block %} tag?")
		}
	}
	for _, m := range p.misplaced {
		p.report(m.at, m.message)
	}
	var kept []statement
	for _, s := range body {
		if !s.blockRef && !s.blank {
			kept = append(kept, s)
		}
	}
	return kept
}

func blankText(s string) bool {
	return strings.Trim(strings.TrimPrefix(s, "\ufeff"), space) == ""
}

// statements parses up to a tag named in end, which stays unread but for its "{%". opener is the tag they are in.
func (p *parser) statements(opener openTag, end []string, whole bool) []statement {
	p.deeper()
	defer func() { p.depth-- }()
	first := p.current().pos
	if whole && end != nil { // an embed begins with its tag
		first = opener.at
	}
	parse := p.statement
	if p.check != nil {
		p.check.awaited = append(p.check.awaited, end)
		defer func() { p.check.awaited = p.check.awaited[:len(p.check.awaited)-1] }()
		parse = p.tolerant
	}
	var out []statement
	for !p.atKind(tEnd) {
		before := p.printed
		p.printed = false
		s, done := parse(opener, end, first)
		if done {
			p.printed = before
			return out
		}
		s.printed = p.printed
		p.printed = before || p.printed
		if s.node != nil {
			out = append(out, s)
			p.check.parsed(p.unit, s.node)
		}
	}
	if end != nil && !whole { // an embed looks at its content before it misses its end
		p.unexpectedEnd(end)
	}
	return out
}

// unexpectedEnd reports a tag that is never closed. What Twig says depends on what it looks for: one tag, or any of some.
func (p *parser) unexpectedEnd(end []string) {
	message := "Unexpected end of template."
	if len(end) == 1 && end[0] != "endif" {
		message = `Unexpected token "end of template" ("end of statement block" expected).`
	}
	p.report(p.current().pos, message)
}

func (p *parser) statement(opener openTag, end []string, first pos) (statement, bool) {
	t := p.next()
	switch t.kind {
	case tText:
		blank := blankText(t.text)
		p.printed = !blank
		return statement{node: &textNode{t.text}, at: t.pos, blank: blank}, false
	case tVarStart:
		e := p.expression(0)
		p.expect(tVarEnd, "", "")
		p.printed = true
		return statement{node: p.printer(e, p.escape), at: t.pos}, false
	}
	name := p.current()
	if name.kind != tName {
		p.fail(name.pos, "A block must start with a tag name.")
	}
	for _, e := range end {
		if e == name.text {
			return statement{}, true
		}
	}
	parse, ok := p.eng.tags[name.text]
	if !ok {
		p.unknownTag(name, opener, end, first)
	}
	p.next()
	if name.text != "block" && name.text != "macro" {
		p.tags = append(p.tags, openTag{name.text, name.pos})
		defer func() { p.tags = p.tags[:len(p.tags)-1] }()
	}
	p.use(usedTag, name.text, name.pos)
	n := parse(p, name.pos)
	return statement{node: n, at: name.pos, blockRef: name.text == "block"}, false
}

func (p *parser) unknownTag(name token, opener openTag, end []string, first pos) {
	if opener.name == "" && end == nil {
		p.fail(name.pos, `Unknown "`+name.text+`" tag.`+suggest(name.text, p.eng.tagNames))
	}
	p.fail(name.pos, `Unexpected "`+name.text+`" tag (expecting closing tag for the "`+opener.name+`" tag defined near line `+Int(int64(first.line)).String()+`).`)
}

// inner parses the body of a tag up to one of its end tags.
func (p *parser) inner(tag string, at pos, end ...string) seq {
	body := p.statements(openTag{tag, at}, end, false)
	nodes := make(seq, len(body))
	for i, s := range body {
		nodes[i] = s.node
	}
	if p.check != nil {
		p.check.now.mid = p.i
	}
	return nodes
}
