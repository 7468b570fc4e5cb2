package emailtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// erasePromises are about the optional email.Eraser.
var erasePromises = []promise[storeFixture]{
	{"EraseCustomer leaves nothing of the customer", eraseLeavesNothing},
	{"EraseCustomer leaves all that others have", func(t *testing.T, f storeFixture) {
		f.two(t)
		f.file(t, waiting, "inbox")
		kept := []email.Message{f.message(t, "inbox"), f.message(t, "his-out"), f.message(t, "his-in")}
		conversations := f.conversationsOf(t, "102")
		f.erase(t, "101")
		for _, want := range kept {
			same(t, "message "+want.ID, want, f.message(t, want.ID))
		}
		equal(t, "messages", "inbox his-out his-in", messageIDs(f.messages(t, email.MessageQuery{})))
		same(t, "conversations", conversations, f.conversations(t))
		job := f.claimOne(t, "w", suiteTime)
		equal(t, "due", "his-out", job.Message.ID)
		equal(t, "wire form", wireBytes(t, aQueued("his-out").Wire), wireBytes(t, job.Wire))
	}},
	{"EraseCustomer returns the contents that no message refers to any more, and no others", eraseReturnsBlobs},
	{"EraseCustomer of an unknown customer, or of nobody, changes nothing", func(t *testing.T, f storeFixture) {
		f.two(t)
		f.file(t, waiting, "inbox")
		for _, id := range []string{"999", "", "%"} {
			equal(t, "contents", "", f.erase(t, id))
		}
		equal(t, "messages", 5, len(f.messages(t, email.MessageQuery{})))
		equal(t, "conversations", 4, len(f.conversations(t)))
	}},
	{"EraseCustomer after the context's end changes nothing", func(t *testing.T, f storeFixture) {
		f.two(t)
		_, err := f.one.(email.Eraser).EraseCustomer(ended(), "101")
		isError(t, err, context.Canceled)
		equal(t, "messages", 4, len(f.messages(t, email.MessageQuery{})))
	}},
	{"EraseCustomer is for good: nothing is kept about the customer any more", eraseIsForGood},
	{"EraseCustomer leaves nothing of what is being kept meanwhile", eraseWhileKept},
	{"EraseCustomer by many at once succeeds for all, and tells of each content", func(t *testing.T, f storeFixture) {
		f.two(t)
		told := make([][]string, 4)
		race(len(told), func(i int) {
			var err error
			if told[i], err = f.handle(i).(email.Eraser).EraseCustomer(context.Background(), "101"); err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		})
		blobs := slices.Concat(told...)
		slices.Sort(blobs)
		equal(t, "contents", "her-file her-raw her-wire", strings.Join(slices.Compact(blobs), " "))
		equal(t, "messages", 0, len(f.messages(t, email.MessageQuery{CustomerID: "101"})))
	}},
}

// two keeps a message in each direction of the customers 101 and 102, who have the content "shared" in common.
func (f storeFixture) two(t testing.TB) {
	t.Helper()
	for customer, whose := range map[string]string{"101": "her", "102": "his"} {
		f.enqueue(t, func(q *email.Queued) {
			q.Message.CustomerID, q.Conversation.CustomerID = customer, customer
			q.Message.Attachments = []email.Attachment{{Name: "a.pdf", BlobID: "shared"}, {Name: "b.pdf", BlobID: whose + "-file"}}
			if whose == "her" {
				q.Wire.Segments = append(q.Wire.Segments, message.Segment{Key: "her-wire", Size: 1, Encoding: message.EncodingIdentity})
			}
		}, whose+"-out")
		f.file(t, func(in *email.Filed) {
			in.Message.CustomerID, in.Conversation.CustomerID = customer, customer
			in.Message.Attachments = []email.Attachment{{Name: "c.pdf", BlobID: whose + "-file"}}
			in.Message.Received.RawID = whose + "-raw"
		}, whose+"-in")
	}
}

// erase returns the ids of the contents that may go.
func (f storeFixture) erase(t testing.TB, customerID string) string {
	t.Helper()
	blobs, err := f.one.(email.Eraser).EraseCustomer(context.Background(), customerID)
	noError(t, err)
	slices.Sort(blobs)
	return strings.Join(blobs, " ")
}

func (f storeFixture) conversationsOf(t testing.TB, customerID string) []email.Conversation {
	t.Helper()
	list, err := f.other.Conversations(context.Background(), email.ConversationQuery{CustomerID: customerID, Limit: 10})
	noError(t, err)
	return list
}

