package email_test

import (
	"context"
	"errors"
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
)

// The tests here are about inbound mail that wants to get where it does not belong, or that a careless rule would lose.

func TestSameIDWithOtherFilesIsAnotherMessage(t *testing.T) {
	w := newWorld(t)
	page := func(content string) string {
		return rawMail(t, func(m *message.Message) {
			m.Attachments = []message.Attachment{{Name: "scan.pdf", MediaType: "application/pdf", Size: int64(len(content)),
				Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}}
		})
	}
	first, second := w.receive(t, page("%PDF page one")), w.receive(t, page("%PDF page two"))
	assert.NotEqual(t, first.ID, second.ID)
	assert.Contains(t, second.Received.Defects, email.CodeMessageIDReused)
	assert.Len(t, w.all(t), 2)
}

func TestOwnLetterComesBack(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.CreateUnknown = true })
	sent := w.send(t, func(d *email.Draft) { d.Bcc = []string{"info@shop.example"} })
	w.dispatch(t, sent.ID)
	back, err := w.Receive(t.Context(), inbound(string(w.recorder.Deliveries()[0].Raw)))
	require.NoError(t, err)
	assert.Equal(t, email.MatchOwn, back.Received.MatchedBy)
	assert.Equal(t, sent.ConversationID, back.ConversationID)
	found, err := w.Customers.Search(t.Context(), "anna@shop.example", 0)
	require.NoError(t, err)
	assert.Empty(t, found, "a manager is no customer")
	active, err := w.History.Conversations(t.Context(), email.Active, "", 0)
	require.NoError(t, err)
	assert.Empty(t, active.Items, "and waits for no answer")
}

func TestSomebodyElsesMailWithTheIDOfOurs(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t)
	w.receive(t, rawMail(t, mailFrom("Ольга", "olga@example.org"), mailID(sent.MessageID)))
	answer := w.receive(t, rawMail(t, mailFrom("Иван с телефона", "ivan@elsewhere.example"), func(m *message.Message) {
		m.InReplyTo = []string{sent.MessageID}
	}))
	assert.Equal(t, "ivan", answer.CustomerID, "our own message with that id counts first")
	assert.Equal(t, sent.ConversationID, answer.ConversationID)
}

func TestQueueIDsAreNoSecrets(t *testing.T) {
	w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		return email.Receipt{ProviderID: "4F3A1C2B"}, discard(msg)
	})
	sent := w.send(t)
	w.dispatch(t, sent.ID)
	stranger := w.receive(t, "In-Reply-To: <4F3A1C2B>\r\n"+rawMail(t, mailFrom("Eve", "eve@example.net")))
	require.Equal(t, []string{"4F3A1C2B"}, stranger.InReplyTo)
	assert.Empty(t, stranger.ConversationID)
	w.receive(t, bounceOf("4F3A1C2B", "ivan@example.org", "failed"))
	assert.Equal(t, email.StateSent, w.message(t, sent.ID).State)
}

func TestReplyAddressInCapitals(t *testing.T) {
	w := newWorld(t, withSecret)
	w.dispatch(t, w.send(t).ID)
	addr := strings.ToUpper(w.recorder.Deliveries()[0].Parsed.ReplyTo[0].Address)
	msg, err := w.Receive(t.Context(), email.Inbound{Mailbox: "reply@shop.example", Recipients: []string{addr}, Raw: strings.NewReader(rawMail(t))})
	require.NoError(t, err)
	assert.Equal(t, email.MatchToken, msg.Received.MatchedBy)
}

func TestReplyToIsChecked(t *testing.T) {
	w := newWorld(t)
	for _, addr := range []string{"nonsense", "x@", "Reply <r@x.example>", "a-very-long-local-part-of-a-mailbox@shop.example"} {
		config := w.config
		config.Secret, config.ReplyTo = secret, mail.Address{Address: addr}
		_, err := email.New(config)
		require.ErrorContains(t, err, "Config.ReplyTo", addr)
	}
	config := w.config
	config.ReplyTo = mail.Address{Address: "reply@shop.example"}
	_, err := email.New(config)
	require.ErrorContains(t, err, "needs Config.Secret")
}

