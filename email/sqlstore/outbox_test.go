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

var later = noon.Add(time.Hour)

func claim(t testing.TB, store *sqlstore.Store, owner string, now time.Time, limit int) email.Claimed {
	claimed, err := store.Claim(context.Background(), email.Claim{Owner: owner, Now: now, Lease: time.Minute, Limit: limit})
	require.NoError(t, err)
	return claimed
}

// Workers of several processes empty the outbox while it is filled; nothing is leased twice and nothing is left.
func TestWorkersWhileMessagesArrive(t *testing.T) { onEach(t, testWorkersWhileMessagesArrive) }

func testWorkersWhileMessagesArrive(t *testing.T) {
	const messages, processes = 120, 4
	path := newFile(t)
	var mu sync.Mutex
	seen := map[string]int{}
	var group sync.WaitGroup
	for p := range processes {
		store := storeOn(t, openDB(t, path), sqlstore.Options{})
		group.Go(func() {
			for n := p; n < messages; n += processes {
				_, err := store.Enqueue(context.Background(), aQueued(n, "c"))
				assert.NoError(t, err)
			}
		})
		group.Go(func() {
			for {
				claimed, err := store.Claim(context.Background(), email.Claim{Owner: fmt.Sprint("w", p), Now: later, Lease: time.Minute, Limit: 5})
				if !assert.NoError(t, err) {
					return
				}
				mu.Lock()
				for _, job := range claimed.Jobs {
					seen[job.Message.ID]++
				}
				done := len(seen) == messages
				mu.Unlock()
				if done {
					return
				}
				time.Sleep(time.Millisecond)
			}
		})
	}
	group.Wait()
	for id, times := range seen {
		assert.Equal(t, 1, times, id)
	}
}

// A person cancels while a worker holds the message: the worker is told when it wants to send.
func TestCancelOfALeasedMessage(t *testing.T) { onEach(t, testCancelOfALeasedMessage) }

func testCancelOfALeasedMessage(t *testing.T) {
	ctx := context.Background()
	worker, person := pairs(t)(t)
	enqueue(t, worker, aQueued(1, "c"))
	require.Len(t, claim(t, worker, "w", later, 9).Jobs, 1)
	require.NoError(t, person.Transition(ctx, email.Transition{MessageID: "m000001", From: email.StateQueued,
		To: email.StateCanceled, At: later, Event: &email.Event{At: later, Kind: email.EventCanceled, ActorID: "u7"}}))
	err := worker.Transition(ctx, email.Transition{MessageID: "m000001", Owner: "w", From: email.StateQueued,
		To: email.StateSending, At: later, LeaseUntil: later.Add(time.Minute)})
	require.ErrorIs(t, err, email.ErrConflict)
	assert.Empty(t, claim(t, worker, "w", later.Add(time.Hour), 9).Jobs)
	m, err := person.Message(ctx, "m000001")
	require.NoError(t, err)
	assert.Equal(t, email.StateCanceled, m.State)
	assert.Len(t, m.Events, 2)
}

// A worker whose time was up says how it went as long as nobody has taken the message over; after that it cannot.
func TestLateWorker(t *testing.T) { onEach(t, testLateWorker) }

func testLateWorker(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	enqueue(t, store, aQueued(1, "c"), aQueued(2, "c"))
	require.Len(t, claim(t, store, "w", later, 9).Jobs, 2)
	for _, id := range []string{"m000001", "m000002"} {
		require.NoError(t, store.Transition(ctx, email.Transition{MessageID: id, Owner: "w", From: email.StateQueued,
			To: email.StateSending, At: later, LeaseUntil: later.Add(time.Minute)}))
	}
	sent := email.Transition{MessageID: "m000001", Owner: "w", From: email.StateSending, To: email.StateSent,
		At: later.Add(2 * time.Minute), ProviderID: "p-1"}
	require.NoError(t, store.Transition(ctx, sent))
	m, err := store.Message(ctx, "m000001")
	require.NoError(t, err)
	assert.Equal(t, sent.At, m.SentAt)
	assert.Equal(t, "p-1", m.ProviderID)

	assert.Equal(t, []string{"m000002"}, claim(t, store, "other", later.Add(3*time.Minute), 0).Uncertain)
	sent.MessageID = "m000002"
	require.ErrorIs(t, store.Transition(ctx, sent), email.ErrConflict)
	m, err = store.Message(ctx, "m000002")
	require.NoError(t, err)
	assert.Equal(t, email.StateUncertain, m.State)
	for _, r := range m.Recipients {
		assert.Equal(t, email.RecipientUncertain, r.Status)
		assert.Equal(t, later.Add(3*time.Minute), r.At)
	}
	assert.Equal(t, email.Event{At: later.Add(3 * time.Minute), Kind: email.EventUncertain, Detail: "lease-lapsed"}, m.Events[1])
	assert.Empty(t, claim(t, store, "other", later.Add(9*time.Hour), 9).Jobs, "never sent again by itself")
}

