package email

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
)

// HistoryService reads conversations and messages; it hangs on Service.History.
type HistoryService struct{ config *Config }

// Page is a part of a listing.
type Page[T any] struct {
	Items []T
	Next  string // the cursor of the next page; empty: this is the last one
}

// ErrBadCursor: the cursor is not one that a page gave.
var ErrBadCursor = errors.New("email: not a cursor")

// maxPage bounds a page.
const maxPage = 200

// Message returns one message with its time line; an unknown id is ErrNotFound.
func (h HistoryService) Message(ctx context.Context, id string) (Message, error) {
	msg, err := h.config.Store.Message(ctx, id)
	if err != nil {
		return Message{}, fmt.Errorf("email: history: %w", err)
	}
	return msg, nil
}

// Messages pages through the messages exchanged with one customer, newest first. cursor is empty for the first page,
// then the Next of the page before; limit is at most 200, 0 means 50.
func (h HistoryService) Messages(ctx context.Context, customerID, cursor string, limit int) (Page[Message], error) {
	if customerID == "" {
		return Page[Message]{}, errors.New("email: history: no customer")
	}
	return h.page(ctx, MessageQuery{CustomerID: customerID}, cursor, limit)
}

// Conversation pages through the messages of one conversation, newest first. cursor and limit are those of Messages.
func (h HistoryService) Conversation(ctx context.Context, conversationID, cursor string, limit int) (Page[Message], error) {
	if conversationID == "" {
		return Page[Message]{}, errors.New("email: history: no conversation")
	}
	return h.page(ctx, MessageQuery{ConversationID: conversationID}, cursor, limit)
}

func (h HistoryService) page(ctx context.Context, q MessageQuery, cursor string, limit int) (Page[Message], error) {
	before, limit, err := pageOf(cursor, limit)
	if err != nil {
		return Page[Message]{}, err
	}
	q.Before, q.Limit = before, limit+1
	list, err := h.config.Store.Messages(ctx, q)
	if err != nil {
		return Page[Message]{}, fmt.Errorf("email: history: %w", err)
	}
	return paged(list, limit, func(m Message) Position { return Position{m.CreatedAt, m.ID} }), nil
}

// Conversations pages through the conversations in one state, newest first; an empty state means all. cursor and limit
// are those of Messages.
func (h HistoryService) Conversations(ctx context.Context, state ConversationState, cursor string, limit int) (Page[Conversation], error) {
	before, limit, err := pageOf(cursor, limit)
	if err != nil {
		return Page[Conversation]{}, err
	}
	list, err := h.config.Store.Conversations(ctx, ConversationQuery{State: state, Before: before, Limit: limit + 1})
	if err != nil {
		return Page[Conversation]{}, fmt.Errorf("email: history: %w", err)
	}
	return paged(list, limit, func(c Conversation) Position { return Position{c.UpdatedAt, c.ID} }), nil
}

func pageLimit(limit int) int {
	if limit <= 0 {
		limit = 50
	}
	return min(limit, maxPage)
}

func pageOf(cursor string, limit int) (*Position, int, error) {
	limit = pageLimit(limit)
	if cursor == "" {
		return nil, limit, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return nil, 0, ErrBadCursor
	}
	var before Position
	if err := json.Unmarshal(raw, &before); err != nil || before.ID == "" || before.At.IsZero() {
		return nil, 0, ErrBadCursor
	}
	return &before, limit, nil
}

// paged makes a page of a listing that was asked for one entry more than the page holds.
func paged[T, P any](list []T, limit int, position func(T) P) Page[T] {
	if len(list) <= limit {
		return Page[T]{Items: list}
	}
	list = list[:limit]
	raw, err := json.Marshal(position(list[limit-1]))
	if err != nil {
		panic("email: a position is times and strings: " + err.Error())
	}
	return Page[T]{Items: list, Next: base64.RawURLEncoding.EncodeToString(raw)}
}
