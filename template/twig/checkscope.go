package twig

import "github.com/crmmail/crmmail/template"

// scope is a part of a template in which names mean the same. Names are known in all of a scope, wherever in it they
// are set: a check does not follow the order of statements.
type scope struct {
	outer *scope
	names map[string][]origin
	open  bool // there may be more names, which are not known
	maybe map[string]bool
}

// origin is where a name's value comes from.
type origin struct {
	e       expr   // what is assigned, nil where that is not known
	in      *scope // the scope of e
	element bool   // an element of e, not e itself
	local   bool   // a name that hides others: a loop's, a parameter
	safe    bool   // text that the template made
	plain   bool   // a number, a boolean or a key
	given   *template.Variable
}

func newScope(outer *scope) *scope { return &scope{outer: outer, names: map[string][]origin{}} }

func (s *scope) declare(name string, o origin) { s.names[name] = append(s.names[name], o) }

// find returns where a name comes from. known is false for a name that does not exist; the origins are nil for one
// that does, but whose value cannot be told.
func (s *scope) find(name string) (from []origin, known bool) {
	open := false
	for at := s; at != nil; at = at.outer {
		open = open || at.open || at.maybe[name]
		o, ok := at.names[name]
		if !ok {
			continue
		}
		if from != nil { // set here, and given or set further out too
			return nil, true
		}
		from = o
		if o[0].local || o[0].given != nil {
			return o, true
		}
	}
	return from, open || from != nil
}

// declares reports that the name is set or given in a scope or around it.
func (s *scope) declares(name string) bool {
	for at := s; at != nil; at = at.outer {
		if _, ok := at.names[name]; ok {
			return true
		}
	}
	return false
}

// all are the names known in a scope.
func (s *scope) all() []string {
	seen := map[string]bool{}
	for at := s; at != nil; at = at.outer {
		for name := range at.names {
			seen[name] = true
		}
	}
	return names(seen)
}

// shape is what is known about a value; the zero shape says nothing.
type shape struct {
	kind   template.Type
	fields []template.Variable
}

func shapeOf(v *template.Variable) shape {
	if v.Type == template.TypeMap && len(v.Fields) == 0 {
		return shape{}
	}
	return shape{v.Type, v.Fields}
}

func (s shape) element() shape {
	switch {
	case s.kind != template.TypeList:
		return shape{}
	case len(s.fields) > 0:
		return shape{template.TypeMap, s.fields}
	}
	return shape{kind: template.TypeText}
}

func (s shape) field(name string) (shape, bool) {
	for i := range s.fields {
		if s.fields[i].Name == name {
			return shapeOf(&s.fields[i]), true
		}
	}
	return shape{}, false
}

func (s shape) fieldNames() []string {
	out := make([]string, len(s.fields))
	for i, f := range s.fields {
		out[i] = f.Name
	}
	return out
}

// attribute is the shape of what key k of a value holds; false where there is no such key.
func (s shape) attribute(k key) (shape, bool) {
	switch s.kind {
	case template.TypeMap:
		return s.field(k.text())
	case template.TypeList:
		return s.element(), !k.isText
	case template.TypeText, template.TypeNumber, template.TypeBool:
		return shape{}, false
	}
	return shape{}, true
}

func (s shape) equal(o shape) bool {
	return s.kind == o.kind && len(s.fields) == len(o.fields) && (len(s.fields) == 0 || &s.fields[0] == &o.fields[0])
}

// loopVariable is the variable loop with its attributes.
var loopVariable = template.Variable{Name: "loop", Type: template.TypeMap, Fields: []template.Variable{
	{Name: "index", Type: template.TypeNumber}, {Name: "index0", Type: template.TypeNumber}, {Name: "revindex", Type: template.TypeNumber},
	{Name: "revindex0", Type: template.TypeNumber}, {Name: "first", Type: template.TypeBool}, {Name: "last", Type: template.TypeBool},
	{Name: "length", Type: template.TypeNumber}, {Name: "parent", Type: template.TypeMap},
}}
