package message_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSubjectsOfAnswers(t *testing.T) {
	for subject, stripped := range map[string]string{
		"Order":                 "Order",
		"Re: Order":             "Order",
		"RE: re : Re:Order":     "Order",
		"Re[2]: Order":          "Order",
		"Re(3): Order":          "Order",
		"Re^4: Order":           "Order",
		"Fwd: Re: FW: Order":    "Order",
		"AW: Antw: WG: Auftrag": "Auftrag",
		"Отв: Ответ: На: HA: Заказ":      "Заказ",
		"Пересл: пер: Заказ":             "Заказ",
		"SV: VS: Rif: R: Odp: Ynt: Res:": "",
		"回复：答复: 转发：订单":                   "订单",
		"TR: RV: ENC: Ref: Pedido":       "Pedido",
		"  Re:   many   blanks ":         "many blanks",
		"Re: a\r\n\tb":                   "a b",
		"Reply: Order":                   "Reply: Order",
		"На складе: пусто":               "На складе: пусто",
		"R and D: plan":                  "R and D: plan",
		"10:15 tomorrow":                 "10:15 tomorrow",
		"Order Re: 1":                    "Order Re: 1",
		"":                               "",
	} {
		assert.Equal(t, stripped, message.StripSubject(subject), "%q", subject)
		want := strings.TrimRight("Re: "+stripped, " ")
		assert.Equal(t, want, message.ReplySubject(subject), "%q", subject)
		assert.Equal(t, want, message.ReplySubject(want), "once")
		m := simple()
		m.Subject = message.ReplySubject(subject)
		write(t, m, message.BuildOptions{})
	}
}

func TestThreadFields(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("%d.%s@example.org", i, strings.Repeat("x", 20)))
	}
	for name, c := range map[string]struct {
		id                           string
		inReplyTo, references        []string
		wantInReplyTo, wantReference []string
	}{
		"first answer":           {"p@x", nil, nil, []string{"p@x"}, []string{"p@x"}},
		"brackets":               {"<p@x>", nil, []string{"<a@x>"}, []string{"p@x"}, []string{"a@x", "p@x"}},
		"chain":                  {"p@x", []string{"b@x"}, []string{"a@x", "b@x"}, []string{"p@x"}, []string{"a@x", "b@x", "p@x"}},
		"no references":          {"p@x", []string{"a@x"}, nil, []string{"p@x"}, []string{"a@x", "p@x"}},
		"several in-reply-to":    {"p@x", []string{"a@x", "b@x"}, nil, []string{"p@x"}, []string{"p@x"}},
		"invalid ids":            {"p@x", nil, []string{"no at sign", "a\r\nBcc: b@x", "", "a b@x", "é@x", "b@x"}, []string{"p@x"}, []string{"b@x", "p@x"}},
		"twice":                  {"p@x", nil, []string{"a@x", "p@x", "a@x"}, []string{"p@x"}, []string{"a@x", "p@x"}},
		"parent without an id":   {"", nil, []string{"a@x"}, nil, []string{"a@x"}},
		"a long list is trimmed": {"p@x", nil, many, []string{"p@x"}, append(append([]string{many[0]}, many[41:]...), "p@x")},
	} {
		t.Run(name, func(t *testing.T) {
			inReplyTo, references := message.ThreadFields(c.id, c.inReplyTo, c.references)
			assert.Equal(t, c.wantInReplyTo, inReplyTo)
			assert.Equal(t, c.wantReference, references)
			m := simple()
			m.InReplyTo, m.References = inReplyTo, references
			checkLines(t, write(t, m, message.BuildOptions{}))
		})
	}
}

func TestNewMessageID(t *testing.T) {
	id, err := message.NewMessageID(zeros{}, "пример.рф")
	require.NoError(t, err)
	require.Equal(t, "AAAAAAAAAAAAAAAAAAAAAA@xn--e1afmkfd.xn--p1ai", id)
	other, err := message.NewMessageID(nil, "shop.example")
	require.NoError(t, err)
	another, err := message.NewMessageID(nil, "shop.example")
	require.NoError(t, err)
	require.NotEqual(t, other, another)
	for _, domain := range []string{"", "a b", "a>b", "-a"} {
		_, err = message.NewMessageID(nil, domain)
		var wrong *message.FieldError
		require.ErrorAs(t, err, &wrong, domain)
	}
}
