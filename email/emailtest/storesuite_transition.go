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

// cancelOf is what a person does to take a queued message back.
func cancelOf(id string) email.Transition {
	return email.Transition{MessageID: id, From: email.StateQueued, To: email.StateCanceled, At: suiteTime,
		Event: &email.Event{At: suiteTime, Kind: email.EventCanceled, ActorID: "7"}}
}

// startOf is what a worker does when the transport asks for the bytes.
func startOf(id, owner string) email.Transition {
	return email.Transition{MessageID: id, Owner: owner, From: email.StateQueued, To: email.StateSending, At: suiteTime,
		LeaseUntil: suiteTime.Add(time.Minute)}
}

func statuses(m email.Message) string {
	var list []string
	for _, r := range m.Recipients {
		list = append(list, string(r.Status))
	}
	return strings.Join(list, " ")
}

// transitionPromises are about whose transitions are made.
var transitionPromises = []promise[storeFixture]{
	{"Transition of an unknown message is ErrNotFound", func(t *testing.T, f storeFixture) {
		isError(t, f.one.Transition(context.Background(), cancelOf("nobody")), email.ErrNotFound)
	}},
	{"Transition from another state is ErrConflict and changes nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		before := f.message(t, "a")
		for _, from := range []email.State{email.StateSending, email.StateSent, email.StateFailed, email.StateUncertain, ""} {
			tr := cancelOf("a")
			tr.From = from
			tr.Results = []email.Recipient{{Address: "olga@work.example", Status: email.RecipientAccepted}}
			isError(t, f.one.Transition(context.Background(), tr), email.ErrConflict)
		}
		same(t, "message", before, f.message(t, "a"))
	}},
	{"Transition by a worker without the lease is ErrConflict and changes nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		isError(t, f.one.Transition(context.Background(), startOf("a", "stranger")), email.ErrConflict)
		f.claimOne(t, "w", suiteTime)
		before := f.message(t, "a")
		isError(t, f.other.Transition(context.Background(), startOf("a", "stranger")), email.ErrConflict)
		same(t, "message", before, f.message(t, "a"))
	}},
	{"Transition by a worker whose lease another has taken over is ErrConflict", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "first", suiteTime)
		f.claimOne(t, "second", suiteTime.Add(time.Hour))
		isError(t, f.one.Transition(context.Background(), startOf("a", "first")), email.ErrConflict)
		noError(t, f.other.Transition(context.Background(), startOf("a", "second")))
	}},
	{"Transition by the worker of a lapsed lease that nobody has taken over is made", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "w", suiteTime)
		late := startOf("a", "w")
		late.At, late.LeaseUntil = suiteTime.Add(time.Hour), suiteTime.Add(time.Hour+time.Minute)
		noError(t, f.one.Transition(context.Background(), late))
		equal(t, "state", email.StateSending, f.message(t, "a").State)
	}},
	{"Transition without LeaseUntil ends the lease", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "first", suiteTime)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "first", From: email.StateQueued, To: email.StateQueued, At: suiteTime,
		}))
		isError(t, f.one.Transition(context.Background(), startOf("a", "first")), email.ErrConflict)
		equal(t, "jobs", "a", jobIDs(claim(t, f.other, "second", suiteTime, 10)))
	}},
	{"Transition to the same state renews the lease", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "first", suiteTime)
		renew := startOf("a", "first")
		renew.To, renew.LeaseUntil = email.StateQueued, suiteTime.Add(time.Hour)
		noError(t, f.one.Transition(context.Background(), renew))
		equal(t, "jobs", "", jobIDs(claim(t, f.other, "second", suiteTime.Add(time.Hour-time.Millisecond), 10)))
		equal(t, "later", "a", jobIDs(claim(t, f.other, "second", suiteTime.Add(time.Hour), 10)))
	}},
	{"Transition to the same state renews the lease while sending", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		renew := startOf("a", "w")
		renew.From, renew.LeaseUntil = email.StateSending, suiteTime.Add(time.Hour)
		noError(t, f.one.Transition(context.Background(), renew))
		equal(t, "uncertain", 0, len(claim(t, f.other, "second", suiteTime.Add(time.Hour-time.Millisecond), 10).Uncertain))
		equal(t, "uncertain later", 1, len(claim(t, f.other, "second", suiteTime.Add(time.Hour), 10).Uncertain))
	}},
	{"Transition by a person needs no lease: a leased message is canceled, and its worker is too late", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "w", suiteTime)
		noError(t, f.other.Transition(context.Background(), cancelOf("a")))
		isError(t, f.one.Transition(context.Background(), startOf("a", "w")), email.ErrConflict)
		equal(t, "state", email.StateCanceled, f.message(t, "a").State)
	}},
	{"Transition by a person is too late once the bytes are going out", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		isError(t, f.other.Transition(context.Background(), cancelOf("a")), email.ErrConflict)
		equal(t, "state", email.StateSending, f.message(t, "a").State)
	}},
	{"Transition that asks for another attempt is ErrConflict and changes nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "w", suiteTime)
		f.claimOne(t, "w", suiteTime.Add(time.Hour))
		before := f.message(t, "a")
		for _, attempt := range []int{0, 1, 3} {
			tr := cancelOf("a")
			tr.Attempt = &attempt
			isError(t, f.other.Transition(context.Background(), tr), email.ErrConflict)
		}
		same(t, "message", before, f.message(t, "a"))
		tr := cancelOf("a")
		second := 2
		tr.Attempt = &second
		noError(t, f.other.Transition(context.Background(), tr))
	}},
	{"Transition by two at once is made by exactly one", transitionRace},
	{"Transition after the context's end changes nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		isError(t, f.one.Transition(ended(), cancelOf("a")), context.Canceled)
		equal(t, "state", email.StateQueued, f.message(t, "a").State)
	}},
}

