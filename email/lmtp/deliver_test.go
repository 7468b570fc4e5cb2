package lmtp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	netsmtp "net/smtp"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

func TestDeliver(t *testing.T) {
	receiver := &box{}
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	server := start(t, lmtp.Config{Receiver: receiver, Now: func() time.Time { return now }})
	client := dialLMTP(t, server.addr)

	status := deliver(t, client, "olga@customer.example", letter, "reply+t0ken.A@CRM.example", "sales@crm.example", "Reply@crm.example")
	assert.Equal(t, map[string]error{"reply+t0ken.A@CRM.example": nil, "sales@crm.example": nil, "Reply@crm.example": nil}, status)
	status = deliver(t, client, "", letter, "sales@crm.example")
	assert.Equal(t, map[string]error{"sales@crm.example": nil}, status)
	require.NoError(t, client.Quit())

	assert.Equal(t, []filed{
		{email.Inbound{Mailbox: "reply@crm.example", Recipients: []string{"reply+t0ken.A@CRM.example", "Reply@crm.example"},
			ReturnPath: "olga@customer.example", ReceivedAt: now}, letter},
		{email.Inbound{Mailbox: "sales@crm.example", Recipients: []string{"sales@crm.example"},
			ReturnPath: "olga@customer.example", ReceivedAt: now}, letter},
		{email.Inbound{Mailbox: "sales@crm.example", Recipients: []string{"sales@crm.example"},
			ReturnPath: "<>", ReceivedAt: now}, letter},
	}, receiver.mail())
	require.NoError(t, server.stop())
	for _, secret := range []string{"@", "t0ken", "Thank you", "order"} {
		assert.NotContains(t, server.log.String(), secret)
	}
	assert.Contains(t, server.log.String(), "recipients=3 mailboxes=2")
}

// TestSame: a recipient named twice is answered twice (RFC 2033 §4.2), and told to the Receiver once.
func TestSame(t *testing.T) {
	receiver := &box{}
	c := dial(t, start(t, lmtp.Config{Receiver: receiver}).addr)
	c.envelope("a@crm.example", "b@crm.example", "a@crm.example")
	c.say("%s.\r\n", letter)
	for range 3 {
		c.hear("250 2.0.0")
	}
	c.ask("QUIT", "221 2.0.0")
	c.gone()
	assert.Len(t, receiver.mail(), 2)
	assert.Equal(t, []string{"a@crm.example"}, receiver.mail()[0].Recipients)
}

var errDisk = errors.New("no place for olga@customer.example and <id-1@customer.example>")

func refusing(mailbox string, err error) func(context.Context, email.Inbound) error {
	return func(_ context.Context, in email.Inbound) error {
		if in.Mailbox == mailbox {
			return err
		}
		return nil
	}
}

func TestReceiverAnswers(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(context.Context, email.Inbound) error
		code   int // for bad@
		logged string
	}{
		{"an error", refusing("bad@crm.example", errDisk), 451, "no place for … and …"},
		{"filed already", refusing("bad@crm.example", fmt.Errorf("store: %w", email.ErrDuplicate)), 0, ""},
		{"not found is no reason to refuse for good", refusing("bad@crm.example", email.ErrNotFound), 451, "not found"},
		{"a panic", func(_ context.Context, in email.Inbound) error {
			if in.Mailbox == "bad@crm.example" {
				panic("olga@customer.example")
			}
			return nil
		}, 451, "type=string"},
		{"too slow", func(ctx context.Context, in email.Inbound) error {
			if in.Mailbox == "bad@crm.example" {
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}, 451, "deadline"},
	} {
		t.Run("LMTP/"+c.name, func(t *testing.T) {
			receiver := &box{answer: c.answer}
			server := start(t, lmtp.Config{Receiver: receiver, ReceiveTimeout: 200 * time.Millisecond})
			client := dialLMTP(t, server.addr)
			status := deliver(t, client, "olga@customer.example", letter, "good@crm.example", "bad+1@crm.example", "bad+2@crm.example")
			assert.NoError(t, status["good@crm.example"])
			checkCode(t, c.code, status["bad+1@crm.example"])
			checkCode(t, c.code, status["bad+2@crm.example"])
			assert.Len(t, receiver.mail(), 1)
			assert.NoError(t, client.Noop(), "the connection goes on")
			require.NoError(t, server.stop())
			assert.Contains(t, server.log.String(), c.logged)
			assert.NotContains(t, server.log.String(), "@")
		})
		t.Run("SMTP/"+c.name, func(t *testing.T) {
			receiver := &box{answer: c.answer}
			server := start(t, lmtp.Config{Receiver: receiver, SMTP: true, ReceiveTimeout: 200 * time.Millisecond})
			err := netsmtp.SendMail(server.addr, nil, "olga@customer.example", []string{"good@crm.example", "bad@crm.example"}, []byte(letter))
			if c.code == 0 {
				assert.NoError(t, err)
			} else {
				assert.ErrorContains(t, err, "4.3.0 Try again later")
			}
			assert.Len(t, receiver.mail(), 1)
		})
	}
}

