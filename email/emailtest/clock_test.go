package emailtest_test

import (
	"io"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/emailtest"
)

func TestClockStandsStillUntilItIsMoved(t *testing.T) {
	start := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	clock := emailtest.NewClock(start)
	assert.Equal(t, start, clock.Now())
	assert.Equal(t, start, clock.Now())
	assert.Equal(t, start.Add(time.Hour), clock.Advance(time.Hour))
	assert.Equal(t, start, clock.Advance(-time.Hour))
}

func TestIDsSortByTheOrderOfMaking(t *testing.T) {
	next := emailtest.IDs("m")
	ids := []string{next()}
	assert.Equal(t, "m-0001", ids[0])
	for range 200 {
		ids = append(ids, next())
	}
	assert.True(t, slices.IsSorted(ids))

	var mu sync.Mutex
	var group sync.WaitGroup
	seen := map[string]bool{}
	for range 50 {
		group.Go(func() {
			id := next()
			mu.Lock()
			defer mu.Unlock()
			seen[id] = true
		})
	}
	group.Wait()
	assert.Len(t, seen, 50)
}

func TestRandIsTheSameForTheSameSeed(t *testing.T) {
	read := func(seed uint64) []byte {
		octets := make([]byte, 64)
		_, err := io.ReadFull(emailtest.Rand(seed), octets)
		require.NoError(t, err)
		return octets
	}
	assert.Equal(t, read(1), read(1))
	assert.NotEqual(t, read(1), read(2))
}
