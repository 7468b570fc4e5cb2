package twig

// blockNode is {% block name %} where it stands.
type blockNode struct {
	name string
	at   pos
}

func (n *blockNode) exec(r *run, c *frame) {
	r.pos = n.at
	r.showBlock(c.inst, n.name, c, c.blocks, true, nil)
}

// blockExpr is block(name, template).
type blockExpr struct {
	place
	name     expr
	template expr
}

// target is the template asked and the blocks in force there.
func (e *blockExpr) target(r *run, c *frame) (*instance, map[string]*block) {
	if e.template == nil {
		return c.inst, c.blocks
	}
	return r.instance(r.resolve(c.unit, e.at, e.template.eval(r, c))), nil
}

func (e *blockExpr) show(r *run, c *frame) {
	inst, blocks := e.target(r, c)
	name := r.str(e.name.eval(r, c))
	r.pos = e.at
	r.showBlock(inst, name, c, blocks, true, nil)
}

func (e *blockExpr) eval(r *run, c *frame) Value {
	start := len(r.out)
	e.show(r, c)
	r.grow(len(r.out) - start)
	s := string(r.out[start:])
	r.out = r.out[:start]
	return String(s)
}

func (e *blockExpr) probe(r *run, c *frame) (Value, bool) {
	if !e.exists(r, c) {
		return null, false
	}
	return e.eval(r, c), true
}

func (e *blockExpr) exists(r *run, c *frame) bool {
	inst, blocks := e.target(r, c)
	name := r.str(e.name.eval(r, c))
	return r.hasBlock(inst, name, c, blocks)
}

type blockPrint struct{ e *blockExpr }

func (n *blockPrint) exec(r *run, c *frame) { n.e.show(r, c) }

// parentExpr is parent().
type parentExpr struct {
	place
	name string
}

func (e *parentExpr) eval(r *run, c *frame) Value {
	return String(r.capture(&parentPrint{e}, c))
}

type parentPrint struct{ e *parentExpr }

func (n *parentPrint) exec(r *run, c *frame) {
	r.pos = n.e.at
	r.showParent(n.e.name, c)
}

func parseParent(p *parser, at pos, _ expr, _ []argument) expr {
	if len(p.blockStack) == 0 {
		p.fail(at, `Calling the "parent" function outside of a block is forbidden.`)
	}
	if p.unit.parent == nil && len(p.unit.traits) == 0 {
		p.fail(at, `Calling the "parent" function on a template that does not call "extends" or "use" is forbidden.`)
	}
	return &parentExpr{place{at}, p.blockStack[len(p.blockStack)-1]}
}

func parseBlockCall(p *parser, at pos, _ expr, args []argument) expr {
	c := &callable{name: "block", params: []param{req("name"), opt("template", null)}}
	ordered, _ := p.bind(at, "function", c, args)
	p.needLoop()
	e := &blockExpr{place: place{at}, name: ordered[0]}
	if len(ordered) > 1 {
		e.template = ordered[1]
	}
	return e
}

func parseAttributeCall(p *parser, at pos, _ expr, args []argument) expr {
	c := &callable{name: "attribute", params: []param{req("variable"), req("attribute"), opt("arguments", null)}}
	ordered, _ := p.bind(at, "function", c, args)
	e := &attrExpr{place: place{at}, obj: ordered[0], attr: ordered[1]}
	if len(ordered) > 2 && ordered[2] != nil {
		e.args = []expr{&spreadExpr{place{at}, ordered[2]}}
	}
	return p.attr(e)
}