func TestEmptyMail(t *testing.T) {
	msg := newWorld(t).receive(t, "\r\n")
	assert.Equal(t, []string{email.CodeMessageEmpty}, msg.Received.Defects)
	assert.Equal(t, "Письмо пустое", email.DefectText(msg.Received.Defects[0], "ru"))
	assert.Equal(t, message.DefectText("header.no-colon", "en"), email.DefectText("header.no-colon", "en"), "those of Parse, too")
	assert.Equal(t, "of.another-release", email.DefectText("of.another-release", "ru"))
}

func TestHugeText(t *testing.T) {
	w := newWorld(t)
	text := strings.Repeat("Очень длинное письмо.\n", 100_000)
	raw := rawMail(t, func(m *message.Message) {
		m.Text = text
		for range 3_000 {
			m.References = append(m.References, strings.Repeat("r", 20)+string(rune('a'+len(m.References)%26))+"@example.org")
		}
	})
	msg := w.receive(t, raw)
	assert.InDelta(t, 1<<20, len(msg.Text), 4)
	assert.Contains(t, msg.Received.Defects, email.CodeMessageTextCut)
	assert.LessOrEqual(t, len(msg.References), 100)
	answer, err := w.Reply(t.Context(), "anna", msg.ID)
	require.NoError(t, err)
	assert.Less(t, len(answer.Letter.HTML), 64<<10)
	_, err = w.Send(t.Context(), answer)
	require.NoError(t, err)
}

func TestForwardedReportIsACustomersMail(t *testing.T) {
	w := newWorld(t)
	report := strings.Replace(bounceOf("x@elsewhere.example", "friend@example.net", "failed"),
		"From: Mail Delivery System <MAILER-DAEMON@mx.example.org>", "From: ivan@example.org", 1)
	msg := w.receive(t, strings.Replace(report, "Auto-Submitted: auto-replied\r\n", "", 1))
	assert.Equal(t, "ivan", msg.CustomerID)
}

// reply sends an answer to a question and returns it.
func (w *world) reply(t *testing.T) email.Message {
	t.Helper()
	parent := w.receive(t, rawMail(t))
	answer, err := w.Reply(t.Context(), "anna", parent.ID)
	require.NoError(t, err)
	sent, err := w.Send(t.Context(), answer)
	require.NoError(t, err)
	return sent
}

func (w *world) stateOf(t *testing.T, conversationID string) email.ConversationState {
	t.Helper()
	list, err := w.store.Conversations(t.Context(), email.ConversationQuery{ID: conversationID, Limit: 1})
	require.NoError(t, err)
	require.Len(t, list, 1)
	return list[0].State
}

func TestAnswerThatNobodyGetsLeavesTheQuestionOpen(t *testing.T) {
	t.Run("canceled", func(t *testing.T) {
		w := newWorld(t)
		sent := w.reply(t)
		assert.Equal(t, email.Completed, w.stateOf(t, sent.ConversationID))
		require.NoError(t, w.Cancel(t.Context(), "anna", sent.ID))
		assert.Equal(t, email.Active, w.stateOf(t, sent.ConversationID))
	})
	t.Run("refused, then sent again", func(t *testing.T) {
		w := newWorld(t)
		w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 550})
		sent := w.dispatch(t, w.reply(t).ID)
		assert.Equal(t, email.Active, w.stateOf(t, sent.ConversationID))
		w.recorder.Accept("ivan@example.org")
		require.NoError(t, w.Resend(t.Context(), "anna", sent.ID))
		assert.Equal(t, email.Completed, w.stateOf(t, sent.ConversationID))
	})
	t.Run("bounced", func(t *testing.T) {
		w := newWorld(t)
		sent := w.dispatch(t, w.reply(t).ID)
		w.receive(t, bounceOf(sent.MessageID, "ivan@example.org", "failed"))
		assert.Equal(t, email.StateBounced, w.message(t, sent.ID).State)
		assert.Equal(t, email.Active, w.stateOf(t, sent.ConversationID))
	})
}

