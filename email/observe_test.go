package email_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// watched makes a world whose observations are kept.
func watched(t *testing.T, change ...func(*email.Config)) (*world, *[]email.Observation) {
	t.Helper()
	var seen []email.Observation
	w, _ := mailings(t, append([]func(*email.Config){func(c *email.Config) {
		c.Tenant = ""
		c.Observer = email.ObserverFunc(func(_ context.Context, o email.Observation) { seen = append(seen, o) })
	}}, change...)...)
	return w, &seen
}

func TestObserver(t *testing.T) {
	w, seen := watched(t)
	w.recorder.Inject(1, emailtest.FailConnect(&email.TransportError{Code: 450, Enhanced: "4.2.0", Temporary: true}))
	msg := w.send(t)
	w.clock.Advance(3 * time.Second)
	w.dispatch(t, msg.ID)
	w.clock.Advance(10 * time.Minute)
	w.dispatch(t, msg.ID)
	require.Len(t, *seen, 3)
	queued, deferred, sent := (*seen)[0], (*seen)[1], (*seen)[2]
	assert.Positive(t, queued.Octets)
	assert.Equal(t, email.ObservedQueued, queued.Kind)
	assert.Equal(t, email.Observation{Kind: email.ObservedAttempt, State: email.StateQueued, Attempt: 1, Domain: "example.org",
		Waited: 3 * time.Second, Code: 450, Enhanced: "4.2.0"}, deferred)
	assert.Equal(t, email.StateSent, sent.State)
	assert.Equal(t, 2, sent.Attempt)
	assert.Positive(t, sent.Waited)
}

func TestObserverOfEverythingElse(t *testing.T) {
	w, seen := watched(t, perMinute)
	_, err := w.Campaigns.Send(t.Context(), news(audience(3)))
	require.NoError(t, err)
	w.tick(t, 0)
	require.NoError(t, w.Suppressions.Add(t.Context(), "anna", "ivan@example.org"))
	_, err = w.Receive(t.Context(), email.Inbound{Mailbox: "anna@shop.example", Raw: strings.NewReader("From: ivan@example.org\r\n\r\nHi\r\n")})
	require.NoError(t, err)
	counts := map[email.ObservationKind]int{}
	for _, o := range *seen {
		counts[o.Kind]++
	}
	assert.Equal(t, map[email.ObservationKind]int{email.ObservedQueued: 3, email.ObservedAttempt: 2, email.ObservedHeld: 1,
		email.ObservedSuppressed: 1, email.ObservedReceived: 1}, counts)
}

func TestObserverThatPanics(t *testing.T) {
	w, _ := watched(t, func(c *email.Config) {
		c.Observer = email.ObserverFunc(func(context.Context, email.Observation) { panic("metrics are down") })
	})
	assert.Equal(t, email.StateSent, w.dispatch(t, w.send(t).ID).State)
}
