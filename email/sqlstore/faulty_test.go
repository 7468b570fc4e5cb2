package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"maps"
	"sync"
	"testing"

	"github.com/crmmail/crmmail/email/sqlstore"
)

// faulty is a database that something befalls at a step: the begin of a transaction, a statement, or a commit.
type faulty struct {
	mu     sync.Mutex
	fault  fault
	left   int // steps until the fault
	struck bool
	cancel context.CancelFunc
}

// fault runs a step, or does not.
type fault func(f *faulty, c *faultyConn, step func() error) error

var (
	errCut  = errors.New("the connection is lost")
	errFull = errors.New("the disk is full")
)

var faults = map[string]fault{
	"refused": func(_ *faulty, _ *faultyConn, _ func() error) error { return errFull },
	// It is the same as a connection that is lost before the next step.
	"answer lost": func(_ *faulty, c *faultyConn, step func() error) error {
		if err := step(); err != nil {
			return err
		}
		c.cut()
		return errCut
	},
	"canceled meanwhile": func(f *faulty, _ *faultyConn, step func() error) error {
		go f.cancel()
		return step()
	},
	"canceled afterwards": func(f *faulty, _ *faultyConn, step func() error) error {
		defer f.cancel()
		return step()
	},
}

// faultsOf are the faults that a database has ways of its own to come out of; a new connection to PostgreSQL takes its time.
func faultsOf(t *testing.T) map[string]fault {
	if dialect(t) == sqlstore.SQLite {
		return faults
	}
	chosen := maps.Clone(faults)
	delete(chosen, "refused")
	delete(chosen, "canceled afterwards")
	return chosen
}

// openFaulty opens a database that works until strike is called.
func openFaulty(t testing.TB, path string) (*sql.DB, *faulty) {
	f := &faulty{}
	return openWrapped(t, path, func(c fullConn) driver.Conn { return &faultyConn{fullConn: c, faulty: f} }), f
}

// strike lets a fault happen at the nth step from now on, to whoever works in the context that it returns.
func (f *faulty) strike(n int, how fault) (ctx context.Context) {
	ctx, cancel := context.WithCancel(context.Background())
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fault, f.left, f.struck, f.cancel = how, n, false, cancel
	return ctx
}

// spare ends what strike began, and tells whether the fault has happened.
func (f *faulty) spare() (struck bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cancel()
	f.fault, f.left = nil, 0
	return f.struck
}

func (f *faulty) step(c *faultyConn, step func() error) error {
	if c.lost {
		return errCut
	}
	f.mu.Lock()
	f.left--
	now := f.left == 0
	f.struck = f.struck || now
	how := f.fault
	f.mu.Unlock()
	if now {
		return how(f, c, step)
	}
	return step()
}

type faultyConn struct {
	fullConn
	faulty *faulty
	rows   driver.Rows // of a query that is under way
	lost   bool
}

func (c *faultyConn) cut() {
	c.lost = true
	if c.rows != nil {
		c.rows.Close()
	}
	c.fullConn.Close()
}

// IsValid implements driver.Validator.
func (c *faultyConn) IsValid() bool {
	inner, ok := c.fullConn.(driver.Validator)
	return !c.lost && (!ok || inner.IsValid())
}

// ResetSession implements driver.SessionResetter.
func (c *faultyConn) ResetSession(ctx context.Context) error {
	if inner, ok := c.fullConn.(driver.SessionResetter); ok && !c.lost {
		return inner.ResetSession(ctx)
	}
	return nil
}

func (c *faultyConn) Close() error {
	if c.lost {
		return nil
	}
	return c.fullConn.Close()
}

func (c *faultyConn) BeginTx(ctx context.Context, opts driver.TxOptions) (tx driver.Tx, err error) {
	err = c.faulty.step(c, func() error {
		tx, err = c.fullConn.BeginTx(ctx, opts)
		return err
	})
	return faultyTx{tx, c}, err
}

func (c *faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (result driver.Result, err error) {
	err = c.faulty.step(c, func() error {
		result, err = c.fullConn.ExecContext(ctx, query, args)
		return err
	})
	return result, err
}

func (c *faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (rows driver.Rows, err error) {
	err = c.faulty.step(c, func() error {
		c.rows, err = c.fullConn.QueryContext(ctx, query, args)
		return err
	})
	if rows, c.rows = c.rows, nil; err != nil {
		return nil, err
	}
	return rows, nil
}

type faultyTx struct {
	driver.Tx
	conn *faultyConn
}

// Commit leaves no transaction behind, as that of a driver does not.
func (tx faultyTx) Commit() error {
	err := tx.conn.faulty.step(tx.conn, tx.Tx.Commit)
	if errors.Is(err, errFull) {
		tx.Tx.Rollback()
	}
	return err
}

func (tx faultyTx) Rollback() error {
	if tx.conn.lost {
		return errCut
	}
	return tx.Tx.Rollback()
}
