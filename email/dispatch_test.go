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

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
)

func withBcc(d *email.Draft) { d.Bcc = []string{"archive@shop.example"} }

func TestDispatchSends(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t)
	assert.Equal(t, email.StateQueued, msg.State)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, morning, got.SentAt)
	assert.Equal(t, 1, got.Attempts)
	assert.Equal(t, email.RecipientAccepted, got.Recipients[0].Status)
	assert.Equal(t, []email.EventKind{email.EventQueued, email.EventSending, email.EventSent}, kinds(got.Events))
	require.Len(t, w.recorder.Deliveries(), 1)
	assert.Equal(t, "anna@shop.example", w.recorder.Deliveries()[0].Envelope.ReturnPath)

	n, err := w.DispatchDue(t.Context())
	require.NoError(t, err)
	assert.Zero(t, n, "a sent message is not due")
}

func TestDispatchOneRecipientRefused(t *testing.T) {
	w := newWorld(t)
	w.recorder.Refuse("archive@shop.example", email.TransportError{Code: 550, Enhanced: "5.1.1", Text: "no such user"})
	got := w.dispatch(t, w.send(t, withBcc).ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, email.RecipientAccepted, got.Recipients[0].Status)
	assert.Equal(t, email.RecipientRefused, got.Recipients[1].Status)
	assert.Equal(t, 550, got.Recipients[1].Code)
	assert.Equal(t, "5.1.1", got.Recipients[1].Enhanced)
	last := got.Events[len(got.Events)-1]
	assert.Equal(t, "1 accepted, 1 refused 550 5.1.1", last.Detail)
}

func TestDispatchAllRefused(t *testing.T) {
	w := newWorld(t)
	w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 550})
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateFailed, got.State)
	assert.Equal(t, []email.EventKind{email.EventQueued, email.EventFailed}, kinds(got.Events), "the bytes were never asked for")
}

func TestDispatchDefersOneRecipient(t *testing.T) {
	w := newWorld(t)
	var asked [][]string
	var wires []string
	w.config.Transport = email.TransportFunc(func(_ context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		asked = append(asked, env.Recipients)
		wires = append(wires, written(t, msg))
		if len(asked) == 1 {
			return email.Receipt{Results: []email.Recipient{{Address: "archive@shop.example", Status: email.RecipientDeferred, Code: 451}}}, nil
		}
		return email.Receipt{}, nil
	})
	w.Service = w.service(t)
	msg := w.send(t, withBcc)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State)
	assert.WithinDuration(t, morning.Add(time.Minute), got.SendAt, 6*time.Second)

	w.clock.Advance(2 * time.Minute)
	got = w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, [][]string{{"ivan@example.org", "archive@shop.example"}, {"archive@shop.example"}}, asked, "who has it is not asked again")
	assert.Equal(t, wires[0], wires[1], "every attempt writes the same bytes")
	assert.NotContains(t, wires[0], "archive@shop.example")
}

func written(t *testing.T, msg io.WriterTo) string {
	t.Helper()
	var b writer
	_, err := msg.WriteTo(&b)
	require.NoError(t, err)
	return string(b)
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) { *w = append(*w, p...); return len(p), nil }

func TestDispatchGivesUp(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Retry = func(attempt int) (time.Duration, bool) { return time.Minute, attempt < 3 }
	})
	w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 421, Temporary: true})
	msg := w.send(t)
	for range 2 {
		assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
		w.clock.Advance(time.Minute)
	}
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateFailed, got.State)
	assert.Equal(t, email.RecipientRefused, got.Recipients[0].Status)
	assert.Equal(t, 3, got.Attempts)
}

func TestDispatchConnectFails(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.FailConnect(errors.New("no route")))
	msg := w.send(t)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State, "an error before the bytes were asked for is tried again")
	w.clock.Advance(2 * time.Minute)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

func TestDispatchUncertain(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.LoseReply())
	msg := w.send(t)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateUncertain, got.State)
	assert.Equal(t, email.RecipientUncertain, got.Recipients[0].Status)

	w.clock.Advance(72 * time.Hour)
	assert.Equal(t, email.StateUncertain, w.dispatch(t, msg.ID).State)
	assert.Equal(t, 1, w.recorder.Attempts(), "an uncertain message is never sent again by itself")

	require.NoError(t, w.Resend(t.Context(), "anna", msg.ID))
	got = w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, []email.EventKind{email.EventQueued, email.EventSending, email.EventUncertain, email.EventResent,
		email.EventSending, email.EventSent}, kinds(got.Events))
	assert.Equal(t, "anna", got.Events[3].ActorID)
	deliveries := w.recorder.Deliveries()
	require.Len(t, deliveries, 2)
	assert.Equal(t, deliveries[0].Raw, deliveries[1].Raw, "the same Message-ID, Date and boundaries")
}

