package emailtest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

var claimPromises = []promise[storeFixture]{
	{"Claim gives the oldest SendAt first", func(t *testing.T, f storeFixture) {
		for id, wait := range map[string]time.Duration{"b": -time.Hour, "a": -time.Minute, "d": -time.Second, "c": 0} {
			f.enqueue(t, func(q *email.Queued) { q.Message.SendAt = suiteTime.Add(wait) }, id)
		}
		equal(t, "jobs", "b a d c", jobIDs(claim(t, f.one, "w", suiteTime, 10)))
	}},
	{"Claim gives mass mailings after all others", func(t *testing.T, f storeFixture) {
		f.enqueue(t, func(q *email.Queued) { q.Message.Purpose, q.Message.SendAt = email.Bulk, suiteTime.Add(-time.Hour) }, "a", "b")
		f.enqueue(t, nil, "d", "c")
		equal(t, "the first", "c", jobIDs(claim(t, f.one, "w", suiteTime, 1)))
		equal(t, "the others", "d a b", jobIDs(claim(t, f.other, "w", suiteTime, 10)))
	}},
	{"Claim gives at most Limit jobs", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a", "b", "c")
		equal(t, "first", 2, len(claim(t, f.one, "w", suiteTime, 2).Jobs))
		equal(t, "second", 1, len(claim(t, f.one, "w", suiteTime, 2).Jobs))
	}},
	{"Claim with Limit 0 leases nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		equal(t, "jobs", 0, len(claim(t, f.one, "w", suiteTime, 0).Jobs))
		equal(t, "attempts", 1, f.claimOne(t, "w", suiteTime).Message.Attempts)
	}},
	{"Claim with MessageIDs leases only those that are due of them", claimByID},
	{"Claim leaves a message alone until its SendAt", func(t *testing.T, f storeFixture) {
		f.enqueue(t, func(q *email.Queued) { q.Message.SendAt = suiteTime.Add(time.Hour) }, "a")
		equal(t, "before", "", jobIDs(claim(t, f.one, "w", suiteTime.Add(time.Hour-time.Millisecond), 10)))
		equal(t, "at the time", "a", jobIDs(claim(t, f.one, "w", suiteTime.Add(time.Hour), 10)))
	}},
	{"Claim gives the whole message without events, its envelope and its wire form", wholeJob},
	{"Claim counts the attempts", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		for attempt := range 3 {
			job := f.claimOne(t, "w", suiteTime.Add(time.Duration(attempt)*time.Hour))
			equal(t, "attempts of the job", attempt+1, job.Message.Attempts)
			equal(t, "attempts as kept", attempt+1, f.message(t, "a").Attempts)
		}
	}},
	{"Claim leases a message to one worker at a time", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "first", suiteTime)
		late := suiteTime.Add(time.Minute - time.Millisecond)
		equal(t, "for another", "", jobIDs(claim(t, f.other, "second", late, 10)))
		equal(t, "for the first", "", jobIDs(claim(t, f.one, "first", late, 10)))
	}},
	{"Claim by many workers at once gives each message to exactly one", claimRace},
	{"Claim counts the leases that lapsed in a row", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		now := suiteTime
		for lapses := range 3 {
			job := f.claimOne(t, "w", now)
			equal(t, "lapses", lapses, job.Lapses)
			renewal := email.Transition{MessageID: "a", Owner: "w", From: email.StateQueued, To: email.StateQueued, At: now, LeaseUntil: now.Add(time.Minute)}
			noError(t, f.other.Transition(context.Background(), renewal))
			now = now.Add(time.Minute)
		}
		equal(t, "lapses", 3, f.claimOne(t, "w", now).Lapses)
		release := email.Transition{MessageID: "a", Owner: "w", From: email.StateQueued, To: email.StateQueued, At: now}
		noError(t, f.one.Transition(context.Background(), release))
		equal(t, "lapses after a release", 0, f.claimOne(t, "w", now).Lapses)
	}},
	{"Claim gives a queued message again when its lease has lapsed, at its very end", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.claimOne(t, "first", suiteTime)
		equal(t, "jobs", "a", jobIDs(claim(t, f.other, "second", suiteTime.Add(time.Minute), 10)))
	}},
	{"Claim does not wait for a lease of a clock that has leapt ahead and back", leaptLease},
	{"Claim never gives a message that is not queued", onlyQueued},
	{"Claim gives the same bytes at every attempt", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		want := wireBytes(t, aQueued("a").Wire)
		for attempt := range 2 {
			job := f.claimOne(t, "w", suiteTime.Add(time.Duration(attempt)*time.Hour))
			equal(t, fmt.Sprint("attempt ", attempt+1), want, wireBytes(t, job.Wire))
		}
	}},
	{"Claim addresses only the recipients that still wait", openRecipients},
	{"Claim gives results that are the caller's", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		want := wireBytes(t, aQueued("a").Wire)
		job := f.claimOne(t, "w", suiteTime)
		wholeEnough(t, job)
		job.Message.To[0].Address, job.Message.Recipients[0].Address = "evil@evil.example", "evil@evil.example"
		job.Envelope.Recipients[0] = "evil@evil.example"
		job.Wire.Segments[0].Bytes[0] = '!'
		again := f.claimOne(t, "w", suiteTime.Add(time.Hour))
		wholeEnough(t, again)
		equal(t, "To", "olga@customer.example", again.Message.To[0].Address)
		equal(t, "recipient", "olga@customer.example", again.Envelope.Recipients[0])
		equal(t, "wire form", want, wireBytes(t, again.Wire))
	}},
	{"Claim after the context's end leases nothing", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		_, err := f.one.Claim(ended(), email.Claim{Owner: "w", Now: suiteTime, Lease: time.Minute, Limit: 1})
		isError(t, err, context.Canceled)
		equal(t, "attempts", 1, f.claimOne(t, "w", suiteTime).Message.Attempts)
	}},
}

