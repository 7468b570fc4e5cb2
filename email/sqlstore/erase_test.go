package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// breaks makes a change of a table fail.
func breaks(t testing.TB, db *sql.DB, change string) {
	trigger := `CREATE TRIGGER broken AFTER ` + change + ` BEGIN SELECT RAISE(ABORT, 'disk on fire'); END`
	if dialect(t) == sqlstore.PostgreSQL {
		trigger = `CREATE FUNCTION broken() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''disk on fire''; END' LANGUAGE plpgsql;
			CREATE TRIGGER broken AFTER ` + change + ` FOR EACH ROW EXECUTE FUNCTION broken()`
	}
	_, err := db.Exec(trigger)
	require.NoError(t, err)
}

func repaired(t testing.TB, db *sql.DB) {
	repair := `DROP TRIGGER broken`
	if dialect(t) == sqlstore.PostgreSQL {
		repair = `DROP FUNCTION broken CASCADE`
	}
	_, err := db.Exec(repair)
	require.NoError(t, err)
}

func assertTableEmpty(t testing.TB, db *sql.DB, table string) {
	var n int
	require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM "+table).Scan(&n))
	assert.Zero(t, n, "rows in "+table)
}

// No table holds anything of an erased customer; a failure at any of them leaves all as it was.
func TestEraseAllOrNothing(t *testing.T) { onEach(t, testEraseAllOrNothing) }

func testEraseAllOrNothing(t *testing.T) {
	ctx := context.Background()
	for _, table := range []string{"event", "wire_blob", "wire", "recipient", "attachment", "received", "delivery", "message", "conversation"} {
		t.Run(table, func(t *testing.T) {
			db := openDB(t, newFile(t))
			store := storeOn(t, db, sqlstore.Options{})
			enqueue(t, store, aQueued(1, "c"), aQueued(2, "c"))
			file(t, store, aFiled(3, "c"))
			before := rows(t, db)
			breaks(t, db, "DELETE ON crmmail_"+table)
			blobs, err := store.EraseCustomer(ctx, "c")
			require.ErrorContains(t, err, "disk on fire")
			assert.Empty(t, blobs)
			assert.Equal(t, before, rows(t, db))
			repaired(t, db)
			blobs, err = store.EraseCustomer(ctx, "c")
			require.NoError(t, err)
			assert.Equal(t, []string{"ab", "photor000003", "rawr000003"}, blobs)
			assertEmpty(t, db, "crmmail_erased")
			var kept string
			require.NoError(t, db.QueryRow(`SELECT customer FROM crmmail_erased`).Scan(&kept))
			assert.Equal(t, blobID("c"), kept, "nothing that names the customer")
		})
	}
}

// A customer is erased while a worker sends to him: what the worker has added meanwhile goes, too.
func TestEraseWaitsForAWorker(t *testing.T) {
	t.Run(onPostgreSQL, func(t *testing.T) {
		ctx := context.Background()
		db := openDB(t, newFile(t))
		store := storeOn(t, db, sqlstore.Options{})
		enqueue(t, store, aQueued(1, "c"))
		worker, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		defer worker.Rollback()
		sending := email.Transition{MessageID: "m000001", From: email.StateQueued, To: email.StateSending,
			Results: []email.Recipient{{Address: "ivan@mail.example"}}, Event: &email.Event{At: noon, Kind: email.EventSending}}
		require.NoError(t, store.Tx(worker).Transition(ctx, sending))
		erased := make(chan error, 1)
		go func() { _, err := store.EraseCustomer(ctx, "c"); erased <- err }()
		require.Eventually(t, func() (waits bool) {
			err := db.QueryRow(`SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`).Scan(&waits)
			return assert.NoError(t, err) && waits
		}, 30*time.Second, 5*time.Millisecond)
		require.NoError(t, worker.Commit())
		require.NoError(t, <-erased)
		assertEmpty(t, db, "crmmail_erased")
		sending.From = email.StateSending
		require.ErrorIs(t, store.Transition(ctx, sending), email.ErrNotFound)
	})
}

// rows counts the rows of every table.
func rows(t *testing.T, db *sql.DB) map[string]int {
	counts := map[string]int{}
	for _, table := range tables(t, db) {
		var n int
		require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM "+table).Scan(&n))
		counts[table] = n
	}
	return counts
}

// A statement takes fewer ids than a customer may have messages.
func TestForgettingMany(t *testing.T) { onEach(t, testForgettingMany) }

func testForgettingMany(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	const many = 520
	for n := range many {
		file(t, store, aFiled(n, "c"))
	}
	file(t, store, aFiled(many, "other"), aFiled(many+1, ""))
	blobs, n, err := store.ForgetRaw(ctx, noon.Add(time.Hour), many-10)
	require.NoError(t, err)
	assert.Equal(t, many-10, n)
	assert.Len(t, blobs, many-10)
	blobs, err = store.EraseCustomer(ctx, "c")
	require.NoError(t, err)
	assert.Len(t, blobs, many+10)
	list, err := store.Messages(ctx, email.MessageQuery{Limit: 9})
	require.NoError(t, err)
	assert.Len(t, list, 2)
}

// Forgetting costs what is forgotten, not what there is.
func TestForgettingWalksNoTable(t *testing.T) {
	ctx := context.Background()
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	for n := range 200 {
		enqueue(t, store, aQueued(n, fmt.Sprint("c", n)))
		file(t, store, aFiled(n, fmt.Sprint("c", n)))
	}
	for _, analyzed := range []bool{false, true} {
		if analyzed {
			_, err := db.Exec(`ANALYZE`)
			require.NoError(t, err)
		}
		spy.reset()
		_, err := store.EraseCustomer(ctx, fmt.Sprint("c", analyzed))
		require.NoError(t, err)
		_, _, err = store.ForgetRaw(ctx, noon.Add(10*time.Second), 5)
		require.NoError(t, err)
		_, err = store.EraseCustomer(ctx, "c7")
		require.NoError(t, err)
		for _, s := range spy.noted() {
			plan := spy.plan(t, db, s.query)
			assert.NotContains(t, plan, "SCAN crmmail", s.query)
			assert.NotRegexp(t, `SEARCH \w+ USING [^(]*\(tenant=\?\)`, plan, s.query)
		}
	}
}

// What a customer wrote in another's conversation goes with him, and what others wrote in his: nothing is left without
// its conversation.
func TestEraseOfMixedConversations(t *testing.T) { onEach(t, testEraseOfMixedConversations) }

func testEraseOfMixedConversations(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	file(t, store, aFiled(1, "a"), aFiled(2, "b"))
	for n, mixed := range []struct{ conversation, customer string }{{"c-a", "b"}, {"c-b", "a"}} {
		f := aFiled(3+n, mixed.customer)
		f.Message.ConversationID, f.Conversation.ID = mixed.conversation, mixed.conversation
		file(t, store, f)
	}
	_, err := store.EraseCustomer(ctx, "a")
	require.NoError(t, err)
	list, err := store.Messages(ctx, email.MessageQuery{Limit: 9})
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, "r000002", list[0].ID)
}
