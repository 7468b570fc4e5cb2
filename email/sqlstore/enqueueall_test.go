package sqlstore_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Many who keep the same messages to the same customers, each in an order of his own, do not stand in each other's way: on
// PostgreSQL each waited for one who waited for him, and all but one gave up after 30 seconds.
func TestEnqueueAllInAnyOrderByMany(t *testing.T) { onEach(t, testEnqueueAllInAnyOrderByMany) }

func testEnqueueAllInAnyOrderByMany(t *testing.T) {
	const processes, messages = 8, 60
	path := newFile(t)
	kept := make([][messages]string, processes)
	var group sync.WaitGroup
	for p := range processes {
		store := storeOn(t, openDB(t, path), sqlstore.Options{})
		group.Go(func() {
			order := rand.Perm(messages)
			var list []email.Queued
			for _, n := range order {
				q := aQueued(n, fmt.Sprint("c", n%7))
				q.Message.ID = fmt.Sprintf("p%d-%d", p, n)
				again := q
				again.Message.ID += "-again"
				list = append(list, q, again)
			}
			ids, err := store.EnqueueAll(context.Background(), list)
			if !assert.NoError(t, err) {
				return
			}
			for i, n := range order {
				assert.Equal(t, ids[2*i], ids[2*i+1])
				kept[p][n] = ids[2*i]
			}
		})
	}
	group.Wait()
	for p := range processes {
		assert.Equal(t, kept[0], kept[p])
	}
	list, err := storeOn(t, openDB(t, path), sqlstore.Options{}).Messages(context.Background(), email.MessageQuery{Limit: 999})
	require.NoError(t, err)
	assert.Len(t, list, messages)
}

// Many messages are kept by as many statements as one.
func TestEnqueueAllStatements(t *testing.T) { onEach(t, testEnqueueAllStatements) }

func testEnqueueAllStatements(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	count := func(from, to int) int {
		var list []email.Queued
		for n := from; n < to; n++ {
			list = append(list, aQueued(n, fmt.Sprint("c", n)))
		}
		spy.reset()
		_, err := store.EnqueueAll(context.Background(), list)
		require.NoError(t, err)
		return len(spy.noted())
	}
	assert.Equal(t, count(0, 1), count(1, 100))
}

func BenchmarkEnqueueAll(b *testing.B) { benchEach(b, benchmarkEnqueueAll) }

func benchmarkEnqueueAll(b *testing.B) {
	const batch = 100
	store := durableStore(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		var list []email.Queued
		for range batch {
			n++
			list = append(list, aQueued(n, fmt.Sprint("c", n)))
		}
		_, err := store.EnqueueAll(context.Background(), list)
		require.NoError(b, err)
	}
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(n), "µs/message")
}
