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
	"github.com/crmmail/crmmail/sender"
)

// The tests here are about transports and hosts that do not keep their side: what is queued is still sent once, or known
// not to be, or uncertain.

// by makes a world with a transport of one function.
func by(t *testing.T, deliver email.TransportFunc, change ...func(*email.Config)) *world {
	t.Helper()
	return newWorld(t, append(change, func(c *email.Config) { c.Transport = deliver })...)
}

func discard(msg io.WriterTo) error {
	_, err := msg.WriteTo(io.Discard)
	return err
}

func TestResultsWrittenDifferently(t *testing.T) {
	for name, test := range map[string]struct {
		result email.Recipient
		want   email.State
	}{
		"another case, in brackets": {email.Recipient{Address: "<IVAN@EXAMPLE.ORG>", Status: email.RecipientRefused}, email.StateFailed},
		"nobody's address":          {email.Recipient{Address: "someone@else.example", Status: email.RecipientRefused}, email.StateUncertain},
		"an unknown status":         {email.Recipient{Address: "ivan@example.org", Status: "delivered"}, email.StateUncertain},
		"no status":                 {email.Recipient{Address: "ivan@example.org"}, email.StateSent},
	} {
		t.Run(name, func(t *testing.T) {
			w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
				return email.Receipt{Results: []email.Recipient{test.result}}, discard(msg)
			})
			assert.Equal(t, test.want, w.dispatch(t, w.send(t).ID).State)
		})
	}
}

// partly is a world in which Ivan has the message and the archive waits for it.
func partly(t *testing.T, change ...func(*email.Config)) (*world, email.Message) {
	t.Helper()
	w := newWorld(t, change...)
	w.recorder.Refuse("archive@shop.example", email.TransportError{Code: 451, Temporary: true})
	msg := w.dispatch(t, w.send(t, withBcc).ID)
	require.Equal(t, email.StateQueued, msg.State)
	return w, msg
}

func TestWhatSomebodyHasIsSent(t *testing.T) {
	t.Run("canceled", func(t *testing.T) {
		w, msg := partly(t)
		require.NoError(t, w.Cancel(t.Context(), "anna", msg.ID))
		got := w.message(t, msg.ID)
		assert.Equal(t, email.StateSent, got.State)
		assert.Equal(t, email.RecipientRefused, got.Recipients[1].Status)
		assert.Equal(t, "anna", got.Events[len(got.Events)-1].ActorID)
	})
	t.Run("the gate closes", func(t *testing.T) {
		w, msg := partly(t)
		require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "anna"}, false))
		w.clock.Advance(2 * time.Minute)
		assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
	})
	t.Run("given up", func(t *testing.T) {
		w, msg := partly(t, func(c *email.Config) {
			c.Dispatch.Retry = func(attempt int) (time.Duration, bool) { return 0, attempt < 2 }
		})
		w.clock.Advance(time.Second)
		got := w.dispatch(t, msg.ID)
		assert.Equal(t, email.StateSent, got.State)
		assert.Equal(t, email.RecipientAccepted, got.Recipients[0].Status)
	})
	t.Run("refused in the end", func(t *testing.T) {
		w, msg := partly(t)
		w.recorder.Refuse("archive@shop.example", email.TransportError{Code: 550})
		w.clock.Advance(2 * time.Minute)
		assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
	})
	t.Run("uncertain, then sent again: only to those who may lack it", func(t *testing.T) {
		w, msg := partly(t)
		w.recorder.Accept("archive@shop.example")
		w.recorder.Inject(1, emailtest.LoseReply())
		w.clock.Advance(2 * time.Minute)
		require.Equal(t, email.StateUncertain, w.dispatch(t, msg.ID).State)
		require.NoError(t, w.Resend(t.Context(), "anna", msg.ID))
		assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
		last := w.recorder.Deliveries()[len(w.recorder.Deliveries())-1]
		assert.Equal(t, []string{"archive@shop.example"}, last.Envelope.Recipients)
	})
}

func TestEnqueueAnswerLost(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Store = &forgetful{Store: c.Store} })
	msg := w.send(t)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
	assert.Len(t, w.all(t), 1, "asked once more by its key, not kept twice")
}

// forgetful keeps a message and loses its answer, once.
type forgetful struct {
	email.Store
	lost bool
}

func (f *forgetful) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	msg, err := f.Store.Enqueue(ctx, q)
	if err == nil && !f.lost {
		f.lost = true
		return email.Message{}, errors.New("connection to the database lost")
	}
	return msg, err
}

func TestUsedKeyBeatsEverythingElse(t *testing.T) {
	w := newWorld(t)
	key := func(d *email.Draft) { d.IdempotencyKey = "form 17" }
	first := w.send(t, key)
	again, err := w.Send(t.Context(), draft(key, as("boris"), html("<script>x</script>"), attached(exe("a.exe", 0))))
	require.ErrorIs(t, err, email.ErrDuplicate, "the person is not told that it was not sent")
	assert.Equal(t, first.ID, again.ID)
}

func TestHostsTroubleBurnsNoAttempt(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Retry = func(attempt int) (time.Duration, bool) { return time.Minute, attempt < 2 }
	})
	msg := w.send(t)
	for range 5 {
		w.recorder.Inject(1, emailtest.FailConnect(&email.TransportError{Code: 535, Temporary: true}))
		assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
		w.clock.Advance(time.Minute)
	}
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

func TestReasonsAreKept(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.FailConnect(&email.TransportError{Temporary: true, Err: errors.New("connection refused")}))
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, "connection refused", got.Recipients[0].Text)
}

func TestGateOfUnknownPurpose(t *testing.T) {
	w := newWorld(t)
	_, err := w.Send(t.Context(), draft(as("boris"), func(d *email.Draft) { d.Purpose = "transactional" }))
	require.ErrorContains(t, err, "unknown purpose")
	assert.Empty(t, w.all(t))
}

func TestDispatchTimeout(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Dispatch.Timeout = 20 * time.Millisecond })
	w.recorder.Inject(1, emailtest.Stall())
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateQueued, got.State)
	assert.Equal(t, 1, got.Retries)
}
