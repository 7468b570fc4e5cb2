package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
)

//go:embed migrations
var migrations embed.FS

// Migrations are the steps that make the schema: plain SQL files in the order of their names, for a host that runs
// them by a tool of its own and never by Migrate. A file never changes once it was released. An unknown dialect has none.
func Migrations(d Dialect) fs.FS {
	files, _ := fs.Sub(migrations, "migrations/"+d.String()) // it refuses malformed paths only
	return files
}

// Migrate brings the schema up to what this release needs, all or nothing. Several processes may call it at once, as
// when they start: one does the work and the others wait. It refuses a schema that a newer release has made.
func Migrate(ctx context.Context, db *sql.DB, d Dialect) error {
	if db == nil {
		return errors.New("sqlstore: migrate: no database")
	}
	if err := d.check(); err != nil {
		return wrap("migrate", err)
	}
	steps, err := steps(d)
	if err != nil {
		return wrap("migrate", err)
	}
	return wrap("migrate", d.retry(ctx, func() error {
		return transact(ctx, db, nil, func(tx conn) error { return migrate(ctx, tx, steps) })
	}))
}

// steps are the statements of each migration; the version of the schema is their number.
func steps(d Dialect) ([]string, error) {
	files := Migrations(d)
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
		if _, err := exec(ctx, tx, step); err != nil {
			return fmt.Errorf("version %d: %w", version+i+1, err)
		}
	}
	_, err = exec(ctx, tx, `UPDATE crmmail_schema SET version = ?`, len(steps))
	return err
}
