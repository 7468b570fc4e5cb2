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
)

func TestCrashWhileSending(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	claimed, err := w.store.Claim(t.Context(), email.Claim{Owner: "dead", Now: morning, Lease: time.Minute, Limit: 1})
	require.NoError(t, err)
	require.Len(t, claimed.Jobs, 1)
	require.NoError(t, w.store.Transition(t.Context(), email.Transition{MessageID: msg.ID, Owner: "dead",
		From: email.StateQueued, To: email.StateSending, At: morning, LeaseUntil: morning.Add(time.Minute)}))

	assert.Equal(t, email.StateSending, w.dispatch(t, msg.ID).State, "its lease still holds")
	w.clock.Advance(2 * time.Minute)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateUncertain, got.State)
	assert.Zero(t, w.recorder.Attempts())
}

func TestCrashBeforeSending(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	_, err := w.store.Claim(t.Context(), email.Claim{Owner: "dead", Now: morning, Lease: time.Minute, Limit: 1})
	require.NoError(t, err)
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	w.clock.Advance(2 * time.Minute)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State, "nothing was handed over, so it is sent now")
	assert.Equal(t, 1, w.recorder.Attempts())
}

// A worker that was silent for longer than its lease still knows what the server said.
func TestLateReceipt(t *testing.T) {
	w := newWorld(t)
	w.config.Transport = email.TransportFunc(func(ctx context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		_, err := msg.WriteTo(io.Discard)
		require.NoError(t, err)
		w.clock.Advance(time.Hour)
		_, err = w.store.Claim(ctx, email.Claim{Owner: "other", Now: w.clock.Now(), Lease: time.Minute})
		require.NoError(t, err)
		return email.Receipt{ProviderID: "p-1"}, nil
	})
	w.Service = w.service(t)
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, "p-1", got.ProviderID)
	assert.Equal(t, email.RecipientAccepted, got.Recipients[0].Status)
}

// flaky makes chosen transitions fail, before or after they are done.
type flaky struct {
	email.Store
	fail func(t email.Transition) (done bool, err error)
}

func (f *flaky) Transition(ctx context.Context, t email.Transition) error {
	done, err := f.fail(t)
	if err == nil || done {
		if failed := f.Store.Transition(ctx, t); failed != nil {
			return failed
		}
	}
	return err
}

func TestStoreFailsToFileTheOutcome(t *testing.T) {
	failures := 0
	w := newWorld(t, func(c *email.Config) {
		c.Store = &flaky{c.Store, func(t email.Transition) (bool, error) {
			if t.To == email.StateSent && failures < 2 {
				failures++
				return false, errors.New("database is away")
			}
			return false, nil
		}}
	})
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateSent, got.State, "what the server said is not lost")
	assert.Equal(t, 2, failures)
	assert.Equal(t, 1, w.recorder.Attempts())
}

func TestStoreAnswerLostWhenMarkingSending(t *testing.T) {
	lost := false
	w := newWorld(t, func(c *email.Config) {
		c.Store = &flaky{c.Store, func(t email.Transition) (bool, error) {
			if t.To == email.StateSending && !lost {
				lost = true
				return true, errors.New("connection to the database lost")
			}
			return false, nil
		}}
	})
	msg := w.send(t)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State, "nothing was written, so it is known not to be sent")
	assert.Empty(t, w.recorder.Deliveries())
	w.clock.Advance(2 * time.Minute)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
	assert.Len(t, w.recorder.Deliveries(), 1)
}
