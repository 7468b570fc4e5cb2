package main

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
)

// mapStore is a whole email.Store on maps: Outbox, Inbox and Journal. Use it to see how little a store has to do. One
// lock makes every method all or nothing. Its messages are kept as JSON, so that what a caller changes afterwards
// changes nothing here. It forgets nothing: it is no email.Eraser, which is optional.
type mapStore struct {
	mu            sync.Mutex
	messages      map[string][]byte // records by the message's id
	conversations map[string]email.Conversation
}

// record is what is kept of one message.
type record struct {
	Message    email.Message // with its events
	ReturnPath string
	Wire       *message.Wire // nil: inbound
	Owner      string        // who holds the lease; empty: nobody
	LeaseUntil time.Time
	Lapses     int // how often in a row it lapsed
}

// A whole store keeps every promise of email.Store.
func TestMapStore(t *testing.T) {
	emailtest.TestStore(t, emailtest.StoreHarness{
		Open: func(testing.TB) (one, other email.Store) {
			s := &mapStore{messages: map[string][]byte{}, conversations: map[string]email.Conversation{}}
			return s, s // a store in memory is one handle twice
		},
	})
}

// begin takes the lock, unless ctx has ended: nothing may happen then.
func (s *mapStore) begin(ctx context.Context) (end func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	return s.mu.Unlock, nil
}

func (s *mapStore) read(id string) (r record, ok bool) {
	kept, ok := s.messages[id]
	if ok {
		if err := json.Unmarshal(kept, &r); err != nil {
			panic(err) // it was written by write
		}
	}
	return r, ok
}

func (s *mapStore) write(r record) {
	kept, err := json.Marshal(r)
	if err != nil {
		panic(err) // a record is plain data
	}
	s.messages[r.Message.ID] = kept
}

// all are the records that f says yes to, in no order.
func (s *mapStore) all(f func(record) bool) (list []record) {
	for id := range s.messages {
		if r, _ := s.read(id); f(r) {
			list = append(list, r)
		}
	}
	return list
}

// Enqueue implements email.Outbox.
func (s *mapStore) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	return s.keep(ctx, record{Message: q.Message, ReturnPath: q.ReturnPath, Wire: q.Wire}, &q.Conversation, q.Event)
}

// File implements email.Inbox.
func (s *mapStore) File(ctx context.Context, f email.Filed) (email.Message, error) {
	return s.keep(ctx, record{Message: f.Message}, f.Conversation, f.Event)
}

// keep keeps a new message.
func (s *mapStore) keep(ctx context.Context, r record, c *email.Conversation, event email.Event) (email.Message, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return email.Message{}, err
	}
	defer end()
	key := r.Message.IdempotencyKey
	if first := s.all(func(other record) bool { return other.Message.IdempotencyKey == key }); len(first) > 0 {
		return first[0].Message, email.ErrDuplicate
	}
	if _, used := s.messages[r.Message.ID]; used {
		return email.Message{}, email.ErrDuplicate
	}
	r.Message.Events = []email.Event{event}
	s.write(r)
	if c != nil {
		s.keepConversation(*c)
	}
	r, _ = s.read(r.Message.ID) // the caller's own copy
	return r.Message, nil
}

func (s *mapStore) keepConversation(c email.Conversation) {
	if known, ok := s.conversations[c.ID]; ok {
		known.State = cmp.Or(c.State, known.State)
		if c.UpdatedAt.After(known.UpdatedAt) {
			known.UpdatedAt = c.UpdatedAt
		}
		c = known
	}
	s.conversations[c.ID] = c
}

// Assign implements email.Inbox.
func (s *mapStore) Assign(ctx context.Context, messageID string, c email.Conversation, event email.Event) error {
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	r, ok := s.read(messageID)
	if !ok {
		return email.ErrNotFound
	}
	if !r.waits() {
		return email.ErrConflict
	}
	s.keepConversation(c)
	r.Message.ConversationID, r.Message.CustomerID = c.ID, c.CustomerID
	r.Message.Events = append(r.Message.Events, event)
	s.write(r)
	return nil
}

// waits tells that a message is in the inbox.
func (r record) waits() bool { return r.Message.Received != nil && r.Message.CustomerID == "" }

// Claim implements email.Outbox.
func (s *mapStore) Claim(ctx context.Context, c email.Claim) (claimed email.Claimed, err error) {
	end, err := s.begin(ctx)
	if err != nil {
		return email.Claimed{}, err
	}
	defer end()
	wrong := c.Now.Add(c.Lease + email.MaxLead) // a lease until then is of a clock that had leapt ahead
	free := s.all(func(r record) bool {
		return r.Owner == "" || !r.LeaseUntil.After(c.Now) || r.LeaseUntil.After(wrong)
	})
	slices.SortFunc(free, func(a, b record) int {
		return cmp.Or(cmp.Compare(a.Message.Purpose, b.Message.Purpose), a.Message.SendAt.Compare(b.Message.SendAt), cmp.Compare(a.Message.ID, b.Message.ID))
	})
	for _, r := range free {
		switch {
		case r.Message.State == email.StateSending: // its worker died while the bytes were going out
			r.giveUp(c.Now)
			claimed.Uncertain = append(claimed.Uncertain, r.Message.ID)
		case r.Message.State == email.StateQueued && !r.Message.SendAt.After(c.Now) && len(claimed.Jobs) < c.Limit &&
			(c.MessageIDs == nil || slices.Contains(c.MessageIDs, r.Message.ID)):
			if r.Owner != "" {
				r.Lapses++
			}
			r.Owner, r.LeaseUntil = c.Owner, c.Now.Add(c.Lease)
			r.Message.Attempts++
			claimed.Jobs = append(claimed.Jobs, r.job())
		default:
			continue
		}
		s.write(r)
	}
	return claimed, nil
}

