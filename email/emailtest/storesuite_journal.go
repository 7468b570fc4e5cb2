package emailtest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

var messagePromises = []promise[storeFixture]{
	{"Message with an unknown id is ErrNotFound", func(t *testing.T, f storeFixture) {
		_, err := f.one.Message(context.Background(), "nobody")
		isError(t, err, email.ErrNotFound)
	}},
	{"Message gives results that are the caller's", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		want := aQueued("a").Message
		want.Events = []email.Event{aQueued("a").Event}
		mine := f.message(t, "a")
		same(t, "message", want, mine)
		mine.To[0].Address, mine.Recipients[0].Address, mine.Events[0].Detail = "evil@evil.example", "evil@evil.example", "evil"
		same(t, "message", want, f.message(t, "a"))
	}},
	{"Message, Messages and Conversations end with the context", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		_, err := f.one.Message(ended(), "a")
		isError(t, err, context.Canceled)
		_, err = f.one.Messages(ended(), email.MessageQuery{Limit: 1})
		isError(t, err, context.Canceled)
		_, err = f.one.Conversations(ended(), email.ConversationQuery{Limit: 1})
		isError(t, err, context.Canceled)
	}},
	{"Messages gives whole messages without events", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		same(t, "messages", []email.Message{aQueued("a").Message}, f.messages(t, email.MessageQuery{}))
	}},
	{"Messages of nobody are none", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		equal(t, "of a customer", 0, len(f.messages(t, email.MessageQuery{CustomerID: "nobody"})))
		equal(t, "of a conversation", 0, len(f.messages(t, email.MessageQuery{ConversationID: "nobody"})))
	}},
}

// listPromises are about order and pages. Their data has times that many entries share.
var listPromises = []promise[storeFixture]{
	{"Messages gives the newest first, and those of one time by descending id", func(t *testing.T, f storeFixture) {
		want := f.history(t)
		equal(t, "order", strings.Join(want, " "), messageIDs(f.messages(t, email.MessageQuery{})))
	}},
	{"Messages gives pages without gaps or repeats", func(t *testing.T, f storeFixture) {
		want := f.history(t)
		for size := 1; size <= len(want)+1; size++ {
			var got []string
			f.pages(t, email.MessageQuery{Limit: size}, func(m email.Message) { got = append(got, m.ID) })
			same(t, fmt.Sprintf("pages of %d", size), want, got)
		}
	}},
	{"Messages that come while somebody pages disturb no page", func(t *testing.T, f storeFixture) {
		want := f.history(t)
		var got []string
		f.pages(t, email.MessageQuery{Limit: 2}, func(m email.Message) {
			f.enqueue(t, func(q *email.Queued) { q.Message.CreatedAt = suiteTime.Add(time.Hour) }, "new-"+m.ID)
			got = append(got, m.ID)
		})
		same(t, "pages", want, got)
	}},
	{"Messages can be asked for by idempotency key", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a", "b")
		want := f.message(t, "b")
		want.Events = nil
		list, err := f.other.Messages(context.Background(), email.MessageQuery{IdempotencyKey: want.IdempotencyKey, Limit: 5})
		noError(t, err)
		same(t, "messages", []email.Message{want}, list)
		list, err = f.one.Messages(context.Background(), email.MessageQuery{IdempotencyKey: "never used", Limit: 5})
		noError(t, err)
		same(t, "messages", 0, len(list))
	}},
	{"Messages of one customer, and of one conversation, can be asked for", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a", "b")
		f.enqueue(t, func(q *email.Queued) { q.Message.CustomerID, q.Conversation.CustomerID = "102", "102" }, "c")
		equal(t, "customer", "b a", messageIDs(f.messages(t, email.MessageQuery{CustomerID: "101"})))
		equal(t, "other customer", "c", messageIDs(f.messages(t, email.MessageQuery{CustomerID: "102"})))
		equal(t, "conversation", "b", messageIDs(f.messages(t, email.MessageQuery{ConversationID: "conversation-b"})))
		equal(t, "both", "", messageIDs(f.messages(t, email.MessageQuery{CustomerID: "102", ConversationID: "conversation-b"})))
	}},
	{"Conversations gives the newest first, in pages without gaps or repeats", func(t *testing.T, f storeFixture) {
		want := f.history(t)
		for size := 1; size <= len(want)+1; size++ {
			same(t, fmt.Sprintf("pages of %d", size), want, f.conversationPages(t, size))
		}
	}},
	{"Conversations of one customer, and of one state, can be asked for", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.enqueue(t, func(q *email.Queued) { q.Conversation.State = email.Active }, "b")
		f.enqueue(t, func(q *email.Queued) { q.Message.CustomerID, q.Conversation.CustomerID = "102", "102" }, "c")
		for want, q := range map[string]email.ConversationQuery{
			"c b a": {},
			"b a":   {CustomerID: "101"},
			"b":     {State: email.Active},
			"c a":   {State: email.Completed},
			"a":     {State: email.Completed, CustomerID: "101"},
			"":      {CustomerID: "nobody"},
		} {
			q.Limit = 10
			list, err := f.other.Conversations(context.Background(), q)
			noError(t, err)
			equal(t, fmt.Sprintf("%+v", q), want, strings.Join(conversationIDs(list), " "))
		}
	}},
}

// history keeps nine messages with three times and returns their ids in the order of a listing.
func (f storeFixture) history(t testing.TB) []string {
	var ids []string
	for i := range 9 {
		id := fmt.Sprintf("m%d", (i*4)%9) // not in order
		at := suiteTime.Add(time.Duration((i*4)%9/3) * time.Millisecond)
		f.enqueue(t, func(q *email.Queued) {
			q.Message.CreatedAt, q.Conversation.UpdatedAt = at, at
		}, id)
		ids = append(ids, id)
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	return ids
}

func (f storeFixture) messages(t testing.TB, q email.MessageQuery) []email.Message {
	t.Helper()
	if q.Limit == 0 {
		q.Limit = 100
	}
	list, err := f.other.Messages(context.Background(), q)
	noError(t, err)
	if len(list) > q.Limit {
		t.Fatalf("%d messages where at most %d were asked for", len(list), q.Limit)
	}
	return list
}

// pages walks through all pages.
func (f storeFixture) pages(t testing.TB, q email.MessageQuery, visit func(email.Message)) {
	t.Helper()
	for range 100 {
		list := f.messages(t, q)
		for _, m := range list {
			visit(m)
		}
		if len(list) < q.Limit {
			return
		}
		last := list[len(list)-1]
		q.Before = &email.Position{At: last.CreatedAt, ID: last.ID}
	}
	t.Fatal("the pages have no end")
}

func (f storeFixture) conversationPages(t testing.TB, size int) (ids []string) {
	t.Helper()
	q := email.ConversationQuery{Limit: size}
	for range 100 {
		list, err := f.other.Conversations(context.Background(), q)
		noError(t, err)
		ids = append(ids, conversationIDs(list)...)
		if len(list) < size {
			return ids
		}
		last := list[len(list)-1]
		q.Before = &email.Position{At: last.UpdatedAt, ID: last.ID}
	}
	t.Fatal("the pages have no end")
	return nil
}

func messageIDs(list []email.Message) string {
	var ids []string
	for _, m := range list {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " ")
}

func conversationIDs(list []email.Conversation) (ids []string) {
	for _, c := range list {
		ids = append(ids, strings.TrimPrefix(c.ID, "conversation-"))
	}
	return ids
}
