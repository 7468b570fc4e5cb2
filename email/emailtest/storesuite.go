package emailtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// StoreHarness is how TestStore gets at an implementation.
type StoreHarness struct {
	// Open makes an empty storage and returns two handles on it, as two processes would hold them: two connections,
	// two pools. A storage that lives in one process returns one handle twice. What has to be closed is closed with
	// t.Cleanup.
	Open func(t testing.TB) (one, other email.Store)
}

// TestStore holds an implementation of email.Store to every promise of its contract, each as a subtest with a
// storage of its own. Where it is an email.BatchOutbox, an email.Eraser, an email.BlobReferences or an email.WireKeeper, the
// promises of these are asked for, too.
func TestStore(t *testing.T, h StoreHarness) {
	open := func(t testing.TB) storeFixture {
		one, other := h.Open(t)
		return storeFixture{one, other}
	}
	hold(t, open, enqueuePromises, claimPromises, lapsePromises, transitionPromises, applyPromises, filePromises, assignPromises,
		messagePromises, listPromises, inboxPromises, rulePartPromises)
	one, _ := h.Open(t)
	if is[email.BatchOutbox](one) {
		hold(t, open, batchPromises)
	}
	if is[email.Eraser](one) {
		hold(t, open, erasePromises, eraseRulePromises, forgetPromises)
	}
	if is[email.BlobReferences](one) {
		hold(t, open, referencePromises)
	}
	if is[email.WireKeeper](one) {
		hold(t, open, wirePromises)
	}
}

// storeFixture is two handles on one storage.
type storeFixture struct{ one, other email.Store }

// handles alternates between the two.
func (f storeFixture) handle(i int) email.Store {
	if i%2 == 0 {
		return f.one
	}
	return f.other
}

const suiteBody = "From: anna@shop.example\r\nTo: olga@customer.example\r\nSubject: =?UTF-8?Q?=D0=97?=\r\n\r\n"

// suiteBlob is a content that the suites' wire forms refer to.
var suiteBlob = strings.Repeat("вложение\x00", 1000)

// aQueued is a message with that id in a conversation of its own, to two recipients and a blind copy, due at suiteTime.
func aQueued(id string) email.Queued {
	return email.Queued{
		Message: email.Message{
			ID: id, ConversationID: "conversation-" + id, CustomerID: "101", ActorID: "7",
			Direction: email.Outgoing, Origin: email.OriginOutgoing,
			From:           mail.Address{Name: "Анна", Address: "anna@shop.example"},
			To:             []mail.Address{{Name: "Ольга", Address: "olga@customer.example"}, {Address: "olga@work.example"}},
			Bcc:            []mail.Address{{Address: "boss@shop.example"}},
			Subject:        "Заказ " + id,
			MessageID:      id + "@shop.example",
			State:          email.StateQueued,
			Recipients:     []email.Recipient{{Address: "olga@customer.example"}, {Address: "olga@work.example"}, {Address: "boss@shop.example"}},
			IdempotencyKey: "key-" + id,
			CreatedAt:      suiteTime,
			SendAt:         suiteTime,
		},
		Conversation: email.Conversation{
			ID: "conversation-" + id, CustomerID: "101", Subject: "Заказ " + id, State: email.Completed,
			CreatedAt: suiteTime, UpdatedAt: suiteTime,
		},
		ReturnPath: "bounce@shop.example",
		Wire: &message.Wire{EightBit: true, Segments: []message.Segment{
			{Bytes: []byte(suiteBody + id + "\r\n\x00\xff")},
			{Key: "blob", Size: int64(len(suiteBlob)), Encoding: message.EncodingBase64},
			{Bytes: []byte("--end--\r\n")},
		}},
		Event: email.Event{At: suiteTime, Kind: email.EventQueued, ActorID: "7", Detail: "detail"},
	}
}

// enqueue keeps messages made by aQueued and changed by change, which may be nil.
func (f storeFixture) enqueue(t testing.TB, change func(*email.Queued), ids ...string) {
	t.Helper()
	for _, id := range ids {
		q := aQueued(id)
		if change != nil {
			change(&q)
		}
		_, err := f.one.Enqueue(context.Background(), q)
		noError(t, err)
	}
}

// claim leases at most limit messages for one minute.
func claim(t testing.TB, s email.Store, owner string, now time.Time, limit int) email.Claimed {
	t.Helper()
	claimed, err := s.Claim(context.Background(), email.Claim{Owner: owner, Now: now, Lease: time.Minute, Limit: limit})
	noError(t, err)
	return claimed
}

// claimOne leases the one message that is due.
func (f storeFixture) claimOne(t testing.TB, owner string, now time.Time) email.Job {
	t.Helper()
	claimed := claim(t, f.one, owner, now, 10)
	equal(t, "jobs", 1, len(claimed.Jobs))
	return claimed.Jobs[0]
}

// sending brings a queued message to StateSending under a lease of one minute.
func (f storeFixture) sending(t testing.TB, id, owner string, now time.Time) {
	t.Helper()
	f.claimOne(t, owner, now)
	noError(t, f.one.Transition(context.Background(), email.Transition{
		MessageID: id, Owner: owner, From: email.StateQueued, To: email.StateSending, At: now,
		LeaseUntil: now.Add(time.Minute),
		Event:      &email.Event{At: now, Kind: email.EventSending},
	}))
}

func (f storeFixture) message(t testing.TB, id string) email.Message {
	t.Helper()
	m, err := f.other.Message(context.Background(), id)
	noError(t, err)
	return m
}

func jobIDs(claimed email.Claimed) string {
	var ids []string
	for _, job := range claimed.Jobs {
		ids = append(ids, job.Message.ID)
	}
	return strings.Join(ids, " ")
}

// wireBytes writes a wire form out.
func wireBytes(t testing.TB, w *message.Wire) string {
	t.Helper()
	if w == nil {
		t.Fatal("there is no wire form")
	}
	var b bytes.Buffer
	_, err := w.WriterTo(func(key string) (io.ReadCloser, error) {
		if key != "blob" {
			return nil, errors.New("unknown key " + key)
		}
		return io.NopCloser(strings.NewReader(suiteBlob)), nil
	}).WriteTo(&b)
	noError(t, err)
	return b.String()
}
