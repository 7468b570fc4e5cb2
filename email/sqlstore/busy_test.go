package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// A writer waits for another that takes longer than SQLite's own busy timeout.
func TestWriterWaits(t *testing.T) {
	path := newFile(t)
	store := storeOn(t, openDB(t, path), sqlstore.Options{})
	tx, err := openDB(t, path).Begin() // takes the write lock
	require.NoError(t, err)
	done := make(chan error, 1)
	go func() { done <- store.SaveCustomer(context.Background(), email.Customer{ID: "1"}) }()
	select {
	case err := <-done:
		t.Fatalf("did not wait: %v", err)
	case <-time.After(600 * time.Millisecond):
	}
	_, err = store.Customer(context.Background(), "1")
	assert.ErrorIs(t, err, email.ErrNotFound, "readers do not wait")
	require.NoError(t, tx.Rollback())
	require.NoError(t, <-done)
}

// A writer that waits gives up with its context.
func TestWaitingEndsWithTheContext(t *testing.T) {
	path := newFile(t)
	one, other := storeOn(t, openDB(t, path), sqlstore.Options{}), storeOn(t, openDB(t, path), sqlstore.Options{})
	tx, err := openDB(t, path).Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	var group sync.WaitGroup
	for _, store := range []*sqlstore.Store{one, one, other} { // in the store's own queue, and in the database's
		group.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
			defer cancel()
			begun := time.Now()
			assert.ErrorIs(t, store.SaveCustomer(ctx, email.Customer{ID: "1"}), context.DeadlineExceeded)
			assert.Less(t, time.Since(begun), 5*time.Second)
		})
	}
	group.Wait()
}

// The Store works with a data source name of the host's own: no immediate transactions, no busy timeout, one connection.
func TestOtherDataSourceNames(t *testing.T) {
	for name, setup := range map[string]struct {
		query string
		conns int
	}{
		"plain":          {"", 0},
		"one connection": {"", 1},
		"deferred WAL":   {"?_pragma=journal_mode(WAL)", 0},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "crm.db")
			var group sync.WaitGroup
			for process := range 3 {
				db, err := sql.Open("sqlite", "file:"+path+setup.query)
				require.NoError(t, err)
				t.Cleanup(func() { require.NoError(t, db.Close()) })
				db.SetMaxOpenConns(setup.conns)
				group.Go(func() {
					if !assert.NoError(t, sqlstore.Migrate(context.Background(), db, sqlstore.SQLite)) {
						return
					}
					useInARow(t, storeOn(t, db, sqlstore.Options{}), process)
				})
			}
			group.Wait()
		})
	}
}

func useInARow(t *testing.T, store *sqlstore.Store, process int) {
	ctx := context.Background()
	for n := range 10 {
		q := aQueued(process*100+n, "c")
		_, err := store.Enqueue(ctx, q)
		assert.NoError(t, err)
		_, err = store.Enqueue(ctx, q)
		assert.ErrorIs(t, err, email.ErrDuplicate)
		owner := fmt.Sprint("w", process)
		claimed, err := store.Claim(ctx, email.Claim{Owner: owner, Now: later, Lease: time.Minute, Limit: 1})
		assert.NoError(t, err)
		for _, job := range claimed.Jobs {
			assert.NoError(t, store.Transition(ctx, email.Transition{MessageID: job.Message.ID, Owner: owner,
				From: email.StateQueued, To: email.StateSending, At: later, LeaseUntil: later.Add(time.Hour)}))
		}
		_, err = store.Messages(ctx, email.MessageQuery{Limit: 5})
		assert.NoError(t, err)
	}
}

// Every method ends with its context and keeps nothing.
func TestEndedContext(t *testing.T) { onEach(t, testEndedContext) }

func testEndedContext(t *testing.T) {
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, call := range map[string]func() error{
		"Customer":      func() error { _, err := store.Customer(ctx, "1"); return err },
		"SaveCustomer":  func() error { return store.SaveCustomer(ctx, email.Customer{ID: "1"}) },
		"Enqueue":       func() error { _, err := store.Enqueue(ctx, aQueued(1, "c")); return err },
		"Claim":         func() error { _, err := store.Claim(ctx, email.Claim{Limit: 1}); return err },
		"Transition":    func() error { return store.Transition(ctx, email.Transition{MessageID: "1"}) },
		"Messages":      func() error { _, err := store.Messages(ctx, email.MessageQuery{Limit: 1}); return err },
		"Conversations": func() error { _, err := store.Conversations(ctx, email.ConversationQuery{Limit: 1}); return err },
		"OpenBlob":      func() error { _, err := store.OpenBlob(ctx, "ab"); return err },
	} {
		assert.ErrorIs(t, call(), context.Canceled, name)
	}
	assertEmpty(t, db)
}
