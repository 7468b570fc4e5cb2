package twig

import (
	"errors"
	"strings"

	"github.com/crmmail/crmmail/template"
)

// loadSteps is what asking the loader for a template counts as: it may be a query to a database.
const loadSteps = 50

// fetch finds a template by name and parses it, once in a rendering.
func (r *run) fetch(name string) (*unit, error) {
	if u, ok := r.loaded[name]; ok {
		return u, nil
	}
	r.step(loadSteps)
	u, err := r.eng.fetch(r.ctx, name, r.env)
	if err != nil {
		return nil, err
	}
	r.step(len(u.source) / textPerStep)
	if r.loaded == nil {
		r.loaded = map[string]*unit{}
	}
	r.loaded[name] = u
	return u, nil
}

// load finds a template by name, which has to be there.
func (r *run) load(from *unit, at pos, name string) *unit {
	u, err := r.fetch(name)
	if err != nil {
		panic(loadFault(from, at, name, err))
	}
	return u
}

// loadFault puts the place of the reference on an error that has none.
func loadFault(from *unit, at pos, name string, err error) error {
	var e *template.Error
	if errors.As(err, &e) {
		return e
	}
	fault := from.fault(at, template.KindLoad, `Template "`+name+`" is not defined.`)
	if !errors.Is(err, template.ErrNotFound) {
		fault.Message = `Template "` + name + `" could not be loaded: ` + err.Error() + "."
	}
	fault.Err = err
	return fault
}

// resolve turns what an include, extends or import names into a template: a name, a list of names of which the first
// that exists is taken, or a template.
func (r *run) resolve(from *unit, at pos, v Value) *unit {
	r.pos = at
	switch v.k {
	case kTemplate:
		return v.template()
	case kArray:
		return r.firstOf(from, at, v.arr().settled())
	}
	r.checkName(v)
	return r.load(from, at, r.str(v))
}

// checkName refuses null as the name of a template.
func (r *run) checkName(v Value) {
	if v.isNull() {
		throwPHP(`Twig\Template::load(): Argument #1 ($template) must be of type Twig\TemplateWrapper|array|string, null given`)
	}
}

func (r *run) firstOf(from *unit, at pos, names *array) *unit {
	var missing []string
	for _, n := range names.vals {
		if n.k == kTemplate {
			return n.template()
		}
		name := r.str(n)
		if u, ok := r.tryLoad(name); ok {
			return u
		}
		r.grow(2 * len(name))
		missing = append(missing, name)
	}
	list := strings.Join(missing, `", "`)
	if len(names.vals) == 1 {
		panic(from.fault(at, template.KindLoad, `Template "`+list+`" is not defined.`))
	}
	panic(from.fault(at, template.KindLoad, `Unable to find one of the following templates: "`+list+`".`))
}

func (r *run) tryLoad(name string) (*unit, bool) {
	u, err := r.fetch(name)
	if errors.Is(err, template.ErrNotFound) {
		return nil, false
	}
	if err != nil {
		panic(loadFault(r.unit, r.pos, name, err))
	}
	return u, true
}

// resolveOrNone is resolve for "ignore missing": nil where the template does not exist.
func (r *run) resolveOrNone(at pos, v Value) (u *unit) {
	r.pos = at
	switch v.k {
	case kTemplate:
		return v.template()
	case kArray:
		for _, n := range v.arr().settled().vals {
			if n.k == kTemplate {
				return n.template()
			}
			if u, ok := r.tryLoad(r.str(n)); ok {
				return u
			}
		}
		return nil
	}
	r.checkName(v)
	u, _ = r.tryLoad(r.str(v))
	return u
}

// includeNode is {% include %}.
type includeNode struct {
	at            pos
	name          expr
	vars          expr
	only          bool
	ignoreMissing bool
	sandboxed     bool
}

