package emailtest_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// brokenRates are those of the memory store with some methods replaced.
type brokenRates struct {
	*emailtest.Store
	take  func(context.Context, *emailtest.Store, email.TurnRequest) (time.Time, error)
	drain func(context.Context, *emailtest.Store, email.TurnRequest, time.Time) error
}

func (b brokenRates) TakeTurn(ctx context.Context, t email.TurnRequest) (time.Time, error) {
	if b.take == nil {
		return b.Store.TakeTurn(ctx, t)
	}
	return b.take(ctx, b.Store, t)
}

func (b brokenRates) DrainTurns(ctx context.Context, t email.TurnRequest, until time.Time) error {
	if b.drain == nil {
		return b.Store.DrainTurns(ctx, t, until)
	}
	return b.drain(ctx, b.Store, t, until)
}

// onRates runs the suite on broken rates, each time on new ones.
func onRates(breakIt func() brokenRates) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestRates(t, emailtest.RatesHarness{Open: func(testing.TB) (one, other email.Rates) {
			broken := breakIt()
			broken.Store = emailtest.NewStore()
			return broken, broken
		}})
	}
}

// turnAsked changes each request.
func turnAsked(change func(*email.TurnRequest)) func() brokenRates {
	return func() brokenRates {
		return brokenRates{take: func(ctx context.Context, s *emailtest.Store, t email.TurnRequest) (time.Time, error) {
			change(&t)
			return s.TakeTurn(ctx, t)
		}}
	}
}

// turnAnswered changes each answer that is a place.
func turnAnswered(change func(t email.TurnRequest, again time.Time) time.Time) func() brokenRates {
	return func() brokenRates {
		return brokenRates{take: func(ctx context.Context, s *emailtest.Store, t email.TurnRequest) (time.Time, error) {
			again, err := s.TakeTurn(ctx, t)
			if !again.IsZero() {
				again = change(t, again)
			}
			return again, err
		}}
	}
}

// draining changes how a bucket is drained.
func draining(drain func(context.Context, *emailtest.Store, email.TurnRequest, time.Time) error) func() brokenRates {
	return func() brokenRates { return brokenRates{drain: drain} }
}

// forgetful lets one token of many go twice.
func forgetful() brokenRates {
	var mu sync.Mutex
	asked := 0
	return brokenRates{take: func(ctx context.Context, s *emailtest.Store, t email.TurnRequest) (time.Time, error) {
		mu.Lock()
		defer mu.Unlock()
		again, err := s.TakeTurn(ctx, t)
		if asked++; asked%20 == 0 && err == nil {
			return time.Time{}, nil
		}
		return again, err
	}}
}

// steady has a clock that never goes back.
func steady() brokenRates {
	var last time.Time
	return turnAsked(func(t *email.TurnRequest) {
		if t.Now.Before(last) {
			t.Now = last
		}
		last = t.Now
	})()
}

var rateMutants = []mutant{
	{"tokens-of-a-steady-clock", onRates(steady), []string{"TakeTurn does not wait for a clock"}},
	{"bucket-begins-empty", onRates(turnAsked(func(t *email.TurnRequest) { t.Burst = 1 })), []string{"TakeTurn finds a new bucket full"}},
	{"bucket-is-deeper", onRates(turnAsked(func(t *email.TurnRequest) { t.Burst++ })), []string{"TakeTurn finds a new bucket full"}},
	{"tokens-come-faster", onRates(turnAsked(func(t *email.TurnRequest) { t.Every = t.Every * 9 / 10 })), []string{"TakeTurn finds a token more"}},
	{"one-bucket-for-all", onRates(turnAsked(func(t *email.TurnRequest) { t.Domain = "" })), []string{"TakeTurn keeps a bucket"}},
	{"all-come-back-at-once", onRates(turnAnswered(func(t email.TurnRequest, _ time.Time) time.Time { return t.Now.Add(t.Every) })),
		[]string{"TakeTurn hands out places"}},
	{"places-do-not-wait-for-tokens", onRates(turnAnswered(func(t email.TurnRequest, again time.Time) time.Time { return again.Add(-t.Every) })),
		[]string{"TakeTurn hands out no place before"}},
	{"one-queue-for-all", onRates(turnAsked(func(t *email.TurnRequest) { t.Bulk = false })), []string{"TakeTurn keeps a queue"}},
	{"lets-some-through", onRates(forgetful), []string{"TakeTurn by many"}},
	{"drains-nothing", onRates(draining(func(context.Context, *emailtest.Store, email.TurnRequest, time.Time) error { return nil })),
		[]string{"DrainTurns empties"}},
	{"drains-as-last-asked", onRates(func() brokenRates {
		return brokenRates{drain: func(ctx context.Context, s *emailtest.Store, t email.TurnRequest, until time.Time) error {
			if until.Sub(t.Now) < time.Minute {
				*s = *emailtest.NewStore()
			}
			return s.DrainTurns(ctx, t, until)
		}}
	}), []string{"DrainTurns never fills"}},
	{"rates-ignore-the-context", onRates(draining(func(_ context.Context, s *emailtest.Store, t email.TurnRequest, until time.Time) error {
		return s.DrainTurns(context.Background(), t, until)
	})), []string{"Rates after"}},
}