func eraseLeavesNothing(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "queued", "sending")
	f.file(t, nil, "in")
	f.file(t, waiting, "assigned")
	noError(t, f.one.Assign(context.Background(), "assigned", *aFiled("assigned").Conversation, anAssignment))
	claim(t, f.one, "w", suiteTime, 10)
	noError(t, f.one.Transition(context.Background(), email.Transition{MessageID: "sending", Owner: "w", From: email.StateQueued,
		To: email.StateSending, At: suiteTime, LeaseUntil: suiteTime.Add(time.Minute)}))
	f.erase(t, "101")
	for _, id := range []string{"queued", "sending", "in", "assigned"} {
		_, err := f.other.Message(context.Background(), id)
		isError(t, err, email.ErrNotFound)
	}
	isError(t, f.other.Transition(context.Background(), email.Transition{MessageID: "sending", Owner: "w", From: email.StateSending,
		To: email.StateSent, At: suiteTime}), email.ErrNotFound)
	claimed := claim(t, f.other, "w", suiteTime.Add(time.Hour), 10)
	equal(t, "uncertain", 0, len(claimed.Uncertain))
	f.isEmpty(t)
	his := func(q *email.Queued) { q.Message.CustomerID, q.Conversation.CustomerID = "102", "102" }
	f.enqueue(t, his, "queued") // neither id nor key is remembered
	queued := aQueued("queued")
	his(&queued)
	queued.Message.Events = []email.Event{queued.Event}
	same(t, "message", queued.Message, f.message(t, "queued"))
	f.file(t, waiting, "in")
	in := aFiled("in")
	waiting(&in)
	same(t, "message", filed(in), f.message(t, "in"))
}

// eraseIsForGood tries to keep something about an erased customer.
func eraseIsForGood(t *testing.T, f storeFixture) {
	f.file(t, waiting, "inbox")
	f.erase(t, "101")
	_, err := f.other.Enqueue(context.Background(), aQueued("out"))
	isError(t, err, email.ErrNotFound)
	_, err = f.other.File(context.Background(), aFiled("in"))
	isError(t, err, email.ErrNotFound)
	isError(t, f.other.Assign(context.Background(), "inbox", *aFiled("in").Conversation, anAssignment), email.ErrNotFound)
	his := aQueued("out")
	his.Message.CustomerID = "102" // in her conversation
	_, err = f.other.Enqueue(context.Background(), his)
	isError(t, err, email.ErrNotFound)
	equal(t, "messages", "inbox", messageIDs(f.messages(t, email.MessageQuery{})))
	equal(t, "who has the waiting one", "", f.message(t, "inbox").CustomerID)
	equal(t, "conversations", 0, len(f.conversations(t)))
	f.enqueue(t, func(q *email.Queued) { q.Message.CustomerID, q.Conversation.CustomerID = "102", "102" }, "out") // the key is free
}

// eraseWhileKept erases a customer while messages of his are kept: each is kept before, and erased, or is refused.
func eraseWhileKept(t *testing.T, f storeFixture) {
	const callers = 8
	f.file(t, waiting, "inbox")
	kept := make([]error, callers)
	race(callers+1, func(i int) {
		var err error
		switch {
		case i == callers:
			if _, err := f.other.(email.Eraser).EraseCustomer(context.Background(), "101"); err != nil {
				t.Errorf("EraseCustomer: %v", err)
			}
			return
		case i == 0:
			err = f.one.Assign(context.Background(), "inbox", *aFiled("assigned").Conversation, anAssignment)
		case i%2 == 0:
			_, err = f.handle(i/2).Enqueue(context.Background(), aQueued(fmt.Sprint("out", i)))
		default:
			_, err = f.handle(i/2).File(context.Background(), aFiled(fmt.Sprint("in", i)))
		}
		kept[i] = err
	})
	for i, err := range kept {
		if err != nil && !errors.Is(err, email.ErrNotFound) {
			t.Errorf("caller %d: %v", i, err)
		}
	}
	equal(t, "messages of the customer", 0, len(f.messages(t, email.MessageQuery{CustomerID: "101"})))
	equal(t, "conversations of the customer", 0, len(f.conversationsOf(t, "101")))
}

