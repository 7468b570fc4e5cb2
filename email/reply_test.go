package email_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
)

func TestReply(t *testing.T) {
	w := newWorld(t, withSecret)
	parent := w.receive(t, rawMail(t, func(m *message.Message) {
		m.Subject = "Re: Fwd: {{ 7 * 7 }} <b>"
		m.Text = "{% set x = 1 %}Когда <b>?\n> раньше"
		m.References = []string{"root@example.org"}
		m.ReplyTo = []mail.Address{{Address: "ivan.office@example.net"}}
	}))
	answer, err := w.Reply(t.Context(), "anna", parent.ID)
	require.NoError(t, err)
	assert.Equal(t, []string{"ivan.office@example.net"}, answer.To, "Reply-To, not From")
	assert.Equal(t, sender.Choice{Kind: sender.Manager}, answer.From)
	answer.Letter.HTML = "<p>Завтра</p>" + answer.Letter.HTML

	sent, err := w.Send(t.Context(), answer)
	require.NoError(t, err)
	assert.Equal(t, "Re: {{ 7 * 7 }} <b>", sent.Subject, "what a customer wrote is not run")
	assert.Contains(t, sent.HTML, "{% set x = 1 %}Когда &lt;b&gt;?<br>\n&gt; раньше</blockquote>")
	assert.Equal(t, email.OriginReply, sent.Origin)
	assert.Equal(t, parent.ConversationID, sent.ConversationID)
	w.dispatch(t, sent.ID)
	parsed := w.recorder.Deliveries()[0].Parsed
	assert.Equal(t, []string{"in-1@example.org"}, parsed.InReplyTo)
	assert.Equal(t, []string{"root@example.org", "in-1@example.org"}, parsed.References)
	require.Len(t, parsed.ReplyTo, 1)
	assert.Regexp(t, `^reply\+`+sent.ConversationID+`\.[0-9a-z]{13}@shop\.example$`, parsed.ReplyTo[0].Address)
	completed, err := w.History.Conversations(t.Context(), email.Completed, "", 0)
	require.NoError(t, err)
	require.Len(t, completed.Items, 1, "it is answered")

	next, err := w.Receive(t.Context(), email.Inbound{Mailbox: "reply@shop.example", Recipients: []string{parsed.ReplyTo[0].Address},
		Raw: strings.NewReader(rawMail(t, mailID("in-2@example.org"), func(m *message.Message) { m.Subject = "совсем другое" }))})
	require.NoError(t, err)
	assert.Equal(t, email.MatchToken, next.Received.MatchedBy)
	assert.Equal(t, sent.ConversationID, next.ConversationID)
}

func TestReplyDoesNotQuotePreheaders(t *testing.T) {
	w := newWorld(t)
	preview, err := w.Preview(t.Context(), draft(preheader("Секретный прехедер")))
	require.NoError(t, err)
	parent := w.receive(t, rawMail(t, func(m *message.Message) {
		m.Text, m.HTML = "", "<p>Спасибо</p><blockquote>"+preview.HTML+"</blockquote>"
	}))
	answer, err := w.Reply(t.Context(), "anna", parent.ID)
	require.NoError(t, err)
	assert.Contains(t, answer.Letter.HTML, "Спасибо")
	assert.Contains(t, answer.Letter.HTML, "Ждём вас!")
	assert.NotContains(t, answer.Letter.HTML, "прехедер")
}

func TestReplyIsJudgedAsAnyMessage(t *testing.T) {
	w := newWorld(t)
	parent := w.receive(t, rawMail(t))
	for code, change := range map[string]func(*email.Draft){
		email.CodeContentBlocked:         html("<p>x</p><iframe src=x></iframe>"),
		email.CodeAttachmentsBlocked:     attached(exe("a.exe", 0)),
		sender.CodeTransactionalDisabled: as("boris"),
		email.CodeReplyUnknown:           func(d *email.Draft) { d.InReplyTo = "nobody" },
		email.CodeRecipientForeign:       func(d *email.Draft) { d.To = []string{"olga@example.org"} },
	} {
		answer, err := w.Reply(t.Context(), "anna", parent.ID)
		require.NoError(t, err)
		change(&answer)
		_, err = w.Send(t.Context(), answer)
		var refusals email.Refusals
		require.ErrorAs(t, err, &refusals, code)
		assert.Equal(t, []string{code}, codes(refusals))
	}
	_, err := w.Send(t.Context(), draft(func(d *email.Draft) {
		d.CustomerID, d.InReplyTo, d.From = "olga", parent.ID, sender.Choice{Kind: sender.Additional, ID: "info"}
	}))
	var refusals email.Refusals
	require.ErrorAs(t, err, &refusals)
	assert.Contains(t, codes(refusals), email.CodeReplyUnknown, "another customer's")
	sent := w.send(t)
	_, err = w.Reply(t.Context(), "anna", sent.ID)
	require.Error(t, err, "an outgoing message is not answered")
}