func TestReportAboutAMessageOnItsWay(t *testing.T) {
	var w *world
	var msg email.Message
	w = by(t, func(ctx context.Context, _ email.Envelope, m io.WriterTo) (email.Receipt, error) {
		require.NoError(t, discard(m))
		w.receive(t, bounceOf(msg.MessageID, "ivan@example.org", "failed"))
		claimed, err := w.store.Claim(ctx, email.Claim{Owner: "other", Now: w.clock.Now(), Lease: time.Minute, Limit: 1})
		require.NoError(t, err)
		assert.Empty(t, claimed.Uncertain, "its lease is not touched")
		return email.Receipt{}, nil
	})
	msg = w.send(t)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

func TestReportHandedOverTwice(t *testing.T) {
	w := newWorld(t)
	sent := w.dispatch(t, w.send(t).ID)
	report := strings.Replace(bounceOf(sent.MessageID, "ivan@example.org", "failed"), "Message-ID: <bounce.ivan@example.org@mx.example.org>\r\n", "", 1)
	w.receive(t, report)
	_, err := w.Receive(t.Context(), inbound(report))
	require.ErrorIs(t, err, email.ErrDuplicate)
	assert.Equal(t, []email.EventKind{email.EventQueued, email.EventSending, email.EventSent, email.EventBounced}, kinds(w.message(t, sent.ID).Events))
}

func TestCancelWhileAnAttemptGoesOn(t *testing.T) {
	w := newWorld(t)
	msg := w.send(t, withBcc)
	w.recorder.Refuse("archive@shop.example", email.TransportError{Code: 451, Temporary: true})
	raced := false
	w.config.Store = &racing{Store: w.config.Store, before: func() {
		if !raced {
			raced = true
			w.dispatch(t, msg.ID) // Ivan gets it between the look and the change
		}
	}}
	require.NoError(t, w.service(t).Cancel(t.Context(), "anna", msg.ID))
	assert.Equal(t, email.StateSent, w.message(t, msg.ID).State, "somebody has it")
}

// racing does something before each transition.
type racing struct {
	email.Store
	before func()
}

func (r *racing) Transition(ctx context.Context, t email.Transition) error {
	r.before()
	return r.Store.Transition(ctx, t)
}

func TestConnectionBreaksThenContentFails(t *testing.T) {
	var blobs *brokenBlobs
	w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		_, err := msg.WriteTo(failingWriter{})
		require.Error(t, err)
		blobs.broken = true
		require.Error(t, discard(msg))
		return email.Receipt{}, errors.New("both failed")
	}, func(c *email.Config) {
		blobs = &brokenBlobs{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	msg := w.send(t, func(d *email.Draft) { d.Attachments = attachedPNG(t) })
	assert.Equal(t, email.StateUncertain, w.dispatch(t, msg.ID).State, "the first server may have it")
}

func TestPanickingHeartbeat(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Dispatch.Lease = 30 * time.Millisecond
		c.Store = &racing{Store: c.Store}
	})
	store := w.config.Store.(*racing)
	calls := 0
	store.before = func() {
		if calls++; calls == 1 {
			panic("bug in the host's store, called by the heartbeat")
		}
	}
	w.config.Transport = email.TransportFunc(func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		time.Sleep(100 * time.Millisecond)
		return email.Receipt{}, discard(msg)
	})
	w.Service = w.service(t)
	assert.Equal(t, email.StateSent, w.dispatch(t, w.send(t).ID).State)
}

func TestRedeliveredAfterLostReply(t *testing.T) {
	w := newWorld(t)
	w.recorder.Inject(1, emailtest.LoseReply())
	msg := w.dispatch(t, w.send(t).ID)
	require.NoError(t, w.Resend(t.Context(), "anna", msg.ID))
	var refused *email.RefusedError
	require.ErrorAs(t, w.Resend(t.Context(), "anna", msg.ID), &refused, "the second person is told")
}