func claimByID(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a", "b", "c", "d")
	f.enqueue(t, func(q *email.Queued) { q.Message.SendAt = suiteTime.Add(time.Hour) }, "later")
	by := func(limit int, ids ...string) email.Claimed {
		claimed, err := f.one.Claim(context.Background(), email.Claim{Owner: "w", Now: suiteTime, Lease: time.Minute, Limit: limit, MessageIDs: ids})
		noError(t, err)
		return claimed
	}
	equal(t, "none", "", jobIDs(by(10, make([]string, 0)...)))
	equal(t, "one", "c", jobIDs(by(10, "c")))
	equal(t, "leased, unknown and not due", "", jobIDs(by(10, "c", "nobody", "later")))
	equal(t, "at most Limit", "a", jobIDs(by(1, "b", "a")))
	equal(t, "the rest", "b d", jobIDs(claim(t, f.one, "w", suiteTime, 10)))
}

func wholeJob(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a")
	job := f.claimOne(t, "w", suiteTime)
	want := aQueued("a")
	want.Message.Attempts = 1
	same(t, "message", want.Message, job.Message)
	same(t, "envelope", email.Envelope{
		ReturnPath: "bounce@shop.example",
		Recipients: []string{"olga@customer.example", "olga@work.example", "boss@shop.example"},
	}, job.Envelope)
	same(t, "wire form", want.Wire, job.Wire)
}

// wholeEnough wants of a job what the tests go on to look at.
func wholeEnough(t testing.TB, job email.Job) {
	t.Helper()
	want := aQueued("a")
	equal(t, "mailboxes of To", len(want.Message.To), len(job.Message.To))
	equal(t, "recipients", len(want.Message.Recipients), len(job.Message.Recipients))
	equal(t, "recipients of the envelope", len(want.Message.Recipients), len(job.Envelope.Recipients))
	wireBytes(t, job.Wire)
	equal(t, "segments of the wire form", len(want.Wire.Segments), len(job.Wire.Segments))
}

func claimRace(t *testing.T, f storeFixture) {
	const messages, workers = 40, 8
	for i := range messages {
		f.enqueue(t, nil, fmt.Sprintf("m%02d", i))
	}
	var mu sync.Mutex
	seen := map[string]int{}
	race(workers, func(i int) {
		for range messages + 1 {
			claimed, err := f.handle(i).Claim(context.Background(),
				email.Claim{Owner: fmt.Sprint("w", i), Now: suiteTime, Lease: time.Minute, Limit: 3})
			if err != nil {
				t.Errorf("worker %d: %v", i, err)
			}
			if err != nil || len(claimed.Jobs) == 0 {
				return
			}
			mu.Lock()
			for _, job := range claimed.Jobs {
				seen[job.Message.ID]++
			}
			mu.Unlock()
		}
	})
	equal(t, "messages claimed", messages, len(seen))
	for id, times := range seen {
		equal(t, "claims of "+id, 1, times)
	}
}

func onlyQueued(t *testing.T, f storeFixture) {
	for _, state := range []email.State{email.StateSent, email.StateFailed, email.StateUncertain} {
		id := string(state)
		f.enqueue(t, nil, id)
		f.sending(t, id, "w", suiteTime)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: id, Owner: "w", From: email.StateSending, To: state, At: suiteTime,
		}))
	}
	f.enqueue(t, nil, "canceled")
	noError(t, f.one.Transition(context.Background(), cancelOf("canceled")))
	claimed := claim(t, f.other, "w", suiteTime.Add(time.Hour), 10)
	equal(t, "jobs", "", jobIDs(claimed))
	equal(t, "uncertain", 0, len(claimed.Uncertain))
}

