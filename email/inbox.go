package email

import (
	"context"
	"fmt"
)

// InboxService is about messages that wait because nobody knows their writer; it hangs on Service.Inbox.
type InboxService struct{ config *Config }

// Messages pages through the messages that wait, newest first. cursor and limit are those of HistoryService.Messages.
func (s InboxService) Messages(ctx context.Context, cursor string, limit int) (Page[Message], error) {
	return HistoryService(s).page(ctx, MessageQuery{Inbox: true}, cursor, limit)
}

// Assign gives a waiting message to a customer, as the beginning of a conversation. An unknown customer is a
// *RefusedError; ErrConflict where the message is somebody's already.
func (s InboxService) Assign(ctx context.Context, actorID, messageID, customerID string) (Message, error) {
	customer, err := s.config.customer(ctx, customerID)
	if err != nil {
		return Message{}, err
	}
	msg, err := s.config.Store.Message(ctx, messageID)
	if err != nil {
		return Message{}, fmt.Errorf("email: assign: %w", err)
	}
	conversation := Conversation{ID: s.config.NewID(), CustomerID: customer.ID, Subject: msg.Subject, State: Active,
		CreatedAt: msg.CreatedAt, UpdatedAt: msg.CreatedAt}
	event := Event{At: s.config.Now(), Kind: EventAssigned, ActorID: actorID}
	if err := s.config.Store.Assign(ctx, messageID, conversation, event); err != nil {
		return Message{}, fmt.Errorf("email: assign: %w", err)
	}
	return HistoryService(s).Message(ctx, messageID)
}
