package email_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
)

var secret = []byte("0123456789abcdef")

func withSecret(c *email.Config) {
	c.Secret = secret
	c.ReplyTo = mail.Address{Name: "Уют", Address: "reply@shop.example"}
}

// rawMail is an inbound message as a server hands it over.
func rawMail(t *testing.T, change ...func(*message.Message)) string {
	t.Helper()
	m := message.Message{
		From:      mail.Address{Name: "Иван Фёдоров", Address: "ivan@example.org"},
		To:        []mail.Address{{Address: "info@shop.example"}},
		Subject:   "Вопрос",
		Date:      morning,
		MessageID: "in-1@example.org",
		Text:      "Когда будет готово?",
	}
	for _, c := range change {
		c(&m)
	}
	wire, err := message.Build(m, message.BuildOptions{Rand: emailtest.Rand(7)})
	require.NoError(t, err)
	var raw strings.Builder
	_, err = wire.WriterTo(m.Open).WriteTo(&raw)
	require.NoError(t, err)
	return raw.String()
}

func inbound(raw string) email.Inbound {
	return email.Inbound{Mailbox: "info@shop.example", Recipients: []string{"info@shop.example"}, Raw: strings.NewReader(raw)}
}

func (w *world) receive(t *testing.T, raw string) email.Message {
	t.Helper()
	msg, err := w.Receive(t.Context(), inbound(raw))
	require.NoError(t, err)
	return msg
}

func mailFrom(name, addr string) func(*message.Message) {
	return func(m *message.Message) { m.From = mail.Address{Name: name, Address: addr} }
}

func mailID(id string) func(*message.Message) {
	return func(m *message.Message) { m.MessageID = id }
}

func attachedMail(names ...string) func(*message.Message) {
	return func(m *message.Message) {
		for _, name := range names {
			m.Attachments = append(m.Attachments, message.Attachment{Name: name, MediaType: "application/pdf", Size: 8,
				Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("%PDF-1.4")), nil }})
		}
	}
}

func TestReceiveFromCustomer(t *testing.T) {
	w := newWorld(t)
	raw := rawMail(t, attachedMail("a.pdf", "b.pdf", "a.pdf"))
	msg := w.receive(t, raw)
	assert.Equal(t, "ivan", msg.CustomerID)
	assert.Equal(t, email.StateReceived, msg.State)
	assert.Equal(t, email.Incoming, msg.Direction)
	assert.Equal(t, email.MatchSender, msg.Received.MatchedBy)
	assert.Equal(t, "Вопрос", msg.Subject)
	assert.Equal(t, "Когда будет готово?", strings.TrimSpace(msg.Text))
	assert.True(t, morning.Equal(msg.SentAt))
	require.Len(t, msg.Attachments, 3)

	kept, err := w.store.OpenBlob(t.Context(), msg.Received.RawID)
	require.NoError(t, err)
	defer kept.Close()
	bytes, err := io.ReadAll(kept)
	require.NoError(t, err)
	assert.Equal(t, raw, string(bytes), "the bytes are kept as they came")

	active, err := w.History.Conversations(t.Context(), email.Active, "", 0)
	require.NoError(t, err)
	require.Len(t, active.Items, 1)
	assert.Equal(t, "Вопрос", active.Items[0].Subject)
	assert.Equal(t, []email.EventKind{email.EventReceived}, kinds(w.message(t, msg.ID).Events))
}

func TestReceiveDuplicates(t *testing.T) {
	w := newWorld(t)
	raw := rawMail(t)
	first := w.receive(t, raw)
	for name, again := range map[string]string{
		"the same bytes":        raw,
		"under another trace":   "Received: from elsewhere\r\n" + raw,
		"with another boundary": "X-Spam: no\r\n" + raw,
	} {
		msg, err := w.Receive(t.Context(), inbound(again))
		require.ErrorIs(t, err, email.ErrDuplicate, name)
		assert.Equal(t, first.ID, msg.ID, name)
	}
	other, err := w.Receive(t.Context(), email.Inbound{Mailbox: "sale@shop.example", Raw: strings.NewReader(raw)})
	require.NoError(t, err, "in another mailbox it is another message")
	assert.NotEqual(t, first.ID, other.ID)

	reused := w.receive(t, rawMail(t, func(m *message.Message) { m.Text = "Что-то другое" }))
	assert.NotEqual(t, first.ID, reused.ID, "a reused Message-ID loses nothing")
	assert.Contains(t, reused.Received.Defects, email.CodeMessageIDReused)
}

