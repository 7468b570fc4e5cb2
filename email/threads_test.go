package email_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/mail"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// TestThreads plays testdata/threads.txt, which says how it is written.
func TestThreads(t *testing.T) {
	table, err := os.ReadFile("testdata/threads.txt")
	require.NoError(t, err)
	records := strings.Split("\n"+string(table), "\n=== ")[1:]
	for _, record := range records {
		name, steps, _ := strings.Cut(record, "\n")
		t.Run(name, func(t *testing.T) {
			h := newHistory(t)
			for _, step := range strings.Split(strings.TrimSpace(steps), "\n") {
				h.play(t, step)
			}
		})
	}
	assert.GreaterOrEqual(t, len(records), 30)
}

// history is a world in which what came and went has names.
type history struct {
	*world
	steps map[string]email.Message
	sent  map[string]*message.Parsed // by Message-ID, as the transport got it
	lost  []string                   // Message-IDs
}

func newHistory(t *testing.T) *history {
	h := &history{steps: map[string]email.Message{}, sent: map[string]*message.Parsed{}}
	h.world = newWorld(t, withSecret, func(c *email.Config) {
		c.Store = losing{c.Store, h}
		c.Transport = provider{h}
	})
	return h
}

// The hidden line stands within the document, and before what a page shows below its last </BODY >.
func TestMarkerStandsInTheBody(t *testing.T) {
	w := newWorld(t, withSecret)
	w.dispatch(t, w.send(t, func(d *email.Draft) {
		d.Letter.HTML = "<html><body><p>Say </body>, he said</p></BODY ></bodyguard></html>"
	}).ID)
	assert.Regexp(t, `</body>, he said</p><div [^>]*>crm-ref:[\w.-]+</div>\s*</BODY ></bodyguard></html>`, w.recorder.Deliveries()[0].Parsed.HTML)
}

// provider takes every message and gives it an id of its own.
type provider struct{ h *history }

func (p provider) Deliver(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return email.Receipt{}, err
	}
	parsed, err := message.Parse(&raw, message.ParseOptions{})
	if err == nil {
		p.h.sent[parsed.MessageID] = parsed
	}
	return email.Receipt{ProviderID: fmt.Sprintf("0102-%d@provider.example", len(p.h.sent))}, err
}

// losing does not find the messages that are lost.
type losing struct {
	email.Store
	h *history
}

func (f losing) Messages(ctx context.Context, q email.MessageQuery) ([]email.Message, error) {
	list, err := f.Store.Messages(ctx, q)
	return slices.DeleteFunc(list, func(m email.Message) bool {
		return len(q.MessageIDs) > 0 && slices.Contains(f.h.lost, m.MessageID)
	}), err
}

func (h *history) play(t *testing.T, step string) {
	t.Helper()
	fields := strings.Split(step, " | ")
	verb, name, _ := strings.Cut(fields[0], " ")
	switch verb {
	case "out":
		subject := strings.TrimPrefix(fields[1], "subject ")
		sent := h.send(t, func(d *email.Draft) { d.Letter.Subject = subject })
		h.steps[name] = h.dispatch(t, sent.ID)
	case "answer":
		parent := h.steps[strings.TrimPrefix(fields[1], "to ")]
		draft, err := h.Reply(t.Context(), "anna", parent.ID)
		require.NoError(t, err)
		sent, err := h.Send(t.Context(), draft)
		require.NoError(t, err)
		assert.Equal(t, parent.ConversationID, sent.ConversationID)
		h.steps[name] = h.dispatch(t, sent.ID)
	case "lose":
		h.lost = append(h.lost, h.steps[name].MessageID)
	case "in":
		h.come(t, name, fields[1:])
	default:
		t.Fatalf("no step: %q", step)
	}
}

// come receives a message and holds it to what the step says of it.
func (h *history) come(t *testing.T, name string, fields []string) {
	t.Helper()
	m := message.Message{From: mail.Address{Address: "x@example.org"}, To: []mail.Address{{Address: "info@shop.example"}},
		Date: morning, MessageID: name + "@example.org", Text: "Текст " + name}
	var want struct {
		rule, place         string
		stranger, duplicate bool
	}
	above := ""
	for _, field := range fields {
		key, value, _ := strings.Cut(field, " ")
		value = h.filled(value)
		switch key {
		case "from":
			m.From.Address = value
		case "to":
			m.To[0].Address = value
		case "cc":
			m.Cc = []mail.Address{{Address: value}}
		case "subject":
			m.Subject = value
		case "id":
			m.MessageID = value
		case "in-reply-to":
			m.InReplyTo = strings.Fields(value)
		case "references":
			m.References = strings.Fields(value)
		case "delivered-to":
			above += "Delivered-To: " + value + "\r\n"
		case "header":
			above += value + "\r\n"
		case "text":
			m.Text = value
		case "html":
			m.HTML = value
		case "rule":
			want.rule = value
		case "in", "new", "inbox":
			want.place = field
		case "stranger":
			want.stranger = true
		case "duplicate":
			want.duplicate = true
		default:
			t.Fatalf("no key: %q", field)
		}
	}
	got, err := h.Receive(t.Context(), inbound(above+rawMail(t, func(raw *message.Message) { *raw = m })))
	if want.duplicate {
		require.ErrorIs(t, err, email.ErrDuplicate)
		assert.Equal(t, h.steps[name].ID, got.ID)
		return
	}
	require.NoError(t, err)
	assert.Equal(t, want.rule, string(got.Received.MatchedBy))
	assert.Equal(t, want.stranger, got.Received.NewParticipant)
	h.placed(t, got, want.place)
	h.steps[name] = got
}

func (h *history) placed(t *testing.T, got email.Message, place string) {
	t.Helper()
	switch at, step, _ := strings.Cut(place, " "); at {
	case "in":
		assert.Equal(t, h.steps[step].ConversationID, got.ConversationID)
	case "new":
		require.NotEmpty(t, got.ConversationID)
		for _, other := range h.steps {
			assert.NotEqual(t, other.ConversationID, got.ConversationID)
		}
	case "inbox":
		assert.Empty(t, got.ConversationID)
	default:
		t.Fatalf("no place: %q", place)
	}
}

var (
	placeholder = regexp.MustCompile(`\{(\w+)(?:\.(\w+))?\}`)
	hiddenLine  = regexp.MustCompile(`crm-ref:[\w.-]+`)
)

// filled is a value with what its placeholders stand for.
func (h *history) filled(value string) string {
	return placeholder.ReplaceAllStringFunc(value, func(s string) string {
		m := placeholder.FindStringSubmatch(s)
		msg := h.steps[m[1]]
		switch m[2] {
		case "reply":
			return h.sent[msg.MessageID].ReplyTo[0].Address
		case "provider":
			return msg.ProviderID
		case "marker":
			return hiddenLine.FindString(h.sent[msg.MessageID].HTML)
		case "conversation":
			return msg.ConversationID
		}
		return msg.MessageID
	})
}