// giveUp makes a message uncertain, and with it whoever still waits for it.
func (r *record) giveUp(now time.Time) {
	r.Message.State, r.Owner = email.StateUncertain, ""
	for i, recipient := range r.Message.Recipients {
		if recipient.Status.Open() {
			r.Message.Recipients[i].Status, r.Message.Recipients[i].At = email.RecipientUncertain, now
		}
	}
	r.Message.Events = append(r.Message.Events, email.Event{At: now, Kind: email.EventUncertain, Detail: "lease-lapsed"})
}

// job is the message for its worker: without events, to those who still wait.
func (r record) job() email.Job {
	job := email.Job{Message: r.Message, Wire: r.Wire, Envelope: email.Envelope{ReturnPath: r.ReturnPath}, Lapses: r.Lapses}
	job.Message.Events = nil
	for _, recipient := range r.Message.Recipients {
		if recipient.Status.Open() {
			job.Envelope.Recipients = append(job.Envelope.Recipients, recipient.Address)
		}
	}
	return job
}

// Transition implements email.Outbox.
func (s *mapStore) Transition(ctx context.Context, t email.Transition) error {
	end, err := s.begin(ctx)
	if err != nil {
		return err
	}
	defer end()
	r, ok := s.read(t.MessageID)
	if !ok {
		return email.ErrNotFound
	}
	if r.Message.State != t.From || t.Owner != "" && t.Owner != r.Owner || t.Attempt != nil && *t.Attempt != r.Message.Attempts {
		return email.ErrConflict
	}
	r.apply(t)
	s.write(r)
	if c, ok := s.conversations[r.Message.ConversationID]; ok && t.Conversation != "" {
		c.State = t.Conversation
		s.conversations[c.ID] = c
	}
	return nil
}

// apply changes what a transition changes.
func (r *record) apply(t email.Transition) {
	m := &r.Message
	m.State = t.To
	m.ProviderID = cmp.Or(t.ProviderID, m.ProviderID)
	if t.To == email.StateQueued && !t.SendAt.IsZero() {
		m.SendAt = t.SendAt
	}
	if t.To == email.StateSent && t.From != email.StateSent {
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
		m.Events = append(m.Events, *t.Event)
	}
	r.LeaseUntil = t.LeaseUntil
	if t.LeaseUntil.IsZero() {
		r.Owner, r.Lapses = "", 0
	}
}

// Message implements email.Journal.
func (s *mapStore) Message(ctx context.Context, id string) (email.Message, error) {
	end, err := s.begin(ctx)
	if err != nil {
		return email.Message{}, err
	}
	defer end()
	r, ok := s.read(id)
	if !ok {
		return email.Message{}, email.ErrNotFound
	}
	return r.Message, nil
}

// Messages implements email.Journal.
func (s *mapStore) Messages(ctx context.Context, q email.MessageQuery) (list []email.Message, err error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	named := func(id string) bool { return id != "" && slices.Contains(q.MessageIDs, id) }
	for _, r := range s.all(func(r record) bool {
		m := r.Message
		return (q.CustomerID == "" || q.CustomerID == m.CustomerID) &&
			(q.ConversationID == "" || q.ConversationID == m.ConversationID) &&
			(q.RuleID == "" || q.RuleID == m.RuleID) &&
			(q.IdempotencyKey == "" || q.IdempotencyKey == m.IdempotencyKey) &&
			(q.MessageIDs == nil || named(m.MessageID) || named(m.ProviderID)) &&
			(!q.Inbox || r.waits())
	}) {
		r.Message.Events = nil
		list = append(list, r.Message)
	}
	return newest(list, q.Before, q.Limit, func(m email.Message) email.Position { return email.Position{At: m.CreatedAt, ID: m.ID} }), nil
}

// Conversations implements email.Journal.
func (s *mapStore) Conversations(ctx context.Context, q email.ConversationQuery) (list []email.Conversation, err error) {
	end, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer end()
	for _, c := range s.conversations {
		if (q.ID == "" || q.ID == c.ID) && (q.CustomerID == "" || q.CustomerID == c.CustomerID) && (q.State == "" || q.State == c.State) {
			list = append(list, c)
		}
	}
	return newest(list, q.Before, q.Limit, func(c email.Conversation) email.Position { return email.Position{At: c.UpdatedAt, ID: c.ID} }), nil
}

// newest is a page of a listing, newest first.
func newest[T any](list []T, before *email.Position, limit int, position func(T) email.Position) []T {
	order := func(a, b email.Position) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID)) }
	if before != nil {
		list = slices.DeleteFunc(list, func(one T) bool { return order(position(one), *before) <= 0 })
	}
	slices.SortFunc(list, func(a, b T) int { return order(position(a), position(b)) })
	return list[:min(len(list), limit)]
}
