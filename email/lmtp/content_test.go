package lmtp_test

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/lmtp"
)

// TestContent: what comes is what was sent, whatever its line ends.
func TestContent(t *testing.T) {
	for name, test := range map[string]struct{ sent, want string }{
		"plain":                          {"a\r\n.\r\n", "a\r\n"},
		"empty":                          {".\r\n", ""},
		"dots":                           {"..\r\n..a\r\na.\r\n...\r\n.\r\n", ".\r\n.a\r\na.\r\n..\r\n"},
		"a dot that is alone":            {".a\r\n.\r\n", "a\r\n"},
		"CR CR LF before the end":        {"a\r\r\n.\r\n", "a\r\r\n"},
		"CR CR LF before a dot":          {"a\r\r\n..b\r\n.\r\n", "a\r\r\n.b\r\n"},
		"LF dot LF does not end":         {"a\n.\nb\r\n.\r\n", "a\n.\nb\r\n"},
		"LF dot CR LF does not end":      {"a\n.\r\nb\r\n.\r\n", "a\n.\r\nb\r\n"},
		"CR LF dot LF does not end":      {"a\r\n.\nb\r\n.\r\n", "a\r\n\nb\r\n"},
		"CR dot CR does not end":         {"a\r.\rb\r\n.\r\n", "a\r.\rb\r\n"},
		"CR LF dot CR does not end":      {"a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n"},
		"CR LF dot CR CR LF ends no":     {"a\r\n.\r\r\n.\r\n", "a\r\n\r\r\n"},
		"NUL and octets over 127":        {"\x00\xff\r\n.\r\n", "\x00\xff\r\n"},
		"a line as long as the buffer":   {strings.Repeat("x", 4095) + "\r\n.\r\n", strings.Repeat("x", 4095) + "\r\n"},
		"and one longer":                 {strings.Repeat("x", 4096) + "\r\n.\r\n", strings.Repeat("x", 4096) + "\r\n"},
		"a long line that begins in dot": {".." + strings.Repeat("x", 9000) + "\r\n..\r\n.\r\n", "." + strings.Repeat("x", 9000) + "\r\n.\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			receiver := &box{}
			c := dial(t, start(t, lmtp.Config{Receiver: receiver}).addr)
			c.envelope("a@crm.example")
			c.say("%s", test.sent)
			c.hear("250 2.0.0")
			c.ask("NOOP", "250 2.0.0")
			require.Len(t, receiver.mail(), 1)
			assert.Equal(t, test.want, receiver.mail()[0].raw)
		})
	}
}

// TestPieces: where the network cuts a message makes no difference.
func TestPieces(t *testing.T) {
	receiver := &box{}
	c := dial(t, start(t, lmtp.Config{Receiver: receiver}).addr)
	c.envelope("a@crm.example")
	for _, octet := range []byte("a\r\r\n..b\r\n.\r\nNOOP\r\n") {
		c.say("%c", octet)
		time.Sleep(time.Millisecond)
	}
	c.hear("250 2.0.0 Filed")
	c.hear("250 2.0.0 OK")
	assert.Equal(t, "a\r\r\n.b\r\n", receiver.mail()[0].raw)
}

func TestSize(t *testing.T) {
	const limit = 200_000
	for name, test := range map[string]struct {
		size int
		code string
	}{
		"in memory":   {60_000, "250 2.0.0"},
		"in a file":   {150_000, "250 2.0.0"},
		"at the most": {limit, "250 2.0.0"},
		"one more":    {limit + 1, "552 5.3.4"},
		"far more":    {50 * limit, "552 5.3.4"},
	} {
		t.Run(name, func(t *testing.T) {
			receiver := &box{}
			dir := t.TempDir()
			c := dial(t, start(t, lmtp.Config{Receiver: receiver, MaxSize: limit, TempDir: dir}).addr)
			c.envelope("a@crm.example", "b@crm.example")
			content := strings.Repeat("x", test.size-2) + "\r\n"
			c.say("%s.\r\n", content)
			c.hear(test.code)
			c.hear(test.code)
			c.ask("NOOP", "250 ")
			if test.code[0] == '2' {
				require.Len(t, receiver.mail(), 2)
				assert.True(t, receiver.mail()[1].raw == content)
			} else {
				assert.Empty(t, receiver.mail())
			}
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}

func TestDeclaredSize(t *testing.T) {
	c := dial(t, start(t, lmtp.Config{Receiver: &box{}, MaxSize: 1000}).addr)
	c.hear("220 ")
	assert.Contains(t, c.ask("LHLO x", "250 "), "250-SIZE 1000\r\n")
	c.ask("MAIL FROM:<> SIZE=1001", "552 5.3.4")
	c.ask("MAIL FROM:<> SIZE=99999999999999999999999", "552 5.3.4")
	c.ask("MAIL FROM:<> SIZE=-1", "501 5.5.4")
	c.ask("MAIL FROM:<> SIZE=1000", "250 2.1.0")
}

// TestNoRoom: what cannot be kept is for later, and is answered when everything has come.
func TestNoRoom(t *testing.T) {
	receiver := &box{}
	server := start(t, lmtp.Config{Receiver: receiver, TempDir: "/nowhere/at/all"})
	for _, size := range []int{70_000, 300_000} {
		c := dial(t, server.addr)
		c.envelope("a@crm.example")
		c.say("%s.\r\n", bytes.Repeat([]byte("x\r\n"), size/3))
		c.hear("452 4.3.1")
		c.ask("NOOP", "250 ")
	}
	assert.Empty(t, receiver.mail())
}

// TestLost: of a message that does not come whole, nothing is filed.
func TestLost(t *testing.T) {
	for name, sent := range map[string]string{
		"at once":           "",
		"in a line":         "Subject: x\r\n\r\nhal",
		"after a line":      "Subject: x\r\n\r\nhalf\r\n",
		"after the dot":     "Subject: x\r\n\r\nhalf\r\n.",
		"before the last":   "Subject: x\r\n\r\nhalf\r\n.\r",
		"in a long message": strings.Repeat("line\r\n", 50_000),
	} {
		t.Run(name, func(t *testing.T) {
			receiver := &box{}
			dir := t.TempDir()
			server := start(t, lmtp.Config{Receiver: receiver, TempDir: dir})
			c := dial(t, server.addr)
			c.envelope("a@crm.example")
			c.say("%s", sent)
			require.NoError(t, c.Close())
			require.NoError(t, server.stop())
			assert.Empty(t, receiver.mail())
			left, err := os.ReadDir(dir)
			require.NoError(t, err)
			assert.Empty(t, left)
		})
	}
}
