package emailtest_test

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
)

// claimMutants are broken in what they lease.
var claimMutants = []mutant{
	{"own-clock", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.Now = time.Now()
		return s.Claim(ctx, c)
	}})), []string{"Claim leases a message to one worker", "Claim gives the whole message"}},
	{"in-any-order", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		slices.Reverse(claimed.Jobs)
		return claimed, err
	}})), []string{"Claim gives the oldest SendAt first"}},
	{"one-too-many", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.Limit++
		return s.Claim(ctx, c)
	}})), []string{"Claim gives at most Limit", "Claim with Limit 0 leases nothing"}},
	{"nothing-with-limit-0", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		if c.Limit == 0 {
			return email.Claimed{}, ctx.Err()
		}
		return s.Claim(ctx, c)
	}})), []string{"Claim with Limit 0 still finds"}},
	{"too-early", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.Now, c.Lease = c.Now.Add(time.Second), c.Lease-time.Second
		return s.Claim(ctx, c)
	}})), []string{"Claim leaves a message alone until", "Claim leases a message to one worker", "Claim leaves a message alone whose worker"}},
	{"waits-for-a-leapt-clock", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.Lease += 1e5 * time.Hour
		claimed, err := s.Claim(ctx, c)
		return claimed, err
	}})), []string{"Claim does not wait for a lease"}},
	{"resends-silently", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for _, id := range claimed.Uncertain {
			s.Transition(ctx, email.Transition{MessageID: id, From: email.StateUncertain, To: email.StateQueued})
		}
		return claimed, err
	}})), []string{"Claim makes a message uncertain", "Claim with Limit 0 still"}},
	{"uncertain-without-event", onStore(always(brokenStore{message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
		m, err := s.Message(ctx, id)
		m.Events = slices.DeleteFunc(m.Events, func(e email.Event) bool { return e.Kind == email.EventUncertain })
		return m, err
	}})), []string{"Claim makes a message uncertain"}},
	{"uncertain-to-everybody", onStore(always(brokenStore{message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
		m, err := s.Message(ctx, id)
		for i := range m.Recipients {
			if m.State == email.StateUncertain {
				m.Recipients[i].Status = email.RecipientUncertain
			}
		}
		return m, err
	}})), []string{"Claim keeps what is known"}},
	{"tells-of-uncertain-again", onStore(func() brokenStore {
		var mu sync.Mutex
		var told []string
		return brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
			claimed, err := s.Claim(ctx, c)
			mu.Lock()
			defer mu.Unlock()
			told = append(told, claimed.Uncertain...)
			claimed.Uncertain = slices.Clone(told)
			return claimed, err
		}}
	}), []string{"Claim tells of an uncertain message once"}},
	{"claims-everything", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		if t.To != email.StateSending && t.To != email.StateQueued {
			t.To = email.StateQueued
		}
		return s.Transition(ctx, t)
	}})), []string{"Claim never gives a message that is not queued"}},
	{"addresses-everybody", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for i := range claimed.Jobs {
			claimed.Jobs[i].Envelope.Recipients = nil
			for _, r := range claimed.Jobs[i].Message.Recipients {
				claimed.Jobs[i].Envelope.Recipients = append(claimed.Jobs[i].Envelope.Recipients, r.Address)
			}
		}
		return claimed, err
	}})), []string{"Claim addresses only the recipients", "Transition puts an uncertain message back"}},
	{"builds-anew", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for _, job := range claimed.Jobs {
			if job.Message.Attempts > 1 {
				job.Wire.Segments[0].Bytes = append([]byte("X-Attempt: 2\r\n"), job.Wire.Segments[0].Bytes...)
			}
		}
		return claimed, err
	}})), []string{"Claim gives the same bytes at every attempt"}},
	{"mixes-mailings", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		slices.SortStableFunc(claimed.Jobs, func(a, b email.Job) int { return a.Message.SendAt.Compare(b.Message.SendAt) })
		return claimed, err
	}})), []string{"Claim gives mass mailings after"}},
	{"claims-others", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.MessageIDs = nil
		return s.Claim(ctx, c)
	}})), []string{"Claim with MessageIDs"}},
	{"forgets-attempts", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for i := range claimed.Jobs {
			claimed.Jobs[i].Message.Attempts = 1
		}
		return claimed, err
	}})), []string{"Claim counts the attempts"}},
	{"forgets-wire-flags", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for _, job := range claimed.Jobs {
			job.Wire.EightBit = false
		}
		return claimed, err
	}})), []string{"Claim gives the whole message"}},
}
