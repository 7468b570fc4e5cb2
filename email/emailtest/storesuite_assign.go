package emailtest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

var assignPromises = []promise[storeFixture]{
	{"Assign gives a message that waits a customer, a conversation and an event", func(t *testing.T, f storeFixture) {
		f.file(t, waiting, "a", "b")
		want := f.message(t, "a")
		noError(t, f.other.Assign(context.Background(), "a", *aFiled("a").Conversation, anAssignment))
		want.ConversationID, want.CustomerID, want.Events = "conversation-a", "101", append(want.Events, anAssignment)
		same(t, "message", want, f.message(t, "a"))
		same(t, "conversations", []email.Conversation{*aFiled("a").Conversation}, f.conversations(t))
		equal(t, "of the conversation", "a", messageIDs(f.messages(t, email.MessageQuery{ConversationID: "conversation-a"})))
		equal(t, "of the customer", "a", messageIDs(f.messages(t, email.MessageQuery{CustomerID: "101"})))
		equal(t, "customer of another message", "", f.message(t, "b").CustomerID)
	}},
	{"Assign takes over the state and time of a known conversation, and nothing else", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.file(t, waiting, "b")
		noError(t, f.one.Assign(context.Background(), "b", changedConversation("conversation-a"), anAssignment))
		want := aQueued("a").Conversation
		want.State, want.UpdatedAt = email.Active, suiteTime.Add(time.Hour)
		same(t, "conversations", []email.Conversation{want}, f.conversations(t))
		equal(t, "conversation", "conversation-a", f.message(t, "b").ConversationID)
	}},
	{"Assign of a message that has a customer is ErrConflict and changes nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.file(t, nil, "b")
		f.file(t, waiting, "c")
		noError(t, f.one.Assign(context.Background(), "c", *aFiled("c").Conversation, anAssignment))
		conversations := f.conversations(t)
		for _, id := range []string{"a", "b", "c"} {
			before := f.message(t, id)
			for _, conversation := range []string{"conversation-a", "another"} {
				c := changedConversation(conversation)
				c.CustomerID = "102"
				isError(t, f.other.Assign(context.Background(), id, c, anAssignment), email.ErrConflict)
			}
			same(t, "message "+id, before, f.message(t, id))
		}
		same(t, "conversations", conversations, f.conversations(t))
	}},
	{"Assign of an unknown message is ErrNotFound and keeps nothing", func(t *testing.T, f storeFixture) {
		isError(t, f.one.Assign(context.Background(), "nobody", changedConversation("a"), anAssignment), email.ErrNotFound)
		f.isEmpty(t)
	}},
	{"Assign by many at once gives the message to exactly one customer", assignRace},
	{"Assign after the context's end changes nothing", func(t *testing.T, f storeFixture) {
		f.file(t, waiting, "a")
		before := f.message(t, "a")
		isError(t, f.one.Assign(ended(), "a", *aFiled("a").Conversation, anAssignment), context.Canceled)
		same(t, "message", before, f.message(t, "a"))
		equal(t, "conversations", 0, len(f.conversations(t)))
	}},
}

var anAssignment = email.Event{At: suiteTime.Add(time.Hour), Kind: email.EventAssigned, ActorID: "7"}

func assignRace(t *testing.T, f storeFixture) {
	f.file(t, waiting, "a")
	const callers = 8
	var won atomic.Int32
	var winner atomic.Value
	race(callers, func(i int) {
		c := changedConversation(fmt.Sprint("c", i))
		c.CustomerID = fmt.Sprint(101 + i)
		switch err := f.handle(i).Assign(context.Background(), "a", c, anAssignment); {
		case err == nil:
			won.Add(1)
			winner.Store(c)
		case !errors.Is(err, email.ErrConflict):
			t.Errorf("caller %d: %v", i, err)
		}
	})
	equal(t, "winners", 1, won.Load())
	c := winner.Load().(email.Conversation)
	same(t, "conversations", []email.Conversation{c}, f.conversations(t))
	m := f.message(t, "a")
	equal(t, "customer", c.CustomerID, m.CustomerID)
	equal(t, "conversation", c.ID, m.ConversationID)
	equal(t, "events", 2, len(m.Events))
}

