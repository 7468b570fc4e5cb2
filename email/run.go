package email

import (
	"context"
	"sync"
	"time"
)

// Run empties the outbox until ctx ends: it claims due messages, hands them to the transport and files the outcome.
// Several Runs may work on one store, in one process or many. When ctx ends it claims nothing more, gives the
// deliveries under way Dispatch.Grace to finish, and releases the rest; it returns nil then.
func (s *Service) Run(ctx context.Context) error {
	work, stop := s.graceful(ctx)
	defer stop()
	defer s.keepHouse(ctx)()
	slots := newSlots(s.config.Dispatch.Workers)
	defer slots.wait()
	stock := stock{service: s}
	defer stock.release(work)
	for slots.acquire(ctx) {
		delivery := stock.next(ctx)
		switch {
		case delivery == nil:
			slots.release()
			s.idle(ctx)
		case delivery.suspect():
			s.runAlone(ctx, work, slots, delivery)
			slots.release()
		default:
			go func() {
				defer slots.release()
				delivery.run(work)
			}()
		}
	}
	return nil
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

func (s *slots) release() {
	<-s.free
	s.working.Done()
}

func (s *slots) wait() { s.working.Wait() }
