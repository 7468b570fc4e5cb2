package message_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEnvelopeAddresses(t *testing.T) {
	good := []string{"a@b.example", "a.b+c@b.example", "a@localhost", `"a"@b.example`, `"a\"b"@b.example`, `"a@b"@c.example`, "a@[127.0.0.1]", "a@[IPv6:::1]",
		"почта@пример.рф", "a@пример.рф", "o'neil@b.example", "a-@b.example", "_a@b-c.example", strings.Repeat("a", 64) + "@b.example"}
	bad := []string{"", "a", "@b", "a@", "a b@c.example", "a@b c.example", `"a b"@c.example`, "a\r\n@b.example", "a@b.example\r\nRCPT TO:<x@y>", "a\x00@b", "a\u0085@b", "a\xff@b",
		"-a@b.example", "<a@b.example>", "a@b.example>", "a>@b.example", "a..b@c.example", ".a@b.example", "a.@b.example", "a@b..example", "a@-b.example", "a@b-.example",
		"a@b_c.example", "a@.b", "a@b.", "a,b@c.example", "a@b,c@d", `"a@b.example`, `a"b@c.example`, `"a"b"@c.example`, `"a\"@b.example`, `""@b.example`, "a@[127.0.0.1", "a@[127.0.0.256]",
		"a@[IPv6:127.0.0.1]", "a@[::1]", "a@[x]", strings.Repeat("a", 65) + "@b.example", "a@" + strings.Repeat("b", 64) + ".example", "a@" + strings.Repeat("b.", 130) + "example", "a@b.example SIZE=1"}
	for _, addr := range good {
		assert.NoError(t, message.Envelope{ReturnPath: addr, Recipients: []string{addr}}.Validate(), addr)
	}
	for _, addr := range bad {
		err := message.Envelope{Recipients: []string{"a@b.example", addr}}.Validate()
		var wrong *message.FieldError
		if assert.ErrorAs(t, err, &wrong, "%q", addr) {
			assert.Equal(t, "Recipients[1]", wrong.Field)
		}
		if addr != "" {
			assert.Error(t, message.Envelope{ReturnPath: addr, Recipients: []string{"a@b.example"}}.Validate(), "%q", addr)
		}
	}
	assert.NoError(t, message.Envelope{Recipients: []string{"a@b.example"}}.Validate(), "the null return path")
}

func TestEnvelopeOfMessage(t *testing.T) {
	m := simple()
	m.To = []mail.Address{{Address: "One@example.org"}, {Address: "a\"b@example.org"}}
	m.Cc = []mail.Address{{Address: "one@EXAMPLE.org"}, {Address: "two@пример.рф"}}
	m.Bcc = []mail.Address{{Address: "two@xn--e1afmkfd.xn--p1ai"}, {Address: "почта@example.org"}}
	env, err := m.Envelope()
	require.NoError(t, err)
	require.Equal(t, message.Envelope{ReturnPath: "anna@shop.example",
		Recipients: []string{"One@example.org", `"a\"b"@example.org`, "two@xn--e1afmkfd.xn--p1ai", "почта@example.org"}}, env)
	require.NoError(t, env.Validate())

	m.Sender = &mail.Address{Address: "crm@shop.example"}
	env, err = m.Envelope()
	require.NoError(t, err)
	require.Equal(t, "crm@shop.example", env.ReturnPath)

	for field, put := range map[string]func(box mail.Address){
		"Sender": func(box mail.Address) { m.Sender = &box },
		"To":     func(box mail.Address) { m.To = []mail.Address{box} },
		"Cc":     func(box mail.Address) { m.Cc = []mail.Address{box} },
		"Bcc":    func(box mail.Address) { m.Bcc = []mail.Address{box} },
	} {
		keep := m
		put(mail.Address{Address: "a@b\r\nRCPT TO:<x@y>"})
		_, err = m.Envelope()
		var wrong *message.FieldError
		require.ErrorAs(t, err, &wrong)
		require.Equal(t, field, wrong.Field)
		m = keep
	}
}
