package template

import (
	"context"
	"errors"
)

// Escape says how an [Engine] escapes the values that a template prints. What is not EscapeNone, the zero Escape too, means
// EscapeHTML.
type Escape string

const (
	// EscapeNone prints values as they are: for subject, preheader and text, which are not HTML.
	EscapeNone Escape = "none"
	// EscapeHTML escapes printed values for HTML, unless the template says that they are safe.
	EscapeHTML Escape = "html"
)

// Vars are the variables of a rendering: plain data only, that is nil, bool, int64 and the other integers,
// float64, string, time.Time, and slices and string-keyed maps of these. An engine for templates that users write, as
// package template/twig, never calls a method of a value and never reads a struct by reflection, so that a template
// reaches nothing the host did not put there. Vars and all that they hold belong to the caller and are not modified.
type Vars = map[string]any

// Engine turns the source of one template into a [Renderer].
// An implementation is safe for concurrent use.
type Engine interface {
	// Parse compiles source. Name stands in errors and is what a template means by its own name.
	// Every error it returns has an [*Error] in its chain, with a line where the fault has a place.
	// Templates that source includes or extends are fetched at the latest when it is rendered.
	Parse(ctx context.Context, name, source string, escape Escape) (Renderer, error)
}

// Renderer is a compiled template. It is immutable and safe for concurrent use.
type Renderer interface {
	// Render prints the template with vars. It stops soon after ctx ends, with an [*Error] whose chain
	// holds ctx.Err(). Every other error it returns has an [*Error] in its chain too. An Output that comes with
	// an error is empty.
	Render(ctx context.Context, vars Vars) (Output, error)
}

// Output is what a rendering gave.
type Output struct {
	// Text is what the template printed. It is empty when Canceled.
	Text string
	// Canceled is set when the template ended itself with {% cancel %}: the letter is not to be sent. It is a
	// decision of the template, not an error.
	Canceled bool
	// Reason is what {% cancel "…" %} said; it may be empty.
	Reason string
}

// Source gives an [Engine] the templates that other templates include, extend or import by name.
// An implementation is safe for concurrent use. Names come from users' templates: an implementation looks them
// up in the tenant's own templates and never treats them as paths of files.
type Source interface {
	// Source returns the source of the template called name; its error wraps [ErrNotFound] where there is none. A
	// [Loader] that is a Source too goes by the ID of a [Template] and gives its HTML.
	Source(ctx context.Context, name string) (string, error)
}

// SourceFunc is a function as a [Source].
type SourceFunc func(ctx context.Context, name string) (string, error)

// Source calls f.
func (f SourceFunc) Source(ctx context.Context, name string) (string, error) { return f(ctx, name) }

// ErrNotFound is wrapped by the errors of a [Source] and of a [Loader] for a template that does not exist.
var ErrNotFound = errors.New("template: not found")
