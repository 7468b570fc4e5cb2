package twig

// node is a statement.
type node interface {
	exec(r *run, c *frame)
}

// expr is an expression.
type expr interface {
	eval(r *run, c *frame) Value
	where() pos
}

// prober is an expression that the test "defined" understands. probe evaluates it leniently and tells whether it is
// there.
type prober interface {
	expr
	probe(r *run, c *frame) (Value, bool)
}

// place is where an expression stands; the expressions embed it.
type place struct{ at pos }

func (p place) where() pos { return p.at }

type seq []node

func (s seq) exec(r *run, c *frame) {
	for _, n := range s {
		n.exec(r, c)
	}
}

type textNode struct{ text string }

func (n *textNode) exec(r *run, c *frame) {
	r.out = append(r.out, n.text...)
	if len(r.out) > r.eng.limits.OutputBytes {
		r.checkOutput()
	}
}

// printNode prints a value that is safe as it is, or is not to be escaped.
type printNode struct{ e expr }

func (n *printNode) exec(r *run, c *frame) {
	v := n.e.eval(r, c)
	r.pos = n.e.where()
	r.print(v)
}

func (r *run) print(v Value) {
	if v.isText() && len(r.out)+int(v.n) > r.eng.limits.OutputBytes {
		r.tooLong()
	}
	r.appendText(v)
	if len(r.out) > r.eng.limits.OutputBytes {
		r.checkOutput()
	}
}

// escapeNode prints a value escaped, unless it is markup.
type escapeNode struct {
	e        expr
	strategy string
}

func (n *escapeNode) exec(r *run, c *frame) {
	v := n.e.eval(r, c)
	r.pos = n.e.where()
	r.emit(v, n.strategy)
}

// emit prints a value, escaped by strategy unless it is markup or "".
func (r *run) emit(v Value, strategy string) {
	if v.k != kString || strategy == "" {
		if v.k != kMarkup && strategy != "" {
			checkStrategy(strategy)
		}
		r.print(v)
		return
	}
	if strategy == "html" && v.n <= maxPart {
		r.out = appendHTML(r.out, v.str())
		if len(r.out) > r.eng.limits.OutputBytes {
			r.checkOutput()
		}
		return
	}
	r.emitParts(v, strategy)
}

func (r *run) emitParts(v Value, strategy string) {
	if v.n > 0 {
		checkEscapable(strategy, v.str())
	}
	for rest := v.str(); rest != ""; {
		p := part(rest)
		r.out = appendEscaped(r.out, strategy, p)
		if len(r.out) > r.eng.limits.OutputBytes {
			r.checkOutput()
		}
		rest = rest[len(p):]
	}
}

type ifNode struct {
	tests  []expr
	bodies []node
	orElse node
}

func (n *ifNode) exec(r *run, c *frame) {
	for i, t := range n.tests {
		if t.eval(r, c).truth() {
			n.bodies[i].exec(r, c)
			return
		}
	}
	if n.orElse != nil {
		n.orElse.exec(r, c)
	}
}

type condPrint struct {
	test expr
	yes  node
	no   node
}

func (n *condPrint) exec(r *run, c *frame) {
	if n.test.eval(r, c).truth() {
		n.yes.exec(r, c)
		return
	}
	n.no.exec(r, c)
}

// setNode is {% set a, b = x, y %}.
type setNode struct {
	slots  []int
	values []expr
}

func (n *setNode) exec(r *run, c *frame) {
	if len(n.slots) == 1 {
		c.slots[n.slots[0]] = n.values[0].eval(r, c)
		return
	}
	mark := r.mark()
	vals := r.take(len(n.values))
	for i, e := range n.values {
		vals[i] = e.eval(r, c)
	}
	for i, slot := range n.slots {
		c.slots[slot] = vals[i]
	}
	r.release(mark)
}

// captureNode is {% set a %}…{% endset %}.
type captureNode struct {
	slot int
	body node
}

func (n *captureNode) exec(r *run, c *frame) { c.slots[n.slot] = Markup(r.capture(n.body, c)) }

type doNode struct{ e expr }

func (n *doNode) exec(r *run, c *frame) { n.e.eval(r, c) }

// withNode is {% with %}: what its body sets is forgotten after it.
type withNode struct {
	vars expr
	only bool
	body node
}

func (n *withNode) exec(r *run, c *frame) {
	mark := r.mark()
	if n.vars == nil {
		inner := *c
		inner.slots = r.copied(c.slots)
		n.body.exec(r, &inner)
		r.release(mark)
		return
	}
	v := n.vars.eval(r, c)
	if v.k != kArray {
		c.fail(n.vars.where(), runtimeKind, `Variables passed to the "with" tag must be a mapping.`)
	}
	outer := c
	if n.only {
		outer = nil
	}
	inner := r.newFrame(c.inst, v.arr(), outer, c.blocks)
	inner.with = true
	n.body.exec(r, &inner)
	r.release(mark)
}

// cancelNode is RetailCRM's {% cancel "message" %}: the letter is not sent.
type cancelNode struct{ message expr }

// canceled is the payload of the panic that ends a canceled rendering.
type canceled struct{ message string }

func (n *cancelNode) exec(r *run, c *frame) {
	if n.message == nil {
		panic(canceled{})
	}
	r.pos = n.message.where()
	panic(canceled{r.str(n.message.eval(r, c))})
}

type emptyNode struct{}

func (emptyNode) exec(*run, *frame) {}
