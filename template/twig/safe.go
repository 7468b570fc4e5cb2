package twig

// safety is the set of escaping strategies that an expression needs no escaping for.
type safety uint8

const (
	safeHTML safety = 1 << iota
	safeJS
	safeCSS
	safeURL
	safeAttr
	safeRelaxed
	safeAll safety = 1<<iota - 1
)

// strategySafety is what text that was escaped by a strategy is safe for.
func strategySafety(name string) safety {
	switch name {
	case "html":
		return safeHTML
	case "js":
		return safeJS
	case "css":
		return safeCSS
	case "url":
		return safeURL
	case "html_attr":
		return safeAttr | safeHTML | safeRelaxed
	case "html_attr_relaxed":
		return safeRelaxed | safeHTML
	}
	return 0
}

// need is the bit of a strategy that is to be applied.
func need(strategy string) safety {
	switch strategy {
	case "html_attr":
		return safeAttr
	case "html_attr_relaxed":
		return safeRelaxed
	}
	return strategySafety(strategy)
}

// safetyOf is Twig's analysis of what an expression is safe for where it is printed directly. What it misses, the
// mark on the value catches.
func safetyOf(e expr) safety {
	switch e := e.(type) {
	case *constExpr, *blockExpr, *parentExpr, *macroCall, *rawExpr, *includeExpr:
		return safeAll
	case *condExpr:
		return safetyOf(e.yes) & safetyOf(e.no)
	case *elvisExpr:
		return safetyOf(e.l) & safetyOf(e.r)
	case *coalesceExpr:
		return safetyOf(e.l) & safetyOf(e.r)
	case *callExpr:
		if e.c.name == "escape" || e.c.name == "e" {
			return escapeSafety(e)
		}
		return e.c.safe
	}
	return 0
}

// escapeSafety is what the filter escape makes safe, by its first argument as it was written.
func escapeSafety(e *callExpr) safety {
	if len(e.args) == 0 || e.args[0] == nil {
		return safeHTML
	}
	if c, ok := e.args[0].(*constExpr); ok {
		return strategySafety(c.v.String())
	}
	return 0
}

// printer is the statement that prints e under an escaping strategy, "" for none. The operands of operators that
// choose one are escaped each for itself.
func (p *parser) printer(e expr, strategy string) node {
	switch e := e.(type) {
	case *constExpr:
		if e.v.isText() {
			return &textNode{e.v.str()}
		}
	case *blockExpr:
		return &blockPrint{e}
	case *parentExpr:
		return &parentPrint{e}
	case *condExpr:
		return &condPrint{e.test, p.printer(e.yes, strategy), p.printer(e.no, strategy)}
	case *elvisExpr:
		return &firstPrint{elvis: e.l, at: e.l.where(), strategy: p.strategyOf(e.l, strategy), no: p.printer(e.r, strategy)}
	case *coalesceExpr:
		return &firstPrint{probed: e.l, at: e.l.where(), strategy: p.strategyOf(e.l, strategy), no: p.printer(e.r, strategy)}
	}
	if p.strategyOf(e, strategy) == "" {
		return &printNode{e}
	}
	return &escapeNode{e, strategy}
}

// strategyOf is the strategy that e has to be escaped with, "" where it is safe as it is.
func (p *parser) strategyOf(e expr, strategy string) string {
	if p.check != nil && p.initial != "" {
		p.check.strategies[e] = strategy
	}
	if safe := safetyOf(e); strategy == "" || safe == safeAll || safe&need(strategy) != 0 {
		return ""
	}
	p.use(usedFilter, "escape", e.where())
	return strategy
}

// firstPrint prints the left operand of "?:" or "??" where it counts, and else the right one.
type firstPrint struct {
	elvis    expr
	probed   prober
	at       pos
	strategy string // of the left operand
	no       node
}

func (n *firstPrint) exec(r *run, c *frame) {
	v, ok := n.pick(r, c)
	if !ok {
		n.no.exec(r, c)
		return
	}
	r.pos = n.at
	r.emit(v, n.strategy)
}

func (n *firstPrint) pick(r *run, c *frame) (Value, bool) {
	if n.elvis != nil {
		v := n.elvis.eval(r, c)
		return v, v.truth()
	}
	v, ok := n.probed.probe(r, c)
	return v, ok && !v.isNull()
}
