package email_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
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

func TestNothingUnwrittenIsSent(t *testing.T) {
	for name, deliver := range map[string]email.TransportFunc{
		"never asked for the bytes": func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) {
			return email.Receipt{}, nil
		},
		"calls it accepted all the same": func(_ context.Context, env email.Envelope, _ io.WriterTo) (email.Receipt, error) {
			return email.Receipt{Results: []email.Recipient{{Address: env.Recipients[0], Status: email.RecipientAccepted}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := by(t, deliver)
			assert.Equal(t, email.StateQueued, w.dispatch(t, w.send(t).ID).State)
		})
	}
	t.Run("ignores that the content failed", func(t *testing.T) {
		var blobs *brokenBlobs
		w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			_ = discard(msg)
			return email.Receipt{}, nil
		}, func(c *email.Config) {
			blobs = &brokenBlobs{Blobs: c.Blobs}
			c.Blobs = blobs
		})
		msg := w.send(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))
		blobs.broken = true
		assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	})
	t.Run("breaks off and says that all is well", func(t *testing.T) {
		w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			_, _ = msg.WriteTo(failingWriter{})
			return email.Receipt{}, nil
		})
		assert.Equal(t, email.StateUncertain, w.dispatch(t, w.send(t).ID).State)
	})
}

type failingWriter struct{}

func (failingWriter) Write(p []byte) (int, error) { return len(p) / 2, errors.New("connection reset") }

// An attempt that was given up for dead must not speak for the one that a person made after it.
func TestLateAnswerAfterResend(t *testing.T) {
	var w *world
	var msg email.Message
	attempts := 0
	w = by(t, func(ctx context.Context, _ email.Envelope, m io.WriterTo) (email.Receipt, error) {
		require.NoError(t, discard(m))
		if attempts++; attempts > 1 {
			return email.Receipt{}, &email.TransportError{Uncertain: true}
		}
		w.clock.Advance(time.Hour)
		other := w.service(t)
		_, err := other.DispatchDue(ctx) // finds it uncertain
		require.NoError(t, err)
		require.NoError(t, other.Resend(ctx, "anna", msg.ID))
		_, err = other.DispatchDue(ctx) // and loses the reply
		require.NoError(t, err)
		return email.Receipt{}, &email.TransportError{Code: 451, Temporary: true}
	})
	msg = w.send(t)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateUncertain, got.State)
	w.clock.Advance(24 * time.Hour)
	w.dispatch(t, msg.ID)
	assert.Equal(t, 2, attempts, "nothing is sent again by itself")
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

func TestConfirmSent(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.LoseReply())
	msg := w.dispatch(t, w.send(t).ID)
	require.NoError(t, w.ConfirmSent(t.Context(), "anna", msg.ID))
	got := w.message(t, msg.ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, email.RecipientAccepted, got.Recipients[0].Status)
	var refused *email.RefusedError
	require.ErrorAs(t, w.ConfirmSent(t.Context(), "anna", msg.ID), &refused)
	assert.Equal(t, email.CodeNotConfirmable, refused.Code)
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

// A second server may be tried within one Deliver: only its last word counts.
func TestContentFailsThenIsTaken(t *testing.T) {
	var blobs *brokenBlobs
	taken := 0
	w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		blobs.broken = true
		require.Error(t, discard(msg))
		blobs.broken = false
		require.NoError(t, discard(msg))
		taken++
		return email.Receipt{}, errors.New("disk is away") // what the first writing said
	}, func(c *email.Config) {
		blobs = &brokenBlobs{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	msg := w.send(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))
	assert.Equal(t, email.StateUncertain, w.dispatch(t, msg.ID).State)
	w.clock.Advance(24 * time.Hour)
	w.dispatch(t, msg.ID)
	assert.Equal(t, 1, taken)
}

