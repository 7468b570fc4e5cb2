package email_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// dispatchOne asks for one message and returns how long to wait before asking again; negative: never.
func (w *world) dispatchOne(t *testing.T, id string) time.Duration {
	t.Helper()
	again, err := w.Dispatch(t.Context(), id)
	require.NoError(t, err)
	if again.IsZero() {
		return -1
	}
	return again.Sub(w.clock.Now())
}

func TestDispatchOne(t *testing.T) {
	w := newWorld(t)
	other, msg := w.send(t), w.send(t)
	assert.Negative(t, w.dispatchOne(t, msg.ID))
	assert.Equal(t, email.StateSent, w.message(t, msg.ID).State)
	assert.Equal(t, email.StateQueued, w.message(t, other.ID).State, "only the one that is asked for")
	assert.Negative(t, w.dispatchOne(t, msg.ID), "a second time does nothing")
	assert.Len(t, w.recorder.Deliveries(), 1)
	_, err := w.Dispatch(t.Context(), "nobody")
	assert.ErrorIs(t, err, email.ErrNotFound)
}

func TestDispatchOneTellsWhenToAskAgain(t *testing.T) {
	for name, test := range map[string]struct {
		prepare func(t *testing.T, w *world, msg email.Message)
		wait    time.Duration
		state   email.State
	}{
		"deferred": {func(_ *testing.T, w *world, _ email.Message) {
			w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 451, Temporary: true})
		}, 5 * time.Minute, email.StateQueued},
		"refused": {func(_ *testing.T, w *world, _ email.Message) {
			w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 550})
		}, -1, email.StateFailed},
		"uncertain": {func(_ *testing.T, w *world, _ email.Message) { w.recorder.Inject(1, emailtest.LoseReply()) }, -1, email.StateUncertain},
		"canceled": {func(t *testing.T, w *world, msg email.Message) {
			require.NoError(t, w.Cancel(t.Context(), "anna", msg.ID))
		}, -1, email.StateCanceled},
		"leased to another": {func(t *testing.T, w *world, msg email.Message) {
			_, err := w.store.Claim(t.Context(), email.Claim{Owner: "other", Now: w.clock.Now(), Lease: time.Minute, Limit: 1})
			require.NoError(t, err)
		}, time.Minute, email.StateQueued},
		"another is sending": {func(t *testing.T, w *world, msg email.Message) { w.sendingElsewhere(t, msg.ID) }, time.Minute, email.StateSending},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *email.Config) {
				c.Dispatch.Retry = func(int) (time.Duration, bool) { return 5 * time.Minute, true }
			})
			msg := w.send(t)
			test.prepare(t, w, msg)
			assert.Equal(t, test.wait, max(w.dispatchOne(t, msg.ID), -1))
			assert.Equal(t, test.state, w.message(t, msg.ID).State)
		})
	}
}

func (w *world) sendingElsewhere(t *testing.T, id string) {
	t.Helper()
	_, err := w.store.Claim(t.Context(), email.Claim{Owner: "other", Now: w.clock.Now(), Lease: time.Minute, Limit: 1})
	require.NoError(t, err)
	require.NoError(t, w.store.Transition(t.Context(), email.Transition{MessageID: id, Owner: "other",
		From: email.StateQueued, To: email.StateSending, At: w.clock.Now(), LeaseUntil: w.clock.Now().Add(time.Minute)}))
}

func TestDispatchOneBeforeItsTime(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t, func(d *email.Draft) { d.SendAt = morning.Add(time.Hour) })
	assert.Equal(t, time.Hour, w.dispatchOne(t, msg.ID))
	w.clock.Advance(time.Hour)
	assert.Negative(t, w.dispatchOne(t, msg.ID))
	assert.Equal(t, email.StateSent, w.message(t, msg.ID).State)
}

func TestDispatchOneIsReleased(t *testing.T) {
	w := newWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	w.config.Transport = email.TransportFunc(func(ctx context.Context, _ email.Envelope, _ io.WriterTo) (email.Receipt, error) {
		cancel()
		return email.Receipt{}, ctx.Err()
	})
	w.Service = w.service(t)
	msg := w.send(t)
	again, err := w.Dispatch(ctx, msg.ID)
	require.NoError(t, err)
	assert.False(t, again.IsZero())
	assert.False(t, again.After(w.clock.Now()), "another worker may have it at once")
	w.config.Transport = w.recorder
	w.Service = w.service(t)
	assert.Negative(t, w.dispatchOne(t, msg.ID))
	assert.Equal(t, email.StateSent, w.message(t, msg.ID).State)
}

func TestDispatchOneOutcomeNotFiled(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Lease = 100 * time.Millisecond
		c.Store = &flaky{c.Store, func(t email.Transition) (bool, error) {
			if t.To == email.StateSent {
				return false, errors.New("database is away")
			}
			return false, nil
		}}
	})
	msg := w.send(t)
	assert.Equal(t, 100*time.Millisecond, w.dispatchOne(t, msg.ID), "somebody must find it uncertain")
	w.clock.Advance(time.Second)
	require.NoError(t, w.Upkeep(t.Context()))
	assert.Equal(t, email.StateUncertain, w.message(t, msg.ID).State)
}

func TestUpkeepKeepsTheRetention(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.RawRetention = 24 * time.Hour })
	received := w.receive(t, rawMail(t))
	require.NotEmpty(t, received.Received.RawID)
	require.NoError(t, w.Upkeep(t.Context()))
	require.NotEmpty(t, w.message(t, received.ID).Received.RawID)
	w.clock.Advance(25 * time.Hour)
	require.NoError(t, w.Upkeep(t.Context()))
	assert.Empty(t, w.message(t, received.ID).Received.RawID)
}
