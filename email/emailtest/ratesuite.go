package emailtest

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// RatesHarness is how TestRates gets at an implementation.
type RatesHarness struct {
	// Open makes an empty storage and returns two handles on it, as StoreHarness.Open does.
	Open func(t testing.TB) (one, other email.Rates)
}

// TestRates holds an implementation of email.Rates to every promise of its contract, each as a subtest with a storage of
// its own.
func TestRates(t *testing.T, h RatesHarness) {
	hold(t, func(t testing.TB) rateFixture {
		one, other := h.Open(t)
		return rateFixture{one, other}
	}, ratePromises)
}

type rateFixture struct{ one, other email.Rates }

// aRequest is for a bucket of three tokens, of which one comes each second.
func aRequest(now time.Time) email.TurnRequest {
	return email.TurnRequest{Domain: "customer.example", Now: now, Every: time.Second, Burst: 3}
}

// take asks for a token and says in how many seconds to come again; 0: there was one.
func (f rateFixture) take(t testing.TB, request email.TurnRequest) float64 {
	t.Helper()
	again, err := f.one.TakeTurn(context.Background(), request)
	noError(t, err)
	if again.IsZero() {
		return 0
	}
	return again.Sub(suiteTime).Seconds()
}

// takeAll takes tokens until there is none.
func (f rateFixture) takeAll(t testing.TB, request email.TurnRequest) (n int) {
	t.Helper()
	for f.take(t, request) == 0 {
		if n++; n > 100 {
			t.Fatal("there is no end of tokens")
		}
	}
	return n
}

