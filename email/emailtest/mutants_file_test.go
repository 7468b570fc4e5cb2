package emailtest_test

import (
	"context"
	"sync"

	"github.com/crmmail/crmmail/email"
)

// filing breaks what is filed.
func filing(change func(f *email.Filed)) brokenStore {
	return brokenStore{file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
		if f.Conversation != nil {
			c := *f.Conversation
			f.Conversation = &c
		}
		if f.Message.Received == nil {
			return s.File(ctx, f)
		}
		received := *f.Message.Received
		f.Message.Received = &received
		change(&f)
		return s.File(ctx, f)
	}}
}

// fileMutants are broken in how messages come in.
var fileMutants = []mutant{
	{"files-without-reply", onStore(always(filing(func(f *email.Filed) { f.Message.Received.Reply = "" }))),
		[]string{"File keeps everything", "Messages and Message have Received"}},
	{"files-without-attachments", onStore(always(filing(func(f *email.Filed) { f.Message.Attachments = nil }))),
		[]string{"File keeps everything", "File without a conversation"}},
	{"files-without-event", onStore(always(filing(func(f *email.Filed) { f.Event = email.Event{} }))),
		[]string{"File keeps everything"}},
	{"files-without-conversation", onStore(always(filing(func(f *email.Filed) { f.Conversation = nil }))),
		[]string{"File keeps everything", "File takes over the state and time"}},
	{"files-always-in-a-conversation", onStore(always(filing(func(f *email.Filed) {
		if f.Conversation == nil {
			f.Conversation = &email.Conversation{}
		}
	}))), []string{"File without a conversation", "Assign gives a message that waits", "Assign by many at once"}},
	{"files-in-renamed-conversations", onStore(func() brokenStore {
		var mu sync.Mutex
		latest := map[string]string{}
		broken := filing(func(f *email.Filed) {
			mu.Lock()
			defer mu.Unlock()
			if f.Conversation != nil {
				latest[f.Conversation.ID] = f.Conversation.Subject
			}
		})
		broken.conversations = func(ctx context.Context, s email.Store, q email.ConversationQuery) ([]email.Conversation, error) {
			list, err := s.Conversations(ctx, q)
			mu.Lock()
			defer mu.Unlock()
			for i, c := range list {
				if subject, ok := latest[c.ID]; ok {
					list[i].Subject = subject
				}
			}
			return list, err
		}
		return broken
	}), []string{"File takes over the state and time"}},
	{"files-for-the-outbox", onStore(always(filing(func(f *email.Filed) { f.Message.State = email.StateQueued }))),
		[]string{"File keeps nothing that Claim would give"}},
	{"files-whatever-the-key", onStore(always(filing(func(f *email.Filed) { f.Message.IdempotencyKey += f.Message.ID }))),
		[]string{"File under a used key", "File under one key by many"}},
	{"files-duplicates-silently", onStore(always(brokenStore{file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
		m, err := s.File(ctx, f)
		if m.ID != "" {
			err = nil
		}
		return m, err
	}})), []string{"File under a used key", "File under one key by many"}},
	{"files-over-ids", onStore(always(brokenStore{file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
		m, err := s.File(ctx, f)
		if err != nil && m.ID == "" && ctx.Err() == nil {
			return f.Message, nil
		}
		return m, err
	}})), []string{"File of a used message id"}},
	{"files-in-two-steps", onStore(always(brokenStore{file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
		first := f // the conversation, under a message of its own
		first.Message.ID, first.Message.IdempotencyKey = "for "+f.Message.IdempotencyKey, "for "+f.Message.IdempotencyKey
		s.File(context.WithoutCancel(ctx), first)
		return s.File(ctx, f)
	}})), []string{"File under a used key", "File of a used message id", "File after the context's end"}},
	{"files-and-returns-the-input", onStore(always(brokenStore{file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
		m, err := s.File(ctx, f)
		if err == nil {
			m = f.Message
		}
		return m, err
	}})), []string{"File returns the message as Message does"}},
	{"received-for-all", onStore(always(brokenStore{messages: func(ctx context.Context, s email.Store, q email.MessageQuery) ([]email.Message, error) {
		list, err := s.Messages(ctx, q)
		for i := range list {
			if list[i].Received == nil {
				list[i].Received = &email.Received{}
			}
		}
		return list, err
	}})), []string{"Messages and Message have Received"}},
	{"received-shared", onStore(func() brokenStore {
		var mu sync.Mutex
		kept := map[string]*email.Received{}
		return brokenStore{
			file: func(ctx context.Context, s email.Store, f email.Filed) (email.Message, error) {
				m, err := s.File(ctx, f)
				mu.Lock()
				defer mu.Unlock()
				kept[f.Message.ID] = f.Message.Received
				return m, err
			},
			message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
				m, err := s.Message(ctx, id)
				mu.Lock()
				defer mu.Unlock()
				m.Received = kept[id]
				return m, err
			},
		}
	}), []string{"File keeps what it was given", "Messages and Message have Received"}},
}
