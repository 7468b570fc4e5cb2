package twig

// assignExpr is "name = e" inside an expression.
type assignExpr struct {
	place
	name string
	slot int
	e    expr
}

func (e *assignExpr) eval(r *run, c *frame) Value {
	v := e.e.eval(r, c)
	c.slots[e.slot] = v
	return v
}

// listAssign is "[a, , b] = e", with -1 for a hole.
type listAssign struct {
	place
	slots []int
	e     expr
}

func (e *listAssign) eval(r *run, c *frame) Value {
	v := e.e.eval(r, c)
	r.pos = e.at
	if v.k != kArray {
		throwPHP("array_pad(): Argument #1 ($array) must be of type array, " + v.typeName() + " given")
	}
	a := v.arr().settled()
	for i, slot := range e.slots {
		if slot >= 0 {
			item, _ := a.get(intKey(int64(i)))
			c.slots[slot] = item
		}
	}
	return v
}

// mapAssign is "{name, key: other} = e". Its value is the list of what was assigned.
type mapAssign struct {
	place
	keys   []Value
	slots  []int
	e      expr
	strict bool
}

func (e *mapAssign) eval(r *run, c *frame) Value {
	v := e.e.eval(r, c)
	r.growArray(len(e.slots))
	vals := make([]Value, len(e.slots))
	for i, k := range e.keys {
		vals[i], _ = r.attribute(c, access{at: e.e.where(), strict: e.strict}, v, k, nil)
	}
	for i, slot := range e.slots {
		c.slots[slot] = vals[i]
	}
	return List(vals)
}

// arrowExpr is "(a, b) => e".
type arrowExpr struct {
	place
	params []int
	body   expr
	sets   bool // the body assigns: each call needs its own variables
}

// closure is an arrow function with the variables it was made with.
type closure struct {
	arrow *arrowExpr
	frame frame
	busy  bool // a call is running, so another one needs its own variables too
}

func (e *arrowExpr) eval(r *run, c *frame) Value {
	r.growArray(len(c.slots) + 4)
	f := &closure{arrow: e, frame: *c}
	f.frame.slots = append([]Value(nil), c.slots...)
	for i, v := range f.frame.slots {
		f.frame.slots[i] = r.settle(v)
	}
	return closureOf(f)
}

// call runs the arrow function; arguments beyond its parameters are dropped, missing ones are refused.
func (f *closure) call(r *run, args ...Value) Value {
	if len(args) < len(f.arrow.params) {
		throwPHP("Too few arguments to function {closure}(), " + Int(int64(len(args))).String() + " passed and exactly " + Int(int64(len(f.arrow.params))).String() + " expected")
	}
	r.enter()
	mark := r.mark()
	c := &f.frame
	if f.arrow.sets || f.busy {
		inner := f.frame
		inner.slots = r.copied(f.frame.slots)
		c = &inner
	}
	for i, slot := range f.arrow.params {
		c.slots[slot] = args[i]
	}
	was, at, busy := r.unit, r.pos, f.busy
	r.unit, f.busy = c.unit, true
	v := f.arrow.body.eval(r, c)
	r.unit, r.pos, f.busy = was, at, busy
	r.release(mark)
	r.leave()
	return v
}
