package twig

import (
	"github.com/crmmail/crmmail/template"
)

// tainted reports that printing e without escaping prints what came with the data: text of it, in whatever way.
func (w *walker) tainted(e expr, s *scope, depth int) bool {
	if depth++; depth > maxFollow {
		return true
	}
	found, ok := w.taints[e]
	if !ok {
		w.taints[e] = false // while it is followed, as it may lead back here
		found = w.taint(e, s, depth)
		w.taints[e] = found
	}
	return found
}

func (w *walker) taint(e expr, s *scope, depth int) bool {
	any := func(es ...expr) bool {
		for _, x := range es {
			if x != nil && w.tainted(x, s, depth) {
				return true
			}
		}
		return false
	}
	switch e := e.(type) {
	case *nameExpr:
		return w.taintedName(e, s, depth)
	case *attrExpr:
		switch w.shape(e, s, 0).kind {
		case template.TypeNumber, template.TypeBool, template.TypeTime:
			return false
		}
		return any(e.obj)
	case *condExpr:
		return any(e.yes, e.no)
	case *elvisExpr:
		return any(e.l, e.r)
	case *coalesceExpr:
		return any(e.l, e.r)
	case *defaultExpr:
		return any(e.on, e.def)
	case *rawExpr:
		return any(e.e)
	case *assignExpr:
		return any(e.e)
	case *spreadExpr:
		return any(e.e)
	case *concatExpr:
		return any(e.parts...)
	case *arrayExpr:
		return any(e.vals...)
	case *callExpr:
		return !harmless(e) && (any(e.on) || any(e.args...))
	}
	return false
}

// harmless reports a call whose result has no markup of its input.
func harmless(e *callExpr) bool {
	switch e.c.name {
	case "escape", "e", "nl2br", "spaceless", "length", "number_format", "format_number", "format_currency", "round", "abs",
		"url_encode", "date", "format_date", "format_time", "format_datetime":
		return true
	}
	return e.what == "test" || e.c.host != nil && e.c.host.Safe
}

func (w *walker) taintedName(e *nameExpr, s *scope, depth int) bool {
	from, _ := s.find(e.name)
	if from == nil {
		return true
	}
	for _, o := range from {
		switch {
		case o.given != nil:
			switch o.given.Type {
			case template.TypeNumber, template.TypeBool, template.TypeTime:
				continue
			}
			if o.given != &loopVariable {
				return true
			}
		case o.safe || o.plain:
		case o.e == nil:
			return true
		case w.tainted(o.e, o.in, depth):
			return true
		}
	}
	return false
}
