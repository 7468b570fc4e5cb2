package killtest

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/crmmail/crmmail/email"
)

// judge compares what the store says of each message with what the mail server knows.
func (l *letters) judge(t *testing.T, sink *mailServer, w *workers) {
	t.Helper()
	sink.mu.Lock()
	defer sink.mu.Unlock()
	states := map[email.State]int{}
	attempts, refused := 0, 0
	list, err := l.all(t.Context())
	must(t, err)
	for _, m := range list {
		states[m.State]++
		attempts += m.Attempts
		came := sink.messages[l.byID[m.ID].messageID]
		if came != nil {
			refused += came.refused
		}
		l.fate(t, m, came)
	}
	if len(list) != l.queued {
		t.Errorf("killtest: %d messages were queued, and %d are kept", l.queued, len(list))
	}
	limit := w.severed
	if w.plan.Signal == syscall.SIGTERM {
		limit = 0
	}
	if states[email.StateUncertain] > limit {
		t.Errorf("killtest: %d messages are uncertain, where at most %d may be", states[email.StateUncertain], limit)
	}
	t.Logf("%d messages, %d processes killed with %d connections open, %d attempts, %d refused for now: %v",
		len(list), w.plan.Kills, w.severed, attempts, refused, states)
}

// fate holds one message to the promise.
func (l *letters) fate(t *testing.T, m email.Message, came *arrival) {
	t.Helper()
	letter := l.byID[m.ID]
	if came == nil {
		came = &arrival{}
	}
	for content := range came.contents {
		if content != letter.content {
			t.Errorf("killtest: message %s went out with other bytes than were queued", m.ID)
		}
	}
	least, most := 1, 1
	switch m.State {
	case email.StateSent:
	case email.StateUncertain:
		least = 0
		t.Logf("uncertain: message %s, which %s: %s", m.ID, map[bool]string{true: "arrived", false: "did not arrive"}[len(came.recipients) > 0],
			l.history(t, m.ID))
	default:
		t.Errorf("killtest: message %s is lost: %s", m.ID, m.State)
		least = 0
	}
	for _, addr := range letter.recipients {
		if n := came.recipients[addr]; n < least || n > most {
			t.Errorf("killtest: message %s, which is %s, arrived %d times at a recipient", m.ID, m.State, n)
		}
	}
}

// history is the time line of a message, for whoever has to find out what went wrong.
func (l *letters) history(t *testing.T, id string) string {
	t.Helper()
	m, err := l.store.Message(t.Context(), id)
	must(t, err)
	var b strings.Builder
	for _, e := range m.Events {
		fmt.Fprintf(&b, " %s %s %s", e.At.Format("05.000"), e.Kind, e.Detail)
	}
	return b.String()
}