func checkCode(t *testing.T, want int, err error) {
	t.Helper()
	if want == 0 {
		assert.NoError(t, err)
		return
	}
	var reply *gosmtp.SMTPError
	if assert.ErrorAs(t, err, &reply) {
		assert.Equal(t, want, reply.Code)
	}
}

func TestMailboxes(t *testing.T) {
	receiver := &box{}
	server := start(t, lmtp.Config{Receiver: receiver, Mailboxes: func(_ context.Context, addr string) (string, error) {
		switch local, domain, _ := strings.Cut(addr, "@"); {
		case domain != "crm.example":
			return "", fmt.Errorf("mailboxes: %w", email.ErrNotFound)
		case local == "broken":
			return "", errDisk
		case local == "panic":
			panic(errDisk)
		case local == "alias":
			return "sales@crm.example", nil
		}
		return "", nil
	}})
	client := dialLMTP(t, server.addr)
	status := deliver(t, client, "olga@customer.example", letter,
		"alias@crm.example", "who@elsewhere.example", "broken@crm.example", "reply+1@crm.example", "postmaster")
	assert.NoError(t, status["alias@crm.example"])
	checkCode(t, 550, status["who@elsewhere.example"])
	checkCode(t, 451, status["broken@crm.example"])
	assert.NoError(t, status["postmaster"])
	var mailboxes []string
	for _, m := range receiver.mail() {
		mailboxes = append(mailboxes, m.Mailbox)
	}
	assert.Equal(t, []string{"sales@crm.example", "reply@crm.example", "postmaster@crm.example"}, mailboxes)

	require.NoError(t, client.Mail("", nil))
	checkCode(t, 421, client.Rcpt("panic@crm.example", nil))
	require.NoError(t, server.stop())
	assert.NotContains(t, server.log.String(), "@")
}

func TestMailbox(t *testing.T) {
	for recipient, want := range map[string]string{
		"sales@crm.example":           "sales@crm.example",
		"Reply+A.b+c@CRM.example":     "reply@crm.example",
		"+tag@crm.example":            "+tag@crm.example",
		`"a+b"@crm.example`:           `"a+b"@crm.example`,
		`"a@b+c"@crm.example`:         `"a@b+c"@crm.example`,
		"почта+1@пример.example":      "почта@пример.example",
		"postmaster":                  "postmaster",
		"sales@sub+domain.example.ru": "sales@sub+domain.example.ru",
	} {
		assert.Equal(t, want, lmtp.Mailbox(recipient), recipient)
	}
}

func TestUnixSocket(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lmtp.sock")
	listener, err := net.Listen("unix", path)
	require.NoError(t, err)
	receiver := &box{}
	serve(t, lmtp.Config{Receiver: receiver}, listener)
	conn, err := net.Dial("unix", path)
	require.NoError(t, err)
	client := gosmtp.NewClientLMTP(conn)
	defer client.Close()
	assert.Equal(t, map[string]error{"a@crm.example": nil}, deliver(t, client, "", letter, "a@crm.example"))
	assert.Len(t, receiver.mail(), 1)
}

// TestPartRead: a Receiver need not read a message to its end.
func TestPartRead(t *testing.T) {
	receiver := &box{answer: func(_ context.Context, in email.Inbound) error {
		if in.Mailbox == "first@crm.example" {
			_, err := io.CopyN(io.Discard, in.Raw, 10)
			return errors.Join(err, email.ErrDuplicate)
		}
		return nil
	}}
	for _, size := range []int{0, 1 << 20} {
		server := start(t, lmtp.Config{Receiver: receiver})
		content := letter + strings.Repeat("more\r\n", size/6)
		deliver(t, dialLMTP(t, server.addr), "", content, "first@crm.example", "second@crm.example")
		got := receiver.mail()
		assert.Equal(t, content, got[len(got)-1].raw)
	}
}

func TestNew(t *testing.T) {
	for name, config := range map[string]lmtp.Config{
		"no receiver":    {},
		"negative limit": {Receiver: &box{}, MaxConns: -1},
		"bad name":       {Receiver: &box{}, Hello: "crm.example\r\n250"},
	} {
		_, err := lmtp.New(config)
		assert.ErrorContains(t, err, "lmtp:", name)
	}
}
