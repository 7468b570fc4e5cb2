package emailtest

import (
	"context"
	"errors"
	"fmt"

	"github.com/crmmail/crmmail/email"
)

// File implements email.Inbox.
func (s *Store) File(ctx context.Context, f email.Filed) (email.Message, error) {
	if (f.Message.Received != nil) == (f.Message.State == email.StateFailed) {
		return email.Message{}, errors.New("emailtest: a message that was neither received nor refused")
	}
	if err := s.lock(ctx); err != nil {
		return email.Message{}, err
	}
	defer s.mu.Unlock()
	return s.keep(&entry{message: cloneMessage(f.Message)}, f.Conversation, f.Event)
}

// Assign implements email.Inbox.
func (s *Store) Assign(ctx context.Context, messageID string, c email.Conversation, event email.Event) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	e, ok := s.messages[messageID]
	switch {
	case !ok:
		return fmt.Errorf("message: %w", email.ErrNotFound)
	case s.erased[c.CustomerID]:
		return fmt.Errorf("customer: %w", email.ErrNotFound)
	case !e.waits():
		return fmt.Errorf("message: %w", email.ErrConflict)
	}
	s.keepConversation(c)
	e.message.ConversationID, e.message.CustomerID = c.ID, c.CustomerID
	e.addEvent(event)
	return nil
}

// waits tells that a message waits in the inbox.
func (e *entry) waits() bool { return e.message.Received != nil && e.message.CustomerID == "" }
