package email_test

import (
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
)

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

func TestCancelBeforeTheBytes(t *testing.T) {
	w := newWorld(t)
	var msg email.Message
	w.config.Transport = email.TransportFunc(func(ctx context.Context, _ email.Envelope, m io.WriterTo) (email.Receipt, error) {
		require.NoError(t, w.Cancel(ctx, "anna", msg.ID), "a leased message can be taken back")
		n, err := m.WriteTo(io.Discard)
		assert.Zero(t, n)
		require.Error(t, err)
		return email.Receipt{}, err
	})
	w.Service = w.service(t)
	msg = w.send(t)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateCanceled, got.State)
	assert.Equal(t, []email.EventKind{email.EventQueued, email.EventCanceled}, kinds(got.Events))
}

func TestCancelTooLate(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	w.dispatch(t, msg.ID)
	var refused *email.RefusedError
	require.ErrorAs(t, w.Cancel(t.Context(), "anna", msg.ID), &refused)
	assert.Equal(t, email.CodeNotCancelable, refused.Code)
	require.ErrorIs(t, refused, email.ErrConflict)
	require.ErrorIs(t, w.Cancel(t.Context(), "anna", "nobody"), email.ErrNotFound)
}

func TestResendOnlyWhatFailed(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	var refused *email.RefusedError
	require.ErrorAs(t, w.Resend(t.Context(), "anna", msg.ID), &refused)
	assert.Equal(t, email.CodeNotResendable, refused.Code)
	require.ErrorIs(t, w.Resend(t.Context(), "anna", "nobody"), email.ErrNotFound)
}
