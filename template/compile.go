package template

import (
	"context"
	"errors"
)

// Compiled is a letter ready to render. It is immutable and safe for concurrent use.
type Compiled struct {
	name                           string
	subject, preheader, html, text Renderer // nil where the part's source is empty
}

// Rendering is a letter for one customer.
type Rendering struct {
	// Letter holds the parts as rendered: the subject on one line, the preheader as [CleanPreheader] leaves it, the
	// HTML without the preheader (see [InsertPreheader]), and the text, made of the HTML if the letter has no text of
	// its own. It is empty when Canceled.
	Letter Letter
	// Canceled is set when {% cancel %} in any part ended the letter: it is not to be sent.
	Canceled bool
	// Reason is what {% cancel "…" %} said; it may be empty.
	Reason string
	// Notes are what the author should know about this rendering.
	Notes []Note
}

// Compile parses the parts of letter: the HTML with [EscapeHTML], the others with [EscapeNone]. Name stands in errors:
// a fault of the HTML of "welcome" is in the template "welcome/html". When parts have faults, all are returned
// together, as errors.Join does, each part's with an [*Error].
func Compile(ctx context.Context, engine Engine, name string, letter Letter) (*Compiled, error) {
	c := &Compiled{name: name}
	var faults []error
	for _, part := range []struct {
		name, source string
		escape       Escape
		into         *Renderer
	}{
		{"subject", letter.Subject, EscapeNone, &c.subject},
		{"preheader", letter.Preheader, EscapeNone, &c.preheader},
		{"html", letter.HTML, EscapeHTML, &c.html},
		{"text", letter.Text, EscapeNone, &c.text},
	} {
		if part.source == "" {
			continue
		}
		renderer, err := engine.Parse(ctx, c.part(part.name), part.source, part.escape)
		if err != nil {
			faults = append(faults, located(err, KindSyntax, c.part(part.name)))
			continue
		}
		*part.into = renderer
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return c, nil
}

func (c *Compiled) part(part string) string { return c.name + "/" + part }

// Render renders the letter with vars. The first part that fails or cancels ends it: an error has an [*Error] in its
// chain, a cancelled letter is no error.
func (c *Compiled) Render(ctx context.Context, vars Vars) (Rendering, error) {
	var r Rendering
	for _, part := range []struct {
		name     string
		renderer Renderer
		into     *string
	}{
		{"subject", c.subject, &r.Letter.Subject},
		{"preheader", c.preheader, &r.Letter.Preheader},
		{"html", c.html, &r.Letter.HTML},
		{"text", c.text, &r.Letter.Text},
	} {
		if part.renderer == nil {
			continue
		}
		output, err := part.renderer.Render(ctx, vars)
		if err != nil {
			return Rendering{}, located(err, KindRuntime, c.part(part.name))
		}
		if output.Canceled {
			return Rendering{Canceled: true, Reason: output.Reason}, nil
		}
		*part.into = output.Text
	}
	c.finish(&r)
	return r, nil
}

// finish makes of the rendered parts what a message can carry.
func (c *Compiled) finish(r *Rendering) {
	r.Letter.Subject = oneLine(r.Letter.Subject)
	r.Letter.Preheader, r.Notes = CleanPreheader(r.Letter.Preheader)
	if c.text == nil {
		r.Letter.Text = TextFromHTML(r.Letter.HTML)
	}
}

// located makes sure that an error of a part has an *Error that names the part, whatever the engine returned.
func located(err error, kind Kind, part string) error {
	var e *Error
	if !errors.As(err, &e) {
		return &Error{Kind: kind, Message: err.Error(), Name: part, Err: err}
	}
	if e.Name != "" {
		return err
	}
	named := *e
	named.Name, named.Err = part, err
	return &named
}
