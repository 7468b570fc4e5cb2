package emailtest

import (
	"context"
	"fmt"
	"net/mail"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// aFiled is a received message with that id in a conversation of its own.
func aFiled(id string) email.Filed {
	return email.Filed{
		Message: email.Message{
			ID: id, ConversationID: "conversation-" + id, CustomerID: "101",
			Direction: email.Incoming, Origin: email.OriginInbound,
			From:        mail.Address{Name: "Ольга", Address: "olga@customer.example"},
			To:          []mail.Address{{Name: "Анна", Address: "anna@shop.example"}},
			Subject:     "Re: Заказ " + id,
			Text:        "Спасибо!\n\n> Едет",
			Attachments: []email.Attachment{{Name: "фото.jpg", MediaType: "image/jpeg", Size: 3, BlobID: "photo-" + id}},
			MessageID:   id + "@customer.example",
			State:       email.StateReceived,
			Received: &email.Received{
				Mailbox: "anna@shop.example", Kind: message.KindMessage, MatchedBy: email.MatchInReplyTo,
				Reply: "Спасибо!", RawID: "raw-" + id,
			},
			IdempotencyKey: "key-" + id,
			CreatedAt:      suiteTime,
		},
		Conversation: &email.Conversation{
			ID: "conversation-" + id, CustomerID: "101", Subject: "Заказ " + id, State: email.Active,
			CreatedAt: suiteTime, UpdatedAt: suiteTime,
		},
		Event: email.Event{At: suiteTime, Kind: email.EventReceived, Detail: "in-reply-to"},
	}
}

// waiting makes a message one that waits in the inbox.
func waiting(f *email.Filed) {
	f.Message.ConversationID, f.Message.CustomerID, f.Message.Received.MatchedBy = "", "", email.MatchNone
	f.Conversation = nil
}

// file keeps messages made by aFiled and changed by change, which may be nil.
func (f storeFixture) file(t testing.TB, change func(*email.Filed), ids ...string) {
	t.Helper()
	for _, id := range ids {
		filed := aFiled(id)
		if change != nil {
			change(&filed)
		}
		_, err := f.one.File(context.Background(), filed)
		noError(t, err)
	}
}

// filed is the message as it must be kept.
func filed(f email.Filed) email.Message {
	m := f.Message
	m.Events = []email.Event{f.Event}
	return m
}

var filePromises = []promise[storeFixture]{
	{"File keeps everything", func(t *testing.T, f storeFixture) {
		in := fullFiled()
		_, err := f.one.File(context.Background(), in)
		noError(t, err)
		same(t, "message", filed(in), f.message(t, "a"))
		same(t, "conversations", []email.Conversation{*in.Conversation}, f.conversations(t))
	}},
	{"File returns the message as Message does", func(t *testing.T, f storeFixture) {
		kept, err := f.one.File(context.Background(), fullFiled())
		noError(t, err)
		same(t, "message", f.message(t, "a"), kept)
	}},
	{"File under a used key changes nothing and returns the first message", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.file(t, nil, "b")
		conversations := f.conversations(t)
		for _, id := range []string{"a", "b"} {
			before := f.message(t, id)
			again := aFiled("c")
			again.Message.IdempotencyKey = "key-" + id
			first, err := f.other.File(context.Background(), again)
			isError(t, err, email.ErrDuplicate)
			same(t, "message returned", before, first)
			same(t, "first message", before, f.message(t, id))
		}
		_, err := f.one.Message(context.Background(), "c")
		isError(t, err, email.ErrNotFound)
		same(t, "conversations", conversations, f.conversations(t))
	}},
	{"File under one key by many at once keeps exactly one message", fileRace},
	{"File of a used message id is ErrDuplicate without a message, and changes nothing", func(t *testing.T, f storeFixture) {
		f.file(t, nil, "a")
		again := aFiled("a")
		again.Message.IdempotencyKey, again.Message.Subject = "another", "another"
		again.Message.ConversationID, again.Conversation.ID = "another", "another"
		got, err := f.other.File(context.Background(), again)
		isError(t, err, email.ErrDuplicate)
		same(t, "message returned", email.Message{}, got)
		same(t, "message", filed(aFiled("a")), f.message(t, "a"))
		same(t, "conversations", []email.Conversation{*aFiled("a").Conversation}, f.conversations(t))
	}},
	{"File after the context's end keeps nothing", func(t *testing.T, f storeFixture) {
		_, err := f.one.File(ended(), aFiled("a"))
		isError(t, err, context.Canceled)
		f.isEmpty(t)
	}},
	{"File takes over the state and time of a known conversation, and nothing else", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.file(t, func(in *email.Filed) {
			in.Message.ConversationID = "conversation-a"
			*in.Conversation = changedConversation("conversation-a")
		}, "b")
		want := aQueued("a").Conversation
		want.State, want.UpdatedAt = email.Active, suiteTime.Add(time.Hour)
		same(t, "conversations", []email.Conversation{want}, f.conversations(t))
	}},
	{"File without a conversation lets the message wait, and keeps no conversation", func(t *testing.T, f storeFixture) {
		in := aFiled("a")
		waiting(&in)
		_, err := f.one.File(context.Background(), in)
		noError(t, err)
		same(t, "message", filed(in), f.message(t, "a"))
		equal(t, "conversations", 0, len(f.conversations(t)))
	}},
	{"File keeps what it was given when the caller changes it afterwards", func(t *testing.T, f storeFixture) {
		in, want := fullFiled(), filed(fullFiled())
		_, err := f.one.File(context.Background(), in)
		noError(t, err)
		in.Message.Received.ReplyTo[0].Address, in.Message.Received.Defects[0] = "evil", "evil"
		in.Message.To[0].Address, in.Message.Attachments[0].Name = "evil@evil.example", "evil"
		in.Conversation.Subject = "evil"
		same(t, "message", want, f.message(t, "a"))
		same(t, "conversations", []email.Conversation{*fullFiled().Conversation}, f.conversations(t))
	}},
	{"File keeps nothing that Claim would give", func(t *testing.T, f storeFixture) {
		f.file(t, nil, "a")
		f.file(t, waiting, "b")
		claimed := claim(t, f.other, "w", suiteTime.Add(time.Hour), 10)
		equal(t, "jobs", "", jobIDs(claimed))
		equal(t, "uncertain", 0, len(claimed.Uncertain))
	}},
	{"Messages and Message have Received for inbound messages alone, and it is the caller's", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		in := fullFiled()
		in.Message.ID, in.Message.IdempotencyKey = "b", "key-b"
		_, err := f.one.File(context.Background(), in)
		noError(t, err)
		for range 2 {
			list := f.messages(t, email.MessageQuery{})
			same(t, "messages", []email.Message{in.Message, aQueued("a").Message}, list)
			list[0].Received.ReplyTo[0].Address, list[0].Received.Defects[0] = "evil", "evil"
			one := f.message(t, "b")
			same(t, "message", filed(in), one)
			one.Received.ReplyTo[0].Address, one.Received.Defects[0] = "evil", "evil"
		}
	}},
}

