package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// A host changes its own rows and sends in one transaction: a rollback leaves nothing of both, a commit all.
func TestTx(t *testing.T) { onEach(t, testTx) }

func testTx(t *testing.T) {
	ctx := context.Background()
	path := newFile(t)
	db := openDB(t, path)
	_, err := db.Exec(`CREATE TABLE orders (id TEXT)`)
	require.NoError(t, err)
	store, other := storeOn(t, db, sqlstore.Options{}), storeOn(t, openDB(t, path), sqlstore.Options{})
	work := func(tx sqlstore.Conn) {
		_, err := tx.ExecContext(ctx, `INSERT INTO orders VALUES ('4711')`)
		require.NoError(t, err)
		bound := store.Tx(tx)
		fill(t, bound, "red", strings.Repeat("r", 300<<10))
		seesItsOwn(t, bound, "red")
		require.Len(t, claim(t, bound, "w", later, 9).Jobs, 1)
		require.NoError(t, bound.Transition(ctx, email.Transition{MessageID: "m000001", Owner: "w", From: email.StateQueued,
			To: email.StateCanceled, Event: &email.Event{At: later, Kind: email.EventCanceled}}))
		_, err = other.Message(ctx, "m000001")
		assert.ErrorIs(t, err, email.ErrNotFound, "nobody else sees it yet")
	}

	t.Run("rollback", func(t *testing.T) {
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		work(tx)
		require.NoError(t, tx.Rollback())
		assertEmpty(t, db)
	})
	t.Run("commit", func(t *testing.T) {
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		work(tx)
		require.NoError(t, tx.Commit())
		seesItsOwn(t, other, "red")
		m, err := other.Message(ctx, "m000001")
		require.NoError(t, err)
		assert.Equal(t, email.StateCanceled, m.State)
		_, err = other.EraseCustomer(ctx, "c")
		require.NoError(t, err)
	})
	t.Run("on a connection", func(t *testing.T) {
		conn, err := db.Conn(ctx)
		require.NoError(t, err)
		defer conn.Close()
		for _, end := range []string{"ROLLBACK", "COMMIT"} {
			_, err = conn.ExecContext(ctx, "BEGIN")
			require.NoError(t, err)
			_, err = store.Tx(conn).Enqueue(ctx, aQueued(7, "d"))
			require.NoError(t, err)
			_, err = conn.ExecContext(ctx, end)
			require.NoError(t, err)
			_, err = other.Message(ctx, "m000007")
			assert.Equal(t, end == "ROLLBACK", errors.Is(err, email.ErrNotFound), end)
		}
	})
}

// What a method answers with one of the errors of its contract has changed nothing, and the transaction goes on.
func TestTxGoesOn(t *testing.T) { onEach(t, testTxGoesOn) }

func testTxGoesOn(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	fill(t, store, "red", "r")
	enqueue(t, store, aQueued(5, "erased"))
	_, err := store.EraseCustomer(ctx, "erased")
	require.NoError(t, err)
	_, err = store.TakeToken(ctx, "hash")
	require.NoError(t, err)
	before := contents(t, db)

	tx, err := db.BeginTx(ctx, nil)
	require.NoError(t, err)
	bound := store.Tx(tx)
	for name, test := range map[string]struct {
		call func() error
		want error
	}{
		"a used key": {func() error {
			q := aQueued(9, "new")
			q.Message.IdempotencyKey = "key-m000001"
			first, err := bound.Enqueue(ctx, q)
			assert.Equal(t, "m000001", first.ID)
			return err
		}, email.ErrDuplicate},
		"a used id": {func() error {
			q := aQueued(1, "new")
			q.Message.IdempotencyKey = "another"
			_, err := bound.Enqueue(ctx, q)
			return err
		}, email.ErrDuplicate},
		"filed before": {func() error {
			_, err := bound.File(ctx, aFiled(2, "new"))
			return err
		}, email.ErrDuplicate},
		"an erased customer":    {func() error { _, err := bound.Enqueue(ctx, aQueued(9, "erased")); return err }, email.ErrNotFound},
		"from an erased one":    {func() error { _, err := bound.File(ctx, aFiled(9, "erased")); return err }, email.ErrNotFound},
		"assigned to an erased": {func() error { return bound.Assign(ctx, "r000002", *aFiled(2, "erased").Conversation, email.Event{}) }, email.ErrNotFound},
		"an unknown message":    {func() error { return bound.Assign(ctx, "r999999", *aFiled(2, "new").Conversation, email.Event{}) }, email.ErrNotFound},
		"somebody's already":    {func() error { return bound.Assign(ctx, "m000001", *aFiled(2, "new").Conversation, email.Event{}) }, email.ErrConflict},
		"not in that state": {func() error {
			return bound.Transition(ctx, email.Transition{MessageID: "m000001", From: email.StateSent})
		}, email.ErrConflict},
		"no such message":        {func() error { return bound.Transition(ctx, email.Transition{MessageID: "m000009"}) }, email.ErrNotFound},
		"a customer who exists":  {func() error { _, err := bound.CreateCustomer(ctx, email.Customer{ID: "c"}); return err }, email.ErrDuplicate},
		"no such customer":       {func() error { _, err := bound.Customer(ctx, "nobody"); return err }, email.ErrNotFound},
		"a used token":           {func() error { _, err := bound.TakeToken(ctx, "hash"); return err }, sender.ErrTokenUsed},
		"no such template":       {func() error { _, err := bound.Template(ctx, "nothing"); return err }, template.ErrNotFound},
		"no such blob":           {func() error { _, err := bound.OpenBlob(ctx, "ab"); return err }, email.ErrNotFound},
		"no identity to confirm": {func() error { return bound.AllowIdentity(ctx, sender.Ref{Kind: sender.User, ID: "x"}, true) }, sender.ErrNotFound},
	} {
		require.ErrorIs(t, test.call(), test.want, name)
	}
	require.NoError(t, tx.Commit())
	assert.Equal(t, before, contents(t, db))
}

// Keys are unique among transactions that are open at the same time, too.
func TestTxWaitsForAKey(t *testing.T) {
	t.Run(onPostgreSQL, func(t *testing.T) {
		ctx := context.Background()
		path := newFile(t)
		db := openDB(t, path)
		store := storeOn(t, openDB(t, path), sqlstore.Options{})
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		_, err = store.Tx(tx).Enqueue(ctx, aQueued(1, "c"))
		require.NoError(t, err)
		second := make(chan error, 1)
		go func() {
			q := aQueued(2, "d")
			q.Message.IdempotencyKey = "key-m000001"
			first, err := store.Enqueue(ctx, q)
			if first.ID != "m000001" {
				err = errors.Join(err, fmt.Errorf("got the message %q", first.ID))
			}
			second <- err
		}()
		require.NoError(t, tx.Commit())
		require.ErrorIs(t, <-second, email.ErrDuplicate)
	})
}

// contents are all rows of all tables.
func contents(t *testing.T, db *sql.DB) map[string][]string {
	all := map[string][]string{}
	for _, table := range tables(t, db) {
		rows, err := db.Query("SELECT * FROM " + table)
		require.NoError(t, err)
		columns, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values, pointers := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				pointers[i] = &values[i]
			}
			require.NoError(t, rows.Scan(pointers...))
			all[table] = append(all[table], fmt.Sprint(values))
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	return all
}