// Where a transition fails half-way, the state is as before.
func TestTransitionAllOrNothing(t *testing.T) { onEach(t, testTransitionAllOrNothing) }

func testTransitionAllOrNothing(t *testing.T) {
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	enqueue(t, store, aQueued(1, "c"))
	breaks(t, db, "INSERT ON crmmail_event")
	require.Error(t, store.Transition(context.Background(), email.Transition{MessageID: "m000001", From: email.StateQueued,
		To: email.StateCanceled, Results: []email.Recipient{{Address: "ivan@mail.example", Code: 1}}, Event: &email.Event{}}))
	m, err := store.Message(context.Background(), "m000001")
	require.NoError(t, err)
	assert.Equal(t, email.StateQueued, m.State)
	assert.Zero(t, m.Recipients[0].Code)
}

// An idle worker takes no lock that would hold a writer up.
func TestIdleClaimOnlyReads(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	enqueue(t, store, aQueued(1, "c"))
	spy.reset()
	require.Empty(t, claim(t, store, "w", noon, 9).Jobs)
	for _, s := range spy.noted() {
		assert.NotContains(t, s.query, "UPDATE")
	}
	assert.Contains(t, spy.plan(t, db, "FROM crmmail_delivery"), "crmmail_delivery_due")
}

// A claim reads the due messages alone, however many others there are.
func TestClaimWalksAnIndex(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	enqueue(t, store, aQueued(1, "c"))
	require.Len(t, claim(t, store, "w", later, 9).Jobs, 1)
	require.NoError(t, store.Transition(context.Background(), email.Transition{MessageID: "m000001", From: email.StateQueued,
		To: email.StateSending, LeaseUntil: later}))
	require.Len(t, claim(t, store, "w", later, 9).Uncertain, 1)
	for statement, want := range map[string]string{
		"SET owner = ?":           "SEARCH crmmail_delivery USING PRIMARY KEY (tenant=? AND message_id=?)",
		"SET state = 'uncertain'": "crmmail_delivery_sending (tenant=?",
		"FROM crmmail_message m":  "SEARCH m USING INDEX sqlite_autoindex_crmmail_message_1 (tenant=? AND id=?)",
		"FROM crmmail_recipient":  "USING PRIMARY KEY (tenant=? AND message_id=?)",
		"FROM crmmail_wire":       "(tenant=? AND message_id=?)",
	} {
		assert.Contains(t, spy.plan(t, db, statement), want)
		assert.NotContains(t, spy.plan(t, db, statement), "SCAN crmmail")
	}
}

// A claim of many costs as many statements as a claim of one, and as few as can be: each is a round trip. One looks whether
// anything is due, one leases, two read.
func TestClaimStatements(t *testing.T) { onEach(t, testClaimStatements) }

func testClaimStatements(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	count := func(from, to int) int {
		for n := from; n < to; n++ {
			enqueue(t, store, aQueued(n, "c"))
		}
		spy.reset()
		require.Len(t, claim(t, store, "w", later, 100).Jobs, to-from)
		return len(spy.noted())
	}
	assert.Equal(t, 4, count(0, 1))
	assert.Equal(t, 4, count(1, 60))
}

// What became of a hundred recipients costs as many statements as what became of one; where one is named twice, the last
// word counts.
func TestTransitionStatements(t *testing.T) { onEach(t, testTransitionStatements) }

func testTransitionStatements(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	q := aQueued(1, "c")
	q.Message.Recipients = nil
	var results []email.Recipient
	for n := range 100 {
		addr := fmt.Sprint("r", n, "@mail.example")
		q.Message.Recipients = append(q.Message.Recipients, email.Recipient{Address: addr})
		results = append(results, email.Recipient{Address: addr, Status: email.RecipientRefused, Code: 500 + n, Enhanced: "5.1.1", Text: addr, At: later})
	}
	enqueue(t, store, q)
	spy.reset()
	last := results[7]
	last.Code = 250
	require.NoError(t, store.Transition(context.Background(), email.Transition{MessageID: q.Message.ID, From: email.StateQueued,
		To: email.StateFailed, Results: append(results, last), Event: &email.Event{At: later, Kind: email.EventFailed}}))
	assert.Len(t, spy.noted(), 3)
	results[7] = last
	msg, err := store.Message(context.Background(), q.Message.ID)
	require.NoError(t, err)
	assert.Equal(t, results, msg.Recipients)
}

// Due tells what could be leased, and leases nothing.
func TestDue(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	enqueue(t, store, aQueued(2, "c"), aQueued(1, "c"), aQueued(3, "c"))
	for range 2 {
		ids, err := store.Due(ctx, noon.Add(2*time.Second), 9)
		require.NoError(t, err)
		assert.Equal(t, []string{"m000001", "m000002"}, ids)
	}
	claim(t, store, "w", noon.Add(time.Second), 9)
	ids, err := store.Due(ctx, noon.Add(3*time.Second), 1)
	require.NoError(t, err)
	assert.Equal(t, []string{"m000002"}, ids, "the first is leased")
}
