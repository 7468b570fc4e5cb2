package twig

// concatExpr is "~" and string interpolation; a chain of them is one node.
type concatExpr struct {
	place
	parts []expr
}

func (e *concatExpr) eval(r *run, c *frame) Value {
	start := len(r.out)
	first := e.parts[0].eval(r, c)
	for i, p := range e.parts[1:] {
		v := p.eval(r, c)
		r.pos = e.at
		if i == 0 { // the first operand becomes text when the second is there
			r.build(first)
		}
		r.build(v)
	}
	v := r.keep(r.out[start:])
	r.out = r.out[:start]
	return v
}

// build appends the text of v, which is counted before it is there, to a text that is being built behind the output.
func (r *run) build(v Value) {
	if v.isText() {
		r.growText(int(v.n), len(r.out)+int(v.n))
		r.out = append(r.out, v.str()...)
		return
	}
	before := len(r.out)
	r.appendText(v)
	r.grow(len(r.out) - before)
}
