package email

import (
	"context"
	"fmt"
	"time"
)

// DispatchDue claims and delivers what is due now, one message after the other, and returns how many it took up. It is Run
// for a command, a scheduler or a test that wants no goroutines.
func (s *Service) DispatchDue(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		claimed, err := s.claim(ctx, Claim{Limit: 1})
		if err != nil {
			return n, err
		}
		if len(claimed) == 0 {
			return n, nil
		}
		claimed[0].run(ctx)
	}
}

// Dispatch delivers one message if it is due, and tells when to ask for it again; the zero time where nothing is left to
// do: it was sent, given up or canceled, or what became of it is uncertain. It is for a queue of the host's that carries
// ids of messages, in place of Run; asking too early, twice or in several processes at once does no harm. Where ctx ends
// before anything went out the message is released. An unknown id is ErrNotFound.
//
// Run delivers a message alone that may be what ended its last workers. Dispatch knows of no others: a queue that runs several
// at once in a process runs one alone whose earlier job died with its process, as riverqueue does, or its neighbours are
// parked together with one that ends every process.
func (s *Service) Dispatch(ctx context.Context, messageID string) (again time.Time, err error) {
	claimed, err := s.claim(ctx, Claim{Limit: 1, MessageIDs: []string{messageID}})
	if err != nil {
		return time.Time{}, err
	}
	if len(claimed) == 0 {
		return s.notClaimed(ctx, messageID)
	}
	claimed[0].run(ctx)
	return claimed[0].retryAt, nil
}

// notClaimed tells when a message may be had that now may not: it waits for its time, or another worker has it, who may be
// dead.
func (s *Service) notClaimed(ctx context.Context, messageID string) (again time.Time, err error) {
	msg, err := s.config.Store.Message(ctx, messageID)
	if err != nil {
		return time.Time{}, fmt.Errorf("email: dispatch: %w", err)
	}
	now := s.config.Now()
	switch {
	case msg.State == StateQueued && msg.SendAt.After(now):
		return msg.SendAt, nil
	case msg.State == StateQueued, msg.State == StateSending:
		return now.Add(s.config.Dispatch.Lease), nil
	}
	return time.Time{}, nil
}

// claim leases due messages. Each claim is an owner of its own, so that no delivery mistakes another's lease for its own.
func (s *Service) claim(ctx context.Context, c Claim) ([]*delivery, error) {
	c.Owner = fmt.Sprintf("%s.%d", s.owner, s.claims.Add(1))
	c.Now = s.config.Now()
	c.Lease = s.config.Dispatch.Lease
	claimed, err := s.config.Store.Claim(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("email: claim: %w", err)
	}
	for _, id := range claimed.Uncertain {
		s.config.Logger.WarnContext(ctx, "message uncertain: its worker fell silent while sending",
			"tenant", s.config.Tenant, "message", id)
		s.config.observe(ctx, Observation{Kind: ObservedAttempt, State: StateUncertain})
	}
	deliveries := make([]*delivery, len(claimed.Jobs))
	for i, job := range claimed.Jobs {
		deliveries[i] = &delivery{service: s, job: job, owner: c.Owner, states: []State{StateQueued}, retryAt: c.Now.Add(c.Lease)}
	}
	return deliveries, nil
}
