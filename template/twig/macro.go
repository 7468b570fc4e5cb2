package twig

import (
	"strings"
)

// macro is a {% macro %}.
type macro struct {
	name     string
	unit     *unit
	params   []macroParam
	rest     int // the slot of the arguments beyond the parameters
	variadic bool
	body     node
}

type macroParam struct {
	name string
	slot int
	def  expr
}

// foldedMacro is the name under which a macro is found without regard to case.
func foldedMacro(name string) string { return " " + strings.ToLower(name) }

// imported is what a name that a template imported stands for.
type imported struct {
	index int    // the number of the import
	macro string // the macro, "" where the name stands for the whole template
}

// importNode is {% import %} and {% from %}.
type importNode struct {
	at    pos
	from  expr
	self  bool
	index int
}

func (n *importNode) exec(r *run, c *frame) {
	if n.self {
		c.inst.imports[n.index] = c.inst
		return
	}
	c.inst.imports[n.index] = r.instance(r.resolve(c.unit, n.at, n.from.eval(r, c)))
}

// macroCall calls a macro, or reads it without a call, which is the same.
type macroCall struct {
	place
	target imported // index -1 for _self
	name   expr     // nil where target names the macro
	args   []argument
}

func (e *macroCall) namespace(c *frame) *instance {
	if e.target.index < 0 {
		return c.inst
	}
	ns := c.inst.imports[e.target.index]
	if ns == nil {
		c.fail(e.at, runtimeKind, `Macros imported in the body of template "`+c.unit.name+`" are not available because the body was not rendered; move the "import" or "from" tag inside the block or the macro that uses it.`)
	}
	return ns
}

func (e *macroCall) macroName(r *run, c *frame) string {
	if e.name == nil {
		return e.target.macro
	}
	v := e.name.eval(r, c)
	r.pos = e.at
	return r.str(v)
}

func (e *macroCall) eval(r *run, c *frame) Value {
	ns := e.namespace(c)
	name := e.macroName(r, c)
	m := r.macro(ns, name, c)
	if m == nil {
		for _, a := range e.args { // as in Twig, whose faults come first
			a.e.eval(r, c)
		}
		c.fail(e.at, runtimeKind, `Macro "`+name+`" is not defined in template "`+ns.unit.name+`".`)
	}
	return r.callMacro(c, e, m)
}

func (e *macroCall) probe(r *run, c *frame) (Value, bool) {
	if !e.exists(r, c) {
		return null, false
	}
	return e.eval(r, c), true
}

func (e *macroCall) exists(r *run, c *frame) bool {
	return r.macro(e.namespace(c), e.macroName(r, c), c) != nil
}

// macro finds a macro of a template or of its parents; names are compared without case, the exact one first.
func (r *run) macro(ns *instance, name string, c *frame) *macro {
	bare, _ := strings.CutPrefix(name, "macro_")
	for depth := 0; ns != nil && depth <= r.eng.limits.Depth; depth++ {
		r.step(1)
		for _, n := range []string{name, foldedMacro(name), foldedMacro(bare)} {
			if m, ok := ns.unit.macros[n]; ok {
				return m
			}
		}
		ns = r.parentOf(ns, c)
	}
	return nil
}

// callMacro runs a macro, which sees its arguments and the globals only.
func (r *run) callMacro(c *frame, e *macroCall, m *macro) Value {
	r.enter()
	mark := r.mark()
	inst := r.instance(m.unit)
	inner := r.newFrame(inst, nil, nil, nil)
	r.bindMacro(c, e, m, &inner)
	var s string
	r.within(m.unit, func() {
		r.secure(m.unit)
		s = r.capture(m.body, &inner)
	})
	r.release(mark)
	r.leave()
	return Markup(s)
}

func (r *run) bindMacro(c *frame, e *macroCall, m *macro, inner *frame) {
	bound := &macroBinding{r: r, c: c, at: e.at, m: m, inner: inner, rest: &array{}}
	for _, a := range e.args {
		v := a.e.eval(r, c)
		if _, ok := a.e.(*spreadExpr); ok && a.name == "" {
			bound.spread(v)
			continue
		}
		if a.name != "" {
			bound.named(a.name, v)
		} else {
			bound.positional(v)
		}
	}
	bound.finish()
}

// macroBinding gives the arguments of one call to the parameters of a macro.
type macroBinding struct {
	r        *run
	c        *frame
	at       pos
	m        *macro
	inner    *frame
	rest     *array
	given    int
	set      uint64 // the parameters that were named
	sawNamed bool
}

func (b *macroBinding) positional(v Value) {
	if b.sawNamed {
		b.c.fail(b.at, runtimeKind, `Positional arguments cannot be used after named arguments for macro "`+b.m.name+`".`)
	}
	if b.given < len(b.m.params) {
		b.inner.slots[b.m.params[b.given].slot] = v
	} else {
		b.r.growArray(1)
		b.rest.push(v)
	}
	b.given++
}

func (b *macroBinding) named(name string, v Value) {
	b.sawNamed = true
	for i, p := range b.m.params {
		if p.name != name {
			continue
		}
		if i < b.given {
			b.c.fail(b.at, runtimeKind, `Argument "`+name+`" is defined twice for macro "`+b.m.name+`".`)
		}
		b.inner.slots[p.slot] = v
		b.set |= 1 << i
		return
	}
	b.r.growArray(1)
	b.rest.set(keyOf(name), v)
}

func (b *macroBinding) spread(v Value) {
	b.r.pos = b.at
	if v.k != kArray {
		throwPHP("Only arrays and Traversables can be unpacked")
	}
	a := v.arr().settled()
	for i, item := range a.vals {
		if k := a.keyAt(i); k.isText {
			b.named(k.s, item)
		} else {
			b.positional(item)
		}
	}
}

func (b *macroBinding) finish() {
	for i, p := range b.m.params {
		if i < b.given || b.set&(1<<i) != 0 {
			continue
		}
		b.inner.slots[p.slot] = p.def.eval(b.r, b.inner)
	}
	b.inner.slots[b.m.rest] = arrayValue(b.rest)
}

// macroTarget reports that e names a template whose macros are called with a dot.
func (p *parser) macroTarget(e expr) (imported, bool) {
	switch e := e.(type) {
	case *specialExpr:
		return imported{index: -1}, e.name == "_self"
	case *nameExpr:
		im, ok := p.symbol("t:" + e.name)
		return im, ok
	}
	return imported{}, false
}

// importedMacro is the macro that a template imported by name.
func (p *parser) importedMacro(name string, at pos) (*macroCall, bool) {
	im, ok := p.symbol("f:" + name)
	if !ok {
		return nil, false
	}
	return &macroCall{place: place{at}, target: im}, true
}

// symbol looks a name up in the innermost scope and in the template's own.
func (p *parser) symbol(name string) (imported, bool) {
	if im, ok := p.scopes[len(p.scopes)-1][name]; ok {
		return im, true
	}
	im, ok := p.scopes[0][name]
	return im, ok
}

func (p *parser) pushScope() { p.scopes = append(p.scopes, map[string]imported{}) }

func (p *parser) popScope() { p.scopes = p.scopes[:len(p.scopes)-1] }
