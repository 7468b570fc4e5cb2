package email_test

import (
	"context"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

// counting counts the claims that were asked for.
type counting struct {
	email.Store
	claims, most atomic.Int64
}

func (c *counting) Claim(ctx context.Context, claim email.Claim) (email.Claimed, error) {
	claimed, err := c.Store.Claim(ctx, claim)
	if n := int64(len(claimed.Jobs)); n > 0 {
		c.claims.Add(1)
		c.most.Store(max(c.most.Load(), n))
	}
	return claimed, err
}

// Where deliveries are quick, one claim serves many of them.
func TestRunClaimsAhead(t *testing.T) {
	var store *counting
	w := newWorld(t, func(c *email.Config) {
		store = &counting{Store: c.Store}
		c.Store = store
	})
	const n = 400
	for range n {
		w.send(t)
	}
	defer run(t, w.Service)()
	require.Eventually(t, func() bool { return len(w.recorder.Deliveries()) == n }, 20*time.Second, time.Millisecond)
	assert.Less(t, store.claims.Load(), int64(40))
	assert.LessOrEqual(t, store.most.Load(), int64(100))
}

// What was claimed ahead is given back when Run ends, for others to have at once.
func TestRunReleasesWhatItClaimedAhead(t *testing.T) {
	delivered := make(chan struct{}, 1000)
	slow := make(chan struct{})
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Workers = 2
		c.Transport = email.TransportFunc(func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			delivered <- struct{}{}
			if len(delivered) > 20 {
				<-slow
			}
			_, err := msg.WriteTo(io.Discard)
			return email.Receipt{}, err
		})
	})
	for range 90 {
		w.send(t)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- w.Run(ctx) }()
	require.Eventually(t, func() bool { return len(delivered) == 22 }, 20*time.Second, time.Millisecond)
	ahead, err := w.store.Claim(t.Context(), email.Claim{Owner: "other", Now: w.clock.Now(), Lease: time.Minute, Limit: 100})
	require.NoError(t, err)
	cancel()
	close(slow) // only now, or the workers could deliver the stock first
	require.NoError(t, <-done)
	rest, err := w.store.Claim(t.Context(), email.Claim{Owner: "other", Now: w.clock.Now(), Lease: time.Minute, Limit: 100})
	require.NoError(t, err)
	assert.NotEmpty(t, rest.Jobs, "there was a stock")
	assert.Equal(t, 90, len(delivered)+len(ahead.Jobs)+len(rest.Jobs))
}

// Where the store does not answer, Run ends all the same.
func TestRunEndsWithoutTheStore(t *testing.T) {
	var away atomic.Bool
	slow, began := make(chan struct{}), make(chan struct{}, 1000)
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Workers, c.Dispatch.Lease = 1, 200*time.Millisecond
		c.Store = &flaky{c.Store, func(email.Transition) (bool, error) {
			if away.Load() {
				return false, errors.New("database is away")
			}
			return false, nil
		}}
		c.Transport = email.TransportFunc(func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			began <- struct{}{}
			if len(began) == 30 {
				<-slow
			}
			_, err := msg.WriteTo(io.Discard)
			return email.Receipt{}, err
		})
	})
	for range 90 {
		w.send(t)
	}
	stop := run(t, w.Service)
	require.Eventually(t, func() bool { return len(began) == 30 }, 20*time.Second, time.Millisecond)
	away.Store(true)
	ended := time.Now()
	close(slow)
	stop()
	assert.Less(t, time.Since(ended), 5*time.Second)
}

// A stock whose leases are about to lapse is given back: deliveries have become slow.
func TestRunGivesAnOldStockBack(t *testing.T) {
	var store *counting
	held := make(chan struct{})
	var delivered atomic.Int64
	w := newWorld(t, func(c *email.Config) {
		c.Now = time.Now
		c.Dispatch.Workers, c.Dispatch.Lease = 1, 400*time.Millisecond
		store = &counting{Store: c.Store}
		c.Store = store
		c.Transport = email.TransportFunc(func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			if delivered.Add(1) == 30 {
				<-held
			}
			_, err := msg.WriteTo(io.Discard)
			return email.Receipt{}, err
		})
	})
	const n = 90
	for range n {
		w.send(t)
	}
	defer run(t, w.Service)()
	require.Eventually(t, func() bool { return delivered.Load() == 30 }, 20*time.Second, time.Millisecond)
	time.Sleep(600 * time.Millisecond) // the leases of the stock lapse
	close(held)
	require.Eventually(t, func() bool { return delivered.Load() == n }, 20*time.Second, time.Millisecond)
	for _, msg := range w.all(t) {
		assert.Contains(t, []email.State{email.StateSent, email.StateSending}, msg.State)
	}
}
