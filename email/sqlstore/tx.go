package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// conn is what every statement runs on, a *sql.DB or a *sql.Tx: the place where a dialect may change what it is given.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// How long a transaction waits for its turn in all, and between attempts.
const (
	busyPatience = 30 * time.Second
	busyFirst    = time.Millisecond
	busyLongest  = 50 * time.Millisecond
)

// read runs f in a transaction that sees one state of the database.
func (s *Store) read(ctx context.Context, f func(conn) error) error {
	return s.dialect.retry(ctx, func() error {
		return transact(ctx, s.db, &sql.TxOptions{ReadOnly: true}, f)
	})
}

// look runs f, whose statements need not see one state of the database.
func (s *Store) look(ctx context.Context, f func(conn) error) error {
	return s.dialect.retry(ctx, func() error { return f(s.db) })
}

// write runs f in a transaction, again from its beginning where another connection was in the way. The first statement
// of f writes, so that the transaction need not turn from a reader into a writer, which SQLite may refuse. Within one
// Store writers queue here, where waiting costs nothing, rather than in the database.
func (s *Store) write(ctx context.Context, f func(conn) error) error {
	select {
	case s.writing <- struct{}{}:
		defer func() { <-s.writing }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return s.dialect.retry(ctx, func() error { return transact(ctx, s.db, nil, f) })
}

// retry repeats f while the database is busy, for as long as ctx and busyPatience allow.
func (d Dialect) retry(ctx context.Context, f func() error) error {
	giveUp := time.Now().Add(busyPatience)
	for wait := busyFirst; ; wait = min(2*wait, busyLongest) {
		err := f()
		if err == nil {
			return nil
		}
		if ended := ctx.Err(); ended != nil {
			return fmt.Errorf("%w: %w", ended, err)
		}
		if !d.busy(err) || time.Now().After(giveUp) {
			return err
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, f func(conn) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := f(tx); err != nil {
		return err
	}
	return tx.Commit()
}

// exec runs a statement and returns how many rows it changed.
func exec(ctx context.Context, c conn, query string, args ...any) (int64, error) {
	result, err := c.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// collect returns what scan makes of each row.
func collect[T any](ctx context.Context, c conn, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := c.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// scanOne reads rows of one column.
func scanOne[T any](rows *sql.Rows) (value T, err error) {
	err = rows.Scan(&value)
	return value, err
}
