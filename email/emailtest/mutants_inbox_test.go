package emailtest_test

import (
	"context"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// assigning breaks what a message is assigned to.
func assigning(change func(ctx context.Context, s email.Store, id string, c *email.Conversation, e *email.Event) error) func() brokenStore {
	return always(brokenStore{assign: func(ctx context.Context, s email.Store, id string, c email.Conversation, e email.Event) error {
		if err := change(ctx, s, id, &c, &e); err != nil {
			return err
		}
		return s.Assign(ctx, id, c, e)
	}})
}

var assignMutants = []mutant{
	{"assigns-without-event", onStore(assigning(func(_ context.Context, _ email.Store, _ string, _ *email.Conversation, e *email.Event) error {
		*e = email.Event{}
		return nil
	})), []string{"Assign gives a message that waits"}},
	{"assigns-to-nobody", onStore(assigning(func(_ context.Context, _ email.Store, _ string, c *email.Conversation, _ *email.Event) error {
		c.CustomerID = ""
		return nil
	})), []string{"Assign gives a message that waits", "Assign by many at once", "Assign of a message that has a customer"}},
	{"assigns-outside-contexts", onStore(always(brokenStore{assign: func(ctx context.Context, s email.Store, id string, c email.Conversation, e email.Event) error {
		return s.Assign(context.WithoutCancel(ctx), id, c, e)
	}})), []string{"Assign after the context's end"}},
	{"assigns-only-new-conversations", onStore(assigning(func(ctx context.Context, s email.Store, _ string, c *email.Conversation, _ *email.Event) error {
		if list, err := s.Conversations(ctx, email.ConversationQuery{ID: c.ID, Limit: 1}); err == nil && len(list) > 0 {
			*c = list[0]
		}
		return nil
	})), []string{"Assign takes over the state and time"}},
	{"assigns-conversations-first", onStore(assigning(func(ctx context.Context, s email.Store, id string, c *email.Conversation, e *email.Event) error {
		s.File(ctx, email.Filed{Conversation: c, Message: email.Message{ID: "of " + c.ID, IdempotencyKey: "of " + c.ID,
			ConversationID: c.ID, CustomerID: c.CustomerID, State: email.StateReceived, Received: &email.Received{}}})
		return nil
	})), []string{"Assign of a message that has a customer", "Assign of an unknown message"}},
	{"assigns-unknown-messages", onStore(always(brokenStore{assign: func(ctx context.Context, s email.Store, id string, c email.Conversation, e email.Event) error {
		if _, err := s.Message(ctx, id); err != nil {
			return email.ErrConflict
		}
		return s.Assign(ctx, id, c, e)
	}})), []string{"Assign of an unknown message"}},
	{"assigns-and-says-nothing", onStore(always(brokenStore{assign: func(ctx context.Context, s email.Store, id string, c email.Conversation, e email.Event) error {
		if err := s.Assign(ctx, id, c, e); err != nil && ctx.Err() != nil {
			return err
		}
		return nil
	}})), []string{"Assign of a message that has a customer", "Assign by many at once", "Assign of an unknown message"}},
}

// asksFor breaks the query for messages.
func asksFor(change func(q *email.MessageQuery)) func() brokenStore {
	return always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		change(&q)
		return s.Messages(ctx, q)
	}})
}

var inboxMutants = []mutant{
	{"inbox-of-all", onStore(asksFor(func(q *email.MessageQuery) { q.Inbox = false })),
		[]string{"Messages that wait in the inbox", "Messages can be asked for by Message-ID"}},
	{"inbox-of-all-without-customer", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		if !q.Inbox {
			return s.Messages(ctx, q)
		}
		limit := q.Limit
		q.Inbox, q.Limit = false, 1000
		list, err := s.Messages(ctx, q)
		list = slices.DeleteFunc(list, func(m email.Message) bool { return m.CustomerID != "" })
		return list[:min(len(list), limit)], err
	}})), []string{"Messages that wait in the inbox"}},
	{"ids-ignored", onStore(asksFor(func(q *email.MessageQuery) { q.MessageIDs = nil })),
		[]string{"Messages can be asked for by Message-ID", "Messages by ids that none has", "Messages by ids are found"}},
	{"no-ids-are-all", onStore(asksFor(func(q *email.MessageQuery) {
		if len(q.MessageIDs) == 0 {
			q.MessageIDs = nil
		}
	})), []string{"Messages by ids that none has"}},
	{"ids-few", onStore(asksFor(func(q *email.MessageQuery) { q.MessageIDs = q.MessageIDs[:min(len(q.MessageIDs), 1000)] })),
		[]string{"Messages by ids are found"}},
	{"ids-of-providers-ignored", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		list, err := s.Messages(ctx, q)
		return slices.DeleteFunc(list, func(m email.Message) bool {
			return q.MessageIDs != nil && !slices.Contains(q.MessageIDs, m.MessageID)
		}), err
	}})), []string{"Messages can be asked for by Message-ID"}},
	{"conversation-ids-ignored", onStore(always(brokenStore{conversations: func(ctx context.Context, s email.Store, q email.ConversationQuery) ([]email.Conversation, error) {
		q.ID = ""
		return s.Conversations(ctx, q)
	}})), []string{"Conversations can be asked for by id"}},
}
