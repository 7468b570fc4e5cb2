package email_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// perMinute limits one domain to six messages a minute.
func perMinute(c *email.Config) {
	c.Rates = emailtest.NewStore()
	c.Dispatch.Rate = func(domain string) email.Rate {
		if domain == "example.org" {
			return email.Rate{Messages: 6, Per: time.Minute}
		}
		return email.Rate{}
	}
}

// tick delivers what is due by several services, then lets a time pass.
func (w *world) tick(t *testing.T, d time.Duration, services ...*email.Service) {
	t.Helper()
	for _, service := range append(services, w.Service) {
		_, err := service.DispatchDue(t.Context())
		require.NoError(t, err)
	}
	w.clock.Advance(d)
}

// A mailing to one domain goes out at its rate whoever sends it, and comes back at the rate and not all at once; nobody
// loses an attempt, and other domains wait for nothing.
func TestRateIsSharedByAll(t *testing.T) {
	w, _ := mailings(t, perMinute)
	other := w.service(t)
	customers := audience(60)
	for i := 50; i < 60; i++ {
		customers[i].Emails[0] = strings.Replace(customers[i].Emails[0], "example.org", "example.net", 1)
	}
	_, err := w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	var at []time.Time
	seen := 0
	for range 600 {
		now := w.clock.Now()
		w.tick(t, time.Second, other)
		for _, d := range w.recorder.Deliveries()[seen:] {
			seen++
			if strings.HasSuffix(d.Envelope.Recipients[0], "example.org") {
				at = append(at, now)
			} else {
				assert.Equal(t, morning, now, "no other domain waits")
			}
		}
	}
	require.Len(t, at, 50)
	for i, from := range at {
		for j, to := range at[i:] {
			require.LessOrEqual(t, j+1, 2+int(to.Sub(from)/(10*time.Second)), "over %v", to.Sub(from))
		}
	}
	assert.Less(t, at[49].Sub(at[0]), 500*time.Second, "and no slower")
	assert.Less(t, w.recorder.Attempts(), 61)
	for _, msg := range w.all(t) {
		assert.Zero(t, msg.Retries)
		assert.LessOrEqual(t, msg.Attempts, 2, "one claim to learn its place, and one at its place")
	}
}

// Workers that look for due messages at any time, and so come late to each place, use the rate up all the same.
func TestRateIsUsedUpByThoseWhoComeLate(t *testing.T) {
	w, _ := mailings(t, perMinute)
	_, err := w.Campaigns.Send(t.Context(), news(audience(50)))
	require.NoError(t, err)
	for ticks := 0; w.clock.Now().Before(morning.Add(500 * time.Second)); ticks++ {
		w.tick(t, 500*time.Millisecond+time.Duration(ticks*337%500)*time.Millisecond)
	}
	assert.GreaterOrEqual(t, len(w.recorder.Deliveries()), 49)
	for _, msg := range w.all(t) {
		assert.LessOrEqual(t, msg.Attempts, 3)
	}
}

func TestALetterOvertakesAMailing(t *testing.T) {
	w, _ := mailings(t, perMinute)
	_, err := w.Campaigns.Send(t.Context(), news(audience(100)))
	require.NoError(t, err)
	w.tick(t, 15*time.Second)
	msg := w.send(t)
	w.tick(t, 0)
	assert.Equal(t, email.StateSent, w.message(t, msg.ID).State, "at once")
	before := len(w.recorder.Deliveries())
	var letters []string
	for range 5 {
		letters = append(letters, w.send(t).ID)
	}
	for range 60 {
		w.tick(t, time.Second)
	}
	for _, id := range letters {
		assert.Equal(t, email.StateSent, w.message(t, id).State, "and many of them before any of the mailing")
	}
	assert.LessOrEqual(t, len(w.recorder.Deliveries())-before, 8)
}