// fullFiled has something in every field that File keeps.
func fullFiled() email.Filed {
	in := aFiled("a")
	m := &in.Message
	m.Cc = []mail.Address{{Name: "Склад", Address: "stock@shop.example"}}
	m.HTML = "<p>\"Спасибо\" 'ё'</p>"
	m.Attachments = append(m.Attachments,
		email.Attachment{Name: "logo.png", MediaType: "image/png", Size: 5 << 32, BlobID: "b2", ContentID: "logo@customer", Inline: true})
	m.InReplyTo, m.References = []string{"x@shop.example"}, []string{"w@shop.example", "x@shop.example"}
	m.ProviderID = "provider-1"
	m.SentAt = suiteTime.Add(-time.Hour)
	*m.Received = email.Received{Mailbox: "anna@shop.example", Kind: message.KindAutoReply, MatchedBy: email.MatchReferences,
		NewParticipant: true, ReplyTo: []mail.Address{{Name: "Ольга", Address: "olga@work.example"}}, Reply: "Спасибо",
		Defects: []string{"header.colon", "charset.unknown"}, RawID: "raw"}
	return in
}

// changedConversation is a conversation with that id and everything else unlike in aQueued and aFiled.
func changedConversation(id string) email.Conversation {
	return email.Conversation{ID: id, CustomerID: "101", Subject: "another", State: email.Active,
		CreatedAt: suiteTime.Add(time.Hour), UpdatedAt: suiteTime.Add(time.Hour)}
}

func fileRace(t *testing.T, f storeFixture) {
	id := keptOnce(t, func(i int) (email.Message, error) {
		in := aFiled(fmt.Sprint("m", i))
		in.Message.IdempotencyKey = "key"
		return f.handle(i).File(context.Background(), in)
	})
	equal(t, "messages", id, messageIDs(f.messages(t, email.MessageQuery{})))
	equal(t, "conversations", 1, len(f.conversations(t)))
}
