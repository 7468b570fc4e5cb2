package email

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Upkeep does once what Run does besides delivering: it finds the messages that a dead worker has left uncertain, and
// keeps Config.RawRetention and, once an hour, Config.OrphanRetention. It is for a host that uses Dispatch, every minute or
// so.
func (s *Service) Upkeep(ctx context.Context) error {
	_, err := s.claim(ctx, Claim{})
	return errors.Join(err, s.forget(ctx))
}

// keepHouse forgets what is no longer kept, until ctx ends; the function it returns waits for that.
func (s *Service) keepHouse(ctx context.Context) (wait func()) {
	every := sweepEvery
	if s.config.RawRetention > 0 {
		every = min(every, s.config.RawRetention)
	}
	var done sync.WaitGroup
	done.Go(func() {
		defer s.config.survive(ctx)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for ctx.Err() == nil {
			if err := s.forget(ctx); err != nil && ctx.Err() == nil {
				s.config.Logger.ErrorContext(ctx, "forget", "tenant", s.config.Tenant, "error", redact(err))
			}
			select {
			case <-ctx.Done():
			case <-ticker.C:
			}
		}
	})
	return done.Wait
}

// forget does what Config's retentions ask for.
func (s *Service) forget(ctx context.Context) error {
	return errors.Join(s.forgetRaw(ctx), s.sweep(ctx))
}

// forgetRaw forgets what Config.RawRetention no longer keeps.
func (s *Service) forgetRaw(ctx context.Context) error {
	if s.config.RawRetention <= 0 {
		return nil
	}
	_, err := s.History.ForgetRaw(ctx, s.config.Now().Add(-s.config.RawRetention))
	return err
}
