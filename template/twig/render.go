package twig

import (
	"context"
	"fmt"

	"github.com/crmmail/crmmail/template"
)

// Render prints the template with vars. Its errors are *[template.Error]; where ctx ends they wrap ctx.Err().
func (t *Template) Render(ctx context.Context, vars template.Vars) (template.Output, error) {
	var a *array
	r := t.eng.start(ctx, t.unit)
	if len(vars) > 0 {
		a = &array{host: vars, conv: &r.conv}
	}
	return r.render(a)
}

// RenderValue is Render with variables in an order of their own, as [DecodeJSON] gives them.
func (t *Template) RenderValue(ctx context.Context, vars Value) (template.Output, error) {
	var a *array
	if vars.k == kArray {
		a = vars.arr()
	}
	return t.eng.start(ctx, t.unit).render(a)
}

func (e *Engine) start(ctx context.Context, u *unit) *run {
	r := e.runs.Get().(*run)
	r.ctx, r.unit, r.env = ctx, u, u.env
	r.steps, r.bytes = e.limits.Steps, e.limits.LiveBytes
	r.checkAt = max(r.steps-checkEvery, 0)
	r.globals, r.zone = e.globals, e.location
	return r
}

func (r *run) render(vars *array) (out template.Output, err error) {
	u := r.unit
	defer func() {
		if x := recover(); x != nil {
			out, err = r.outcome(x)
			err = coded(err)
		}
		r.finish()
	}()
	if err := r.ctx.Err(); err != nil {
		r.limit("The rendering was stopped: "+err.Error()+".", err)
	}
	r.display(r.instance(u), vars, nil)
	r.checkOutput()
	if r.conv.err != nil {
		return template.Output{}, coded(&template.Error{Kind: template.KindRuntime, Message: r.conv.err.Error(), Name: u.name, Err: r.conv.err})
	}
	return template.Output{Text: string(r.out)}, nil
}

// outcome turns what a rendering panicked with into its result.
func (r *run) outcome(x any) (template.Output, error) {
	switch x := x.(type) {
	case canceled:
		return template.Output{Canceled: true, Reason: x.message}, nil
	case *template.Error:
		return template.Output{}, x
	case thrown:
		if x.php {
			x.message = `An exception has been thrown during the rendering of a template ("` + x.message + `").`
		}
		return template.Output{}, r.unit.fault(r.pos, template.KindRuntime, x.message)
	}
	return template.Output{}, r.unit.fault(r.pos, template.KindRuntime, fmt.Sprintf("The rendering failed: %v.", x))
}

// maxKept is the capacity of a buffer above which it is not kept for the next rendering.
const maxKept = 1 << 18

// finish clears the run and keeps it for the next rendering.
func (r *run) finish() {
	clear(r.stack[:r.highest])
	out := r.out[:0]
	if cap(out) > maxKept {
		out = nil
	}
	eng := r.eng
	*r = run{eng: eng, out: out, stack: r.stack[:0], chunk: r.chunk} // a chunk goes on where it is
	eng.runs.Put(r)
}
