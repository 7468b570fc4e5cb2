package emailtest

import (
	"context"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// aRefused is a message with that id that a rule did not send.
func aRefused(id string) email.Filed {
	m := aQueued(id).Message
	m.ConversationID, m.State, m.Recipients, m.MessageID = "", email.StateFailed, nil, ""
	m.RuleID = "rule"
	return email.Filed{Message: m, Event: email.Event{At: suiteTime, Kind: email.EventRefused, ActorID: "7", Detail: "content.blocked"}}
}

// eraseRulePromises are for a store that can forget.
var eraseRulePromises = []promise[storeFixture]{
	{"EraseCustomer forgets what a rule did not send him", func(t *testing.T, f storeFixture) {
		_, err := f.one.File(context.Background(), aRefused("a"))
		noError(t, err)
		_, err = f.one.(email.Eraser).EraseCustomer(context.Background(), "101")
		noError(t, err)
		equal(t, "messages", 0, len(f.messages(t, email.MessageQuery{})))
	}},
}

var rulePartPromises = []promise[storeFixture]{
	{"File keeps a message that a rule did not send, in no conversation and not in the inbox", func(t *testing.T, f storeFixture) {
		in := aRefused("a")
		got, err := f.one.File(context.Background(), in)
		noError(t, err)
		same(t, "message returned", filed(in), got)
		same(t, "message", filed(in), f.message(t, "a"))
		equal(t, "conversations", 0, len(f.conversations(t)))
		equal(t, "of the customer", "a", messageIDs(f.messages(t, email.MessageQuery{CustomerID: "101"})))
		equal(t, "in the inbox", "", messageIDs(f.messages(t, email.MessageQuery{Inbox: true})))
		again := aRefused("b")
		again.Message.IdempotencyKey = "key-a"
		first, err := f.other.File(context.Background(), again)
		isError(t, err, email.ErrDuplicate)
		same(t, "first message", filed(in), first)
	}},
	{"Claim gives no message that a rule did not send", func(t *testing.T, f storeFixture) {
		_, err := f.one.File(context.Background(), aRefused("a"))
		noError(t, err)
		claimed := claim(t, f.other, "w", suiteTime.Add(time.Hour), 10)
		equal(t, "jobs", "", jobIDs(claimed))
		equal(t, "uncertain", 0, len(claimed.Uncertain))
		isError(t, f.one.Assign(context.Background(), "a", aQueued("b").Conversation, aRefused("a").Event), email.ErrConflict)
	}},
	{"Messages of one rule can be asked for", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.enqueue(t, func(q *email.Queued) { q.Message.RuleID = "rule" }, "b")
		f.enqueue(t, func(q *email.Queued) { q.Message.RuleID = "other" }, "c")
		_, err := f.one.File(context.Background(), aRefused("d"))
		noError(t, err)
		list := f.messages(t, email.MessageQuery{RuleID: "rule"})
		equal(t, "rule", "d b", messageIDs(list))
		equal(t, "RuleID", "rule", list[1].RuleID)
		equal(t, "nobody's rule", "", messageIDs(f.messages(t, email.MessageQuery{RuleID: "nobody"})))
		equal(t, "and customer", "", messageIDs(f.messages(t, email.MessageQuery{RuleID: "rule", CustomerID: "102"})))
	}},
}
