package emailtest

import (
	"context"
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// wirePromises are about the optional email.WireKeeper.
var wirePromises = []promise[storeFixture]{
	{"Wire returns the wire form that was kept, also of a message that was sent", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		want := aQueued("a").Wire
		same(t, "while it is queued", want, f.wire(t, "a"))
		f.sending(t, "a", "worker", suiteTime)
		noError(t, f.one.Transition(context.Background(), email.Transition{
			MessageID: "a", Owner: "worker", From: email.StateSending, To: email.StateSent, At: suiteTime,
		}))
		same(t, "when it was sent", want, f.wire(t, "a"))
	}},
	{"Wire returns that of the message that was asked for", func(t *testing.T, f storeFixture) {
		f.enqueue(t, func(q *email.Queued) { q.Wire.Segments = q.Wire.Segments[:1] }, "short")
		f.enqueue(t, nil, "long")
		equal(t, "segments", 1, len(f.wire(t, "short").Segments))
		equal(t, "segments", len(aQueued("long").Wire.Segments), len(f.wire(t, "long").Segments))
	}},
	{"Wire returns the caller's own", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		first := f.wire(t, "a")
		want := wireBytes(t, first)
		first.Segments[0].Bytes[0] = '!'
		equal(t, "wire form", want, wireBytes(t, f.wire(t, "a")))
	}},
	{"Wire of a message without one, or of no message, is ErrNotFound", func(t *testing.T, f storeFixture) {
		f.file(t, nil, "in")
		for _, id := range []string{"in", "unknown", ""} {
			_, err := f.other.(email.WireKeeper).Wire(context.Background(), id)
			isError(t, err, email.ErrNotFound)
		}
	}},
	{"Wire after the context's end is its error", func(t *testing.T, f storeFixture) {
		f.enqueue(t, nil, "a")
		_, err := f.one.(email.WireKeeper).Wire(ended(), "a")
		isError(t, err, context.Canceled)
	}},
}

func (f storeFixture) wire(t testing.TB, id string) *message.Wire {
	t.Helper()
	wire, err := f.other.(email.WireKeeper).Wire(context.Background(), id)
	noError(t, err)
	return wire
}
