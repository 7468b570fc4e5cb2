package sqlstore_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func BenchmarkEnqueue(b *testing.B) { benchEach(b, benchmarkEnqueue) }

func benchmarkEnqueue(b *testing.B) {
	store := durableStore(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		_, err := store.Enqueue(context.Background(), aQueued(n, fmt.Sprint("c", n%1000)))
		require.NoError(b, err)
	}
}

// BenchmarkDelivery is what one message costs the store on its way out: a claim of its own, sending, sent.
func BenchmarkDelivery(b *testing.B) { benchEach(b, benchmarkDelivery) }

func benchmarkDelivery(b *testing.B) {
	ctx := context.Background()
	store := durableStore(b)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		n++
		enqueue(b, store, aQueued(n, "c"))
		b.StartTimer()
		now := noon.Add(time.Duration(n) * time.Second)
		claimed := claim(b, store, "w", now, 1)
		require.Len(b, claimed.Jobs, 1)
		id := claimed.Jobs[0].Message.ID
		require.NoError(b, store.Transition(ctx, email.Transition{MessageID: id, Owner: "w", From: email.StateQueued,
			To: email.StateSending, At: now, LeaseUntil: now.Add(time.Minute), Event: &email.Event{At: now, Kind: email.EventSending}}))
		require.NoError(b, store.Transition(ctx, email.Transition{MessageID: id, Owner: "w", From: email.StateSending,
			To: email.StateSent, At: now, Results: []email.Recipient{{Address: "ivan@mail.example", Status: email.RecipientAccepted, Code: 250, At: now}},
			Event: &email.Event{At: now, Kind: email.EventSent}}))
	}
}

// BenchmarkIdleClaim is what polling costs while 50,000 messages wait for their time.
func BenchmarkIdleClaim(b *testing.B) { benchEach(b, benchmarkIdleClaim) }

func benchmarkIdleClaim(b *testing.B) {
	if testing.Short() {
		b.Skip("makes 50,000 messages")
	}
	store := bigHistory(b)
	b.ReportAllocs()
	for b.Loop() {
		require.Empty(b, claim(b, store, "w", noon.Add(-time.Hour), 10).Jobs)
	}
}

// BenchmarkEnqueueByMany is enqueueing by eight at once.
func BenchmarkEnqueueByMany(b *testing.B) { benchEach(b, benchmarkEnqueueByMany) }

func benchmarkEnqueueByMany(b *testing.B) {
	store := durableStore(b)
	var n atomic.Int64
	b.SetParallelism(4)
	b.ResetTimer()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			i := int(n.Add(1))
			_, err := store.Enqueue(context.Background(), aQueued(i, fmt.Sprint("c", i%1000)))
			assert.NoError(b, err)
		}
	})
}

func BenchmarkPutBlob(b *testing.B) { benchEach(b, benchmarkPutBlob) }

func benchmarkPutBlob(b *testing.B) {
	const size = 8 << 20
	store := durableStore(b)
	b.SetBytes(size)
	b.ReportAllocs()
	n := int64(0)
	for b.Loop() {
		n++
		_, err := store.PutBlob(context.Background(), octets(size+n))
		require.NoError(b, err)
	}
}

// BenchmarkHistory reads a page of 20 messages of a customer who has 50,000.
func BenchmarkHistory(b *testing.B) { benchEach(b, benchmarkHistory) }

func benchmarkHistory(b *testing.B) {
	if testing.Short() {
		b.Skip("makes 50,000 messages")
	}
	store := bigHistory(b)
	for _, depth := range []int{0, 45_000} {
		b.Run(fmt.Sprint("depth ", depth), func(b *testing.B) {
			n := 50_000 - depth
			before := &email.Position{At: noon.Add(time.Duration(n) * time.Second), ID: fmt.Sprintf("m%06d", n)}
			b.ReportAllocs()
			for b.Loop() {
				page, err := store.Messages(context.Background(), email.MessageQuery{CustomerID: "c", Before: before, Limit: 20})
				require.NoError(b, err)
				require.Len(b, page, 20)
			}
		})
	}
}

// BenchmarkMessagesByID is what receiving asks among 50,000 messages: one id that is known and 20 that are not.
func BenchmarkMessagesByID(b *testing.B) { benchEach(b, benchmarkMessagesByID) }

func benchmarkMessagesByID(b *testing.B) {
	if testing.Short() {
		b.Skip("makes 50,000 messages")
	}
	store := bigHistory(b)
	ids := []string{"m025000@shop.example"}
	for n := range 20 {
		ids = append(ids, fmt.Sprint("unknown", n, "@mail.example"))
	}
	b.ReportAllocs()
	for b.Loop() {
		list, err := store.Messages(context.Background(), email.MessageQuery{MessageIDs: ids, Limit: 20})
		require.NoError(b, err)
		require.Len(b, list, 1)
	}
}

func BenchmarkFile(b *testing.B) { benchEach(b, benchmarkFile) }

func benchmarkFile(b *testing.B) {
	store := durableStore(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		file(b, store, aFiled(n, fmt.Sprint("c", n%1000)))
	}
}

// BenchmarkErase forgets a customer of 20 messages among 50,000.
func BenchmarkErase(b *testing.B) { benchEach(b, benchmarkErase) }

func benchmarkErase(b *testing.B) {
	if testing.Short() {
		b.Skip("makes 50,000 messages")
	}
	store := bigHistory(b)
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for range 20 {
			n++
			file(b, store, aFiled(n, "other"))
		}
		b.StartTimer()
		blobs, err := store.EraseCustomer(context.Background(), "other")
		require.NoError(b, err)
		require.Len(b, blobs, 40)
	}
}

// benchEach runs a benchmark on each database, as onEach does a test.
func benchEach(b *testing.B, bench func(b *testing.B)) {
	b.Run("SQLite", bench)
	b.Run(onPostgreSQL, bench)
}

// durableStore is a store whose commits are on the disk when they return.
func durableStore(b *testing.B) *sqlstore.Store {
	var dsn string
	if dialect(b) == sqlstore.SQLite {
		dsn = sqlstore.SQLiteDSN(emptyFile(b))
	} else {
		dsn = postgrestest.NewServer(b).Database(b)
	}
	db := openDSN(b, dsn)
	require.NoError(b, sqlstore.Migrate(context.Background(), db, dialect(b)))
	return storeOn(b, db, sqlstore.Options{})
}

func bigHistory(b *testing.B) *sqlstore.Store {
	store := newStore(b)
	for n := range 50_000 {
		enqueue(b, store, aQueued(n, "c"))
	}
	return store
}
