package emailtest_test

import (
	"bytes"
	"context"
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

func read(t *testing.T, raw []byte) *message.Parsed {
	p, err := message.Parse(bytes.NewReader(raw), message.ParseOptions{})
	require.NoError(t, err)
	assert.Empty(t, p.Defects)
	return p
}

func TestRawMailFillsIn(t *testing.T) {
	raw := emailtest.RawMail(t, message.Message{Text: "Добрый день"})
	p := read(t, raw)
	assert.Equal(t, []mail.Address{{Address: emailtest.CustomerEmail}}, p.From)
	assert.Equal(t, []mail.Address{{Address: emailtest.ManagerEmail}}, p.To)
	assert.Equal(t, message.KindMessage, p.Kind)
	assert.Equal(t, emailtest.ManagerEmail, p.Header("Delivered-To"))
	assert.Equal(t, "<"+emailtest.CustomerEmail+">", p.Header("Return-Path"))
	assert.False(t, p.Date.IsZero())
	assert.Equal(t, raw, emailtest.RawMail(t, message.Message{Text: "Добрый день"}), "the same bytes again")
	other := read(t, emailtest.RawMail(t, message.Message{Text: "Добрый вечер"}))
	assert.NotEqual(t, p.MessageID, other.MessageID)
}

func TestRawMailTakesWhatIsGiven(t *testing.T) {
	m := message.Message{
		From: mail.Address{Name: "Пётр", Address: "p@example.org"}, To: []mail.Address{{Address: "info@shop.example"}},
		Subject: "Вопрос", Text: "Когда?", HTML: "<p>Когда?</p>", MessageID: "x@example.org",
		InReplyTo: []string{"a@b.example"}, References: []string{"c@b.example", "a@b.example"},
		Attachments: []message.Attachment{emailtest.File("счёт.pdf", "application/pdf", "%PDF-1.4"), emailtest.File("большой.bin", "", strings.Repeat("x", 50_000))},
	}
	p := read(t, emailtest.RawMail(t, m))
	assert.Equal(t, m.From, p.From[0])
	assert.Equal(t, m.MessageID, p.MessageID)
	assert.Equal(t, m.References, p.References)
	assert.Equal(t, m.InReplyTo, p.InReplyTo)
	require.Len(t, p.Attachments, 2)
	assert.Equal(t, "счёт.pdf", p.Attachments[0].Name)
	assert.EqualValues(t, 50_000, p.Attachments[1].Size)
}

func TestRawMailTellsOfWhatCannotBeBuilt(t *testing.T) {
	said := failure(t, func(t testing.TB) { emailtest.RawMail(t, message.Message{Subject: "a\nb"}) })
	assert.Contains(t, said, "emailtest: raw mail: ")
	said = failure(t, func(t testing.TB) { emailtest.RawBounce(t, delivery(t), "2.0.0") })
	assert.Contains(t, said, "no status of a failure")
}

// delivery is a letter to two recipients.
func delivery(t testing.TB) emailtest.Delivery {
	env := emailtest.New(t)
	return sendTwo(t, env)
}

func sendTwo(t testing.TB, env *emailtest.Env) emailtest.Delivery {
	draft := emailtest.Draft()
	draft.To = []string{emailtest.CustomerEmail, emailtest.CustomerSecondEmail}
	env.Send(t, draft)
	return env.Recorder.RequireSent(t)
}

func TestAnswerIsFiledBelowTheLetter(t *testing.T) {
	env := emailtest.New(t)
	d := sendTwo(t, env)
	answer := emailtest.Answer(d, "Спасибо!")
	answer.Attachments = []message.Attachment{emailtest.File("фото.txt", "text/plain", "фото")}
	got := env.Receive(t, emailtest.RawMail(t, answer))
	assert.Equal(t, emailtest.CustomerID, got.CustomerID)
	assert.Equal(t, email.MatchInReplyTo, got.Received.MatchedBy)
	assert.Equal(t, "Re: Ваш заказ", got.Subject)
	assert.Equal(t, "Спасибо!", got.Received.Reply)
	assert.Contains(t, got.Text, "> Здравствуйте, Ольга!")
	assert.Equal(t, emailtest.ManagerEmail, got.Received.Mailbox)
	require.Len(t, got.Attachments, 1)
	content, err := env.Store.OpenBlob(context.Background(), got.Attachments[0].BlobID)
	require.NoError(t, err)
	text, err := io.ReadAll(content)
	require.NoError(t, err)
	assert.Equal(t, "фото", string(text))
}

func TestAnswerGoesToReplyTo(t *testing.T) {
	d := delivery(t)
	d.Parsed.ReplyTo = []mail.Address{{Address: "reply+token@shop.example"}}
	p := read(t, emailtest.RawMail(t, emailtest.Answer(d, "Да")))
	assert.Equal(t, "reply+token@shop.example", p.To[0].Address)
	assert.Equal(t, "reply+token@shop.example", p.Header("Delivered-To"))
	assert.Equal(t, []string{d.Parsed.MessageID}, p.InReplyTo)
}

func TestAutoAnswerIsKnownAsSuch(t *testing.T) {
	env := emailtest.New(t)
	raw := emailtest.RawMail(t, emailtest.AutoAnswer(sendTwo(t, env), "Я в отпуске."))
	assert.Equal(t, "<>", read(t, raw).Header("Return-Path"))
	got := env.Receive(t, raw)
	assert.Equal(t, message.KindAutoReply, got.Received.Kind)
	assert.Equal(t, email.MatchInReplyTo, got.Received.MatchedBy)
}

func TestRawBounceMarksTheMessage(t *testing.T) {
	for name, test := range map[string]struct {
		status     string
		recipients []string
		state      email.State
		refused    int
	}{
		"all":   {"5.1.1", nil, email.StateBounced, 2},
		"one":   {"5.2.2", []string{emailtest.CustomerSecondEmail}, email.StateSent, 1},
		"later": {"4.4.1", nil, email.StateSent, 0},
	} {
		t.Run(name, func(t *testing.T) {
			env := emailtest.New(t)
			d := sendTwo(t, env)
			raw := emailtest.RawBounce(t, d, test.status, test.recipients...)
			p := read(t, raw)
			require.NotNil(t, p.Bounce)
			assert.Equal(t, d.Parsed.MessageID, p.Bounce.OriginalID)
			got := env.Receive(t, raw)
			assert.Equal(t, message.KindBounce, got.Received.Kind)
			list, err := env.Store.Messages(context.Background(), email.MessageQuery{MessageIDs: []string{d.Parsed.MessageID}, Limit: 1})
			require.NoError(t, err)
			require.Len(t, list, 1)
			assert.Equal(t, test.state, list[0].State)
			refused := 0
			for _, r := range list[0].Recipients {
				if r.Status == email.RecipientRefused {
					refused++
					assert.Equal(t, test.status, r.Enhanced)
				}
			}
			assert.Equal(t, test.refused, refused)
		})
	}
}
