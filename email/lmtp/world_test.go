package lmtp_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

const (
	letter   = "From: Olga <olga@customer.example>\r\nSubject: Re: order 5\r\n\r\nThank you!\r\n"
	patience = 10 * time.Second
)

var _ lmtp.Receiver = (*email.Service)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// filed is what a Receiver was given.
type filed struct {
	email.Inbound
	raw string
}

// box is a Receiver that keeps everything, but for what answer refuses.
type box struct {
	answer func(ctx context.Context, in email.Inbound) error

	mu  sync.Mutex
	all []filed
}

func (b *box) Receive(ctx context.Context, in email.Inbound) (email.Message, error) {
	if b.answer != nil {
		if err := b.answer(ctx, in); err != nil {
			return email.Message{}, err
		}
	}
	raw, err := io.ReadAll(in.Raw)
	if err != nil {
		return email.Message{}, err
	}
	in.Raw = nil
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all = append(b.all, filed{in, string(raw)})
	return email.Message{}, nil
}

func (b *box) mail() []filed {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]filed(nil), b.all...)
}

// running is a server that serves until the test ends.
type running struct {
	addr string
	stop func() error // idempotent
	log  *bytes.Buffer
}

func start(t testing.TB, config lmtp.Config) *running {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	r := serve(t, config, listener)
	r.addr = listener.Addr().String()
	return r
}

func serve(t testing.TB, config lmtp.Config, listener net.Listener) *running {
	t.Helper()
	r := &running{log: &bytes.Buffer{}}
	config.Logger = slog.New(slog.NewTextHandler(&locked{w: r.log}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	config.Hello = "crm.example"
	server, err := lmtp.New(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	r.stop = sync.OnceValue(func() error {
		cancel()
		select {
		case err := <-ended:
			return err
		case <-time.After(2 * patience):
			return fmt.Errorf("Serve does not end")
		}
	})
	t.Cleanup(func() { assert.NoError(t, r.stop()) })
	return r
}

// locked makes a log readable after the server has stopped, and writable from several goroutines.
type locked struct {
	mu sync.Mutex
	w  io.Writer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

func dialLMTP(t testing.TB, addr string) *gosmtp.Client {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	client := gosmtp.NewClientLMTP(conn)
	t.Cleanup(func() { client.Close() })
	return client
}

// deliver sends one message, and gives the status for each recipient.
func deliver(t testing.TB, client *gosmtp.Client, from, content string, to ...string) map[string]error {
	t.Helper()
	require.NoError(t, client.Mail(from, nil))
	status := map[string]error{}
	for _, addr := range to {
		if err := client.Rcpt(addr, nil); err != nil {
			status[addr] = err
		}
	}
	w, err := client.Data()
	require.NoError(t, err)
	_, err = io.WriteString(w, content)
	require.NoError(t, err)
	replies, err := w.CloseWithLMTPResponse()
	failed, _ := err.(gosmtp.LMTPDataError)
	if err != nil && failed == nil {
		require.NoError(t, err)
	}
	for addr := range replies {
		status[addr] = nil
	}
	for addr, err := range failed {
		status[addr] = err
	}
	return status
}

// talk is a conversation by hand.
type talk struct {
	t testing.TB
	net.Conn
	r *bufio.Reader
}

func dial(t testing.TB, addr string) *talk {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	return converse(t, conn)
}

func converse(t testing.TB, conn net.Conn) *talk {
	t.Cleanup(func() { conn.Close() })
	conn.SetDeadline(time.Now().Add(patience))
	return &talk{t, conn, bufio.NewReader(conn)}
}

func (c *talk) say(format string, args ...any) {
	c.t.Helper()
	_, err := fmt.Fprintf(c, format, args...)
	require.NoError(c.t, err)
}

// hear reads one reply, all its lines, and holds it to begin with want.
func (c *talk) hear(want string) string {
	c.t.Helper()
	var reply strings.Builder
	for {
		line, err := c.r.ReadString('\n')
		require.NoError(c.t, err, "after %q, where %q was to come", reply.String(), want)
		reply.WriteString(line)
		if len(line) < 4 || line[3] != '-' {
			require.True(c.t, strings.HasPrefix(line, want), "%q, not %q", line, want)
			return reply.String()
		}
	}
}

func (c *talk) ask(line, want string) string {
	c.t.Helper()
	c.say("%s\r\n", line)
	return c.hear(want)
}

// envelope says everything up to the content.
func (c *talk) envelope(to ...string) {
	c.t.Helper()
	c.hear("220 ")
	c.ask("LHLO mx.example", "250 ")
	c.ask("MAIL FROM:<olga@customer.example>", "250 2.1.0")
	for _, addr := range to {
		c.ask("RCPT TO:<"+addr+">", "250 2.1.5")
	}
	c.ask("DATA", "354 ")
}

// gone waits for the end of the connection.
func (c *talk) gone() {
	c.t.Helper()
	rest, err := io.ReadAll(c.r)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		c.t.Fatalf("the connection stays; %q", rest)
	}
}
