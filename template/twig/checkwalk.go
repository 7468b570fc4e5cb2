package twig

import (
	"cmp"
	"slices"
)

// walker goes through a parsed template: it builds the scopes and collects what is read, which is looked at when all
// scopes are complete.
type walker struct {
	*reporter
	globals  *scope
	data     *scope
	at       *unit
	blocks   map[*block]bool
	optional map[string]int // the paths that the conditions around ask about, and how often
	reads    []readOf
	prints   []printOf
	shapes   map[expr]shape // what was found out already
	taints   map[expr]bool
	compared int // the names that unknown ones were compared with
}

// readOf is a variable or an attribute that is read.
type readOf struct {
	e       expr
	in      *scope
	guarded bool
}

// printOf is an expression that is printed as it is where templates are escaped.
type printOf struct {
	e    expr
	in   *scope
	code string
}

func newWalker(r *reporter) *walker {
	w := &walker{reporter: r, globals: newScope(nil), blocks: map[*block]bool{}, optional: map[string]int{}, shapes: map[expr]shape{}, taints: map[expr]bool{}}
	if g := r.eng.globals; g != nil {
		for i := range g.settled().vals {
			w.globals.declare(g.keyAt(i).text(), origin{local: true})
		}
	}
	w.data = newScope(w.globals)
	for i := range r.variables {
		w.data.declare(r.variables[i].Name, origin{given: &r.variables[i]})
	}
	w.data.open = r.variables == nil
	w.globals.maybe = r.check.maybe
	return w
}

func (w *walker) run() {
	w.template(w.unit, newScope(w.data))
	slices.SortStableFunc(w.reads, func(a, b readOf) int { return cmp.Compare(a.e.where().off, b.e.where().off) })
	for _, x := range w.reads {
		w.read(x)
	}
	for _, x := range w.prints {
		if w.tainted(x.e, x.in, 0) {
			w.add(Finding{Code: x.code, Severity: SeverityWarning, Name: w.called(x)}, x.e.where(), 0)
		}
	}
}

// called is what a finding about a printed value calls it: its path in the data, or else how it is written.
func (w *walker) called(x printOf) string {
	if path, _ := w.path(x.e, x.in, 0); path != "" {
		return path
	}
	if name := written(x.e); name != "" {
		return name
	}
	start, end := w.extent(x.e.where(), 0)
	return w.unit.source[start:end]
}

func (w *walker) block(b *block, s *scope) {
	if b == nil || w.blocks[b] {
		return
	}
	w.blocks[b] = true
	w.node(b.body, newScope(s))
}

func (w *walker) macro(m *macro) {
	s := newScope(w.globals)
	for _, p := range m.params {
		s.declare(p.name, origin{local: true})
		w.expr(p.def, s)
	}
	s.declare(m.unit.names[m.rest], origin{local: true})
	w.node(m.body, s)
}

func (w *walker) node(n node, s *scope) {
	switch n := n.(type) {
	case seq:
		for _, x := range n {
			w.node(x, s)
		}
	case *printNode:
		w.print(n.e, s)
	case *escapeNode:
		w.print(n.e, s)
	case *firstPrint:
		w.first(n, s)
	case *blockPrint:
		w.expr(n.e, s)
	case *condPrint:
		defer w.guard(n.test)()
		w.expr(n.test, s)
		w.node(n.yes, s)
		w.node(n.no, s)
	case *ifNode:
		defer w.guard(n.tests...)()
		w.exprs(n.tests, s)
		for _, b := range n.bodies {
			w.node(b, s)
		}
		w.node(n.orElse, s)
	case *forNode:
		w.loop(n, s)
	case *setNode:
		w.exprs(n.values, s)
		for i, slot := range n.slots {
			s.declare(w.at.names[slot], origin{e: n.values[i], in: s})
		}
	case *captureNode:
		s.declare(w.at.names[n.slot], origin{safe: true})
		w.node(n.body, s)
	case *doNode:
		w.expr(n.e, s)
	case *applyNode:
		w.node(n.print, s)
		w.node(n.body, s)
	case *cancelNode:
		w.expr(n.message, s)
	default:
		w.reference(n, s)
	}
}

// reference walks the statements that name another template or a block, and with.
func (w *walker) reference(n node, s *scope) {
	switch n := n.(type) {
	case *blockNode:
		w.block(w.at.blocks[n.name], s)
	case *withNode:
		w.node(n.body, w.passed(n.vars, n.only, s))
	case *includeNode:
		w.expr(n.name, s)
		w.expr(n.vars, s)
		w.templateNames(n.name, !n.ignoreMissing)
	case *embedNode:
		w.template(n.unit, newScope(w.passed(n.vars, n.only, s)))
	case *importNode:
		w.expr(n.from, s)
		if !n.self {
			w.templateNames(n.from, true)
		}
	}
}

// passed is the scope of a with or embed tag.
func (w *walker) passed(vars expr, only bool, outer *scope) *scope {
	s := newScope(outer)
	if only {
		s.outer = w.globals
	}
	if vars == nil {
		return s
	}
	w.expr(vars, outer)
	a, ok := vars.(*arrayExpr)
	if !ok || a.keys == nil && len(a.vals) > 0 {
		s.open = true
		return s
	}
	for i, v := range a.vals {
		k, ok := a.keys[i].(*constExpr)
		if !ok {
			s.open = true
			continue
		}
		s.declare(k.v.String(), origin{e: v, in: outer, local: true})
	}
	return s
}

func (w *walker) loop(n *forNode, s *scope) {
	defer w.guard(n.seq)()
	w.expr(n.seq, s)
	inner := newScope(s)
	if n.key >= 0 {
		inner.declare(w.at.names[n.key], origin{local: true, plain: true})
	}
	inner.declare(w.at.names[n.val], origin{e: n.seq, in: s, element: true, local: true})
	inner.declare("loop", origin{given: &loopVariable, local: true, plain: true})
	w.node(n.body, inner)
	w.node(n.orElse, inner)
}

func (w *walker) print(e expr, s *scope) {
	w.expr(e, s)
	w.printed(e, s)
}

// printed notes what is printed without being escaped.
func (w *walker) printed(e expr, s *scope) {
	strategy, ok := w.check.strategies[e]
	raw, isRaw := e.(*rawExpr)
	switch {
	case !ok:
	case isRaw && strategy != "":
		w.prints = append(w.prints, printOf{raw.e, s, CodeRaw})
	case strategy == "":
		w.prints = append(w.prints, printOf{e, s, CodeUnescaped})
	}
}

func (w *walker) first(n *firstPrint, s *scope) {
	e := n.elvis
	if n.probed != nil {
		e = n.probed
		defer w.guard(&coalesceExpr{l: n.probed})()
		w.asked(e, s)
	} else {
		w.expr(e, s)
	}
	w.printed(e, s)
	w.node(n.no, s)
}

func (w *walker) exprs(es []expr, s *scope) {
	for _, e := range es {
		w.expr(e, s)
	}
}
