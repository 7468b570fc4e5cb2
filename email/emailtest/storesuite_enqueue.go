package emailtest

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

var enqueuePromises = []promise[storeFixture]{
	{"Enqueue keeps everything", enqueueKeepsEverything},
	{"Enqueue returns the message as Message does", func(t *testing.T, f storeFixture) {
		kept, err := f.one.Enqueue(context.Background(), aQueued("a"))
		noError(t, err)
		same(t, "message", f.message(t, "a"), kept)
	}},
	{"Enqueue under a used key changes nothing and returns the first message", usedKey},
	{"Enqueue under one key by many at once keeps exactly one message", usedKeyRace},
	{"Enqueue of a used message id is ErrDuplicate without a message, and changes nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		q := aQueued("a")
		q.Message.IdempotencyKey, q.Message.Subject = "another", "another"
		got, err := f.other.Enqueue(context.Background(), q)
		isError(t, err, email.ErrDuplicate)
		same(t, "message returned", email.Message{}, got)
		equal(t, "subject", "Заказ a", f.message(t, "a").Subject)
	}},
	{"Enqueue after the context's end keeps nothing", func(t *testing.T, f storeFixture) {
		_, err := f.one.Enqueue(ended(), aQueued("a"))
		isError(t, err, context.Canceled)
		f.isEmpty(t)
	}},
	{"Enqueue keeps a new conversation", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		same(t, "conversations", []email.Conversation{aQueued("a").Conversation}, f.conversations(t))
	}},
	{"Enqueue takes over the state and time of a known conversation, and nothing else", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.enqueue(t, func(q *email.Queued) {
			q.Message.ConversationID, q.Conversation.ID = "conversation-a", "conversation-a"
			q.Conversation.State = email.Active
			q.Conversation.Subject = "another"
			q.Conversation.CreatedAt = suiteTime.Add(time.Hour)
			q.Conversation.UpdatedAt = suiteTime.Add(time.Hour)
		}, "b")
		want := aQueued("a").Conversation
		want.State, want.UpdatedAt = email.Active, suiteTime.Add(time.Hour)
		same(t, "conversations", []email.Conversation{want}, f.conversations(t))
	}},
	{"Enqueue keeps what it was given when the caller changes it afterwards", func(t *testing.T, f storeFixture) {
		q := aQueued("a")
		want := wireBytes(t, q.Wire)
		_, err := f.one.Enqueue(context.Background(), q)
		noError(t, err)
		q.Message.To[0].Address, q.Message.Recipients[0].Address = "evil@evil.example", "evil@evil.example"
		q.Wire.Segments[0].Bytes[0] = '!'
		q.Wire.Segments[1].Key = "evil"
		job := f.claimOne(t, "w", suiteTime)
		wholeEnough(t, job)
		equal(t, "To", "olga@customer.example", job.Message.To[0].Address)
		equal(t, "recipient", "olga@customer.example", job.Envelope.Recipients[0])
		equal(t, "wire form", want, wireBytes(t, job.Wire))
	}},
}

func enqueueKeepsEverything(t *testing.T, f storeFixture) {
	q := aQueued("a")
	m := &q.Message
	m.Origin, m.Purpose, m.TemplateID, m.SenderChoice = email.OriginReply, email.Bulk, "t1", "additional:42"
	m.Cc = []mail.Address{{Name: "Склад", Address: "stock@shop.example"}}
	m.Preheader, m.HTML, m.Text = "Прехедер 'ё'", "<p>\"Текст\"</p>", "Текст\r\n"
	m.Attachments = []email.Attachment{
		{Name: "счёт.pdf", MediaType: "application/pdf", Size: 5 << 32, BlobID: "b1"},
		{Name: "logo.png", MediaType: "image/png", Size: 7, BlobID: "b2", ContentID: "logo@shop", Inline: true},
	}
	m.InReplyTo, m.References = []string{"x@y"}, []string{"v@w", "x@y"}
	m.SendAt = suiteTime.Add(24 * time.Hour)
	_, err := f.one.Enqueue(context.Background(), q)
	noError(t, err)
	want := q.Message
	want.Events = []email.Event{q.Event}
	same(t, "message", want, f.message(t, "a"))
}

func usedKey(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a")
	before := f.message(t, "a")
	q := aQueued("b")
	q.Message.IdempotencyKey = "key-a"
	q.Message.ConversationID, q.Conversation.ID = "conversation-a", "conversation-a"
	q.Conversation.State = email.Active
	first, err := f.other.Enqueue(context.Background(), q)
	isError(t, err, email.ErrDuplicate)
	same(t, "message returned", before, first)
	_, err = f.one.Message(context.Background(), "b")
	isError(t, err, email.ErrNotFound)
	same(t, "first message", before, f.message(t, "a"))
	same(t, "conversations", []email.Conversation{aQueued("a").Conversation}, f.conversations(t))
	equal(t, "due", "a", jobIDs(claim(t, f.one, "w", suiteTime, 10)))
}

func usedKeyRace(t *testing.T, f storeFixture) {
	id := keptOnce(t, func(i int) (email.Message, error) {
		q := aQueued(fmt.Sprint("m", i))
		q.Message.IdempotencyKey = "key"
		return f.handle(i).Enqueue(context.Background(), q)
	})
	equal(t, "due", id, jobIDs(claim(t, f.one, "w", suiteTime, 10)))
	equal(t, "conversations", 1, len(f.conversations(t)))
}

// keptOnce has many keep a message under one key at once, and wants one of them kept, whose id it returns and all have got.
func keptOnce(t testing.TB, keep func(caller int) (email.Message, error)) string {
	t.Helper()
	const callers = 8
	var kept, duplicates atomic.Int32
	ids := make([]string, callers)
	race(callers, func(i int) {
		m, err := keep(i)
		ids[i] = m.ID
		switch {
		case err == nil:
			kept.Add(1)
		case errors.Is(err, email.ErrDuplicate):
			duplicates.Add(1)
		default:
			t.Errorf("caller %d: %v", i, err)
		}
	})
	equal(t, "kept", 1, kept.Load())
	equal(t, "duplicates", callers-1, duplicates.Load())
	for i, id := range ids {
		equal(t, fmt.Sprintf("id that caller %d got", i), ids[0], id)
	}
	return ids[0]
}

func (f storeFixture) conversations(t testing.TB) []email.Conversation {
	t.Helper()
	list, err := f.other.Conversations(context.Background(), email.ConversationQuery{Limit: 10})
	noError(t, err)
	return list
}

func (f storeFixture) isEmpty(t testing.TB) {
	t.Helper()
	list, err := f.other.Messages(context.Background(), email.MessageQuery{Limit: 10})
	noError(t, err)
	equal(t, "messages", 0, len(list))
	equal(t, "conversations", 0, len(f.conversations(t)))
	equal(t, "due", "", jobIDs(claim(t, f.other, "w", suiteTime, 10)))
}