func TestServersThatHaveHadEnoughGetNothingForAWhile(t *testing.T) {
	for answer, drained := range map[email.TransportError]bool{
		{Code: 421, Text: "too many connections", Temporary: true}: true,
		{Code: 450, Enhanced: "4.7.28", Temporary: true}:           true,
		{Code: 450, Enhanced: "4.2.0", Temporary: true}:            false,
		{Code: 550, Enhanced: "5.7.1"}:                             false,
	} {
		w, _ := mailings(t, perMinute)
		w.recorder.Refuse("ivan@example.org", answer)
		w.send(t)
		w.tick(t, 20*time.Second)
		w.recorder.Accept("ivan@example.org")
		msg := w.send(t, func(d *email.Draft) { d.CustomerID, d.From.Kind, d.From.ID = "olga", "additional", "info" })
		w.tick(t, 0)
		assert.Equal(t, drained, w.message(t, msg.ID).State == email.StateQueued, "%v", answer)
		w.clock.Advance(41 * time.Second)
		for range 3 {
			w.tick(t, 10*time.Second)
		}
		assert.Equal(t, email.StateSent, w.message(t, msg.ID).State)
	}
}

func TestRateThatCannotBeAsked(t *testing.T) {
	w, _ := mailings(t, perMinute)
	broken, err := w.With(func(c *email.Config) { c.Rates = brokenRates{c.Rates} })
	require.NoError(t, err)
	msg := w.send(t)
	w.Service = broken
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State)
	assert.Zero(t, got.Retries)
	assert.Equal(t, "rate not asked", got.Events[len(got.Events)-1].Detail)
	assert.Zero(t, w.recorder.Attempts())
}

type brokenRates struct{ email.Rates }

func (brokenRates) TakeTurn(context.Context, email.TurnRequest) (time.Time, error) {
	return time.Time{}, errors.New("disk full")
}

func TestRateNeedsItsStore(t *testing.T) {
	w := newWorld(t)
	_, err := w.With(func(c *email.Config) { c.Dispatch.Rate = func(string) email.Rate { return email.Rate{} } })
	require.ErrorContains(t, err, "Config.Rates")
}

// Where the clock leaps ahead by a year and back, what was leased and taken meanwhile is not waited for.
func TestClockThatLeapsAheadAndBack(t *testing.T) {
	w, _ := mailings(t, perMinute)
	var letters []string
	for range 3 {
		letters = append(letters, w.send(t).ID)
	}
	ahead := w.clock.Now().AddDate(1, 0, 0)
	_, err := w.store.Claim(t.Context(), email.Claim{Owner: "leapt", Now: ahead, Lease: time.Minute, Limit: 1})
	require.NoError(t, err)
	request := email.TurnRequest{Domain: "example.org", Now: ahead, Every: 10 * time.Second, Burst: 6}
	for range 20 {
		_, err := w.config.Rates.TakeTurn(t.Context(), request)
		require.NoError(t, err)
	}
	w.tick(t, time.Second)
	for _, id := range letters {
		assert.Equal(t, email.StateSent, w.message(t, id).State)
	}
}

// A letter to two domains needs a token of each at once. While mailings and letters use both up it gets them all the same,
// about as soon as a letter to one does that was written with it.
func TestALetterToSeveralLimitedDomains(t *testing.T) {
	w, _ := mailings(t, perMinute, func(c *email.Config) {
		c.Dispatch.Rate = func(string) email.Rate { return email.Rate{Messages: 6, Per: time.Minute} }
	})
	customers := audience(200)
	for i := range customers {
		customers[i].Emails[0] = strings.Replace(customers[i].Emails[0], "example.org", []string{"example.org", "mail.ru"}[i%2], 1)
	}
	_, err := w.Campaigns.Send(t.Context(), news(customers))
	require.NoError(t, err)
	to := func(addrs ...string) email.Message { return w.send(t, func(d *email.Draft) { d.To = addrs }) }
	for range 20 { // more than are saved up
		to("ivan@example.org")
		to("ivan@mail.ru")
	}
	both, one := to("ivan@example.org", "ivan@mail.ru"), to("ivan@mail.ru")
	sent := map[string]time.Time{}
	for len(sent) < 2 && w.clock.Now().Before(morning.Add(time.Hour)) {
		w.tick(t, time.Second)
		for _, msg := range []email.Message{both, one} {
			if _, known := sent[msg.ID]; !known && w.message(t, msg.ID).State == email.StateSent {
				sent[msg.ID] = w.clock.Now()
			}
		}
	}
	require.Len(t, sent, 2)
	assert.WithinDuration(t, sent[one.ID], sent[both.ID], time.Minute)
	assert.Less(t, sent[both.ID].Sub(morning), 5*time.Minute)
}
