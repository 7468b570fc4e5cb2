// Package jinja renders Jinja templates behind [template.Engine], with gonja (v2), for a CRM whose own letters are
// written in Jinja.
//
// # Trusted templates only
//
// Whoever writes a template for this engine can end the process. A macro that calls itself overflows the stack, which
// no Go program survives; {{ 'a' * 3000000000 }} runs it out of memory; nested loops that print nothing go on after
// their context has ended. Values are read by reflection, so that a template reaches the fields and methods of what it
// is given, and may change a list or a map in place. Use it for templates that are a part of the program, as
// reviewed as its code. Templates that users write belong to package template/twig.
//
//	engine := jinja.New(nil)
//	renderer, err := engine.Parse(ctx, "hello", "Hello, {{ name | title }}!", template.EscapeHTML)
//	output, err := renderer.Render(ctx, template.Vars{"name": "anna"})
//
// With [template.EscapeHTML] strings are escaped where they are printed. A list or a map that is printed as a whole is
// not: print its elements, or use the filter "e".
//
// {% cancel %} and {% cancel "message" %} end a rendering as [template.Output] describes; the rest is gonja's Jinja.
package jinja

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nikolalohinski/gonja/v2/builtins"
	"github.com/nikolalohinski/gonja/v2/config"
	"github.com/nikolalohinski/gonja/v2/exec"

	"github.com/crmmail/crmmail/template"
)

// Engine is a [template.Engine]. Make it with [New]. It is safe for concurrent use.
type Engine struct {
	source      template.Source
	environment *exec.Environment
}

// New returns an Engine whose templates include, extend and import what source has; nil means that they cannot.
func New(source template.Source) *Engine {
	tags := exec.NewControlStructureSet(map[string]parseTag{"cancel": parseCancel})
	return &Engine{
		source: source,
		environment: &exec.Environment{
			Context:           exec.EmptyContext().Update(builtins.GlobalFunctions).Update(builtins.GlobalVariables),
			Filters:           builtins.Filters,
			Tests:             builtins.Tests,
			ControlStructures: tags.Update(builtins.ControlStructures),
			Methods:           builtins.Methods,
		},
	}
}

// Parse compiles source, which must be trusted.
func (e *Engine) Parse(ctx context.Context, name, source string, escape template.Escape) (renderer template.Renderer, err error) {
	settings := config.New()
	settings.AutoEscape = escape != template.EscapeNone
	settings.KeepTrailingNewline = true
	files := &loader{ctx: ctx, source: e.source, name: name, text: source}
	defer func() {
		if cause := recover(); cause != nil {
			renderer, err = nil, newError(template.KindSyntax, name, fmt.Errorf("%v", cause), files)
		}
	}()
	parsed, err := exec.NewTemplate(name, settings, files, e.environment)
	if err != nil {
		return nil, newError(template.KindSyntax, name, err, files)
	}
	return &compiled{engine: e, name: name, text: source, settings: settings, template: parsed}, nil
}

type compiled struct {
	engine     *Engine
	name, text string
	settings   *config.Config
	template   *exec.Template
}

// Render prints the template. A panic of gonja ({{ 1 % 0 }}) becomes an error; what the package comment warns of does
// not.
func (c *compiled) Render(ctx context.Context, vars template.Vars) (output template.Output, err error) {
	files := &loader{ctx: ctx, source: c.engine.source, name: c.name, text: c.text}
	defer func() {
		if cause := recover(); cause != nil {
			output, err = template.Output{}, newError(template.KindRuntime, c.name, fmt.Errorf("%v", cause), files)
		}
	}()
	text := &writer{ctx: ctx}
	environment := *c.engine.environment
	environment.Context = environment.Context.Inherit().Update(exec.NewContext(vars))
	err = exec.NewRenderer(&environment, text, c.settings, files, c.template).Execute()
	if canceled := (*cancellation)(nil); errors.As(err, &canceled) {
		return template.Output{Canceled: true, Reason: canceled.message}, nil
	}
	if ctx.Err() != nil {
		return template.Output{}, &template.Error{Kind: template.KindLimit, Message: "The rendering was interrupted.", Name: c.name, Err: ctx.Err()}
	}
	if err != nil {
		return template.Output{}, newError(template.KindRuntime, c.name, err, files)
	}
	return template.Output{Text: text.String()}, nil
}

// writer stops a rendering at the first print after its context has ended.
type writer struct {
	strings.Builder
	ctx context.Context // of the one rendering that writes to it
}

func (w *writer) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Builder.Write(p)
}

func (w *writer) WriteString(s string) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.Builder.WriteString(s)
}
