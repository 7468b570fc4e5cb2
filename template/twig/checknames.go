package twig

import (
	"errors"
	"strings"

	"github.com/crmmail/crmmail/template"
)

// template walks a unit whose variables are those of s.
func (w *walker) template(u *unit, s *scope) {
	around := w.at
	w.at = u
	if u.parent != nil {
		w.expr(u.parent, s)
		w.templateNames(u.parent, true)
	}
	for _, t := range u.traits {
		w.templateName(t.name, t.at, true)
	}
	w.node(u.body, s)
	inherited := newScope(s)
	w.inherit(inherited, u, 0)
	for _, name := range names(u.blocks) {
		w.block(u.blocks[name], inherited)
	}
	for _, name := range names(u.macros) {
		if !strings.HasPrefix(name, " ") {
			w.macro(u.macros[name])
		}
	}
	w.at = around
}

// inherit adds to s what the parents of u may set before they show its blocks.
func (w *walker) inherit(s *scope, u *unit, depth int) {
	if u.parent == nil {
		return
	}
	name, ok := u.parent.(*constExpr)
	if !ok || !name.v.isText() || depth > 20 {
		s.open = true
		return
	}
	parent, err := w.eng.fetch(w.ctx, name.v.str(), u.env)
	if err != nil {
		s.open = true
		return
	}
	if s.maybe == nil {
		s.maybe = map[string]bool{"loop": true}
	}
	for name := range parent.owned {
		s.maybe[name] = true
	}
	w.inherit(s, parent, depth+1)
}

func isNotFound(err error) bool { return errors.Is(err, template.ErrNotFound) }

// templateNames notes the templates that an expression names. needed says that rendering fails without.
func (w *walker) templateNames(e expr, needed bool) {
	switch e := e.(type) {
	case *constExpr:
		if e.v.isText() {
			w.templateName(e.v.str(), e.at, needed)
		}
	case *arrayExpr:
		for _, v := range e.vals {
			w.templateNames(v, false)
		}
	case *condExpr:
		w.templateNames(e.yes, false)
		w.templateNames(e.no, false)
	}
}

func (w *walker) templateName(name string, at pos, needed bool) {
	if !w.used["template "+name] {
		w.used["template "+name] = true
		w.out.Templates = append(w.out.Templates, w.use(at, name, len(name)+2))
	}
	if !needed {
		return
	}
	err := error(template.ErrNotFound)
	if w.eng.source != nil {
		_, err = w.eng.source.Source(w.ctx, name)
	}
	if isNotFound(err) {
		w.add(Finding{Code: CodeTemplateUnknown, Severity: SeverityError, Name: name}, at, len(name)+2)
	}
}