func eraseReturnsBlobs(t *testing.T, f storeFixture) {
	f.two(t)
	equal(t, "what is hers alone", "her-file her-raw her-wire", f.erase(t, "101"))
	equal(t, "again", "", f.erase(t, "101"))
	equal(t, "the last one's", "blob his-file his-raw shared", f.erase(t, "102"))
	for i, keep := range []func(){ // each refers to what is about to be erased
		func() {
			f.file(t, func(in *email.Filed) { waiting(in); in.Message.Received.RawID = "x" }, "raw")
		},
		func() {
			f.file(t, func(in *email.Filed) { waiting(in); in.Message.Attachments[0].BlobID = "x" }, "attachment")
		},
		func() {
			f.enqueue(t, func(q *email.Queued) {
				q.Message.CustomerID, q.Conversation.CustomerID = "103", "103"
				q.Wire.Segments[1].Key = "x"
			}, "wire")
		},
	} {
		keep()
		her := fmt.Sprint("20", i)
		f.file(t, func(in *email.Filed) {
			in.Message.CustomerID, in.Conversation.CustomerID = her, her
			in.Message.Attachments[0].BlobID = "x"
			in.Message.Received.RawID = "y"
		}, "in-"+her)
		equal(t, fmt.Sprint("what others refer to: ", i), "y", f.erase(t, her))
	}
}

// forgetPromises are about the optional email.Eraser, too.
var forgetPromises = []promise[storeFixture]{
	{"ForgetRaw takes the bytes from the oldest messages, at most so many, and says from how many", func(t *testing.T, f storeFixture) {
		for id, age := range map[string]time.Duration{"b": 4, "a": 3, "d": 2, "c": 1} {
			f.file(t, func(in *email.Filed) { in.Message.CreatedAt = suiteTime.Add(-age * time.Hour) }, id)
		}
		f.enqueue(t, func(q *email.Queued) { q.Message.CreatedAt = suiteTime.Add(-9 * time.Hour) }, "out")
		for _, want := range []struct {
			blobs string
			n     int
		}{{"raw-a raw-b", 2}, {"raw-d", 1}, {"", 0}} {
			blobs, n := f.forget(t, suiteTime.Add(-time.Hour), 2) // c is not older than that
			equal(t, "contents", want.blobs, blobs)
			equal(t, "messages", want.n, n)
		}
		equal(t, "what is kept", "raw-c", f.message(t, "c").Received.RawID)
	}},
	{"ForgetRaw leaves the rest of a message alone", func(t *testing.T, f storeFixture) {
		in := fullFiled()
		_, err := f.one.File(context.Background(), in)
		noError(t, err)
		f.forget(t, suiteTime.Add(time.Hour), 10)
		want := filed(in)
		received := *want.Received
		received.RawID = ""
		want.Received = &received
		same(t, "message", want, f.message(t, "a"))
	}},
	{"ForgetRaw returns the contents that no message refers to any more, and no others", func(t *testing.T, f storeFixture) {
		f.file(t, func(in *email.Filed) {
			in.Message.Received.RawID = "twice"
			in.Message.CreatedAt = suiteTime.Add(-time.Hour)
		}, "a")
		f.file(t, func(in *email.Filed) { in.Message.Received.RawID = "twice" }, "b")
		f.file(t, func(in *email.Filed) { in.Message.Attachments[0].BlobID = "raw-c" }, "c")
		blobs, n := f.forget(t, suiteTime, 10)
		equal(t, "contents of one of two", "", blobs)
		equal(t, "messages", 1, n)
		blobs, n = f.forget(t, suiteTime.Add(time.Hour), 10)
		equal(t, "contents of the other, but not the attached one", "twice", blobs)
		equal(t, "messages", 2, n)
	}},
	{"ForgetRaw with Limit 0 takes nothing, nor after the context's end", func(t *testing.T, f storeFixture) {
		f.file(t, nil, "a")
		blobs, n := f.forget(t, suiteTime.Add(time.Hour), 0)
		equal(t, "contents", "", blobs)
		equal(t, "messages", 0, n)
		_, _, err := f.one.(email.Eraser).ForgetRaw(ended(), suiteTime.Add(time.Hour), 10)
		isError(t, err, context.Canceled)
		same(t, "message", filed(aFiled("a")), f.message(t, "a"))
	}},
}

func (f storeFixture) forget(t testing.TB, before time.Time, limit int) (blobs string, n int) {
	t.Helper()
	list, n, err := f.one.(email.Eraser).ForgetRaw(context.Background(), before, limit)
	noError(t, err)
	slices.Sort(list)
	return strings.Join(list, " "), n
}
