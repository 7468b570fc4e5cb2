package email_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// complaint is an abuse report about a delivery.
func complaint(kind, named string, d emailtest.Delivery) string {
	fields := "Feedback-Type: " + kind + "\nUser-Agent: Provider/1.0\nVersion: 1\n"
	if named != "" {
		fields += "Original-Rcpt-To: <" + named + ">\n"
	}
	header, _, _ := strings.Cut(string(d.Raw), "\r\n\r\n")
	return "From: fbl@provider.example\nTo: abuse@shop.example\nSubject: complaint\nMessage-ID: <" + kind + named + "@provider.example>\n" +
		"MIME-Version: 1.0\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\n\n" +
		"--b\nContent-Type: text/plain\n\nThis is a report.\n--b\nContent-Type: message/feedback-report\n\n" + fields +
		"--b\nContent-Type: text/rfc822-headers\n\n" + strings.ReplaceAll(header, "\r\n", "\n") + "\n--b--\n"
}

func TestComplaintSuppresses(t *testing.T) {
	for name, c := range map[string]struct {
		kind, named string
		want        []string
	}{
		"names the recipient": {"abuse", "Ivan@example.org", []string{"complaint ivan@example.org"}},
		"names nobody":        {"abuse", "", []string{"complaint ivan@example.org"}},
		"of a program":        {"auth-failure", "", nil},
		"takes it back":       {"not-spam", "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := suppressing(t)
			msg := w.dispatch(t, w.send(t).ID)
			raw := complaint(c.kind, c.named, w.recorder.Deliveries()[0])
			report, err := w.Receive(t.Context(), email.Inbound{Mailbox: "abuse@shop.example", Raw: strings.NewReader(raw)})
			require.NoError(t, err)
			assert.Equal(t, msg.ConversationID, report.ConversationID, "it stands in the conversation of the letter")
			assert.Equal(t, c.want, w.reasons(t))
			after := w.message(t, msg.ID)
			assert.Equal(t, email.StateSent, after.State)
			last := after.Events[len(after.Events)-1]
			assert.Equal(t, len(c.want) > 0, last.Kind == email.EventComplained)
		})
	}
}

// A report that names somebody else says nothing of the two who got the letter.
func TestComplaintOfAnotherSuppressesNobody(t *testing.T) {
	w, _ := suppressing(t)
	msg := w.send(t, func(d *email.Draft) { d.Bcc = []string{"boss@shop.example"} })
	w.dispatch(t, msg.ID)
	raw := complaint("abuse", "somebody@else.example", w.recorder.Deliveries()[0])
	_, err := w.Receive(t.Context(), email.Inbound{Mailbox: "abuse@shop.example", Raw: strings.NewReader(raw)})
	require.NoError(t, err)
	assert.Empty(t, w.reasons(t))
}