func TestContentIsShorterThanDeclared(t *testing.T) {
	var blobs *shortBlobs
	w := newWorld(t, func(c *email.Config) {
		blobs = &shortBlobs{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	msg := w.send(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))
	blobs.short = true
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State, "nothing was delivered, for certain")
}

type shortBlobs struct {
	email.Blobs
	short bool
}

func (b *shortBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if b.short {
		return io.NopCloser(strings.NewReader("short")), nil
	}
	return b.Blobs.OpenBlob(ctx, id)
}

func TestRetriesBeginAnewAfterResend(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Retry = func(attempt int) (time.Duration, bool) { return time.Minute, attempt < 3 }
	})
	w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 421, Temporary: true})
	msg := w.send(t)
	for range 3 {
		w.dispatch(t, msg.ID)
		w.clock.Advance(time.Minute)
	}
	require.Equal(t, email.StateFailed, w.message(t, msg.ID).State)
	require.NoError(t, w.Resend(t.Context(), "anna", msg.ID))
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State)
	assert.Equal(t, 1, got.Retries)
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

func TestWriteToAfterDeliver(t *testing.T) {
	var late io.WriterTo
	w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		late = msg
		return email.Receipt{}, &email.TransportError{Code: 421, Temporary: true}
	})
	msg := w.send(t)
	require.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	var got writer
	_, err := late.WriteTo(&got)
	require.Error(t, err)
	assert.Empty(t, got)
	assert.Equal(t, email.StateQueued, w.message(t, msg.ID).State)
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

func TestResendAsksTheGateOfWhoResends(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.LoseReply())
	msg := w.dispatch(t, w.send(t).ID)
	for actor, code := range map[string]string{"boris": sender.CodeTransactionalDisabled, "nobody": email.CodeActorUnknown} {
		var refused *email.RefusedError
		require.ErrorAs(t, w.Resend(t.Context(), actor, msg.ID), &refused, actor)
		assert.Equal(t, code, refused.Code)
	}
	require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "vera"}, true))
	require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "anna"}, false))
	require.NoError(t, w.Resend(t.Context(), "vera", msg.ID), "who wrote it may no longer; she may")
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

func TestPanickingHost(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Senders = &panicking{Directory: c.Senders} })
	msg := w.send(t)
	w.config.Senders.(*panicking).now = true
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	w.config.Senders.(*panicking).now = false
	w.clock.Advance(2 * time.Minute)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

// A host's part that panics wherever it is called, again and again, ends neither the process nor Run.
func TestPanickingEverywhere(t *testing.T) {
	for name, panics := range map[string]func(*email.Config){
		"claim":      func(c *email.Config) { c.Store = panickingStore{Store: c.Store, claim: true} },
		"transition": func(c *email.Config) { c.Store = panickingStore{Store: c.Store} },
		"retry":      func(c *email.Config) { c.Dispatch.Retry = func(int) (time.Duration, bool) { panic("bug") } },
		"rate":       func(c *email.Config) { c.Dispatch.Rate = func(string) email.Rate { panic("bug") } },
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := mailings(t, perMinute)
			w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 450, Temporary: true})
			msg := w.send(t)
			broken, err := w.With(panics)
			require.NoError(t, err)
			ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer stop()
			require.NoError(t, broken.Run(ctx))
			w.recorder.Accept("ivan@example.org")
			w.clock.Advance(time.Hour)
			assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
		})
	}
}

type panickingStore struct {
	email.Store
	claim bool
}

func (p panickingStore) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	if p.claim {
		panic("bug")
	}
	return p.Store.Claim(ctx, c)
}

func (p panickingStore) Transition(ctx context.Context, t email.Transition) error {
	if !p.claim {
		panic("bug")
	}
	return p.Store.Transition(ctx, t)
}

type panicking struct {
	sender.Directory
	now bool
}

func (p *panicking) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	if p.now {
		panic("bug")
	}
	return p.Directory.UserIdentity(ctx, id)
}

func TestDispatchTimeout(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Dispatch.Timeout = 20 * time.Millisecond })
	w.recorder.Inject(1, emailtest.Stall())
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateQueued, got.State)
	assert.Equal(t, 1, got.Retries)
}
