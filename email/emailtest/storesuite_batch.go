package emailtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/crmmail/crmmail/email"
)

// enqueueAll keeps messages by one call of the other handle.
func (f storeFixture) enqueueAll(t testing.TB, list ...email.Queued) []string {
	t.Helper()
	ids, err := f.other.(email.BatchOutbox).EnqueueAll(context.Background(), list)
	noError(t, err)
	return ids
}

var batchPromises = []promise[storeFixture]{
	{"EnqueueAll keeps each message as Enqueue does", func(t *testing.T, f storeFixture) {
		var list []email.Queued
		for i := range 150 {
			list = append(list, aQueued(fmt.Sprintf("m%03d", i)))
		}
		ids := f.enqueueAll(t, list...)
		equal(t, "ids", len(list), len(ids))
		for i, q := range list {
			equal(t, "id", q.Message.ID, ids[i])
		}
		for _, i := range []int{0, 77, 149} {
			want := list[i].Message
			want.Events = []email.Event{list[i].Event}
			same(t, "message", want, f.message(t, want.ID))
		}
		claimed := claim(t, f.one, "w", suiteTime, 200)
		equal(t, "due", len(list), len(claimed.Jobs))
		equal(t, "wire form", wireBytes(t, list[0].Wire), wireBytes(t, claimed.Jobs[0].Wire))
		conversations, err := f.one.Conversations(context.Background(), email.ConversationQuery{Limit: 200})
		noError(t, err)
		equal(t, "conversations", len(list), len(conversations))
	}},
	{"EnqueueAll returns the id of the first message of a used key, and changes nothing of it", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		before := f.message(t, "a")
		again, twice := aQueued("b"), aQueued("d")
		again.Message.IdempotencyKey, again.Message.ConversationID, again.Conversation.ID = "key-a", "conversation-a", "conversation-a"
		again.Conversation.State = email.Active
		twice.Message.IdempotencyKey = "key-c"
		ids := f.enqueueAll(t, again, aQueued("c"), twice)
		equal(t, "ids", fmt.Sprint([]string{"a", "c", "c"}), fmt.Sprint(ids))
		same(t, "first message", before, f.message(t, "a"))
		equal(t, "due", "a c", jobIDs(claim(t, f.one, "w", suiteTime, 10)))
		f.hasConversations(t, "conversation-a", "conversation-c")
		equal(t, "again", fmt.Sprint([]string{"a", "c", "c"}), fmt.Sprint(f.enqueueAll(t, again, aQueued("c"), twice)))
	}},
	{"EnqueueAll returns no id where the message's id is used", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		q := aQueued("a")
		q.Message.IdempotencyKey, q.Message.Subject = "another", "another"
		equal(t, "ids", fmt.Sprint([]string{"", "b"}), fmt.Sprint(f.enqueueAll(t, q, aQueued("b"))))
		equal(t, "subject", "Заказ a", f.message(t, "a").Subject)
	}},
	{"EnqueueAll returns no id where the customer was erased", func(t *testing.T, f storeFixture) {
		eraser, ok := f.one.(email.Eraser)
		if !ok {
			t.Skip("it is no email.Eraser")
		}
		q := aQueued("a")
		q.Message.CustomerID, q.Conversation.CustomerID = "erased", "erased"
		_, err := eraser.EraseCustomer(context.Background(), "erased")
		noError(t, err)
		equal(t, "ids", fmt.Sprint([]string{"", "b"}), fmt.Sprint(f.enqueueAll(t, q, aQueued("b"))))
		_, err = f.one.Message(context.Background(), "a")
		isError(t, err, email.ErrNotFound)
	}},
	{"EnqueueAll of the same messages by many at once keeps each once", func(t *testing.T, f storeFixture) {
		race(4, func(i int) {
			var list []email.Queued
			for n := range 10 {
				q := aQueued(fmt.Sprintf("m%d-%d", i, n))
				q.Message.IdempotencyKey = fmt.Sprint("key", n)
				list = append(list, q)
			}
			if i%2 == 1 {
				slices.Reverse(list)
			}
			if _, err := f.handle(i).(email.BatchOutbox).EnqueueAll(context.Background(), list); err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
		equal(t, "due", 10, len(claim(t, f.one, "w", suiteTime, 100).Jobs))
		equal(t, "conversations", 10, len(f.conversations(t)))
	}},
	{"EnqueueAll after the context's end, or of nothing", func(t *testing.T, f storeFixture) {
		_, err := f.one.(email.BatchOutbox).EnqueueAll(ended(), []email.Queued{aQueued("a")})
		isError(t, err, context.Canceled)
		equal(t, "ids", 0, len(f.enqueueAll(t)))
		f.isEmpty(t)
	}},
}

func (f storeFixture) hasConversations(t testing.TB, ids ...string) {
	t.Helper()
	var got []string
	for _, c := range f.conversations(t) {
		got = append(got, c.ID)
		equal(t, "state", email.Completed, c.State)
	}
	slices.Sort(got)
	equal(t, "conversations", fmt.Sprint(ids), fmt.Sprint(got))
}
