package twig

import (
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/template"
)

func normalName(s string) string { return strings.ToLower(strings.ReplaceAll(s, "_", "")) }

// snake turns "characterMask" into "character_mask".
func snake(s string) string {
	var b strings.Builder
	for i, c := range s {
		if c >= 'A' && c <= 'Z' && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(c)
	}
	return strings.ToLower(b.String())
}

// bindLater is bind, but a fault waits for the end of the template, where Twig looks at calls. In a branch that a guard
// drops it is none.
func (p *parser) bindLater(at pos, what string, c *callable, args []argument) (ordered []expr, spread bool) {
	defer func() {
		x := recover()
		if x == nil {
			return
		}
		e, ok := x.(*template.Error)
		if !ok {
			panic(x)
		}
		p.later(e, p.failed)
		ordered = make([]expr, len(c.params))
	}()
	return p.bind(at, what, c, args)
}

// later notes a fault that waits for the end of the template.
func (p *parser) later(e *template.Error, at pos) {
	switch {
	case p.lenient:
	case p.check != nil:
		p.check.add(e, at)
	case p.delayed == nil:
		p.delayed = e
	}
}

// bind puts the arguments of a call in the order of the parameters, nil where a default stands.
func (p *parser) bind(at pos, what string, c *callable, args []argument) (ordered []expr, spread bool) {
	named := map[string]argument{}
	for _, a := range args {
		if _, ok := a.e.(*spreadExpr); ok && a.name == "" {
			spread = true
		}
		if a.name == "" {
			if len(named) > 0 {
				p.fail(at, "Positional arguments cannot be used after named arguments for "+what+` "`+c.name+`".`)
			}
			ordered = append(ordered, a.e)
			continue
		}
		named[normalName(a.name)] = a
	}
	if spread {
		if len(named) == 0 && !c.variadic {
			p.required(at, what, c, len(ordered))
		}
		return ordered, true
	}
	if len(named) == 0 {
		p.required(at, what, c, len(ordered))
	}
	given := len(ordered)
	last := given
	for i, pr := range c.params {
		a, ok := named[normalName(pr.name)]
		switch {
		case ok && i < given:
			p.fail(at, `Argument "`+pr.name+`" is defined twice for `+what+` "`+c.name+`".`)
		case ok:
			delete(named, normalName(pr.name))
			for len(ordered) < i {
				ordered = append(ordered, nil)
			}
			ordered = append(ordered, a.e)
			last = len(ordered)
		case i >= given && !pr.optional:
			p.fail(at, `Value for argument "`+snake(pr.name)+`" is required for `+what+` "`+c.name+`".`)
		}
	}
	if len(named) > 0 {
		p.unknownArguments(at, what, c, args, named)
	}
	return ordered[:last], false
}

// required refuses a call that gives fewer arguments than there are parameters without a default.
func (p *parser) required(at pos, what string, c *callable, given int) {
	for i, pr := range c.params {
		if i >= given && !pr.optional {
			p.fail(at, `Value for argument "`+pr.shown()+`" is required for `+what+` "`+c.name+`".`)
		}
	}
}

func (p *parser) unknownArguments(at pos, what string, c *callable, args []argument, named map[string]argument) {
	var names, known []string
	for i, a := range args {
		if a.name == "" && i >= len(c.params) && !c.variadic {
			names = append(names, strconv.Itoa(i))
		}
		if _, ok := named[normalName(a.name)]; ok && a.name != "" {
			if len(names) == 0 {
				at = a.e.where()
			}
			names = append(names, normalName(a.name))
		}
	}
	for _, pr := range c.params {
		known = append(known, snake(pr.name))
	}
	if c.rest != "" {
		known = append(known, c.rest)
	}
	plural := ""
	if len(names) > 1 {
		plural = "s"
	}
	p.fail(at, "Unknown argument"+plural+` "`+strings.Join(names, `", "`)+`" for `+what+` "`+c.name+"("+strings.Join(known, ", ")+`)".`)
}