var ratePromises = []promise[rateFixture]{
	{"TakeTurn does not wait for a clock that has leapt ahead and back", func(t *testing.T, f rateFixture) {
		ahead := suiteTime.AddDate(1, 0, 0)
		for _, bulk := range []bool{true, false} {
			request := aRequest(ahead)
			request.Bulk = bulk
			f.takeAll(t, request)
			f.take(t, request)
		}
		noError(t, f.one.DrainTurns(context.Background(), aRequest(ahead), ahead.Add(time.Minute)))
		equal(t, "tokens", 3, f.takeAll(t, aRequest(suiteTime)))
		for _, bulk := range []bool{true, false} {
			request := aRequest(suiteTime)
			request.Bulk = bulk
			if wait := f.take(t, request); wait > 3 {
				t.Errorf("a place in %v seconds", wait)
			}
		}
	}},
	{"TakeTurn finds a new bucket full", func(t *testing.T, f rateFixture) {
		equal(t, "tokens", 3, f.takeAll(t, aRequest(suiteTime)))
	}},
	{"TakeTurn finds a token more after its time, and never more than the burst", func(t *testing.T, f rateFixture) {
		f.takeAll(t, aRequest(suiteTime))
		equal(t, "tokens too early", 0, f.takeAll(t, aRequest(suiteTime.Add(900*time.Millisecond))))
		equal(t, "tokens after a second", 1, f.takeAll(t, aRequest(suiteTime.Add(time.Second))))
		equal(t, "tokens after an hour", 3, f.takeAll(t, aRequest(suiteTime.Add(time.Hour))))
	}},
	{"TakeTurn keeps a bucket for each domain", func(t *testing.T, f rateFixture) {
		f.takeAll(t, aRequest(suiteTime))
		other := aRequest(suiteTime)
		other.Domain = "xn--80a1acny.example"
		equal(t, "tokens", 3, f.takeAll(t, other))
	}},
	{"TakeTurn hands out places at the rate", func(t *testing.T, f rateFixture) {
		f.takeAll(t, aRequest(suiteTime)) // the place of the one who found none is a second away
		for want := range 5 {
			equal(t, "place", float64(want)+2, f.take(t, aRequest(suiteTime)))
		}
		equal(t, "who comes at his place finds a token", 0, f.take(t, aRequest(suiteTime.Add(time.Second))))
		equal(t, "and nobody a second one", 7, f.take(t, aRequest(suiteTime.Add(time.Second))))
	}},
	{"TakeTurn hands out no place before the next token", func(t *testing.T, f rateFixture) {
		f.takeAll(t, aRequest(suiteTime))
		f.takeAll(t, aRequest(suiteTime.Add(time.Hour)))
		equal(t, "place", 3602, f.take(t, aRequest(suiteTime.Add(time.Hour))))
	}},
	{"TakeTurn keeps a queue for mass mailings and one for all others", func(t *testing.T, f rateFixture) {
		f.takeAll(t, aRequest(suiteTime))
		mailing := aRequest(suiteTime)
		mailing.Bulk = true
		for want := range 100 {
			equal(t, "place of a mailing", float64(want)+1, f.take(t, mailing))
		}
		equal(t, "place of a letter", 2, f.take(t, aRequest(suiteTime)))
	}},
	{"TakeTurn by many on two handles lets no more go than the rate over any time", rateHolds},
	{"DrainTurns empties a bucket of a clock that has leapt ahead and back", func(t *testing.T, f rateFixture) {
		f.takeAll(t, aRequest(suiteTime.AddDate(1, 0, 0)))
		noError(t, f.one.DrainTurns(context.Background(), aRequest(suiteTime), suiteTime.Add(time.Minute)))
		if wait := f.take(t, aRequest(suiteTime)); wait < 60 || wait > 70 {
			t.Errorf("a place in %v seconds", wait)
		}
	}},
	{"DrainTurns empties a bucket until a time", func(t *testing.T, f rateFixture) {
		noError(t, f.other.DrainTurns(context.Background(), aRequest(suiteTime), suiteTime.Add(time.Minute)))
		equal(t, "place", 60, f.take(t, aRequest(suiteTime)))
		equal(t, "tokens just before", 0, f.takeAll(t, aRequest(suiteTime.Add(59*time.Second))))
		equal(t, "tokens then", 1, f.takeAll(t, aRequest(suiteTime.Add(time.Minute))))
	}},
	{"DrainTurns never fills a bucket", func(t *testing.T, f rateFixture) {
		noError(t, f.one.DrainTurns(context.Background(), aRequest(suiteTime), suiteTime.Add(time.Minute)))
		noError(t, f.one.DrainTurns(context.Background(), aRequest(suiteTime), suiteTime.Add(time.Second)))
		equal(t, "place", 60, f.take(t, aRequest(suiteTime)))
	}},
	{"Rates after the context's end", func(t *testing.T, f rateFixture) {
		_, err := f.one.TakeTurn(ended(), aRequest(suiteTime))
		isError(t, err, context.Canceled)
		isError(t, f.one.DrainTurns(ended(), aRequest(suiteTime), suiteTime.Add(time.Minute)), context.Canceled)
		equal(t, "tokens", 3, f.takeAll(t, aRequest(suiteTime)))
	}},
}

// rateHolds lets many ask at times of their own, which go on, and looks at every span between two tokens.
func rateHolds(t *testing.T, f rateFixture) {
	var mu sync.Mutex
	var taken []time.Time
	for tick := range 40 {
		now := suiteTime.Add(time.Duration(tick*tick*7) * time.Millisecond) // ever longer pauses
		race(4, func(i int) {
			again, err := []email.Rates{f.one, f.other}[i%2].TakeTurn(context.Background(), aRequest(now))
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
			if err == nil && again.IsZero() {
				mu.Lock()
				defer mu.Unlock()
				taken = append(taken, now)
			}
		})
	}
	slices.SortFunc(taken, time.Time.Compare)
	for i, from := range taken {
		for j, to := range taken[i:] {
			if most := 3 + int(to.Sub(from)/time.Second); j+1 > most {
				t.Fatalf("%d tokens in %v", j+1, to.Sub(from))
			}
		}
	}
	if last := taken[len(taken)-1].Sub(taken[0]); len(taken) < int(last/time.Second) {
		t.Fatalf("only %d tokens in %v", len(taken), last)
	}
}
