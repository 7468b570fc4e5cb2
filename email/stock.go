package email

import (
	"context"
	"errors"
	"time"
)

// stock is what Run has claimed and not yet begun: about as much as its workers deliver in stockFor, because a claim costs
// the store as much as the delivery itself.
type stock struct {
	service *Service
	leased  []*delivery // in the order in which they are sent
	size    int         // of the next claim
	since   time.Time   // the last claim, by a clock that only goes on
}

const (
	stockFor = time.Second
	maxStock = 100 // what it holds is in memory, and waits for its lease to lapse where the process is killed
)

// next is the message to deliver now; nil: none is due.
func (s *stock) next(ctx context.Context) *delivery {
	if time.Since(s.since) > s.service.config.Dispatch.Lease/2 {
		s.release(ctx) // the deliveries took so long that others are to have the rest
	}
	if len(s.leased) == 0 {
		s.refill(ctx)
	}
	if len(s.leased) == 0 {
		return nil
	}
	d := s.leased[0]
	s.leased = s.leased[1:]
	return d
}

// refill claims as much as was used up in stockFor the last time.
func (s *stock) refill(ctx context.Context) {
	defer s.service.config.survive(ctx)
	s.size = s.nextSize(time.Since(s.since))
	s.since = time.Now()
	claimed, err := s.service.claim(ctx, Claim{Limit: s.size})
	if err != nil && ctx.Err() == nil {
		s.service.config.Logger.ErrorContext(ctx, "claim", "tenant", s.service.config.Tenant, "error", redact(err))
	}
	if len(claimed) < s.size {
		s.size = 0 // there was no more: how long it lasts says nothing
	}
	if s.leased = claimed; len(claimed) > 0 {
		s.isolate(ctx)
	}
}

// nextSize is how many to claim after the last stock lasted for some time.
func (s *stock) nextSize(lasted time.Duration) int {
	workers := s.service.config.Dispatch.Workers
	inTime := int(float64(s.size) * min(stockFor, s.service.config.Dispatch.Lease/4).Seconds() / max(lasted.Seconds(), 1e-3))
	return max(workers, min(inTime, maxStock))
}

// release gives back what was not begun. Where the store does not answer, the leases lapse.
func (s *stock) release(ctx context.Context) {
	defer s.service.config.survive(ctx)
	for _, d := range s.leased {
		if err := d.release(ctx); err != nil {
			s.service.config.Logger.ErrorContext(ctx, "release", "tenant", s.service.config.Tenant, "error", redact(err))
			break
		}
	}
	s.leased = nil
}

// release gives the message back before anything was tried.
func (d *delivery) release(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	err := d.transition(ctx, StateQueued, Transition{To: StateQueued})
	if errors.Is(err, errNoLonger) { // canceled, or another worker's by now
		return nil
	}
	return err
}
