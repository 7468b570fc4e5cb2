package emailtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// entry is a message as the outbox holds it. Message is complete, events and all.
type entry struct {
	message    email.Message
	returnPath string
	wire       *message.Wire
	owner      string // the worker that holds the lease; empty: none does
	leaseUntil time.Time
}

func (e *entry) leased(now time.Time) bool {
	return e.owner != "" && e.leaseUntil.After(now)
}

func (e *entry) due(now time.Time) bool {
	return e.message.State == email.StateQueued && !e.message.SendAt.After(now) && !e.leased(now)
}

func (e *entry) addEvent(event email.Event) {
	e.message.Events = append(e.message.Events, event)
}

// Enqueue implements email.Outbox.
func (s *Store) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	if err := s.lock(ctx); err != nil {
		return email.Message{}, err
	}
	defer s.mu.Unlock()
	if id, used := s.keys[q.Message.IdempotencyKey]; used {
		return cloneMessage(s.outbox[id].message), fmt.Errorf("idempotency key: %w", email.ErrDuplicate)
	}
	if _, used := s.outbox[q.Message.ID]; used {
		return email.Message{}, fmt.Errorf("message id: %w", email.ErrDuplicate)
	}
	kept := &entry{message: cloneMessage(q.Message), returnPath: q.ReturnPath, wire: cloneWire(q.Wire)}
	kept.message.Events = []email.Event{q.Event}
	s.outbox[q.Message.ID] = kept
	s.keys[q.Message.IdempotencyKey] = q.Message.ID
	s.keepConversation(q.Conversation)
	return cloneMessage(kept.message), nil
}

func (s *Store) keepConversation(c email.Conversation) {
	if known, ok := s.conversations[c.ID]; ok {
		known.State, known.UpdatedAt = c.State, c.UpdatedAt
		c = known
	}
	s.conversations[c.ID] = c
}

// Claim implements email.Outbox.
func (s *Store) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	if err := s.lock(ctx); err != nil {
		return email.Claimed{}, err
	}
	defer s.mu.Unlock()
	claimed := email.Claimed{Uncertain: s.giveUpLapsed(c.Now)}
	due := s.due(c.Now)
	for _, e := range due[:min(len(due), max(c.Limit, 0))] {
		e.owner, e.leaseUntil = c.Owner, c.Now.Add(c.Lease)
		e.message.Attempts++
		claimed.Jobs = append(claimed.Jobs, e.job())
	}
	return claimed, nil
}

// giveUpLapsed makes those messages uncertain whose worker died while the bytes were going out.
func (s *Store) giveUpLapsed(now time.Time) (ids []string) {
	for id, e := range s.outbox {
		if e.message.State != email.StateSending || e.leased(now) {
			continue
		}
		e.message.State, e.owner = email.StateUncertain, ""
		for i := range e.message.Recipients {
			if r := &e.message.Recipients[i]; r.Status.Open() {
				r.Status, r.At = email.RecipientUncertain, now
			}
		}
		e.addEvent(email.Event{At: now, Kind: email.EventUncertain, Detail: "lease-lapsed"})
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

func (s *Store) due(now time.Time) []*entry {
	var due []*entry
	for _, e := range s.outbox {
		if e.due(now) {
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(a, b *entry) int {
		return cmp.Or(a.message.SendAt.Compare(b.message.SendAt), cmp.Compare(a.message.ID, b.message.ID))
	})
	return due
}

func (e *entry) job() email.Job {
	job := email.Job{Message: withoutEvents(e.message), Wire: cloneWire(e.wire)}
	job.Envelope.ReturnPath = e.returnPath
	for _, r := range e.message.Recipients {
		if r.Status.Open() {
			job.Envelope.Recipients = append(job.Envelope.Recipients, r.Address)
		}
	}
	return job
}

// Transition implements email.Outbox.
func (s *Store) Transition(ctx context.Context, t email.Transition) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	e, ok := s.outbox[t.MessageID]
	switch {
	case !ok:
		return fmt.Errorf("message: %w", email.ErrNotFound)
	case e.message.State != t.From, t.Owner != "" && t.Owner != e.owner:
		return fmt.Errorf("message: %w", email.ErrConflict)
	}
	e.apply(t)
	return nil
}

func (e *entry) apply(t email.Transition) {
	m := &e.message
	m.State = t.To
	m.ProviderID = cmp.Or(t.ProviderID, m.ProviderID)
	switch {
	case t.To == email.StateQueued && !t.SendAt.IsZero():
		m.SendAt = t.SendAt
	case t.To == email.StateSent && t.From != email.StateSent:
		m.SentAt = t.At
	}
	for _, result := range t.Results {
		for i := range m.Recipients {
			if m.Recipients[i].Address == result.Address {
				m.Recipients[i] = result
			}
		}
	}
	if t.Event != nil {
		e.addEvent(*t.Event)
	}
	e.leaseUntil = t.LeaseUntil
	if t.LeaseUntil.IsZero() {
		e.owner = ""
	}
}
