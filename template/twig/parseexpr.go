package twig

import (
	"github.com/crmmail/crmmail/template"
)

// expression parses an expression of operators that bind at least as tightly as prec.
func (p *parser) expression(prec int) expr {
	p.deeper()
	defer func() { p.depth-- }()
	beside := p.height
	p.height = 0
	spreads := p.spreads
	p.spreads = false
	e := p.operand()
	if s, ok := e.(*spreadExpr); ok && !spreads {
		p.fail(s.at, `Unexpected token "operator" of value "...".`)
	}
	e = p.operators(e, prec)
	p.height = max(beside, p.height+1)
	return e
}

// operators parses the operators that follow the operand e.
func (p *parser) operators(e expr, prec int) expr {
	for chain := 0; ; chain++ {
		t := p.current()
		if t.kind != tOperator {
			return e
		}
		level, ok := levels[t.text]
		if !ok || level < prec {
			return e
		}
		if chain > maxChain || p.height > maxHeight {
			p.abort(t.pos, template.KindLimit, "The expression is too long.")
		}
		p.next()
		e = p.infix(e, t, level)
		if t.text != "~" { // a chain of those is one node
			p.height++
		}
	}
}

// item parses an element of a list or an argument of a call, which alone may be spread.
func (p *parser) item() expr {
	p.spreads = true
	return p.expression(0)
}

// operand parses a prefix operator with its operand, or a literal.
func (p *parser) operand() expr {
	t := p.current()
	if t.kind == tOperator {
		switch t.text {
		case "not":
			p.next()
			return &unaryExpr{place: place{t.pos}, op: '!', e: p.expression(50)}
		case "-", "+":
			p.next()
			return p.signed(t)
		case "...":
			p.next()
			return &spreadExpr{place{t.pos}, p.expression(0)}
		case "(":
			p.next()
			return p.group(t)
		}
	}
	return p.literal()
}

func (p *parser) signed(t token) expr {
	return &unaryExpr{place: place{t.pos}, op: t.text[0], e: p.expression(500)}
}

// group parses what follows "(": an expression in parentheses, or the parameters of an arrow function.
func (p *parser) group(t token) expr {
	e := p.expression(0)
	if p.accept(tPunctuation, ")") {
		if !p.at(tOperator, "=>") {
			if u, ok := e.(*unaryExpr); ok {
				u.grouped = true
			}
			return e
		}
		return p.list(t, []expr{e})
	}
	if !p.at(tPunctuation, ",") {
		p.expect(tPunctuation, ")", "An opened parenthesis is not properly closed")
	}
	names := []expr{e}
	for !p.accept(tPunctuation, ")") {
		p.expect(tPunctuation, ",", "")
		n := p.expect(tName, "", "")
		names = append(names, p.name(n))
	}
	if !p.at(tOperator, "=>") {
		p.fail(p.current().pos, "A list of variables must be followed by an arrow.")
	}
	return p.list(t, names)
}

// listExpr is the parameter list of an arrow function; only the parser sees it.
type listExpr struct {
	place
	names []*nameExpr
}

func (*listExpr) eval(*run, *frame) Value { return null }

func (p *parser) list(t token, items []expr) expr {
	l := &listExpr{place: place{t.pos}}
	for _, e := range items {
		n, ok := e.(*nameExpr)
		if !ok {
			p.fail(e.where(), "A list must only contain variables.")
		}
		p.checkAssignable(n)
		l.names = append(l.names, n)
	}
	return l
}

func (p *parser) checkAssignable(n *nameExpr) {
	switch n.name {
	case "true", "false", "none", "null":
		p.fail(n.at, `You cannot assign a value to "`+n.name+`".`)
	}
}

func (p *parser) arrow(l expr, t token) expr {
	a := &arrowExpr{place: place{t.pos}}
	sets := p.sets
	a.body = p.expression(0)
	a.sets = p.sets != sets
	var names []*nameExpr
	switch l := l.(type) {
	case *nameExpr:
		names = []*nameExpr{l}
	case *listExpr:
		names = l.names
	default:
		p.fail(l.where(), "The arrow function argument must be a list of variables or a single variable.")
	}
	for _, n := range names {
		a.params = append(a.params, n.slot)
		p.unit.own(n.name)
	}
	return a
}

func (p *parser) ternary(l expr, t token) expr {
	e := &condExpr{place: place{t.pos}, test: l, yes: p.expression(0)}
	if p.accept(tPunctuation, ":") {
		e.no = p.expression(0)
	} else {
		e.no = &constExpr{place{t.pos}, empty}
	}
	return e
}

func (p *parser) coalesce(l expr, t token) expr {
	r := p.expression(300)
	return &coalesceExpr{place{t.pos}, p.prober(l), r}
}

// prober asks that the test "defined" can be put to e.
func (p *parser) prober(e expr) prober {
	switch e := e.(type) {
	case *callExpr:
		if e.what == "function" {
			return &alwaysDefined{e}
		}
	case prober:
		return e
	}
	p.fail(e.where(), `The "defined" test only works with simple variables.`)
	return nil
}

// alwaysDefined is a function call that the test "defined" is put to.
type alwaysDefined struct{ expr }

// isConstant reports a call of the function constant, which Twig asks instead of reading it.
func (a *alwaysDefined) isConstant() bool {
	call, ok := a.expr.(*callExpr)
	return ok && call.c.name == "constant"
}

func (a *alwaysDefined) probe(r *run, c *frame) (Value, bool) {
	v := a.eval(r, c)
	return v, v.truth()
}

// assignment parses the right side of "=" after l.
func (p *parser) assignment(l expr, t token) expr {
	switch l := l.(type) {
	case *nameExpr:
		slot := p.assign(l.at, l.name)
		return &assignExpr{place{t.pos}, l.name, slot, p.expression(0)}
	case *arrayExpr:
		r := p.expression(0)
		return p.destructure(l, r, t)
	}
	p.fail(t.pos, `Cannot assign to "`+nodeClass(l)+`", only variables can be assigned.`)
	return nil
}

func (p *parser) destructure(l *arrayExpr, r expr, t token) expr {
	named, filled := false, false
	for i, v := range l.vals {
		if _, ok := v.(*hole); !ok {
			filled = true
		}
		named = named || l.keys != nil && l.keys[i] != nil
	}
	if !filled {
		p.fail(t.pos, "Cannot destructure to an empty list of variables.")
	}
	if named {
		return p.destructureMap(l, r, t)
	}
	a := &listAssign{place: place{t.pos}, e: r}
	for _, v := range l.vals {
		switch v := v.(type) {
		case *hole:
			a.slots = append(a.slots, -1)
		case *nameExpr:
			a.slots = append(a.slots, p.assign(v.at, v.name))
		default:
			p.fail(t.pos, `Cannot assign to "`+nodeClass(v)+`", only variables can be assigned in sequence destructuring.`)
		}
	}
	return a
}

func (p *parser) destructureMap(l *arrayExpr, r expr, t token) expr {
	a := &mapAssign{place: place{t.pos}, e: r, strict: p.eng.strict}
	for i, v := range l.vals {
		n, ok := v.(*nameExpr)
		k, constant := l.keys[i].(*constExpr)
		if !ok || !constant {
			p.fail(t.pos, `Cannot assign to "`+nodeClass(v)+`", only variables can be assigned in object/mapping destructuring.`)
		}
		a.slots = append(a.slots, p.assign(n.at, n.name))
		a.keys = append(a.keys, k.v)
	}
	return a
}
