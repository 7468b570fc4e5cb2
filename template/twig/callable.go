package twig

import (
	"context"

	"github.com/crmmail/crmmail/template"
)

// builtin is what a filter, function or test does. Optional arguments that were not given hold their default.
type builtin func(r *run, args []Value) Value

// param is a parameter of a callable, named as PHP names it.
type param struct {
	name     string
	php      string // the name in messages about missing arguments, where it differs
	def      Value
	optional bool
}

func (p param) shown() string {
	if p.php != "" {
		return p.php
	}
	return snake(p.name)
}

// callable is a filter, a function or a test. The first parameter of a filter and a test is the value it is used on
// and is not among params.
type callable struct {
	name     string
	params   []param
	variadic bool
	rest     string // what the arguments beyond params are called in messages
	fn       builtin
	safe     safety
	preHTML  bool // the input is escaped for html first
	node     func(p *parser, at pos, on expr, args []argument) expr
	host     *Func
	leftOut  bool // Twig has it, this engine refuses it
}

func req(name string) param { return param{name: name} }

func opt(name string, def Value) param { return param{name: name, def: def, optional: true} }

// Param is a parameter of a host's function or filter.
type Param struct {
	// Name is what a call names it by, in snake_case or camelCase.
	Name string
	// Optional parameters get Default where a call leaves them out.
	Optional bool
	Default  Value
}

// Func is a function or filter that a host adds. Calls count as a step; what they return counts as memory.
type Func struct {
	// Params are the parameters in order. A filter's first parameter is the value it is applied to.
	Params []Param
	// Variadic lets a call pass more values than there are parameters.
	Variadic bool
	// Safe marks the results as HTML that is not escaped again.
	Safe bool
	// Call does the work, from many goroutines at once where renderings run at once. args holds a value for every
	// parameter and belongs to the call. An error ends the rendering with a runtime error that wraps it.
	Call func(ctx context.Context, args []Value) (Value, error)
}

func (f *Func) callable(name string, filter bool) *callable {
	c := &callable{name: name, variadic: f.Variadic, host: f}
	for i, p := range f.Params {
		if i > 0 || !filter {
			c.params = append(c.params, param{name: p.Name, def: p.Default, optional: p.Optional})
		}
	}
	if f.Safe {
		c.safe = safeAll
	}
	c.fn = func(r *run, args []Value) Value {
		v, err := f.Call(r.ctx, append([]Value(nil), args...))
		if err != nil {
			e := r.unit.fault(r.pos, template.KindRuntime, `An exception has been thrown during the rendering of a template ("`+err.Error()+`").`)
			e.Err = err
			if r.ctx.Err() != nil {
				e.Kind = template.KindLimit
			}
			panic(e)
		}
		if v.isText() {
			r.grow(int(v.n))
		}
		return r.conv.value(v)
	}
	return c
}

// argument is an argument of a call as it was written.
type argument struct {
	name string
	e    expr
}

// callExpr is a call of a filter, function or test with its arguments in the order of the parameters.
type callExpr struct {
	place
	c      *callable
	what   string // "filter", "function" or "test"
	on     expr   // the value of a filter or test
	args   []expr // nil where the default stands
	spread bool
}

func (e *callExpr) eval(r *run, c *frame) Value {
	r.step(1)
	mark := r.mark()
	var args []Value
	if e.spread {
		args = e.spreadArgs(r, c)
	} else {
		args = e.plainArgs(r, c)
	}
	r.pos = e.at
	for _, a := range args {
		r.read(a)
	}
	v := e.c.fn(r, args)
	r.release(mark)
	return v
}

func (e *callExpr) plainArgs(r *run, c *frame) []Value {
	first := 0
	if e.on != nil {
		first = 1
	}
	args := r.take(first + max(len(e.args), len(e.c.params)))
	if e.on != nil {
		args[0] = e.on.eval(r, c)
	}
	for i := range args[first:] {
		switch {
		case i < len(e.args) && e.args[i] != nil:
			args[first+i] = e.args[i].eval(r, c)
		default:
			args[first+i] = e.c.params[i].def
		}
	}
	return args
}

// spreadArgs binds the arguments of a call that spreads an array: text keys name parameters.
func (e *callExpr) spreadArgs(r *run, c *frame) []Value {
	var args []Value
	named := map[string]Value{}
	if e.on != nil {
		args = append(args, e.on.eval(r, c))
	}
	first := len(args)
	for _, a := range e.args {
		v := a.eval(r, c)
		if _, ok := a.(*spreadExpr); !ok {
			args = append(args, v)
			continue
		}
		r.pos = e.at
		if v.k != kArray {
			throwPHP("Only arrays and Traversables can be unpacked")
		}
		from := v.arr().settled()
		r.growArray(len(from.vals))
		for i, item := range from.vals {
			if k := from.keyAt(i); k.isText {
				named[normalName(k.s)] = item
			} else {
				args = append(args, item)
			}
		}
	}
	for i, p := range e.c.params {
		if first+i < len(args) {
			continue
		}
		v, ok := named[normalName(p.name)]
		switch {
		case ok:
			delete(named, normalName(p.name))
		case p.optional:
			v = p.def
		default:
			r.pos = e.at
			throwPHP("Too few arguments to " + e.what + " " + e.c.name)
		}
		args = append(args, v)
	}
	if len(named) > 0 {
		r.pos = e.at
		throwPHP("Unknown named parameter")
	}
	return args
}
