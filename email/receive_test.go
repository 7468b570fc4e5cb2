package email_test

import (
	"context"
	"errors"
	"io"
	"net/mail"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
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

	in := inbound(rawMail(t, mailID("in-2@example.org")))
	in.ReturnPath = "<>"
	msg, err = w.Receive(t.Context(), in)
	require.NoError(t, err)
	assert.Equal(t, message.KindAutoReply, msg.Received.Kind, "no person writes from the null return path")
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
