package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/crmmail/crmmail/template"
)

// SaveTemplate keeps a template, in place of the one with the same id if there is one. Templates are listed in the order
// in which they were first saved.
func (s *Store) SaveTemplate(ctx context.Context, t template.Template) error {
	if t.ID == "" {
		return wrap("save template", errors.New("a template without an id"))
	}
	return wrap("save template", s.write(ctx, func(tx conn) error {
		_, err := exec(ctx, tx, `INSERT INTO crmmail_template (tenant, id, name, event, subject, preheader, body_html, body_text,
				updated_at, position)
			VALUES (`+parameters(9)+`, (SELECT COALESCE(MAX(position), 0) + 1 FROM crmmail_template WHERE tenant = ?))
			ON CONFLICT (tenant, id) DO UPDATE SET name = excluded.name, event = excluded.event, subject = excluded.subject,
				preheader = excluded.preheader, body_html = excluded.body_html, body_text = excluded.body_text,
				updated_at = excluded.updated_at`,
			s.tenant, t.ID, t.Name, t.Event, t.Letter.Subject, t.Letter.Preheader, t.Letter.HTML, t.Letter.Text,
			micros(t.UpdatedAt), s.tenant)
		return err
	}))
}

// Template implements template.Loader.
func (s *Store) Template(ctx context.Context, id string) (template.Template, error) {
	list, err := s.templates(ctx, `id = ?`, id)
	if err == nil && len(list) == 0 {
		err = template.ErrNotFound
	}
	if err != nil {
		return template.Template{}, wrap("template", err)
	}
	return list[0], nil
}

// Templates implements template.Loader.
func (s *Store) Templates(ctx context.Context, event template.Event) ([]template.Template, error) {
	list, err := s.templates(ctx, `event = ?`, event)
	return list, wrap("templates", err)
}

// Source implements template.Source: a template includes another's HTML part by its id.
func (s *Store) Source(ctx context.Context, name string) (string, error) {
	t, err := s.Template(ctx, name)
	return t.Letter.HTML, err
}

func (s *Store) templates(ctx context.Context, where string, args ...any) (list []template.Template, err error) {
	err = s.look(ctx, func(db conn) (err error) {
		list, err = collect(ctx, db, scanTemplate, `SELECT id, name, event, subject, preheader, body_html, body_text,
			updated_at FROM crmmail_template WHERE tenant = ? AND `+where+` ORDER BY position, id`,
			append([]any{s.tenant}, args...)...)
		return err
	})
	return list, err
}

func scanTemplate(rows *sql.Rows) (t template.Template, err error) {
	err = rows.Scan(&t.ID, &t.Name, &t.Event, &t.Letter.Subject, &t.Letter.Preheader, &t.Letter.HTML, &t.Letter.Text,
		timeColumn{&t.UpdatedAt})
	return t, err
}