func (n *includeNode) exec(r *run, c *frame) {
	name := n.name.eval(r, c)
	var u *unit
	if n.ignoreMissing {
		if u = r.resolveOrNone(n.at, name); u == nil {
			return
		}
	} else {
		u = r.resolve(c.unit, n.at, name)
	}
	vars, outer := r.passed(c, n.at, n.vars, n.only)
	was := r.sandboxed
	r.sandboxed = was || n.sandboxed
	r.display(r.instance(u), vars, outer)
	r.sandboxed = was
}

// passed evaluates the variables given to an included template.
func (r *run) passed(c *frame, at pos, e expr, only bool) (*array, *frame) {
	outer := c
	if only {
		outer = nil
	}
	if e == nil {
		return nil, outer
	}
	v := e.eval(r, c)
	if v.k != kArray {
		r.pos = at
		if only {
			throwPHP(`Twig\Template::yield(): Argument #1 ($context) must be of type array, ` + v.typeName() + " given")
		}
		c.fail(at, runtimeKind, `The "merge" filter expects a sequence or a mapping, got "`+v.typeName()+`" for argument 2.`)
	}
	return v.arr(), outer
}

// embedNode is {% embed %}: the template between its tags extends the one it names.
type embedNode struct {
	at            pos
	unit          *unit
	vars          expr
	only          bool
	ignoreMissing bool
}

func (n *embedNode) exec(r *run, c *frame) {
	inst := r.instance(n.unit)
	if n.ignoreMissing {
		own := r.newFrame(inst, nil, c, nil)
		if r.resolveOrNone(n.at, n.unit.parent.eval(r, &own)) == nil {
			return
		}
	}
	vars, outer := r.passed(c, n.at, n.vars, n.only)
	r.display(inst, vars, outer)
}

// includeExpr is the functions include and include_only.
type includeExpr struct {
	place
	args []expr // template, variables, with_context, ignore_missing, sandboxed; nil where the default stands
	only bool
}

func (e *includeExpr) eval(r *run, c *frame) Value {
	arg := func(i int, def Value) Value {
		if i < len(e.args) && e.args[i] != nil {
			return e.args[i].eval(r, c)
		}
		return def
	}
	name := arg(0, null)
	vars := arg(1, arrayValue(&array{}))
	withContext, ignore, sandboxed := false, false, false
	if e.only {
		ignore = arg(2, vNo).truth()
	} else {
		withContext, ignore, sandboxed = arg(2, vTrue).truth(), arg(3, vNo).truth(), arg(4, vNo).truth()
	}
	r.pos = e.at
	if vars.k != kArray {
		throwPHP("array_merge(): Argument #2 must be of type array, " + vars.typeName() + " given")
	}
	var u *unit
	if ignore {
		if u = r.resolveOrNone(e.at, name); u == nil {
			return empty
		}
	} else {
		u = r.resolve(c.unit, e.at, name)
	}
	outer := c
	if !withContext {
		outer = nil
	}
	start := len(r.out)
	was := r.sandboxed
	r.sandboxed = was || sandboxed && r.eng.policy != nil
	r.display(r.instance(u), vars.arr(), outer)
	r.sandboxed = was
	r.grow(len(r.out) - start)
	s := string(r.out[start:])
	r.out = r.out[:start]
	return Markup(s)
}

func parseInclude(p *parser, at pos, _ expr, args []argument) expr {
	c := &callable{name: "include", params: []param{req("template"), opt("variables", null), opt("withContext", vTrue), opt("ignoreMissing", vNo), opt("sandboxed", vNo)}}
	ordered, _ := p.bindLater(at, "function", c, args)
	p.needLoops()
	return &includeExpr{place: place{at}, args: ordered}
}

func parseIncludeOnly(p *parser, at pos, _ expr, args []argument) expr {
	c := &callable{name: "include_only", params: []param{req("template"), opt("variables", null), opt("ignoreMissing", vNo)}}
	ordered, _ := p.bindLater(at, "function", c, args)
	return &includeExpr{place: place{at}, args: ordered, only: true}
}
