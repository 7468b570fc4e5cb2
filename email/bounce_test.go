package email_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

// bounceOf is a report (RFC 3464) about one recipient of a message.
func bounceOf(messageID, addr, action string) string {
	return strings.ReplaceAll(fmt.Sprintf(`From: Mail Delivery System <MAILER-DAEMON@mx.example.org>
To: anna@shop.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 02 Mar 2026 09:05:00 +0000
Message-ID: <bounce.%[2]s@mx.example.org>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I could not deliver your message.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; %[2]s
Action: %[3]s
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: text/rfc822-headers

Message-ID: <%[1]s>
--b--
`, messageID, addr, action), "\n", "\r\n")
}

func TestReceiveBounce(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, withBcc)
	w.dispatch(t, sent.ID)
	report := func(addr, action string) email.Message {
		msg, err := w.Receive(t.Context(), email.Inbound{Mailbox: "anna@shop.example", ReturnPath: "<>",
			Raw: strings.NewReader(bounceOf(sent.MessageID, addr, action))})
		require.NoError(t, err)
		return msg
	}
	report("ivan@example.org", "delayed")
	assert.Equal(t, email.RecipientAccepted, w.message(t, sent.ID).Recipients[0].Status)

	first := report("archive@shop.example", "failed")
	assert.Equal(t, email.MatchBounce, first.Received.MatchedBy)
	assert.Equal(t, sent.ConversationID, first.ConversationID)
	got := w.message(t, sent.ID)
	assert.Equal(t, email.StateSent, got.State, "one recipient has it")
	assert.Equal(t, email.RecipientRefused, got.Recipients[1].Status)
	assert.Equal(t, "5.1.1", got.Recipients[1].Enhanced)

	report("other@example.org", "failed")
	assert.Equal(t, email.RecipientAccepted, w.message(t, sent.ID).Recipients[0].Status, "another address is not his")

	report("Ivan@EXAMPLE.org", "failed")
	got = w.message(t, sent.ID)
	assert.Equal(t, email.StateBounced, got.State, "nobody has it")
	assert.Equal(t, email.EventBounced, got.Events[len(got.Events)-1].Kind)
	completed, err := w.History.Conversations(t.Context(), email.Completed, "", 0)
	require.NoError(t, err)
	assert.Len(t, completed.Items, 1, "a report asks for no answer")
}

func TestReceiveBounceOfUnknownMessage(t *testing.T) {
	w := newWorld(t)
	msg := w.receive(t, bounceOf("nobody@example.org", "ivan@example.org", "failed"))
	assert.Empty(t, msg.ConversationID, "a report opens no conversation")
	conversations, err := w.History.Conversations(t.Context(), "", "", 0)
	require.NoError(t, err)
	assert.Empty(t, conversations.Items)
}

// envelopeReport is a report of a server that knows the envelope of a message, and another Message-ID than ours.
func envelopeReport(envelopeID, addr string) string {
	return strings.Replace(bounceOf("0100.changed@provider.example", addr, "failed"),
		"Reporting-MTA:", "Original-Envelope-Id: "+envelopeID+"\r\nReporting-MTA:", 1)
}

func TestReceiveBounceByEnvelopeID(t *testing.T) {
	for name, options := range map[string][]func(*email.Config){"secret": {withSecret}, "no secret": nil} {
		t.Run(name, func(t *testing.T) {
			var envelopeID string
			w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
				envelopeID = msg.(interface{ EnvelopeID() string }).EnvelopeID()
				return email.Receipt{}, discard(msg)
			}, options...)
			sent := w.send(t)
			w.dispatch(t, sent.ID)
			id, signature, _ := strings.Cut(envelopeID, ".")
			for name, forged := range map[string]string{
				"unsigned": id, "empty signature": id + ".", "short": id + "." + signature[1:], "other id": "x" + envelopeID,
				"signature alone": "." + signature, "long": envelopeID + strings.Repeat("x", 200),
				"other signature": id + "." + strings.Repeat("0", len(signature)), "of the conversation": sent.ConversationID + "." + signature,
			} {
				report := w.receive(t, envelopeReport(forged, "ivan@example.org"))
				assert.Empty(t, report.ConversationID, name)
				assert.Equal(t, email.MatchNone, report.Received.MatchedBy, name)
				assert.Equal(t, email.StateSent, w.message(t, sent.ID).State, name)
			}
			report := w.receive(t, envelopeReport(envelopeID, "ivan@example.org"))
			assert.Equal(t, email.MatchEnvelope, report.Received.MatchedBy)
			assert.Equal(t, sent.ConversationID, report.ConversationID)
			assert.Equal(t, email.StateBounced, w.message(t, sent.ID).State)
			assert.LessOrEqual(t, len(envelopeID), 100, "RFC 3461 §4.4")
		})
	}
}
