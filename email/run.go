package email

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Run empties the outbox until ctx ends: it claims due messages, hands them to the transport and files the outcome.
// Several Runs may work on one store, in one process or many. When ctx ends it claims nothing more, gives the
// deliveries under way Dispatch.Grace to finish, and releases the rest; it returns nil then.
func (s *Service) Run(ctx context.Context) error {
	work, stop := s.graceful(ctx)
	defer stop()
	slots := newSlots(s.config.Dispatch.Workers)
	defer slots.wait()
	defer s.forgetRaw(ctx)()
	for slots.acquire(ctx) {
		n := 1 + slots.acquireMore()
		claimed, err := s.claim(ctx, n)
		for _, delivery := range claimed {
			go func() {
				defer slots.release(1)
				delivery.run(work)
			}()
		}
		slots.release(n - len(claimed))
		if err != nil && ctx.Err() == nil {
			s.config.Logger.ErrorContext(ctx, "claim", "tenant", s.config.Tenant, "error", redact(err))
		}
		if len(claimed) == 0 {
			s.idle(ctx)
		}
	}
	return nil
}

// DispatchDue claims and delivers what is due now, one message after the other, and returns how many it took up. It is Run for a command, a scheduler or a test that wants no goroutines.
func (s *Service) DispatchDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		claimed, err := s.claim(ctx, 1)
		if err != nil {
			return n, err
		}
		if len(claimed) == 0 {
			return n, nil
		}
		claimed[0].run(ctx)
	}
}

// claim leases due messages. Each claim is an owner of its own, so that no delivery mistakes another's lease for its own.
func (s *Service) claim(ctx context.Context, limit int) ([]*delivery, error) {
	owner := fmt.Sprintf("%s.%d", s.owner, s.claims.Add(1))
	claimed, err := s.config.Store.Claim(ctx, Claim{
		Owner: owner,
		Now:   s.config.Now(),
		Lease: s.config.Dispatch.Lease,
		Limit: limit,
	})
	if err != nil {
		return nil, fmt.Errorf("email: claim: %w", err)
	}
	for _, id := range claimed.Uncertain {
		s.config.Logger.WarnContext(ctx, "message uncertain: its worker fell silent while sending",
			"tenant", s.config.Tenant, "message", id)
	}
	deliveries := make([]*delivery, len(claimed.Jobs))
	for i, job := range claimed.Jobs {
		deliveries[i] = &delivery{service: s, job: job, owner: owner, states: []State{StateQueued}}
	}
	return deliveries, nil
}

// idle waits for the next look at the store: Send wakes it.
func (s *Service) idle(ctx context.Context) {
	timer := time.NewTimer(s.config.Dispatch.Poll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-s.wake:
	case <-timer.C:
	}
}

// forgetRaw keeps Config.RawRetention until ctx ends; the function it returns waits for that.
func (s *Service) forgetRaw(ctx context.Context) (wait func()) {
	if s.config.RawRetention <= 0 {
		return func() {}
	}
	var done sync.WaitGroup
	done.Go(func() {
		defer s.survive(ctx)
		ticker := time.NewTicker(min(s.config.RawRetention, time.Hour))
		defer ticker.Stop()
		for ctx.Err() == nil {
			if _, err := s.History.ForgetRaw(ctx, s.config.Now().Add(-s.config.RawRetention)); err != nil && ctx.Err() == nil {
				s.config.Logger.ErrorContext(ctx, "forget raw mail", "tenant", s.config.Tenant, "error", redact(err))
			}
			select {
			case <-ctx.Done():
			case <-ticker.C:
			}
		}
	})
	return done.Wait
}

// graceful is a context for the deliveries, which outlives ctx by the time of grace.
func (s *Service) graceful(ctx context.Context) (work context.Context, stop func()) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		timer := time.NewTimer(s.config.Dispatch.Grace)
		defer timer.Stop()
		select {
		case <-timer.C:
			cancel()
		case <-work.Done():
		}
	})
	return work, func() { unhook(); cancel() }
}

// slots bounds the deliveries at once.
type slots struct {
	free    chan struct{}
	working sync.WaitGroup
}

func newSlots(n int) *slots {
	return &slots{free: make(chan struct{}, n)}
}

// acquire takes one slot, or none and false where ctx has ended.
func (s *slots) acquire(ctx context.Context) bool {
	if ctx.Err() != nil {
		return false
	}
	select {
	case s.free <- struct{}{}:
		s.working.Add(1)
		return true
	case <-ctx.Done():
		return false
	}
}

// acquireMore takes all that are free and says how many.
func (s *slots) acquireMore() (n int) {
	for {
		select {
		case s.free <- struct{}{}:
			s.working.Add(1)
			n++
		default:
			return n
		}
	}
}

func (s *slots) release(n int) {
	for range n {
		<-s.free
		s.working.Done()
	}
}

func (s *slots) wait() { s.working.Wait() }
