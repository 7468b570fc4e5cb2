package twig

func parseBlock(p *parser, at pos) node {
	name := p.expect(tName, "", "").text
	if b, ok := p.unit.blocks[name]; ok {
		p.report(p.current().pos, "The block '"+name+"' has already been defined line "+Int(int64(b.at.line)).String()+".")
	}
	p.checkNesting(at)
	b := &block{unit: p.unit, at: at}
	p.unit.blocks[name] = b
	p.pushScope()
	p.blockStack = append(p.blockStack, name)
	p.blockDepth++
	p.needLoop()
	fors, targets := p.fors, p.targets
	p.fors, p.targets = nil, nil
	p.latterly(func() {
		if p.atKind(tBlockEnd) {
			p.next()
			b.body = p.inner("block", at, "endblock")
			p.next()
			p.endName("block", name)
		} else {
			b.body = p.printer(p.expression(0), p.escape)
		}
	})
	p.endTag()
	p.fors, p.targets = fors, targets
	p.blockDepth--
	p.blockStack = p.blockStack[:len(p.blockStack)-1]
	p.popScope()
	p.printed = false
	return &blockNode{name, at}
}

// endName checks the name that may follow endblock and endmacro.
func (p *parser) endName(tag, name string) {
	if !p.atKind(tName) {
		return
	}
	if given := p.next().text; given != name {
		p.fail(p.current().pos, "Expected end"+tag+" for "+tag+` "`+name+`" (but "`+given+`" given).`)
	}
}

// checkNesting notes a block under another tag, which a template with a parent may not have.
func (p *parser) checkNesting(at pos) {
	if p.blockDepth > 0 || p.macroDepth > 0 || p.captures > 0 || len(p.tags) == 0 {
		return
	}
	tag := p.tags[len(p.tags)-1]
	p.misplaced = append(p.misplaced, misplaced{at, `A "block" tag cannot be under a "` + tag.name + `" tag (line ` + Int(int64(tag.at.line)).String() + `).`})
}

func parseExtends(p *parser, at pos) node {
	e := p.expression(0)
	p.endTag()
	switch {
	case p.blockDepth > 0:
		p.report(at, `Cannot use "extend" in a block.`)
	case p.macroDepth > 0:
		p.report(at, `Cannot use "extend" in a macro.`)
	case p.hasExtends:
		p.report(at, "Multiple extends tags are forbidden.")
	}
	p.hasExtends = true
	p.unit.parent = e
	return nil
}

func parseUse(p *parser, _ pos) node {
	c, ok := p.expression(0).(*constExpr)
	if !ok {
		p.fail(p.current().pos, `The template references in a "use" statement must be a string.`)
	}
	t := trait{at: c.at, name: c.v.String()}
	if p.accept(tName, "with") {
		for {
			name := p.expect(tName, "", "").text
			alias := name
			if p.accept(tName, "as") {
				alias = p.expect(tName, "", "").text
			}
			t.from = append(t.from, name)
			t.aliases = append(t.aliases, alias)
			if !p.accept(tPunctuation, ",") {
				break
			}
		}
	}
	p.endTag()
	p.unit.traits = append(p.unit.traits, t)
	return nil
}

// includeArguments parses what follows the name of an included template.
func (p *parser) includeArguments() (vars expr, only, ignoreMissing bool) {
	if p.accept(tName, "ignore") {
		p.expect(tName, "missing", "")
		ignoreMissing = true
	}
	if p.accept(tName, "with") {
		vars = p.expression(0)
	}
	only = p.accept(tName, "only")
	p.endTag()
	return vars, only, ignoreMissing
}

func parseIncludeTag(p *parser, at pos) node {
	n := &includeNode{at: at, name: p.expression(0)}
	n.vars, n.only, n.ignoreMissing = p.includeArguments()
	if !n.only {
		p.needLoops()
	}
	p.printed = true
	return n
}

// parseEmbed parses an embed tag: what is in it is a template of its own that extends the named one. The name is read
// again by that template, in whose variables it is evaluated.
func parseEmbed(p *parser, at pos) node {
	from := p.i
	p.expression(0)
	n := &embedNode{at: at}
	n.vars, n.only, n.ignoreMissing = p.includeArguments()
	if !n.only {
		p.needLoops()
	}
	after := p.i
	inner := newParser(p.eng, p.unit.env, p.stream, p.unit.name, p.unit.source)
	inner.lenient = p.lenient
	p.i = from
	inner.unit.parent = inner.expression(0)
	inner.hasExtends = true
	p.i = after
	inner.use(usedTag, "extends", at)
	end := []string{"endembed"}
	p.latterly(func() { inner.module(openTag{"embed", at}, end) })
	if p.atKind(tEnd) {
		p.unexpectedEnd(end)
	}
	p.next()
	p.endTag()
	n.unit = inner.unit
	p.printed = true
	return n
}
