package emailtest

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// Message implements email.Journal.
func (s *Store) Message(ctx context.Context, id string) (email.Message, error) {
	if err := s.lock(ctx); err != nil {
		return email.Message{}, err
	}
	defer s.mu.Unlock()
	e, ok := s.messages[id]
	if !ok {
		return email.Message{}, fmt.Errorf("message: %w", email.ErrNotFound)
	}
	return cloneMessage(e.message), nil
}

// Wire implements email.WireKeeper.
func (s *Store) Wire(ctx context.Context, messageID string) (*message.Wire, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	e, ok := s.messages[messageID]
	if !ok || e.wire == nil {
		return nil, fmt.Errorf("wire form: %w", email.ErrNotFound)
	}
	return cloneWire(e.wire), nil
}

// Messages implements email.Journal.
func (s *Store) Messages(ctx context.Context, q email.MessageQuery) ([]email.Message, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []email.Message
	for _, e := range s.messages {
		if e.asked(q) {
			list = append(list, withoutEvents(e.message))
		}
	}
	return page(list, q.Before, q.Limit, func(m email.Message) email.Position {
		return email.Position{At: m.CreatedAt, ID: m.ID}
	}), nil
}

// Conversations implements email.Journal.
func (s *Store) Conversations(ctx context.Context, q email.ConversationQuery) ([]email.Conversation, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []email.Conversation
	for _, c := range s.conversations {
		if asked(q.ID, c.ID) && asked(q.CustomerID, c.CustomerID) && asked(q.State, c.State) {
			list = append(list, c)
		}
	}
	return page(list, q.Before, q.Limit, func(c email.Conversation) email.Position {
		return email.Position{At: c.UpdatedAt, ID: c.ID}
	}), nil
}

func (e *entry) asked(q email.MessageQuery) bool {
	m := &e.message
	named := func(id string) bool { return id != "" && (id == m.MessageID || id == m.ProviderID) }
	return asked(q.CustomerID, m.CustomerID) && asked(q.RuleID, m.RuleID) && asked(q.IdempotencyKey, m.IdempotencyKey) && asked(q.ConversationID, m.ConversationID) &&
		(q.MessageIDs == nil || slices.ContainsFunc(q.MessageIDs, named)) && (!q.Inbox || e.waits())
}

func asked[T ~string](want, have T) bool { return want == "" || want == have }

// page is what of list comes after a position, newest first.
func page[T any](list []T, before *email.Position, limit int, position func(T) email.Position) []T {
	if before != nil {
		list = slices.DeleteFunc(list, func(one T) bool { return newestFirst(position(one), *before) <= 0 })
	}
	slices.SortFunc(list, func(a, b T) int { return newestFirst(position(a), position(b)) })
	return list[:min(len(list), max(limit, 0))]
}

func newestFirst(a, b email.Position) int {
	return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.ID, a.ID))
}

func withoutEvents(m email.Message) email.Message {
	m.Events = nil
	return cloneMessage(m)
}
