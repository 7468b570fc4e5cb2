package lmtp_test

import (
	"context"
	"net"
	netsmtp "net/smtp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/postfixtest"
	"github.com/crmmail/crmmail/email/lmtp"
)

// TestPostfix has a real Postfix deliver to us: everything but the field it puts in front comes as it was sent.
func TestPostfix(t *testing.T) {
	for protocol, nextHop := range map[string]string{"lmtp": "inet:127.0.0.1:", "smtp": "[127.0.0.1]:"} {
		t.Run(protocol, func(t *testing.T) {
			receiver := &box{}
			server := start(t, lmtp.Config{Receiver: receiver, SMTP: protocol == "smtp"})
			_, port, err := net.SplitHostPort(server.addr)
			require.NoError(t, err)
			postfix := postfixtest.Start(t, "virtual_transport = "+protocol+":"+nextHop+port, "smtp_host_lookup = native")
			for name, content := range map[string]string{
				"dots":        letter + ".\r\n..\r\n.dot\r\n",
				"8bit":        "Subject: =?utf-8?B?0L7RgtCy0LXRgg==?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nСпасибо!\r\n",
				"large":       letter + strings.Repeat("a line that is here many times\r\n", 100_000),
				"empty body":  "Subject: x\r\n\r\n",
				"ends in dot": "Subject: x\r\n\r\na\r\n.\r\n",
			} {
				before := len(receiver.mail())
				recipients := []string{"reply+t0ken@example.test", "sales@example.test"}
				require.NoError(t, netsmtp.SendMail(postfix.Addr, nil, "olga@customer.example", recipients, []byte(content)))
				var got []filed
				require.Eventually(t, func() bool {
					got = receiver.mail()[before:]
					return len(got) == 2
				}, 2*patience, 10*time.Millisecond, name)
				slices.SortFunc(got, func(a, b filed) int { return strings.Compare(a.Mailbox, b.Mailbox) })
				assert.Equal(t, []string{"reply+t0ken@example.test"}, got[0].Recipients)
				assert.Equal(t, "sales@example.test", got[1].Mailbox)
				for _, m := range got {
					assert.Equal(t, "olga@customer.example", m.ReturnPath)
					trace, whole := strings.CutSuffix(m.raw, content)
					assert.True(t, whole, "%s: %.300q", name, m.raw)
					assert.Regexp(t, "^(Delivered-To: .*\r\n)?Received: from .*\r\n([ \t].*\r\n)*$", trace)
				}
			}
		})
	}
}

// TestPostfixAgain: what could not be filed for one recipient is delivered again, for him alone.
func TestPostfixAgain(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	receiver := &box{answer: func(_ context.Context, in email.Inbound) error {
		if in.Mailbox == "sales@example.test" && broken.Load() {
			broken.Store(false)
			return errDisk
		}
		return nil
	}}
	_, port, err := net.SplitHostPort(start(t, lmtp.Config{Receiver: receiver}).addr)
	require.NoError(t, err)
	postfix := postfixtest.Start(t, "virtual_transport = lmtp:inet:127.0.0.1:"+port,
		"queue_run_delay = 1s", "minimal_backoff_time = 1s", "maximal_backoff_time = 1s")
	require.NoError(t, netsmtp.SendMail(postfix.Addr, nil, "olga@customer.example",
		[]string{"reply@example.test", "sales@example.test"}, []byte(letter)))
	require.Eventually(t, func() bool { return len(receiver.mail()) == 2 }, 2*patience, 20*time.Millisecond)
	got := receiver.mail()
	assert.Equal(t, "reply@example.test", got[0].Mailbox)
	assert.Equal(t, "sales@example.test", got[1].Mailbox)
}
