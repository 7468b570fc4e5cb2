package emailtest

import (
	"context"
	"time"

	"github.com/crmmail/crmmail/email"
)

var _ email.Rates = (*Store)(nil)

// bucket holds no tokens but a time: until when those that were taken last at the rate.
type bucket struct {
	spent     time.Time
	nextBulk  time.Time // the next place in the queue of mass mailings
	nextOther time.Time // and of all others
}

// next is when there is a token.
func (b bucket) next(t email.TurnRequest) time.Time {
	return b.spent.Add(-time.Duration(t.Burst-1) * t.Every)
}

// leapt tells of a clock that was wrong when tokens were taken.
func (b bucket) leapt(t email.TurnRequest) bool {
	return b.next(t).After(t.Now.Add(time.Duration(t.Burst)*t.Every + email.MaxLead))
}

// TakeTurn implements email.Rates.
func (s *Store) TakeTurn(ctx context.Context, t email.TurnRequest) (again time.Time, err error) {
	if err := s.lock(ctx); err != nil {
		return time.Time{}, err
	}
	defer s.mu.Unlock()
	b := s.rates[t.Domain]
	if b.leapt(t) {
		b = bucket{}
	}
	if next := b.next(t); next.After(t.Now) {
		queue := &b.nextOther
		if t.Bulk {
			queue = &b.nextBulk
		}
		again = later(*queue, next)
		*queue = again.Add(t.Every)
	} else {
		b.spent = later(b.spent, t.Now).Add(t.Every)
	}
	s.rates[t.Domain] = b
	return again, nil
}

// DrainTurns implements email.Rates.
func (s *Store) DrainTurns(ctx context.Context, t email.TurnRequest, until time.Time) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	b := s.rates[t.Domain]
	if b.leapt(t) {
		b = bucket{}
	}
	b.spent = later(b.spent, until.Add(time.Duration(t.Burst-1)*t.Every))
	s.rates[t.Domain] = b
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