func TestReceiveMatches(t *testing.T) {
	for name, test := range map[string]struct {
		change func(sent email.Message, replyTo string) func(*message.Message)
		want   email.MatchRule
	}{
		"reply address": {func(sent email.Message, replyTo string) func(*message.Message) {
			return func(m *message.Message) { m.To = []mail.Address{{Address: replyTo}} }
		}, email.MatchToken},
		"In-Reply-To, another subject": {func(sent email.Message, replyTo string) func(*message.Message) {
			return func(m *message.Message) { m.InReplyTo = []string{sent.MessageID} }
		}, email.MatchInReplyTo},
		"References": {func(sent email.Message, replyTo string) func(*message.Message) {
			return func(m *message.Message) {
				m.Subject, m.References = "Re: "+sent.Subject, []string{sent.MessageID, "unknown@example.org"}
			}
		}, email.MatchReferences},
		"nothing but the sender": {func(sent email.Message, replyTo string) func(*message.Message) {
			return func(m *message.Message) { m.Subject = "Re: " + sent.Subject }
		}, email.MatchSender},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, withSecret)
			sent := w.send(t)
			w.dispatch(t, sent.ID)
			replyTo := w.recorder.Deliveries()[0].Parsed.ReplyTo[0].Address
			msg := w.receive(t, rawMail(t, test.change(sent, replyTo)))
			assert.Equal(t, test.want, msg.Received.MatchedBy)
			assert.Equal(t, test.want != email.MatchSender, msg.ConversationID == sent.ConversationID)
			assert.Equal(t, "ivan", msg.CustomerID)
			assert.False(t, msg.Received.NewParticipant)
			page, err := w.History.Conversation(t.Context(), msg.ConversationID, "", 0)
			require.NoError(t, err)
			assert.Equal(t, msg.ID, page.Items[0].ID)
			active, err := w.History.Conversations(t.Context(), email.Active, "", 0)
			require.NoError(t, err)
			require.Len(t, active.Items, 1, "it waits for an answer")
		})
	}
}

func TestReceiveForgedToken(t *testing.T) {
	w := newWorld(t, withSecret)
	sent := w.send(t)
	for _, addr := range []string{
		"reply+" + sent.ConversationID + ".0000000000000@shop.example", "reply+@shop.example", "reply+" + sent.ConversationID + "@shop.example",
	} {
		msg, err := w.Receive(t.Context(), email.Inbound{Mailbox: "reply@shop.example", Recipients: []string{addr},
			Raw: strings.NewReader(rawMail(t, mailFrom("Eve", "eve@example.net"), mailID(addr+"x")))})
		require.NoError(t, err)
		assert.Empty(t, msg.ConversationID, addr)
	}
}

func TestReceiveStranger(t *testing.T) {
	w := newWorld(t, withSecret)
	sent := w.send(t)
	answer := func(m *message.Message) { m.InReplyTo = []string{sent.MessageID} }

	stranger := w.receive(t, rawMail(t, answer, mailFrom("Секретарь", "assistant@example.net")))
	assert.Equal(t, sent.ConversationID, stranger.ConversationID)
	assert.True(t, stranger.Received.NewParticipant, "let in, and flagged")
	again := w.receive(t, rawMail(t, answer, mailFrom("Секретарь", "assistant@example.net"), mailID("in-2@example.net")))
	assert.True(t, again.Received.NewParticipant, "his own mail makes nobody a participant")

	olga := w.receive(t, rawMail(t, answer, mailFrom("Ольга", "olga@example.org"), mailID("in-3@example.org")))
	assert.NotEqual(t, sent.ConversationID, olga.ConversationID, "two customers are never merged")
	assert.Equal(t, "olga", olga.CustomerID)
}

