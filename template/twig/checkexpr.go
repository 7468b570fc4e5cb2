package twig

import (
	"slices"
	"strings"
)

// expr walks an expression: it collects what is read and follows what is assigned.
func (w *walker) expr(e expr, s *scope) {
	if e == nil {
		return
	}
	defer w.guard(e)()
	w.inner(e, s)
}

func (w *walker) inner(e expr, s *scope) {
	each := func(es ...expr) {
		for _, x := range es {
			if x != nil {
				w.inner(x, s)
			}
		}
	}
	switch e := e.(type) {
	case nil:
	case *nameExpr:
		w.reads = append(w.reads, readOf{e, s, w.asksFor(e)})
	case *attrExpr:
		w.attribute(e, s, w.asksFor(e))
	case *definedTest:
		w.asked(e.e, s)
	case *coalesceExpr:
		w.asked(e.l, s)
		each(e.r)
	case *defaultExpr:
		w.asked(e.on, s)
		each(e.def)
	case *unaryExpr:
		each(e.e)
	case *binaryExpr:
		each(e.l, e.r)
	case *andExpr:
		each(e.l, e.r)
	case *matchExpr:
		each(e.l, e.r)
	case *elvisExpr:
		each(e.l, e.r)
	case *concatExpr:
		each(e.parts...)
	case *condExpr:
		each(e.test, e.yes, e.no)
	case *rawExpr:
		each(e.e)
	case *spreadExpr:
		each(e.e)
	case *alwaysDefined:
		each(e.expr)
	case *arrayExpr:
		each(e.keys...)
		each(e.vals...)
	case *assignExpr:
		each(e.e)
		s.declare(e.name, origin{e: e.e, in: s})
	case *listAssign:
		each(e.e)
		w.targets(e.slots, s, origin{e: e.e, in: s, element: true})
	case *mapAssign:
		each(e.e)
		w.targets(e.slots, s, origin{})
	default:
		w.call(e, s)
	}
}

func (w *walker) targets(slots []int, s *scope, o origin) {
	for _, slot := range slots {
		if slot >= 0 {
			s.declare(w.at.names[slot], o)
		}
	}
}

// call walks the expressions that call something.
func (w *walker) call(e expr, s *scope) {
	switch e := e.(type) {
	case *callExpr:
		if e.on != nil {
			w.inner(e.on, s)
		}
		for _, a := range e.args {
			w.argument(e, a, s)
		}
		if e.what == "function" && e.c.name == "source" && len(e.args) > 0 {
			w.templateNames(e.args[0], false)
		}
	case *arrowExpr:
		w.arrow(e, s, origin{local: true}, origin{local: true})
	case *macroCall:
		w.macroCalled(e)
		w.inner(e.name, s)
		for _, a := range e.args {
			w.inner(a.e, s)
		}
	case *unknownCall:
		w.inner(e.on, s)
		for _, a := range e.args {
			w.inner(a.e, s)
		}
	case *blockExpr:
		w.inner(e.name, s)
		w.inner(e.template, s)
		w.templateNames(e.template, true)
	case *includeExpr:
		for _, a := range e.args {
			w.inner(a, s)
		}
		if len(e.args) > 0 {
			w.templateNames(e.args[0], !w.ignoresMissing(e))
		}
	}
}

// ignoresMissing reports that an include function may name what does not exist.
func (w *walker) ignoresMissing(e *includeExpr) bool {
	at := 3
	if e.only {
		at = 2
	}
	return at < len(e.args) && e.args[at] != nil
}

// argument walks an argument; what an arrow function of a filter gets comes from the filter's input.
func (w *walker) argument(call *callExpr, a expr, s *scope) {
	arrow, ok := a.(*arrowExpr)
	if !ok || call.on == nil {
		w.inner(a, s)
		return
	}
	item, other := origin{e: call.on, in: s, element: true, local: true}, origin{local: true, plain: true}
	switch call.c.name {
	case "map", "filter", "find":
		w.arrow(arrow, s, item, other)
	case "sort":
		w.arrow(arrow, s, item, item)
	case "reduce":
		w.arrow(arrow, s, origin{local: true}, item)
	default:
		w.arrow(arrow, s, origin{local: true}, origin{local: true})
	}
}

func (w *walker) arrow(e *arrowExpr, s *scope, params ...origin) {
	inner := newScope(s)
	for i, slot := range e.params {
		o := origin{local: true}
		if i < len(params) {
			o = params[i]
		}
		inner.declare(w.at.names[slot], o)
	}
	w.expr(e.body, inner)
}

// macroCalled looks for a macro of the template itself.
func (w *walker) macroCalled(e *macroCall) {
	name, ok := e.name.(*constExpr)
	if !ok || e.target.index >= 0 || w.at.parent != nil || len(w.check.faults) > 0 {
		return
	}
	text := name.v.String()
	bare, _ := strings.CutPrefix(text, "macro_")
	for _, n := range []string{text, foldedMacro(text), foldedMacro(bare)} {
		if w.at.macros[n] != nil {
			return
		}
	}
	known := slices.DeleteFunc(names(w.at.macros), func(n string) bool { return strings.HasPrefix(n, " ") })
	w.add(Finding{Code: CodeMacroUnknown, Severity: SeverityError, Name: text, Suggestions: resembling(text, known)}, name.at, len(text))
}

// attribute walks an attribute and what it is read from.
func (w *walker) attribute(e *attrExpr, s *scope, guarded bool) {
	switch obj := e.obj.(type) {
	case *attrExpr:
		w.attribute(obj, s, guarded || w.asksFor(obj))
	case *nameExpr:
		w.reads = append(w.reads, readOf{obj, s, guarded || w.asksFor(obj)})
	default:
		w.inner(obj, s)
	}
	if !e.constant {
		w.inner(e.attr, s)
	}
	for _, a := range e.args {
		w.inner(a, s)
	}
	w.reads = append(w.reads, readOf{e, s, guarded})
}

// asked walks a variable or attribute that need not exist.
func (w *walker) asked(e expr, s *scope) {
	switch e := e.(type) {
	case *nameExpr:
		w.reads = append(w.reads, readOf{e, s, true})
	case *attrExpr:
		w.attribute(e, s, true)
	default:
		w.inner(e, s)
	}
}
