package twig

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/crmmail/crmmail/template"
)

// Template is a parsed template. It is immutable and safe for concurrent use, and implements [template.Renderer].
type Template struct {
	eng  *Engine
	unit *unit
}

// Parse parses a source. What the policy does not allow is an error here already. Templates that it includes are
// found when it is rendered. Errors are *[template.Error].
func (e *Engine) Parse(ctx context.Context, name, source string, escape template.Escape) (template.Renderer, error) {
	env := e.unescaped
	if escape != template.EscapeNone {
		env = e.escaped
	}
	t, err := e.parseMain(ctx, name, source, env)
	if err != nil {
		return nil, coded(err)
	}
	return t, nil
}

// Load parses the template that Options.Source has under name, escaped by Options.Autoescape. Errors are *[template.Error];
// one of a name that is not there wraps [template.ErrNotFound].
func (e *Engine) Load(ctx context.Context, name string) (*Template, error) {
	u, err := e.fetch(ctx, name, e.autoescape)
	if err != nil {
		return nil, coded(asLoad(name, err))
	}
	t, err := e.template(u)
	return t, coded(err)
}

func asLoad(name string, err error) error {
	var e *template.Error
	if errors.As(err, &e) {
		return e
	}
	message := `Template "` + name + `" is not defined.`
	if !errors.Is(err, template.ErrNotFound) {
		message = `Template "` + name + `" could not be loaded: ` + err.Error() + "."
	}
	return &template.Error{Kind: template.KindLoad, Message: message, Err: err}
}

func (e *Engine) parseMain(ctx context.Context, name, source string, env *environment) (*Template, error) {
	if err := ctx.Err(); err != nil {
		return nil, &template.Error{Kind: template.KindLimit, Message: err.Error(), Name: name, Err: err}
	}
	u, err := e.parse(name, source, env)
	if err != nil {
		return nil, err
	}
	return e.template(u)
}

func (e *Engine) template(u *unit) (*Template, error) {
	if e.global && u.violation != nil {
		return nil, u.refusal()
	}
	return &Template{e, u}, nil
}

// parse parses a source, from the cache where it was parsed before.
func (e *Engine) parse(name, source string, env *environment) (u *unit, err error) {
	k := cacheKey{name, source, env.strategy}
	if u, ok := e.cache.get(k); ok {
		return u, nil
	}
	if len(source) > e.limits.SourceBytes {
		return nil, &template.Error{Kind: template.KindLimit, Message: "The template is larger than allowed.", Name: name}
	}
	defer func() {
		if x := recover(); x != nil {
			u, err = nil, parseFault(name, x)
		}
	}()
	p := newParser(e, env, &stream{tokens: tokenize(name, source)}, name, source)
	p.module(openTag{}, nil)
	if fault := cmp.Or(p.delayed, p.late); fault != nil {
		return nil, fault
	}
	e.cache.put(k, p.unit)
	return p.unit, nil
}

// parseFault turns what a parser panicked with into an error; the last net under a fault of our own is here too.
func parseFault(name string, x any) error {
	if e, ok := x.(*template.Error); ok {
		return e
	}
	return &template.Error{Kind: template.KindSyntax, Message: fmt.Sprintf("The template could not be parsed: %v.", x), Name: name}
}

// fetch finds a template by name and parses it. Its error wraps template.ErrNotFound where there is none.
func (e *Engine) fetch(ctx context.Context, name string, env *environment) (*unit, error) {
	if e.source == nil {
		return nil, template.ErrNotFound
	}
	source, err := e.source.Source(ctx, name)
	if err != nil {
		return nil, err
	}
	return e.parse(name, source, env)
}
