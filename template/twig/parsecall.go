package twig

import "github.com/crmmail/crmmail/template"

// maxArguments is how many arguments a call may be written with.
const maxArguments = 256

// arguments parses the arguments of a call after its "(".
func (p *parser) arguments() []argument {
	var args []argument
	spread := false
	for !p.at(tPunctuation, ")") {
		if len(args) > maxArguments {
			p.abort(p.current().pos, template.KindLimit, "The call has too many arguments.")
		}
		if len(args) > 0 {
			p.expect(tPunctuation, ",", "Arguments must be separated by a comma")
			if p.at(tPunctuation, ")") {
				break
			}
		}
		a := p.argument()
		if _, ok := a.e.(*spreadExpr); ok {
			spread = true
		} else if spread {
			p.fail(p.current().pos, "Normal arguments must be placed before argument unpacking.")
		}
		args = replaceNamed(args, a)
	}
	p.expect(tPunctuation, ")", "A list of arguments must be closed by a parenthesis")
	return args
}

// replaceNamed adds an argument; a name that was given before takes the new value.
func replaceNamed(args []argument, a argument) []argument {
	for i := range args {
		if a.name != "" && args[i].name == a.name {
			args[i].e = a.e
			return args
		}
	}
	return append(args, a)
}

func (p *parser) argument() argument {
	e := p.item()
	if set, ok := e.(*assignExpr); ok {
		return argument{set.name, set.e}
	}
	t := p.current()
	if !p.accept(tPunctuation, ":") {
		return argument{e: e}
	}
	n, ok := e.(*nameExpr)
	if !ok {
		p.fail(t.pos, `A parameter name must be a string, "`+nodeClass(e)+`" given.`)
	}
	return argument{n.name, p.expression(0)}
}

// filter parses the filter after "|".
func (p *parser) filter(on expr) expr {
	t := p.expect(tName, "", "")
	var args []argument
	if p.accept(tOperator, "(") {
		args = p.arguments()
	}
	return p.filterCall(t.text, t.pos, on, args)
}

func (p *parser) filterCall(name string, at pos, on expr, args []argument) expr {
	c, ok := p.eng.filters.byName[name]
	if !ok {
		if p.lenient {
			return &constExpr{place{at}, null}
		}
		p.report(at, `Unknown "`+name+`" filter.`+suggest(name, p.eng.filters.order))
		return &unknownCall{place{at}, on, args}
	}
	p.use(usedFilter, name, at)
	if c.node != nil {
		return c.node(p, at, on, args)
	}
	if c.preHTML && safetyOf(on)&safeHTML == 0 {
		p.use(usedFilter, "escape", at)
		on = &callExpr{place: place{on.where()}, c: p.eng.escapeFilter, what: "filter", on: on, args: []expr{&constExpr{place{at}, String("html")}, &constExpr{place{at}, null}, &constExpr{place{at}, vTrue}}}
	}
	return p.call("filter", c, at, on, args)
}

func (p *parser) call(what string, c *callable, at pos, on expr, args []argument) expr {
	ordered, spread := p.bindLater(at, what, c, args)
	return &callExpr{place: place{at}, c: c, what: what, on: on, args: ordered, spread: spread}
}

// function parses a call after "name(".
func (p *parser) function(l expr, t token) expr {
	name, at := "", l.where()
	switch l := l.(type) {
	case *nameExpr:
		name = l.name
	case *specialExpr:
		name = l.name
	default:
		p.fail(t.pos, "Function name must be an identifier.")
	}
	if m, ok := p.importedMacro(name, at); ok {
		m.args = p.arguments()
		return m
	}
	args := p.arguments()
	c, ok := p.eng.functions.byName[name]
	if !ok {
		if p.lenient {
			return &constExpr{place{at}, null}
		}
		p.report(at, `Unknown "`+name+`" function.`+suggest(name, p.eng.functions.order))
		return &unknownCall{place{at}, nil, args}
	}
	p.use(usedFunction, name, at)
	if c.node != nil {
		return c.node(p, at, nil, args)
	}
	return p.call("function", c, at, nil, args)
}

// test parses the test after "is".
func (p *parser) test(on expr, t token) expr {
	name := p.expect(tName, "", "").text
	if p.atKind(tName) {
		name += " " + p.next().text
	}
	c, ok := p.eng.tests.byName[name]
	if !ok {
		if !p.lenient {
			p.report(t.pos, `Unknown "`+name+`" test.`+suggest(name, p.eng.tests.order))
		}
		c = &callable{name: name, variadic: true, fn: func(*run, []Value) Value { return null }}
	}
	p.use(usedTest, name, t.pos)
	var args []argument
	if p.accept(tOperator, "(") {
		args = p.arguments()
	} else if name == "same as" || name == "divisible by" {
		args = []argument{{e: p.expression(100)}}
	}
	if c.node != nil {
		return c.node(p, t.pos, on, args)
	}
	return p.call("test", c, t.pos, on, args)
}

// definedTest is "is defined".
type definedTest struct {
	place
	e prober
}

func (e *definedTest) eval(r *run, c *frame) Value {
	if d, ok := e.e.(interface{ exists(*run, *frame) bool }); ok {
		return Bool(d.exists(r, c))
	}
	v, ok := e.e.probe(r, c)
	if call, is := e.e.(*alwaysDefined); is && !call.isConstant() { // as in Twig, the call's value
		return v
	}
	return Bool(ok)
}

func parseDefined(p *parser, at pos, on expr, _ []argument) expr {
	if n, ok := on.(*nameExpr); ok {
		if m, ok := p.importedMacro(n.name, n.at); ok {
			return &definedTest{place{at}, m}
		}
	}
	return &definedTest{place{at}, p.prober(on)}
}

// defaultExpr is the filter default on a variable or attribute, which need not exist.
type defaultExpr struct {
	place
	on  prober
	def expr
}

// eval evaluates the default even where it is not taken, as Twig does: its faults are not hidden.
func (e *defaultExpr) eval(r *run, c *frame) Value {
	v, ok := e.on.probe(r, c)
	def := e.def.eval(r, c)
	if ok && !isEmpty(v) {
		return v
	}
	return def
}

func parseDefault(p *parser, at pos, on expr, args []argument) expr {
	call := p.call("filter", &callable{name: "default", params: []param{opt("default", empty)}, fn: filterDefault}, at, on, args)
	var def expr = &constExpr{place{at}, empty}
	if c := call.(*callExpr); len(c.args) > 0 && !c.spread {
		def = c.args[0]
	}
	switch on := on.(type) {
	case *nameExpr:
		return &defaultExpr{place{at}, on, def}
	case *attrExpr:
		return &defaultExpr{place{at}, on, def}
	}
	return call
}

func filterDefault(_ *run, args []Value) Value {
	if isEmpty(args[0]) {
		return args[1]
	}
	return args[0]
}

// isEmpty is the test "empty".
func isEmpty(v Value) bool {
	switch v.k {
	case kNull, kUndefined:
		return true
	case kBool:
		return v.n == 0
	case kString, kMarkup:
		return v.n == 0
	case kArray:
		return v.arr().len() == 0
	}
	return false
}

// rawExpr is the filter raw: the value, safe where it is printed at once.
type rawExpr struct {
	place
	e expr
}

func (e *rawExpr) eval(r *run, c *frame) Value { return e.e.eval(r, c) }

func parseRaw(p *parser, at pos, on expr, _ []argument) expr { return &rawExpr{place{at}, on} }