func TestDispatchUnclassifiedErrorAfterTheBytes(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.FailContent(errors.New("something broke")))
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateUncertain, got.State, "nobody can tell whether the server has it")
}

func TestDispatchServerRefusesContent(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.FailContent(&email.TransportError{Code: 554, Enhanced: "5.7.1"}))
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.StateFailed, got.State)
	assert.Equal(t, 554, got.Recipients[0].Code)
}

func TestDispatchPanics(t *testing.T) {
	for name, test := range map[string]struct {
		transport email.TransportFunc
		want      email.State
	}{
		"before the bytes": {func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) { panic("bug") }, email.StateQueued},
		"after the bytes": {func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			_, _ = msg.WriteTo(io.Discard)
			panic("bug")
		}, email.StateUncertain},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *email.Config) { c.Transport = test.transport })
			assert.Equal(t, test.want, w.dispatch(t, w.send(t).ID).State)
		})
	}
}

func TestTransportIsToldWhatComes(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Transport = email.TransportFunc(func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			told, ok := msg.(interface {
				Size() int64
				SMTPUTF8() bool
				EightBit() bool
			})
			require.True(t, ok)
			raw := written(t, msg)
			assert.EqualValues(t, len(raw), told.Size())
			assert.False(t, told.SMTPUTF8())
			assert.Equal(t, strings.IndexFunc(raw, func(r rune) bool { return r > 0x7f }) >= 0, told.EightBit())
			return email.Receipt{}, nil
		})
	})
	assert.Equal(t, email.StateSent, w.dispatch(t, w.send(t).ID).State)
}

func TestScheduledSend(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t, func(d *email.Draft) { d.SendAt = morning.Add(time.Hour) })
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	w.clock.Advance(time.Hour)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

// A gate that cannot be asked keeps the message waiting, and no attempt counts.
func TestGateThatCannotBeAsked(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Retry = func(attempt int) (time.Duration, bool) { return time.Minute, attempt < 2 }
	})
	msg := w.send(t)
	whole := w.Service
	away, err := w.With(func(c *email.Config) { c.Senders = awayDirectory{c.Senders} })
	require.NoError(t, err)
	w.Service = away
	for range 3 {
		got := w.dispatch(t, msg.ID)
		assert.Equal(t, email.StateQueued, got.State)
		assert.Zero(t, got.Retries)
		w.clock.Advance(time.Minute)
	}
	assert.Zero(t, w.recorder.Attempts())
	w.Service = whole
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

type awayDirectory struct{ sender.Directory }

func (awayDirectory) UserIdentity(context.Context, string) (sender.Identity, error) {
	return sender.Identity{}, errors.New("database is away")
}

// Where the gate is the chosen sender's, whoever writes or sends again must exist and no more.
func TestGateOfTheIdentity(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.GateIdentity = true })
	w.recorder.Inject(1, emailtest.LoseReply())
	msg := w.dispatch(t, w.send(t, as("boris")).ID)
	require.Equal(t, email.StateUncertain, msg.State)
	_, err := w.Send(t.Context(), draft(as("nobody")))
	var refused *email.RefusedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, email.CodeActorUnknown, refused.Code)

	require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "anna"}, false))
	require.ErrorAs(t, w.Resend(t.Context(), "boris", msg.ID), &refused)
	assert.Equal(t, sender.CodeNotAllowed, refused.Code)
	require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "anna"}, true))
	require.NoError(t, w.Resend(t.Context(), "boris", msg.ID))
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

func TestGateIsAskedAgain(t *testing.T) {
	for name, byIdentity := range map[string]bool{"the acting user": false, "the chosen identity": true} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *email.Config) { c.GateIdentity = byIdentity })
			msg := w.send(t)
			require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "anna"}, false))
			got := w.dispatch(t, msg.ID)
			assert.Equal(t, email.StateFailed, got.State)
			assert.Zero(t, w.recorder.Attempts())
			last := got.Events[len(got.Events)-1]
			if !byIdentity {
				assert.Equal(t, sender.CodeTransactionalDisabled, last.Detail)
			}
			assert.Equal(t, last.Detail, got.Recipients[0].Text)
		})
	}
}
