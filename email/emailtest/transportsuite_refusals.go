package emailtest

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email"
)

// The two ways to refuse, and what each is for a recipient.
var refusals = []struct {
	temporary bool
	status    email.RecipientStatus
}{{true, email.RecipientDeferred}, {false, email.RecipientRefused}}

var refusedRecipientPromises = []promise[TransportHarness]{
	{"Deliver tells of a recipient that is refused, and delivers to the others", func(t *testing.T, h TransportHarness) {
		for _, refusal := range refusals {
			s := h.RefuseRecipient(t, work, refusal.temporary)
			fates, _ := s.deliver(t, suiteEnvelope(), &content{mail: suiteMail})
			equal(t, "fates", fmt.Sprintf("accepted %s accepted", refusal.status), fates)
			s.received(t, suiteMail, email.Envelope{ReturnPath: suiteFrom, Recipients: []string{olga, boss}})
		}
	}},
	{"Deliver asks for no bytes when every recipient is refused", func(t *testing.T, h TransportHarness) {
		for _, refusal := range refusals {
			s := h.RefuseRecipient(t, work, refusal.temporary)
			msg := &content{mail: suiteMail}
			fates, _ := s.deliver(t, email.Envelope{ReturnPath: suiteFrom, Recipients: []string{work}}, msg)
			equal(t, "fates", string(refusal.status), fates)
			equal(t, "times the bytes were asked for", 0, msg.times())
			equal(t, "received", 0, len(s.Received()))
		}
	}},
	{"Deliver is good for the next message after a refusal", func(t *testing.T, h TransportHarness) {
		s := h.RefuseRecipient(t, work, false)
		s.deliver(t, email.Envelope{ReturnPath: suiteFrom, Recipients: []string{work}}, &content{mail: suiteMail})
		env := email.Envelope{ReturnPath: suiteFrom, Recipients: []string{olga}}
		_, err := s.deliver(t, env, &content{mail: numbered(1)})
		noError(t, err)
		s.received(t, numbered(1), env)
	}},
}

var refuseAllPromises = []promise[TransportHarness]{
	{"Deliver classifies a refusal before the content, and asks for no bytes", func(t *testing.T, h TransportHarness) {
		for _, refusal := range refusals {
			s := h.RefuseAll(t, refusal.temporary)
			msg := &content{mail: suiteMail}
			fates, _ := s.deliver(t, suiteEnvelope(), msg)
			equal(t, "fates", strings.Repeat(" "+string(refusal.status), 3)[1:], fates)
			equal(t, "times the bytes were asked for", 0, msg.times())
			equal(t, "received", 0, len(s.Received()))
		}
	}},
}

var refuseContentPromises = []promise[TransportHarness]{
	{"Deliver classifies a refusal of the content", func(t *testing.T, h TransportHarness) {
		for _, refusal := range refusals {
			s := h.RefuseContent(t, refusal.temporary)
			fates, err := s.deliver(t, suiteEnvelope(), &content{mail: suiteMail})
			equal(t, "fates", strings.Repeat(" "+string(refusal.status), 3)[1:], fates)
			equal(t, "received", 0, len(s.Received()))
			var classified *email.TransportError
			if err != nil && !errors.As(err, &classified) {
				t.Errorf("the error is no *email.TransportError: %v", err)
			}
		}
	}},
}