func openRecipients(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a")
	f.sending(t, "a", "w", suiteTime)
	later := suiteTime.Add(time.Hour)
	noError(t, f.one.Transition(context.Background(), email.Transition{
		MessageID: "a", Owner: "w", From: email.StateSending, To: email.StateQueued, At: suiteTime, SendAt: later,
		Results: []email.Recipient{
			{Address: "olga@customer.example", Status: email.RecipientAccepted, Code: 250, At: suiteTime},
			{Address: "olga@work.example", Status: email.RecipientDeferred, Code: 451, At: suiteTime},
		},
	}))
	job := f.claimOne(t, "w", later)
	same(t, "recipients", []string{"olga@work.example", "boss@shop.example"}, job.Envelope.Recipients)
	equal(t, "recipients of the message", 3, len(job.Message.Recipients))
}

func leaptLease(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a")
	f.enqueue(t, nil, "b")
	ahead := suiteTime.AddDate(1, 0, 0)
	equal(t, "jobs ahead", 2, len(claim(t, f.one, "w", ahead, 10).Jobs))
	noError(t, f.one.Transition(context.Background(), email.Transition{MessageID: "b", Owner: "w", From: email.StateQueued,
		To: email.StateSending, At: ahead, LeaseUntil: ahead.Add(time.Minute)}))
	claimed := claim(t, f.other, "x", suiteTime, 10)
	equal(t, "jobs", "a", jobIDs(claimed))
	same(t, "uncertain", []string{"b"}, claimed.Uncertain)
	equal(t, "jobs again", 0, len(claim(t, f.one, "w", suiteTime.Add(time.Second), 10).Jobs))
}

// lapsePromises are about workers that died while the bytes were going out.
var lapsePromises = []promise[storeFixture]{
	{"Claim makes a message uncertain whose worker fell silent while sending", becomesUncertain},
	{"Claim with Limit 0 still finds the uncertain", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		claimed := claim(t, f.other, "second", suiteTime.Add(2*time.Minute), 0)
		equal(t, "uncertain", 1, len(claimed.Uncertain))
		equal(t, "state", email.StateUncertain, f.message(t, "a").State)
	}},
	{"Claim leaves a message alone whose worker is still sending", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		claimed := claim(t, f.other, "second", suiteTime.Add(time.Minute-time.Millisecond), 10)
		equal(t, "jobs and uncertain", 0, len(claimed.Jobs)+len(claimed.Uncertain))
		equal(t, "state", email.StateSending, f.message(t, "a").State)
	}},
	{"Claim tells of an uncertain message once", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		var mu sync.Mutex
		var told []string
		race(6, func(i int) {
			claimed, err := f.handle(i).Claim(context.Background(),
				email.Claim{Owner: fmt.Sprint("w", i), Now: suiteTime.Add(time.Hour), Lease: time.Minute, Limit: 10})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			told = append(told, claimed.Uncertain...)
		})
		same(t, "uncertain", []string{"a"}, told)
	}},
	{"Claim keeps what is known of recipients when a message becomes uncertain", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		f.sending(t, "a", "w", suiteTime)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "w", From: email.StateSending, To: email.StateSending, At: suiteTime,
			LeaseUntil: suiteTime.Add(time.Minute),
			Results: []email.Recipient{
				{Address: "olga@customer.example", Status: email.RecipientRefused, Code: 550, Enhanced: "5.1.1", Text: "no", At: suiteTime},
				{Address: "olga@work.example", Status: email.RecipientAccepted, Code: 250, At: suiteTime},
			},
		}))
		claim(t, f.other, "second", suiteTime.Add(time.Hour), 10)
		equal(t, "recipients", "refused accepted uncertain", statuses(f.message(t, "a")))
	}},
}

func becomesUncertain(t *testing.T, f storeFixture) {
	f.enqueue(t, nil, "a")
	f.sending(t, "a", "w", suiteTime)
	now := suiteTime.Add(time.Minute) // the very end of the lease
	claimed := claim(t, f.other, "second", now, 10)
	same(t, "uncertain", []string{"a"}, claimed.Uncertain)
	equal(t, "jobs", "", jobIDs(claimed))
	m := f.message(t, "a")
	equal(t, "state", email.StateUncertain, m.State)
	equal(t, "recipients", "uncertain uncertain uncertain", statuses(m))
	i := slices.IndexFunc(m.Events, func(e email.Event) bool { return e.Kind == email.EventUncertain })
	if i != len(m.Events)-1 || i < 0 || !m.Events[i].At.Equal(now) {
		t.Fatalf("the time line does not end with the uncertain event at %v: %+v", now, m.Events)
	}
	isError(t, f.one.Transition(context.Background(), email.Transition{
		MessageID: "a", Owner: "w", From: email.StateSending, To: email.StateSent, At: now,
	}), email.ErrConflict)
}
