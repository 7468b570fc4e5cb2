package twig

import (
	"github.com/crmmail/crmmail/template"
)

// maxFollow is how far a value is followed back to where it comes from.
const maxFollow = 20

// read looks at a variable or attribute that is read.
func (w *walker) read(x readOf) {
	path, at := w.path(x.e, x.in, 0)
	switch e := x.e.(type) {
	case *nameExpr:
		w.variable(path, at, len(e.name))
		if _, known := x.in.find(e.name); !known && !x.guarded && !w.full() {
			w.add(Finding{Code: CodeVariableUnknown, Severity: SeverityError, Name: e.name, Suggestions: w.suggested(e.name, x.in.all())}, e.at, len(e.name))
		}
	case *attrExpr:
		if !e.constant || e.kind == methodAccess {
			return
		}
		w.variable(path, at, 0)
		of := w.shape(e.obj, x.in, 0)
		if _, ok := of.attribute(e.key); ok || x.guarded || w.full() {
			return
		}
		f := Finding{Code: CodeAttributeUnknown, Severity: SeverityError, Name: e.key.text(), Of: written(e.obj), Suggestions: w.suggested(e.key.text(), of.fieldNames())}
		if of.kind == template.TypeList && len(of.fields) > 0 {
			f.Suggestions = nil
		}
		w.add(f, e.attr.where(), 0)
	}
}

// maxResembling is with how many names unknown ones are compared in all, to suggest what was meant.
const maxResembling = 20_000

// suggested is resembling, as long as it is affordable.
func (w *walker) suggested(name string, known []string) []string {
	if w.compared += len(known); w.compared > maxResembling {
		return nil
	}
	return resembling(name, known)
}

// shape is what is known of the value of e.
func (w *walker) shape(e expr, s *scope, depth int) shape {
	if depth++; depth > maxFollow {
		return shape{}
	}
	found, ok := w.shapes[e]
	if !ok {
		w.shapes[e] = shape{} // while it is followed, as it may lead back here
		found = w.follow(e, s, depth)
		w.shapes[e] = found
	}
	return found
}

func (w *walker) follow(e expr, s *scope, depth int) shape {
	switch e := e.(type) {
	case *nameExpr:
		from, _ := s.find(e.name)
		return w.shapeFrom(from, depth)
	case *attrExpr:
		if e.kind == methodAccess {
			return shape{}
		}
		of := w.shape(e.obj, s, depth)
		if !e.constant {
			return of.element()
		}
		found, _ := of.attribute(e.key)
		return found
	case *defaultExpr:
		return w.either(e.on, e.def, s, depth)
	case *coalesceExpr:
		return w.either(e.l, e.r, s, depth)
	case *elvisExpr:
		return w.either(e.l, e.r, s, depth)
	case *condExpr:
		return w.either(e.yes, e.no, s, depth)
	case *assignExpr:
		return w.shape(e.e, s, depth)
	case *rawExpr:
		return w.shape(e.e, s, depth)
	case *callExpr:
		return w.filtered(e, s, depth)
	}
	return shape{}
}

// shapeFrom is the shape of a name that comes from one place; of more it is not told.
func (w *walker) shapeFrom(from []origin, depth int) shape {
	if len(from) != 1 {
		return shape{}
	}
	switch o := from[0]; {
	case o.given != nil:
		return shapeOf(o.given)
	case o.e == nil:
		return shape{}
	case o.element:
		return w.shape(o.e, o.in, depth).element()
	default:
		return w.shape(o.e, o.in, depth)
	}
}

// either is the shape of what is one or the other; an empty value stands in for any.
func (w *walker) either(a, b expr, s *scope, depth int) shape {
	one, other := w.shape(a, s, depth), w.shape(b, s, depth)
	if isBlank(b) || one.equal(other) {
		return one
	}
	return shape{}
}

// isBlank reports an empty list, an empty text or null.
func isBlank(e expr) bool {
	switch e := e.(type) {
	case *constExpr:
		return isEmpty(e.v)
	case *arrayExpr:
		return len(e.vals) == 0
	}
	return false
}

func (w *walker) filtered(e *callExpr, s *scope, depth int) shape {
	if e.on == nil || e.what != "filter" {
		return shape{}
	}
	switch e.c.name {
	case "first", "last", "find":
		return w.shape(e.on, s, depth).element()
	case "slice", "sort", "reverse", "filter", "shuffle":
		if of := w.shape(e.on, s, depth); of.kind == template.TypeList {
			return of
		}
	}
	return shape{}
}

// path is the path of e in the data that the template is given, "" where it comes from elsewhere, and where e begins
// to be read.
func (w *walker) path(e expr, s *scope, depth int) (string, pos) {
	if depth++; depth > maxFollow || e == nil {
		return "", pos{}
	}
	switch e := e.(type) {
	case *nameExpr:
		return w.namePath(e, s, depth), e.at
	case *attrExpr:
		of, at := w.path(e.obj, s, depth)
		switch {
		case of == "" || e.kind == methodAccess:
			return "", at
		case e.constant && e.key.isText:
			return of + "." + e.key.text(), e.attr.where()
		}
		return of + "[]", e.where()
	case *rawExpr:
		return w.path(e.e, s, depth)
	case *defaultExpr:
		return w.path(e.on, s, depth)
	case *coalesceExpr:
		return w.path(e.l, s, depth)
	case *callExpr:
		of, at := w.path(e.on, s, depth)
		switch e.c.name {
		case "first", "last", "find":
			if of != "" {
				of += "[]"
			}
			return of, at
		case "slice", "sort", "reverse", "filter", "shuffle":
			return of, at
		}
	}
	return "", e.where()
}

func (w *walker) namePath(e *nameExpr, s *scope, depth int) string {
	from, known := s.find(e.name)
	if from == nil && (!known || !s.declares(e.name) && !w.check.maybe[e.name]) {
		return e.name
	}
	if len(from) != 1 {
		return ""
	}
	switch o := from[0]; {
	case o.given == &loopVariable:
		return ""
	case o.given != nil:
		return e.name
	case o.e != nil:
		of, _ := w.path(o.e, o.in, depth)
		if of != "" && o.element {
			of += "[]"
		}
		return of
	}
	return ""
}