func TestReceiveUnknownWriter(t *testing.T) {
	newcomer := rawMail(t, mailFrom("Мария Новая", "maria@example.net"))
	w := newWorld(t)
	msg := w.receive(t, newcomer)
	assert.Empty(t, msg.CustomerID)
	waiting, err := w.Inbox.Messages(t.Context(), "", 0)
	require.NoError(t, err)
	require.Len(t, waiting.Items, 1)
	_, err = w.Reply(t.Context(), "anna", msg.ID)
	var refused *email.RefusedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, email.CodeReplyUnknown, refused.Code)

	assigned, err := w.Inbox.Assign(t.Context(), "anna", msg.ID, "olga")
	require.NoError(t, err)
	assert.Equal(t, "olga", assigned.CustomerID)
	assert.Equal(t, []email.EventKind{email.EventReceived, email.EventAssigned}, kinds(assigned.Events))
	_, err = w.Inbox.Assign(t.Context(), "anna", msg.ID, "ivan")
	require.ErrorIs(t, err, email.ErrConflict)
	waiting, err = w.Inbox.Messages(t.Context(), "", 0)
	require.NoError(t, err)
	assert.Empty(t, waiting.Items)

	w = newWorld(t, func(c *email.Config) { c.CreateUnknown = true })
	msg = w.receive(t, newcomer)
	customer, err := w.store.Customer(t.Context(), msg.CustomerID)
	require.NoError(t, err)
	assert.Equal(t, "Мария", customer.FirstName)
	assert.Equal(t, []string{"maria@example.net"}, customer.Emails)
	robot := w.receive(t, "Auto-Submitted: auto-generated\r\n"+rawMail(t, mailFrom("", "robot@example.net"), mailID("r@example.net")))
	assert.Empty(t, robot.CustomerID, "a program is no customer")
}

func TestReceiveAutoReply(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t)
	msg := w.receive(t, "Auto-Submitted: auto-replied\r\n"+rawMail(t, func(m *message.Message) { m.InReplyTo = []string{sent.MessageID} }))
	assert.Equal(t, message.KindAutoReply, msg.Received.Kind)
	assert.Equal(t, sent.ConversationID, msg.ConversationID)
	active, err := w.History.Conversations(t.Context(), email.Active, "", 0)
	require.NoError(t, err)
	assert.Empty(t, active.Items, "nobody has to answer a program")
}

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

func TestReceiveFails(t *testing.T) {
	broken := errors.New("disk is away")
	w := newWorld(t)
	_, err := w.Receive(t.Context(), email.Inbound{Mailbox: "info@shop.example", Raw: failing{broken}})
	require.ErrorIs(t, err, broken)
	ended, end := context.WithCancel(t.Context())
	end()
	_, err = w.Receive(ended, inbound(rawMail(t)))
	require.ErrorIs(t, err, context.Canceled)
	assert.Empty(t, w.all(t), "nothing half-stored")
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// FuzzReceive: whatever comes is filed, with its bytes.
func FuzzReceive(f *testing.F) {
	f.Add([]byte("From: a@b.c\r\n\r\nx"))
	f.Add([]byte(""))
	f.Add([]byte("\xff\x00"))
	f.Add([]byte(bounceOf("x@y.z", "a@b.c", "failed")))
	f.Add([]byte("In-Reply-To: <crm.a.b.c@shop.example>\nTo: reply+x.y@shop.example\n\n"))
	f.Add([]byte("Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename=\"../\x00\"\n\nx\n--b"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		w := newWorld(t, withSecret)
		msg, err := w.Receive(t.Context(), email.Inbound{Mailbox: "info@shop.example", Raw: strings.NewReader(string(raw))})
		require.NoError(t, err)
		kept, err := w.store.OpenBlob(t.Context(), msg.Received.RawID)
		require.NoError(t, err)
		defer kept.Close()
		bytes, err := io.ReadAll(kept)
		require.NoError(t, err)
		require.Equal(t, string(raw), string(bytes))
		for _, a := range msg.Attachments {
			require.NotEmpty(t, a.Name)
			require.NotContains(t, a.Name, "/")
		}
		again, err := w.Receive(t.Context(), email.Inbound{Mailbox: "info@shop.example", Raw: strings.NewReader(string(raw))})
		require.ErrorIs(t, err, email.ErrDuplicate)
		require.Equal(t, msg.ID, again.ID)
	})
}

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

func TestRawMailIsForgotten(t *testing.T) {
	w := newWorld(t)
	old := w.receive(t, rawMail(t))
	w.clock.Advance(48 * time.Hour)
	fresh := w.receive(t, rawMail(t, mailID("in-2@example.org"), func(m *message.Message) { m.Date = w.clock.Now() }))
	w.clock.Advance(time.Second)
	n, err := w.History.ForgetRaw(t.Context(), w.clock.Now().Add(-24*time.Hour))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Empty(t, w.message(t, old.ID).Received.RawID)
	assert.NotEmpty(t, w.message(t, fresh.ID).Received.RawID)
	_, err = w.store.OpenBlob(t.Context(), old.Received.RawID)
	require.ErrorIs(t, err, email.ErrNotFound)
	assert.Equal(t, "Вопрос", w.message(t, old.ID).Subject, "what was read in it stays")
}
