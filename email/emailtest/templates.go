package emailtest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/crmmail/crmmail/template"
)

// SaveTemplate keeps a template, in place of the one with the same id if there is one. Templates are listed in the
// order in which they were first saved.
func (s *Store) SaveTemplate(ctx context.Context, t template.Template) error {
	if t.ID == "" {
		return errors.New("emailtest: a template without an id")
	}
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if i := s.templateIndex(t.ID); i >= 0 {
		s.templates[i] = t
	} else {
		s.templates = append(s.templates, t)
	}
	return nil
}

func (s *Store) templateIndex(id string) int {
	return slices.IndexFunc(s.templates, func(t template.Template) bool { return t.ID == id })
}

// Template implements template.Loader.
func (s *Store) Template(ctx context.Context, id string) (template.Template, error) {
	if err := s.lock(ctx); err != nil {
		return template.Template{}, err
	}
	defer s.mu.Unlock()
	i := s.templateIndex(id)
	if i < 0 {
		return template.Template{}, fmt.Errorf("template: %w", template.ErrNotFound)
	}
	return s.templates[i], nil
}

// Templates implements template.Loader.
func (s *Store) Templates(ctx context.Context, event template.Event) ([]template.Template, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []template.Template
	for _, t := range s.templates {
		if t.Event == event {
			list = append(list, t)
		}
	}
	return list, nil
}

// Source implements template.Source: a template includes another's HTML part by its id.
func (s *Store) Source(ctx context.Context, name string) (string, error) {
	t, err := s.Template(ctx, name)
	return t.Letter.HTML, err
}
