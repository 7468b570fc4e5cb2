package riverqueue

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Options are settings of River's.
type Options struct {
	Schema string // of River's tables; empty: found by search_path
}

// Store is a sqlstore.Store on PostgreSQL whose messages River delivers. It is safe for concurrent use, also by several
// processes on one database.
type Store struct {
	*sqlstore.Store
	db     *sql.DB
	within *sql.Conn // the host's transaction; nil: each method has its own
	schema string
	client *river.Client[pgx.Tx] // it only inserts
}

var (
	_ email.Store       = (*Store)(nil)
	_ email.BatchOutbox = (*Store)(nil)
)

// New returns a Store on a database of github.com/jackc/pgx/v5/stdlib, see stdlib.OpenDBFromPool, whose schemas are there
// already: the Store's and River's. The dialect is PostgreSQL. The database stays the caller's to close, after the last use
// of the Store.
func New(db *sql.DB, kept sqlstore.Options, opts Options) (*Store, error) {
	kept.Dialect = sqlstore.PostgreSQL
	store, err := sqlstore.New(db, kept)
	if err != nil {
		return nil, err
	}
	client, err := river.NewClient(riverpgxv5.New(nil), &river.Config{Schema: opts.Schema})
	if err != nil {
		return nil, fmt.Errorf("riverqueue: %w", err)
	}
	return &Store{Store: store, db: db, schema: opts.Schema, client: client}, nil
}

// Tx is the Store within the transaction that the host has begun on a connection, as sqlstore.Store.Tx describes it: what
// is queued is delivered if the host commits.
func (s *Store) Tx(conn *sql.Conn) *Store {
	bound := *s
	bound.Store, bound.within = s.Store.Tx(conn), conn
	return &bound
}

// maxTries is how often a transaction begins that others are in the way of.
const maxTries = 20

// transact runs f in a transaction, again from its beginning where it and others waited for each other; in the host's that
// is the host's to do.
func (s *Store) transact(ctx context.Context, f func(*Store) error) error {
	if s.within != nil {
		return f(s)
	}
	for try := 1; ; try++ {
		err := s.begin(ctx, f)
		if !inTheWay(err) || try == maxTries || ctx.Err() != nil {
			return err
		}
	}
}

// inTheWay tells of a deadlock or of a serialization failure.
func inTheWay(err error) bool {
	var refused *pgconn.PgError
	return errors.As(err, &refused) && (refused.Code == "40P01" || refused.Code == "40001")
}

func (s *Store) begin(ctx context.Context, f func(*Store) error) error {
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return fmt.Errorf("riverqueue: %w", err)
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelReadCommitted})
	if err != nil {
		return fmt.Errorf("riverqueue: %w", err)
	}
	defer tx.Rollback() // after a commit it does nothing
	if err := f(s.Tx(conn)); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("riverqueue: %w", err)
	}
	return nil
}

// Enqueue implements email.Outbox.
func (s *Store) Enqueue(ctx context.Context, q email.Queued) (kept email.Message, err error) {
	err = s.transact(ctx, func(s *Store) (err error) {
		if kept, err = s.Store.Enqueue(ctx, q); err != nil {
			return err
		}
		return s.insert(ctx, s.jobOf(q))
	})
	return kept, err
}

// EnqueueAll implements email.BatchOutbox, by one commit.
func (s *Store) EnqueueAll(ctx context.Context, list []email.Queued) (ids []string, err error) {
	err = s.transact(ctx, func(s *Store) (err error) {
		if ids, err = s.Store.EnqueueAll(ctx, list); err != nil {
			return err
		}
		var jobs []job
		for i, q := range list {
			if ids[i] == q.Message.ID {
				jobs = append(jobs, s.jobOf(q))
			}
		}
		return s.insert(ctx, jobs...)
	})
	return ids, err
}

// Transition implements email.Outbox. What was at its end and goes back into the queue needs a new job; otherwise the job
// that delivers goes on.
func (s *Store) Transition(ctx context.Context, t email.Transition) error {
	if t.To != email.StateQueued || t.From == email.StateQueued || t.From == email.StateSending {
		return s.Store.Transition(ctx, t)
	}
	return s.transact(ctx, func(s *Store) error {
		if err := s.Store.Transition(ctx, t); err != nil {
			return err
		}
		return s.insert(ctx, job{args: delivery{Tenant: s.Tenant(), Message: t.MessageID}, at: t.SendAt})
	})
}

// job is what is to be inserted.
type job struct {
	args delivery
	at   time.Time // not before; zero: now
	bulk bool
	lost bool // it was there before
}

func (j job) opts() *river.InsertOpts {
	opts := &river.InsertOpts{Queue: Queue, Priority: priorityTransactional}
	if j.at.After(time.Now()) { // otherwise it would wait for River's scheduler
		opts.ScheduledAt = j.at
	}
	switch {
	case j.lost:
		opts.Priority = priorityLost
	case j.bulk:
		opts.Priority = priorityBulk
	}
	return opts
}

func (s *Store) jobOf(q email.Queued) job {
	return job{
		args: delivery{Tenant: s.Tenant(), Message: q.Message.ID},
		at:   q.Message.SendAt,
		bulk: q.Message.Purpose == email.Bulk,
	}
}

// insert puts jobs into River's table, within the transaction.
func (s *Store) insert(ctx context.Context, jobs ...job) error {
	if len(jobs) == 0 {
		return nil
	}
	params := make([]river.InsertManyParams, len(jobs))
	for i, one := range jobs {
		params[i] = river.InsertManyParams{Args: one.args, InsertOpts: one.opts()}
	}
	return s.onPgx(func(tx pgx.Tx) error {
		if _, err := s.client.InsertManyFastTx(ctx, tx, params); err != nil {
			return fmt.Errorf("riverqueue: insert: %w", err)
		}
		return nil
	})
}
