package twig

// loop is the state behind the variable "loop".
type loop struct {
	index, length int
	parent        *frame
	outerLoop     Value // what "loop" was outside
	slot          int
	assigned      []int   // what the body may set
	before        []Value // its values before the loop
}

// attr returns a property of the loop, kUndefined for one it does not have.
func (l *loop) attr(r *run, name string) Value {
	switch name {
	case "index":
		return Int(int64(l.index + 1))
	case "index0":
		return Int(int64(l.index))
	case "revindex":
		return Int(int64(l.length - l.index))
	case "revindex0":
		return Int(int64(l.length - l.index - 1))
	case "first":
		return Bool(l.index == 0)
	case "last":
		return Bool(l.index == l.length-1)
	case "length":
		return Int(int64(l.length))
	case "parent":
		return arrayValue(l.parentContext(r))
	}
	return undef
}

// pick are the values of some slots.
func (r *run) pick(slots []Value, numbers []int) []Value {
	r.growArray(len(numbers))
	out := make([]Value, len(numbers))
	for i, n := range numbers {
		out[i] = slots[n]
	}
	return out
}

// parentContext is the context around the loop as it was when the loop began.
func (l *loop) parentContext(r *run) *array {
	a := newArray(len(l.parent.slots))
	slots := l.parent.slots
	was := append([]Value{slots[l.slot]}, r.pick(slots, l.assigned)...)
	for i, slot := range l.assigned {
		slots[slot] = l.before[i]
	}
	slots[l.slot] = l.outerLoop
	r.enter()
	r.fillContext(a, l.parent)
	r.leave()
	for i, slot := range l.assigned {
		slots[slot] = was[i+1]
	}
	slots[l.slot] = was[0]
	r.growMap(len(a.vals))
	return a
}

var loopKeys = [...]string{"parent", "index0", "index", "first", "revindex0", "revindex", "length", "last"}

func (l *loop) value(r *run) Value {
	r.growMap(len(loopKeys))
	a := newArray(len(loopKeys))
	for _, name := range loopKeys {
		a.set(key{s: name, isText: true}, l.attr(r, name))
	}
	return arrayValue(a)
}

// forNode is {% for k, v in seq %}.
type forNode struct {
	key, val int // slots; key is always there, "_key" where the template names none
	loop     int
	seq      expr
	body     node
	orElse   node
	assigned []int // the slots that the body may set
	withLoop bool  // the body may read the variable loop
}

// needLoop notes that the innermost loop has to set the variable loop; needLoops that all have to.
func (p *parser) needLoop() {
	if n := len(p.fors); n > 0 {
		p.fors[n-1].withLoop = true
	}
}

func (p *parser) needLoops() {
	for _, f := range p.fors {
		f.withLoop = true
	}
}

// readsParent notes an attribute that may be loop.parent, which asks for the loops around.
func (p *parser) readsParent(e *attrExpr) {
	if len(p.fors) == 0 || e.constant && e.key.text() != "parent" {
		return
	}
	n, ok := e.obj.(*nameExpr)
	if ok && n.name == "loop" || p.fors[len(p.fors)-1].withLoop {
		p.needLoops()
	}
}

func (n *forNode) exec(r *run, c *frame) {
	seq := n.seq.eval(r, c)
	var a *array
	if seq.k == kArray {
		a = seq.arr().settled()
	}
	if a == nil || len(a.vals) == 0 {
		if n.orElse != nil {
			n.otherwise(r, c)
		}
		return
	}
	mark := r.mark()
	before := r.take(len(n.assigned) + 3)
	n.save(c, before)
	l := n.start(c, len(a.vals), before)
	for i, v := range a.vals {
		r.step(1)
		if n.key >= 0 {
			c.slots[n.key] = a.keyAt(i).value()
		}
		c.slots[n.val] = v
		n.body.exec(r, c)
		if l != nil {
			l.index++
			c.slots[n.loop] = loopOf(l)
		}
	}
	n.restore(c, before)
	r.release(mark)
}

func (n *forNode) otherwise(r *run, c *frame) {
	mark := r.mark()
	before := r.take(len(n.assigned) + 3)
	n.save(c, before)
	n.start(c, 0, before)
	n.orElse.exec(r, c)
	n.restore(c, before)
	r.release(mark)
}

// start makes the variable loop where it is needed.
func (n *forNode) start(c *frame, length int, before []Value) *loop {
	if !n.withLoop {
		return nil
	}
	l := &loop{length: length, parent: c, outerLoop: c.slots[n.loop], slot: n.loop, assigned: n.assigned, before: before}
	c.slots[n.loop] = loopOf(l)
	return l
}

func (n *forNode) save(c *frame, before []Value) {
	for i, slot := range n.assigned {
		before[i] = c.slots[slot]
	}
	rest := before[len(n.assigned):]
	rest[0], rest[1] = c.slots[n.val], c.slots[n.loop]
	rest[2] = undef
	if n.key >= 0 {
		rest[2] = c.slots[n.key]
	}
}

// restore drops the names that the loop made and gives back the values of its own variables.
func (n *forNode) restore(c *frame, before []Value) {
	for i, slot := range n.assigned {
		if before[i].k == kUndefined {
			c.slots[slot] = undef
		}
	}
	rest := before[len(n.assigned):]
	if n.key >= 0 {
		c.slots[n.key] = rest[2]
	}
	c.slots[n.val], c.slots[n.loop] = rest[0], rest[1]
}
