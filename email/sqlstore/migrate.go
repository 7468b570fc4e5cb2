package sqlstore

import (
	"archive/zip"
	"bytes"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the steps that make the schema: plain SQL files in the order of their names, for a host that runs
// them by a tool of its own and never by Migrate. A file never changes once it was released. The prefix is that of
// Options.
func Migrations(d Dialect, prefix string) (fs.FS, error) {
	if err := (Options{Dialect: d, Prefix: prefix}).check(); err != nil {
		return nil, wrap("migrations", err)
	}
	files, err := fs.Sub(migrations, "migrations/"+d.String())
	if err == nil && prefix != "" && prefix != defaultPrefix {
		files, err = renamed(files, prefix)
	}
	return files, wrap("migrations", err)
}

// renamed are files whose tables have another prefix, as an archive in memory.
func renamed(files fs.FS, prefix string) (fs.FS, error) {
	var b bytes.Buffer
	archive := zip.NewWriter(&b)
	names, err := fs.Glob(files, "*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		file, err := archive.Create(name)
		if err != nil {
			return nil, err
		}
		if _, err := file.Write([]byte(strings.ReplaceAll(string(text), defaultPrefix, prefix))); err != nil {
			return nil, err
		}
	}
	if err := archive.Close(); err != nil {
		return nil, err
	}
	return zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
}

// Migrate brings a schema with the default prefix up to what this release needs; see Store.Migrate.
func Migrate(ctx context.Context, db *sql.DB, d Dialect) error {
	if db == nil {
		return errors.New("sqlstore: migrate: no database")
	}
	store, err := New(db, Options{Dialect: d})
	if err != nil {
		return err
	}
	return store.Migrate(ctx)
}

// Migrate brings the schema up to what this release needs, all or nothing; it is for all tenants. Several processes may
// call it at once, as when they start: one does the work and the others wait. It refuses a schema that a newer release has
// made.
func (s *Store) Migrate(ctx context.Context) error {
	steps, err := steps(s.dialect, s.wording.prefix)
	if err != nil {
		return wrap("migrate", err)
	}
	return wrap("migrate", s.write(ctx, func(tx conn) error {
		if err := s.dialect.alone(ctx, tx, "schema"); err != nil {
			return err
		}
		return migrate(ctx, tx, steps)
	}))
}

// steps are the statements of each migration; the version of the schema is their number.
func steps(d Dialect, prefix string) ([]string, error) {
	files, err := Migrations(d, prefix)
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return nil, err
	}
	steps := make([]string, len(names))
	for i, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		steps[i] = string(text)
	}
	return steps, nil
}

func migrate(ctx context.Context, tx conn, steps []string) error {
	for _, statement := range []string{
		`CREATE TABLE IF NOT EXISTS crmmail_schema (only_row INTEGER PRIMARY KEY, version INTEGER NOT NULL)`,
		`INSERT INTO crmmail_schema (only_row, version) VALUES (1, 0) ON CONFLICT DO NOTHING`,
	} {
		if _, err := exec(ctx, tx, statement); err != nil {
			return err
		}
	}
	// The update keeps other processes out until the transaction ends.
	versions, err := collect(ctx, tx, scanOne[int], `UPDATE crmmail_schema SET version = version RETURNING version`)
	if err != nil {
		return err
	}
	version := versions[0]
	if version > len(steps) {
		return fmt.Errorf("the schema is of version %d, and this release knows %d", version, len(steps))
	}
	for i, step := range steps[version:] {
		if _, err := tx.to.ExecContext(ctx, step); err != nil { // it is worded already
			return fmt.Errorf("version %d: %w", version+i+1, err)
		}
	}
	_, err = exec(ctx, tx, `UPDATE crmmail_schema SET version = ?`, len(steps))
	return err
}