// inboxPromises are about the listings that inbound mail needs.
var inboxPromises = []promise[storeFixture]{
	{"Messages that wait in the inbox can be asked for, in pages", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.enqueue(t, func(q *email.Queued) { q.Message.CustomerID, q.Conversation.CustomerID = "", "" }, "b")
		f.file(t, nil, "c")
		f.file(t, waiting, "d", "e", "f")
		f.file(t, func(in *email.Filed) { waiting(in); in.Message.CreatedAt = suiteTime.Add(-time.Hour) }, "g")
		noError(t, f.one.Assign(context.Background(), "e", *aFiled("e").Conversation, anAssignment))
		equal(t, "inbox", "f d g", messageIDs(f.messages(t, email.MessageQuery{Inbox: true})))
		var got []string
		f.pages(t, email.MessageQuery{Inbox: true, Limit: 1}, func(m email.Message) { got = append(got, m.ID) })
		equal(t, "pages", "f d g", strings.Join(got, " "))
	}},
	{"Messages can be asked for by Message-ID or the provider's id", messagesByID},
	{"Messages by ids that none has are none", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.file(t, func(in *email.Filed) { in.Message.MessageID = "" }, "b")
		for _, ids := range [][]string{{"nobody@shop.example"}, {""}, {}, {"%"}, {"a"}, {"A@SHOP.EXAMPLE"}} {
			equal(t, fmt.Sprintf("%q", ids), "", messageIDs(f.messages(t, email.MessageQuery{MessageIDs: ids})))
		}
	}},
	{"Messages by ids are found among very many ids", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a", "b", "c")
		var ids []string
		for i := range 33_000 { // more than databases take parameters
			ids = append(ids, fmt.Sprint(i, "@shop.example"))
		}
		for i, id := range []string{"a", "b", "b"} {
			ids[i*15_000] = id + "@shop.example"
		}
		equal(t, "messages", "b a", messageIDs(f.messages(t, email.MessageQuery{MessageIDs: ids})))
		equal(t, "the newest", "b", messageIDs(f.messages(t, email.MessageQuery{MessageIDs: ids[:15_001], Limit: 1})))
	}},
	{"Conversations can be asked for by id", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a", "b")
		for want, q := range map[string]email.ConversationQuery{
			"a": {ID: "conversation-a"},
			"b": {ID: "conversation-b", CustomerID: "101", State: email.Completed},
			"":  {ID: "conversation-b", CustomerID: "102"},
		} {
			q.Limit = 10
			list, err := f.other.Conversations(context.Background(), q)
			noError(t, err)
			equal(t, fmt.Sprintf("%+v", q), want, strings.Join(conversationIDs(list), " "))
		}
		list, err := f.other.Conversations(context.Background(), email.ConversationQuery{ID: "conversation", Limit: 10})
		noError(t, err)
		equal(t, "of an unknown id", 0, len(list))
	}},
}

func messagesByID(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a")
	f.sending(t, "a", "w", suiteTime)
	noError(t, f.one.Transition(context.Background(), email.Transition{MessageID: "a", Owner: "w", From: email.StateSending,
		To: email.StateSent, At: suiteTime, ProviderID: "provider-a"}))
	f.enqueue(t, func(q *email.Queued) { q.Message.MessageID = "provider-a" }, "b") // a Message-ID that is another's provider's id
	f.file(t, nil, "c", "d")
	f.file(t, func(in *email.Filed) {
		in.Message.MessageID, in.Message.CustomerID, in.Conversation.CustomerID = "c@customer.example", "102", "102" // a reused one
	}, "e")
	f.file(t, func(in *email.Filed) {
		waiting(in)
		in.Message.MessageID, in.Message.ProviderID = "both", "both"
	}, "f")
	for _, one := range []struct {
		want string
		q    email.MessageQuery
	}{
		{"a", email.MessageQuery{MessageIDs: []string{"a@shop.example"}}},
		{"b a", email.MessageQuery{MessageIDs: []string{"provider-a"}}},
		{"b a", email.MessageQuery{MessageIDs: []string{"a@shop.example", "provider-a", "a@shop.example", "nobody", ""}}},
		{"e c", email.MessageQuery{MessageIDs: []string{"c@customer.example"}}},
		{"c", email.MessageQuery{MessageIDs: []string{"c@customer.example"}, CustomerID: "101"}},
		{"e", email.MessageQuery{MessageIDs: []string{"c@customer.example"}, ConversationID: "conversation-e"}},
		{"e d c", email.MessageQuery{MessageIDs: []string{"d@customer.example", "c@customer.example"}}},
		{"d c", email.MessageQuery{MessageIDs: []string{"d@customer.example", "c@customer.example"}, Before: &email.Position{At: suiteTime, ID: "e"}}},
		{"e d", email.MessageQuery{MessageIDs: []string{"d@customer.example", "c@customer.example"}, Limit: 2}},
		{"f", email.MessageQuery{MessageIDs: []string{"both"}}},
		{"f", email.MessageQuery{MessageIDs: []string{"both", "c@customer.example"}, Inbox: true}},
		{"f e d c b a", email.MessageQuery{MessageIDs: nil}},
	} {
		equal(t, fmt.Sprintf("%+v", one.q), one.want, messageIDs(f.messages(t, one.q)))
	}
}
