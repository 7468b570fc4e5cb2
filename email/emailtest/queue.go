package emailtest

import (
	"cmp"
	"context"
	"errors"
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
	lapses     int
}

// leased tells of a lease that has not lapsed; the end of one that was taken for lease is not beyond reason.
func (e *entry) leased(now time.Time, lease time.Duration) bool {
	return e.owner != "" && e.leaseUntil.After(now) && !e.leaseUntil.After(now.Add(lease+email.MaxLead))
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
	kept := &entry{message: cloneMessage(q.Message), returnPath: q.ReturnPath, wire: cloneWire(q.Wire)}
	return s.keep(kept, &q.Conversation, q.Event)
}

// keep keeps a new message with its conversation, if it has one.
func (s *Store) keep(e *entry, c *email.Conversation, event email.Event) (email.Message, error) {
	m := &e.message
	if m.ID == "" || m.IdempotencyKey == "" {
		return email.Message{}, errors.New("emailtest: a message without an id, or without an idempotency key")
	}
	if s.erased[m.CustomerID] || c != nil && s.erased[c.CustomerID] {
		return email.Message{}, fmt.Errorf("customer: %w", email.ErrNotFound)
	}
	if id, used := s.keys[m.IdempotencyKey]; used {
		return cloneMessage(s.messages[id].message), fmt.Errorf("idempotency key: %w", email.ErrDuplicate)
	}
	if _, used := s.messages[m.ID]; used {
		return email.Message{}, fmt.Errorf("message id: %w", email.ErrDuplicate)
	}
	m.Events = []email.Event{event}
	s.messages[m.ID] = e
	s.reorder(e)
	s.keys[m.IdempotencyKey] = m.ID
	if c != nil {
		s.keepConversation(*c)
	}
	return cloneMessage(*m), nil
}

func (s *Store) keepConversation(c email.Conversation) {
	if known, ok := s.conversations[c.ID]; ok {
		known.State = cmp.Or(c.State, known.State)
		if c.UpdatedAt.After(known.UpdatedAt) {
			known.UpdatedAt = c.UpdatedAt
		}
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
	claimed := email.Claimed{Uncertain: s.giveUpLapsed(c)}
	for _, e := range s.open {
		if len(claimed.Jobs) >= c.Limit {
			break
		}
		if e.message.SendAt.After(c.Now) {
			continue
		}
		if c.MessageIDs != nil && !slices.Contains(c.MessageIDs, e.message.ID) {
			continue
		}
		if e.message.State == email.StateQueued && !e.leased(c.Now, c.Lease) {
			if e.owner != "" {
				e.lapses++
			}
			e.owner, e.leaseUntil = c.Owner, c.Now.Add(c.Lease)
			e.message.Attempts++
			claimed.Jobs = append(claimed.Jobs, e.job())
		}
	}
	return claimed, nil
}

// giveUpLapsed makes those messages uncertain whose worker died while the bytes were going out.
func (s *Store) giveUpLapsed(c email.Claim) (ids []string) {
	for _, e := range slices.Clone(s.open) {
		if e.message.State != email.StateSending || e.leased(c.Now, c.Lease) {
			continue
		}
		e.message.State, e.owner = email.StateUncertain, ""
		for i := range e.message.Recipients {
			if r := &e.message.Recipients[i]; r.Status.Open() {
				r.Status, r.At = email.RecipientUncertain, c.Now
			}
		}
		e.addEvent(email.Event{At: c.Now, Kind: email.EventUncertain, Detail: "lease-lapsed"})
		s.reorder(e)
		ids = append(ids, e.message.ID)
	}
	return ids
}

// reorder puts an entry where it belongs in s.open, or takes it out.
func (s *Store) reorder(e *entry) {
	if i := slices.Index(s.open, e); i >= 0 {
		s.open = slices.Delete(s.open, i, i+1)
	}
	if e.message.State != email.StateQueued && e.message.State != email.StateSending {
		return
	}
	i, _ := slices.BinarySearchFunc(s.open, e, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.message.Purpose, b.message.Purpose), // Bulk last
			a.message.SendAt.Compare(b.message.SendAt), cmp.Compare(a.message.ID, b.message.ID))
	})
	s.open = slices.Insert(s.open, i, e)
}

func (e *entry) job() email.Job {
	job := email.Job{Message: withoutEvents(e.message), Wire: cloneWire(e.wire), Lapses: e.lapses}
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
	e, ok := s.messages[t.MessageID]
	switch {
	case !ok:
		return fmt.Errorf("message: %w", email.ErrNotFound)
	case e.message.State != t.From, t.Owner != "" && t.Owner != e.owner, t.Attempt != nil && *t.Attempt != e.message.Attempts:
		return fmt.Errorf("message: %w", email.ErrConflict)
	}
	e.apply(t)
	if c, ok := s.conversations[e.message.ConversationID]; ok && t.Conversation != "" {
		c.State = t.Conversation
		s.conversations[c.ID] = c
	}
	s.reorder(e)
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
	if t.Retries != nil {
		m.Retries = *t.Retries
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
		e.owner, e.lapses = "", 0
	}
}