func transitionRace(t *testing.T, f storeFixture) {
	for round := range 5 {
		id := fmt.Sprint("m", round)
		f.enqueue(t, nil, id)
		f.claimOne(t, "w", suiteTime)
		var made atomic.Int32
		race(6, func(i int) {
			tr := startOf(id, "w")
			if i%3 == 0 {
				tr = cancelOf(id)
			}
			switch err := f.handle(i).Transition(context.Background(), tr); {
			case err == nil:
				made.Add(1)
			case !errors.Is(err, email.ErrConflict):
				t.Errorf("caller %d: %v", i, err)
			}
		})
		equal(t, "transitions made", 1, made.Load())
	}
}

// applyPromises are about what a transition changes.
var applyPromises = []promise[storeFixture]{
	{"Transition takes results over by address and leaves the other recipients", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		want := []email.Recipient{
			{Address: "olga@customer.example"},
			{Address: "olga@work.example", Status: email.RecipientRefused, Code: 550, Enhanced: "5.1.1", Text: "нет такого", At: suiteTime},
			{Address: "boss@shop.example", Status: email.RecipientAccepted, Code: 250, Enhanced: "2.1.5", Text: "ok", At: suiteTime},
		}
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "w", From: email.StateSending, To: email.StateSent, At: suiteTime,
			Results: []email.Recipient{want[2], want[1]},
		}))
		same(t, "recipients", want, f.message(t, "a").Recipients)
	}},
	{"Transition to sent sets SentAt and keeps it", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		same(t, "SentAt before", time.Time{}, f.message(t, "a").SentAt)
		at := suiteTime.Add(3 * time.Second)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "w", From: email.StateSending, To: email.StateSent, At: at,
		}))
		same(t, "SentAt", at, f.message(t, "a").SentAt)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", From: email.StateSent, To: email.StateBounced, At: at.Add(time.Hour),
		}))
		same(t, "SentAt", at, f.message(t, "a").SentAt)
		equal(t, "state", email.StateBounced, f.message(t, "a").State)
	}},
	{"Transition to queued moves SendAt, and keeps it where none is given", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		later := suiteTime.Add(time.Hour)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "w", From: email.StateSending, To: email.StateQueued, At: suiteTime, SendAt: later,
		}))
		same(t, "SendAt", later, f.message(t, "a").SendAt)
		equal(t, "too early", "", jobIDs(claim(t, f.other, "w", later.Add(-time.Millisecond), 10)))
		f.claimOne(t, "w", later)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "w", From: email.StateQueued, To: email.StateQueued, At: later,
		}))
		same(t, "SendAt kept", later, f.message(t, "a").SendAt)
	}},
	{"Transition sets the state of its conversation, and keeps it where none is given", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a", "b")
		for _, state := range []email.ConversationState{email.Active, "", email.Completed} {
			tr := email.Transition{MessageID: "a", From: email.StateQueued, To: email.StateQueued, At: suiteTime, Conversation: state}
			noError(t, f.one.Transition(context.Background(), tr))
			want := state
			if state == "" {
				want = email.Active
			}
			list, err := f.other.Conversations(context.Background(), email.ConversationQuery{ID: "conversation-a", State: want, Limit: 5})
			noError(t, err)
			same(t, "conversations in the new state", 1, len(list))
		}
	}},
	{"Transition sets Retries, and keeps them where none are given", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		for _, retries := range []int{3, 0, 2} {
			tr := email.Transition{MessageID: "a", From: email.StateQueued, To: email.StateQueued, At: suiteTime, Retries: &retries}
			noError(t, f.one.Transition(context.Background(), tr))
			tr.Retries = nil
			noError(t, f.one.Transition(context.Background(), tr))
			same(t, "Retries", retries, f.message(t, "a").Retries)
			same(t, "Retries of a job", retries, f.claimOne(t, "w", suiteTime).Message.Retries)
			noError(t, f.one.Transition(context.Background(), tr)) // released
		}
	}},
	{"Transition keeps the provider's id where none is given", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		for _, id := range []string{"provider-1", ""} {
			noError(t, f.one.Transition(context.Background(), email.Transition{
				MessageID: "a", From: email.StateSending, To: email.StateSending, At: suiteTime,
				Owner: "w", LeaseUntil: suiteTime.Add(time.Minute), ProviderID: id,
			}))
			equal(t, "provider's id", "provider-1", f.message(t, "a").ProviderID)
		}
	}},
	{"Transition adds its event to the end of the time line", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		want := []email.Event{aQueued("a").Event}
		f.claimOne(t, "w", suiteTime)
		for _, event := range []*email.Event{
			{At: suiteTime, Kind: email.EventDeferred, Detail: "451 4.7.1"}, nil,
			{At: suiteTime, Kind: email.EventResent, ActorID: "8"},
		} {
			noError(t, f.one.Transition(context.Background(), email.Transition{
				MessageID: "a", From: email.StateQueued, To: email.StateQueued, At: suiteTime, Event: event,
			}))
			if event != nil {
				want = append(want, *event)
			}
		}
		same(t, "events", want, f.message(t, "a").Events)
	}},
	{"Transition puts an uncertain message back, for the recipients that are reopened", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		later := suiteTime.Add(time.Hour)
		claim(t, f.other, "w", later, 10)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", From: email.StateUncertain, To: email.StateQueued, At: later, SendAt: later,
			Results: []email.Recipient{{Address: "olga@work.example"}},
			Event:   &email.Event{At: later, Kind: email.EventResent, ActorID: "7"},
		}))
		job := f.claimOne(t, "w2", later)
		same(t, "recipients", []string{"olga@work.example"}, job.Envelope.Recipients)
		equal(t, "attempts", 2, job.Message.Attempts)
	}},
}
