package twig

// spreadExpr is "...e".
type spreadExpr struct {
	place
	e expr
}

func (e *spreadExpr) eval(r *run, c *frame) Value { return e.e.eval(r, c) }

// hole is an empty place in a list that is assigned to.
type hole struct{ place }

func (*hole) eval(*run, *frame) Value { return null }

// arrayExpr is a list or a map literal; in a list every key is nil.
type arrayExpr struct {
	place
	keys []expr
	vals []expr
	list bool // there are no keys and nothing is spread
}

// exists tells that a literal is always defined, without evaluating it.
func (e *arrayExpr) exists(*run, *frame) bool { return true }

func (e *arrayExpr) probe(r *run, c *frame) (Value, bool) { return e.eval(r, c), true }

func (e *arrayExpr) eval(r *run, c *frame) Value {
	if e.list {
		r.growArray(len(e.vals))
		vals := make([]Value, len(e.vals))
		for i, item := range e.vals {
			vals[i] = item.eval(r, c)
		}
		return List(vals)
	}
	r.growMap(len(e.vals))
	a := newArray(len(e.vals))
	for i, item := range e.vals {
		if s, ok := item.(*spreadExpr); ok {
			r.spread(a, s, c)
			continue
		}
		if e.keys[i] == nil {
			a.push(item.eval(r, c))
			continue
		}
		k := e.keys[i].eval(r, c)
		r.read(k)
		r.pos = e.keys[i].where()
		a.set(keyOf(r.str(k)), item.eval(r, c))
	}
	return arrayValue(a)
}

func (r *run) spread(a *array, s *spreadExpr, c *frame) {
	v := s.eval(r, c)
	r.pos = s.at
	if v.k != kArray {
		throwPHP("Only arrays and Traversables can be unpacked")
	}
	from := v.arr().settled()
	r.growMap(len(from.vals))
	for i, item := range from.vals {
		if k := from.keyAt(i); k.isText {
			a.set(k, item)
		} else {
			a.push(item)
		}
	}
}
