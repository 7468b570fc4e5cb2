package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// How long a transaction waits for its turn in all, and between attempts.
const (
	busyPatience = 30 * time.Second
	busyFirst    = time.Millisecond
	busyLongest  = 50 * time.Millisecond
)

// read runs f in a transaction that sees one state of the database.
func (s *Store) read(ctx context.Context, f func(conn) error) error {
	if s.host != nil {
		return f(s.on(s.host))
	}
	return s.dialect.retry(ctx, func() error { return s.transact(ctx, s.dialect.reading(), f) })
}

// look runs f, whose statements need not see one state of the database.
func (s *Store) look(ctx context.Context, f func(conn) error) error {
	if s.host != nil {
		return f(s.on(s.host))
	}
	return s.dialect.retry(ctx, func() error { return f(s.on(s.db)) })
}

// write runs f in a transaction, again from its beginning where another was in the way. The first statement of f writes,
// so that the transaction need not turn from a reader into a writer, which SQLite may refuse. Where the database lets
// only one write, those of one Store queue here, where waiting costs nothing, rather than there.
//
// In a host's transaction what f has changed stays where f fails: whatever f finds out and returns as a plain answer, such
// as email.ErrDuplicate, it finds out before its first change.
func (s *Store) write(ctx context.Context, f func(conn) error) error {
	if s.host != nil {
		return f(s.on(s.host))
	}
	if s.turns != nil {
		select {
		case s.turns <- struct{}{}:
			defer func() { <-s.turns }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.dialect.retry(ctx, func() error { return s.transact(ctx, s.dialect.writing(), f) })
}

func (s *Store) on(to Conn) conn { return conn{to, s.wording} }

func (s *Store) transact(ctx context.Context, opts *sql.TxOptions, f func(conn) error) error {
	tx, err := s.db.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := f(s.on(tx)); err != nil {
		return err
	}
	return tx.Commit()
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
