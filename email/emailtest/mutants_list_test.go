package emailtest_test

import (
	"context"
	"maps"
	"sync"

	"github.com/crmmail/crmmail/email"
)

// everything asks for all messages that a query is about.
func everything(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
	q.Before, q.Limit = nil, 1000
	return s.Messages(ctx, q)
}

// storeListMutants are broken in what they keep and show.
var storeListMutants = []mutant{
	{"ignores-keys", onStore(always(brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
		q.Message.IdempotencyKey += q.Message.ID
		return s.Enqueue(ctx, q)
	}})), []string{"Enqueue under a used key", "Enqueue under one key by many", "Enqueue keeps everything"}},
	{"returns-nothing-for-a-used-key", onStore(always(brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
		m, err := s.Enqueue(ctx, q)
		if err != nil {
			m = q.Message
		}
		return m, err
	}})), []string{"Enqueue under a used key", "Enqueue under one key by many"}},
	{"overwrites-ids", onStore(always(brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
		m, err := s.Enqueue(ctx, q)
		if err != nil && m.ID == "" {
			return q.Message, nil
		}
		return m, err
	}})), []string{"Enqueue of a used message id"}},
	{"enqueues-in-two-steps", onStore(always(brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
		other := q // the conversation first, under a message of its own
		other.Message.ID, other.Message.IdempotencyKey = "conversation of "+q.Message.ID, "conversation of "+q.Message.ID
		s.Enqueue(context.WithoutCancel(ctx), other)
		return s.Enqueue(ctx, q)
	}})), []string{"Enqueue after the context's end", "Enqueue under a used key"}},
	{"returns-the-input", onStore(always(brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
		_, err := s.Enqueue(ctx, q)
		return email.Message{ID: q.Message.ID}, err
	}})), []string{"Enqueue returns the message as Message does"}},
	{"overwrites-conversations", onStore(func() brokenStore {
		var mu sync.Mutex
		latest := map[string]email.Conversation{}
		return brokenStore{
			enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
				mu.Lock()
				defer mu.Unlock()
				latest[q.Conversation.ID] = q.Conversation
				return s.Enqueue(ctx, q)
			},
			conversations: func(ctx context.Context, s email.Store, q email.ConversationQuery) ([]email.Conversation, error) {
				list, err := s.Conversations(ctx, q)
				mu.Lock()
				defer mu.Unlock()
				for i, c := range list {
					list[i] = maps.Clone(latest)[c.ID]
				}
				return list, err
			},
		}
	}), []string{"Enqueue takes over the state and time"}},
	{"forgets-conversations", onStore(always(brokenStore{conversations: func(ctx context.Context, s email.Store, q email.ConversationQuery) ([]email.Conversation, error) {
		return nil, ctx.Err()
	}})), []string{"Enqueue keeps a new conversation", "Conversations gives the newest first", "Conversations of one customer"}},
	{"forgets-bcc", onStore(always(brokenStore{enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
		q.Message.Bcc = nil
		return s.Enqueue(ctx, q)
	}})), []string{"Enqueue keeps everything", "Claim gives the whole message", "Messages gives whole messages"}},
	{"shares-memory", onStore(func() brokenStore {
		var mu sync.Mutex
		kept := map[string]email.Message{}
		wires := map[string]email.Queued{}
		return brokenStore{
			enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
				mu.Lock()
				defer mu.Unlock()
				wires[q.Message.ID] = q
				return s.Enqueue(ctx, q)
			},
			claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
				claimed, err := s.Claim(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				for i, job := range claimed.Jobs {
					claimed.Jobs[i].Wire = wires[job.Message.ID].Wire
				}
				return claimed, err
			},
			message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
				m, err := s.Message(ctx, id)
				mu.Lock()
				defer mu.Unlock()
				if _, ok := kept[id]; !ok && err == nil {
					kept[id] = m
				}
				return kept[id], err
			},
		}
	}), []string{"Enqueue keeps what it was given", "Claim gives results that are the caller's", "Message gives results that are the caller's"}},
	{"ignores-attempts", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		t.Attempt = nil
		return s.Transition(ctx, t)
	}})), []string{"Transition that asks for another attempt"}},
	{"forgets-conversations", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		t.Conversation = ""
		return s.Transition(ctx, t)
	}})), []string{"Transition sets the state of its conversation"}},
	{"forgets-retries", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		t.Retries = nil
		return s.Transition(ctx, t)
	}})), []string{"Transition sets Retries"}},
	{"ignores-asked-keys", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		q.IdempotencyKey = ""
		return s.Messages(ctx, q)
	}})), []string{"Messages can be asked for by idempotency key"}},
	{"ignores-contexts", onStore(always(brokenStore{
		enqueue: func(ctx context.Context, s email.Store, q email.Queued) (email.Message, error) {
			return s.Enqueue(context.WithoutCancel(ctx), q)
		},
		claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
			return s.Claim(context.WithoutCancel(ctx), c)
		},
		transition: func(ctx context.Context, s email.Store, t email.Transition) error {
			return s.Transition(context.WithoutCancel(ctx), t)
		},
		message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
			return s.Message(context.WithoutCancel(ctx), id)
		},
	})), []string{"Enqueue after the context's end", "Claim after the context's end", "Transition after the context's end", "Message, Messages and Conversations end"}},
	{"invents-messages", onStore(always(brokenStore{message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
		m, err := s.Message(ctx, id)
		if err != nil && ctx.Err() == nil {
			return email.Message{ID: id}, nil
		}
		return m, err
	}})), []string{"Message with an unknown id"}},
	{"lists-with-events", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		list, err := s.Messages(ctx, q)
		for i := range list {
			list[i].Events = []email.Event{{Kind: email.EventQueued}}
		}
		return list, err
	}})), []string{"Messages gives whole messages without events"}},
	{"pages-by-time-with-gaps", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		all, err := everything(ctx, s, q)
		var list []email.Message
		for _, m := range all {
			if (q.Before == nil || m.CreatedAt.Before(q.Before.At)) && len(list) < q.Limit {
				list = append(list, m)
			}
		}
		return list, err
	}})), []string{"Messages gives pages without gaps", "Messages that come while somebody pages"}},
	{"pages-by-time-with-repeats", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		all, err := everything(ctx, s, q)
		var list []email.Message
		for _, m := range all {
			if (q.Before == nil || !m.CreatedAt.After(q.Before.At)) && len(list) < q.Limit {
				list = append(list, m)
			}
		}
		return list, err
	}})), []string{"Messages gives pages without gaps"}},
	{"oldest-first", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		list, err := s.Messages(ctx, q)
		for i, j := 0, len(list)-1; i < j; i, j = i+1, j-1 {
			list[i], list[j] = list[j], list[i]
		}
		return list, err
	}})), []string{"Messages gives the newest first"}},
	{"shows-everybody's", onStore(always(brokenStore{
		messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
			q.CustomerID, q.ConversationID = "", ""
			return s.Messages(ctx, q)
		},
		conversations: func(ctx context.Context, s email.Store, q email.ConversationQuery) ([]email.Conversation, error) {
			q.CustomerID, q.State = "", ""
			return s.Conversations(ctx, q)
		},
	})), []string{"Messages of one customer", "Messages of nobody", "Conversations of one customer"}},
	{"conversations-without-pages", onStore(always(brokenStore{conversations: func(ctx context.Context, s email.Store, q email.ConversationQuery) ([]email.Conversation, error) {
		q.Before = nil
		return s.Conversations(ctx, q)
	}})), []string{"Conversations gives the newest first"}},
}
