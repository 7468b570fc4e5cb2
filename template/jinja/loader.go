package jinja

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/nikolalohinski/gonja/v2/loaders"

	"github.com/crmmail/crmmail/template"
)

// loader gives gonja one template and, by name, those that it includes. It serves one parsing or one rendering, whose
// context it carries because gonja passes none.
type loader struct {
	ctx        context.Context
	source     template.Source
	name, text string // of the template itself
	failed     error  // the last failure: gonja keeps its words only
}

// Read returns the source of a template.
func (l *loader) Read(name string) (io.Reader, error) {
	text, err := l.read(name)
	if err != nil {
		l.failed = err
		return nil, err
	}
	return strings.NewReader(text), nil
}

func (l *loader) read(name string) (string, error) {
	switch {
	case name == l.name:
		return l.text, nil
	case l.source == nil:
		return "", fmt.Errorf("%w: %q", template.ErrNotFound, name)
	}
	return l.source.Source(l.ctx, name)
}

// Resolve returns name: names are no paths.
func (l *loader) Resolve(name string) (string, error) { return name, nil }

// Inherit returns l: names mean the same in every template.
func (l *loader) Inherit(string) (loaders.Loader, error) { return l, nil }
