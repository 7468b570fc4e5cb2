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
	"github.com/crmmail/crmmail/email/message"
)

// A message that makes the transport panic is parked after a few attempts, in minutes and not in days.
func TestPanickingMessageIsParked(t *testing.T) {
	for name, panics := range map[string]func(*email.Config){
		"transport": func(c *email.Config) {
			c.Transport = email.TransportFunc(func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) { panic("poison") })
		},
		"suppressions": func(c *email.Config) { c.Suppressions = panickingSuppressions{} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			msg := w.send(t, bulk)
			within, err := w.With(panics)
			require.NoError(t, err)
			w.Service = within
			for range 3 {
				assert.Equal(t, email.StateQueued, w.message(t, msg.ID).State)
				w.dispatch(t, msg.ID)
				w.clock.Advance(time.Hour)
			}
			got := w.message(t, msg.ID)
			assert.Equal(t, email.StateFailed, got.State)
			assert.Contains(t, got.Recipients[0].Text, "panicked")
		})
	}
}

type panickingSuppressions struct{ email.Suppressions }

func (panickingSuppressions) Suppressed(context.Context, []string) ([]email.Suppression, error) {
	panic("poison")
}

// A message that kills every process that touches it is parked once it has killed a few in a row.
func TestDeadlyMessageIsParked(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	for range 6 {
		claimed, err := w.store.Claim(t.Context(), email.Claim{Owner: "killed", Now: w.clock.Now(), Lease: time.Minute, Limit: 1})
		require.NoError(t, err)
		require.Len(t, claimed.Jobs, 1)
		w.clock.Advance(time.Minute)
	}
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateFailed, got.State)
	assert.Equal(t, "workers-lost", got.Events[len(got.Events)-1].Detail)
	assert.Zero(t, w.recorder.Attempts())

	require.NoError(t, w.Resend(t.Context(), "anna", msg.ID), "a person may try again")
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

// mortal is a process's store: the process may die.
type mortal struct {
	email.Store
	dead atomic.Bool
}

var errDead = errors.New("the process is dead")

func (m *mortal) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	if m.dead.Load() {
		return email.Claimed{}, errDead
	}
	return m.Store.Claim(ctx, c)
}

func (m *mortal) Transition(ctx context.Context, t email.Transition) error {
	if m.dead.Load() {
		return errDead
	}
	return m.Store.Transition(ctx, t)
}

// Messages that were claimed together with one that kills every process that touches it go out all the same.
func TestDeadlyMessageTakesNobodyAlong(t *testing.T) {
	w := newWorld(t)
	deadly := w.send(t)
	var others []string
	for range 6 {
		others = append(others, w.send(t, func(d *email.Draft) { d.To = []string{"ivan@mail.ru"} }).ID)
	}
	for range 12 {
		process := &mortal{Store: w.store}
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		life, err := w.With(func(c *email.Config) {
			c.Store, c.Dispatch.Lease, c.Dispatch.Grace = process, 30*time.Millisecond, time.Millisecond
			c.Transport = email.TransportFunc(func(attempt context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
				if env.Recipients[0] == "ivan@example.org" {
					process.dead.Store(true)
					stop()
				}
				select {
				case <-attempt.Done():
					return email.Receipt{}, attempt.Err()
				case <-time.After(10 * time.Millisecond):
					return email.Receipt{}, discard(msg)
				}
			})
		})
		require.NoError(t, err)
		require.NoError(t, life.Run(ctx))
		stop()
		w.clock.Advance(time.Minute)
	}
	assert.Equal(t, email.StateFailed, w.message(t, deadly.ID).State)
	for _, id := range others {
		assert.Equal(t, email.StateSent, w.message(t, id).State)
	}
}

// What cannot be read any more is parked and stops nobody.
func TestUnreadableMessageIsParked(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	other := w.send(t)
	within, err := w.With(func(c *email.Config) { c.Store = unreadable{c.Store, msg.ID} })
	require.NoError(t, err)
	w.Service = within
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateFailed, got.State)
	assert.Equal(t, "wire-unreadable", got.Events[len(got.Events)-1].Detail)
	assert.Equal(t, email.StateSent, w.message(t, other.ID).State)
}

// unreadable has lost the wire form of one message.
type unreadable struct {
	email.Store
	id string
}

func (u unreadable) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	claimed, err := u.Store.Claim(ctx, c)
	for i, job := range claimed.Jobs {
		if job.Message.ID == u.id {
			var none *message.Wire
			claimed.Jobs[i].Wire = none
		}
	}
	return claimed, err
}
