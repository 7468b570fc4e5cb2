package email_test

import (
	"net/mail"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// Letters lie in mailboxes for years: what an earlier release has signed is known for ours in every later one.
func TestSignaturesOfEarlierReleases(t *testing.T) {
	w, kept := mailings(t, withSecret)
	const conversation = "id-0002"
	_, err := w.store.File(t.Context(), email.Filed{
		Message: email.Message{ID: "m", IdempotencyKey: "m", CustomerID: "ivan", ConversationID: conversation, Direction: email.Incoming,
			Origin: email.OriginInbound, State: email.StateReceived, CreatedAt: morning, Received: &email.Received{}},
		Conversation: &email.Conversation{ID: conversation, CustomerID: "ivan", State: email.Active, CreatedAt: morning, UpdatedAt: morning},
	})
	require.NoError(t, err)
	for want, change := range map[email.MatchRule]func(*message.Message){
		email.MatchToken: func(m *message.Message) {
			m.To = []mail.Address{{Address: "reply+" + conversation + ".r0hv0k9fr9t0r@shop.example"}}
		},
		email.MatchSignature: func(m *message.Message) {
			m.References = []string{"crm." + conversation + ".gone.8rcv7k634wvn2@shop.example"}
		},
		email.MatchMarker: func(m *message.Message) { m.Text = "> crm-ref:" + conversation + ".bxy5creee1hdc" },
	} {
		msg := w.receive(t, rawMail(t, change, mailID(string(want)+"@example.org")))
		assert.Equal(t, want, msg.Received.MatchedBy)
		assert.Equal(t, conversation, msg.ConversationID, want)
	}

	require.NoError(t, w.Suppressions.Unsubscribe(t.Context(), "AWEo0h8HDaDkj81uWRFQ1UFnb25lAGl2YW5AZXhhbXBsZS5vcmc"))
	left, err := kept.Suppressed(t.Context(), []string{"ivan@example.org"})
	require.NoError(t, err)
	require.Len(t, left, 1)
	assert.Equal(t, email.SuppressedUnsubscribe, left[0].Reason)
}
