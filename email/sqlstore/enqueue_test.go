package sqlstore_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// A failure at any of the tables leaves nothing half-stored.
func TestEnqueueAllOrNothing(t *testing.T) { onEach(t, testEnqueueAllOrNothing) }

func testEnqueueAllOrNothing(t *testing.T) {
	tables := []string{"conversation", "message", "delivery", "wire", "wire_blob", "recipient", "attachment", "event"}
	allOrNothing(t, tables, func(store *sqlstore.Store) error {
		_, err := store.Enqueue(context.Background(), aQueued(1, "c"))
		return err
	})
}

// allOrNothing lets keep fail at each table, and then succeed.
func allOrNothing(t *testing.T, tables []string, keep func(*sqlstore.Store) error) {
	for _, table := range tables {
		t.Run(table, func(t *testing.T) {
			db := openDB(t, newFile(t))
			store := storeOn(t, db, sqlstore.Options{})
			breaks(t, db, "INSERT ON crmmail_"+table)
			require.ErrorContains(t, keep(store), "disk on fire")
			assertEmpty(t, db)
			repaired(t, db)
			require.NoError(t, keep(store), "the key is still free")
		})
	}
}

// A failed Enqueue does not touch the conversation that is there already.
func TestEnqueueFailureLeavesTheConversation(t *testing.T) {
	onEach(t, testEnqueueFailureLeavesTheConversation)
}

func testEnqueueFailureLeavesTheConversation(t *testing.T) {
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	enqueue(t, store, aQueued(1, "c"))
	breaks(t, db, "INSERT ON crmmail_event")
	_, err := store.Enqueue(context.Background(), aQueued(2, "c"))
	require.Error(t, err)
	again := aQueued(3, "c")
	again.Message.IdempotencyKey = "key-m000001"
	_, err = store.Enqueue(context.Background(), again)
	require.ErrorIs(t, err, email.ErrDuplicate)
	list, err := store.Conversations(context.Background(), email.ConversationQuery{Limit: 9})
	require.NoError(t, err)
	require.Len(t, list, 1)
	assert.Equal(t, noon.Add(time.Second), list[0].UpdatedAt)
}

func TestEnqueueOneKeyByManyAtOnce(t *testing.T) { onEach(t, testEnqueueOneKeyByManyAtOnce) }

func testEnqueueOneKeyByManyAtOnce(t *testing.T) {
	path := newFile(t)
	var group sync.WaitGroup
	ids := make([]string, 12)
	errs := make([]error, len(ids))
	for i := range ids {
		store := storeOn(t, openDB(t, path), sqlstore.Options{})
		group.Go(func() {
			q := aQueued(i, fmt.Sprint("c", i))
			q.Message.IdempotencyKey = "the same"
			m, err := store.Enqueue(context.Background(), q)
			ids[i], errs[i] = m.ID, err
		})
	}
	group.Wait()
	won := 0
	for i, err := range errs {
		assert.Equal(t, ids[0], ids[i], "everybody gets the first message")
		if err == nil {
			won++
		} else {
			assert.ErrorIs(t, err, email.ErrDuplicate)
		}
	}
	assert.Equal(t, 1, won)
	list, err := storeOn(t, openDB(t, path), sqlstore.Options{}).Messages(context.Background(), email.MessageQuery{Limit: 99})
	require.NoError(t, err)
	assert.Len(t, list, 1)
}

func TestEnqueueUsedIDWithAnotherKey(t *testing.T) { onEach(t, testEnqueueUsedIDWithAnotherKey) }

func testEnqueueUsedIDWithAnotherKey(t *testing.T) {
	store := newStore(t)
	enqueue(t, store, aQueued(1, "c"))
	q := aQueued(1, "c")
	q.Message.IdempotencyKey = "another"
	m, err := store.Enqueue(context.Background(), q)
	require.ErrorIs(t, err, email.ErrDuplicate)
	assert.Empty(t, m.ID)
}

func TestMessagesWithoutAKeyAreNotTheSame(t *testing.T) {
	onEach(t, testMessagesWithoutAKeyAreNotTheSame)
}

func testMessagesWithoutAKeyAreNotTheSame(t *testing.T) {
	store := newStore(t)
	for n := range 2 {
		q := aQueued(n, "c")
		q.Message.IdempotencyKey = ""
		enqueue(t, store, q)
	}
}

// What is kept comes back whole, in whole microseconds.
func TestEnqueueRoundTrip(t *testing.T) { onEach(t, testEnqueueRoundTrip) }

func testEnqueueRoundTrip(t *testing.T) {
	store := newStore(t)
	q := aQueued(1, "c")
	q.Message.CreatedAt = noon.Add(1234567 * time.Nanosecond).In(time.FixedZone("", 3*3600))
	kept, err := store.Enqueue(context.Background(), q)
	require.NoError(t, err)
	want := q.Message
	want.CreatedAt = noon.Add(1234 * time.Microsecond)
	want.Events = []email.Event{q.Event}
	assert.Equal(t, want, kept)
	read, err := store.Message(context.Background(), want.ID)
	require.NoError(t, err)
	assert.Equal(t, want, read)
}

func TestManyRecipients(t *testing.T) { onEach(t, testManyRecipients) }

func testManyRecipients(t *testing.T) {
	store := newStore(t)
	q := aQueued(1, "c")
	q.Message.Recipients = nil
	for i := range 1700 {
		q.Message.Recipients = append(q.Message.Recipients, email.Recipient{Address: fmt.Sprintf("r%d@mail.example", i)})
	}
	enqueue(t, store, q)
	claimed, err := store.Claim(context.Background(), email.Claim{Owner: "w", Now: noon.Add(time.Minute), Lease: time.Minute, Limit: 1})
	require.NoError(t, err)
	require.Len(t, claimed.Jobs, 1)
	assert.Equal(t, q.Message.Recipients, claimed.Jobs[0].Message.Recipients)
	assert.Len(t, claimed.Jobs[0].Envelope.Recipients, 1700)
}
