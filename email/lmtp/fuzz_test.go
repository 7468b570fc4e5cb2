package lmtp_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/textproto"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

// hosted serves connections that are pipes.
func hosted(t testing.TB, config lmtp.Config) func() net.Conn {
	listener := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	server, err := lmtp.New(config)
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		require.NoError(t, <-ended)
	})
	return func() net.Conn {
		near, far := net.Pipe()
		listener.conns <- far
		near.SetDeadline(time.Now().Add(patience))
		return near
	}
}

var reply = regexp.MustCompile(`^[2345]\d\d[ -][ -~]*$`)

// FuzzSession: whatever a client sends, the server answers in well-formed lines, does not end, and files a message only
// after it said 354.
func FuzzSession(f *testing.F) {
	f.Add([]byte("LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n"))
	f.Add([]byte("LHLO mx\r\nMAIL FROM:<\"a\\\">\"@b> SIZE=3 BODY=8BITMIME SMTPUTF8\r\nRCPT TO:<@x:postmaster>\r\nDATA\r\n..\r\n\n.\r\r\n.\r\n"))
	f.Add([]byte("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"))
	f.Add([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"))
	f.Add(bytes.Repeat([]byte("MAIL FROM:<"), 1000))
	receiver := &box{}
	connect := hosted(f, lmtp.Config{Receiver: receiver, MaxSize: 1000, MaxRecipients: 3})
	f.Fuzz(func(t *testing.T, sent []byte) {
		receiver.mu.Lock()
		receiver.all = nil
		receiver.mu.Unlock()
		conn := connect()
		defer conn.Close()
		go func() {
			conn.Write(sent)
			conn.Write([]byte("\r\n.\r\nQUIT\r\n"))
		}()
		said, err := io.ReadAll(conn)
		if err != nil {
			t.Fatalf("%q: %v after %q", sent, err, said)
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(said, []byte("\r\n")), []byte("\r\n")) {
			if !reply.Match(line) {
				t.Fatalf("%q: said %q", sent, line)
			}
		}
		if n, allowed := len(receiver.mail()), 3*bytes.Count(said, []byte("354 ")); n > allowed {
			t.Fatalf("%q: filed %d", sent, n)
		}
	})
}

// FuzzContent: what a client writes dot-stuffed arrives as it was, for content that ends in CR LF.
func FuzzContent(f *testing.F) {
	for _, content := range []string{letter, ".", "\r\n.\r\n", "\n.\n", "\r.\r", "a\r\r\n.b", "..\r\n", "\r", "\x00\xff"} {
		f.Add([]byte(content))
	}
	receiver := &box{}
	connect := hosted(f, lmtp.Config{Receiver: receiver})
	f.Fuzz(func(t *testing.T, content []byte) {
		receiver.mu.Lock()
		receiver.all = nil
		receiver.mu.Unlock()
		content = append(bytes.Clone(content), "\r\n"...)
		sent := bytes.ReplaceAll(content, []byte("\r\n."), []byte("\r\n.."))
		if content[0] == '.' {
			sent = append([]byte("."), sent...)
		}
		conn := connect()
		defer conn.Close()
		go func() {
			conn.Write([]byte("LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<a@b>\r\nDATA\r\n"))
			conn.Write(append(sent, ".\r\nQUIT\r\n"...))
		}()
		r := textproto.NewConn(conn)
		for _, code := range []int{220, 250, 250, 250, 354, 250, 221} {
			if _, _, err := r.ReadResponse(code); err != nil {
				t.Fatalf("%q: %v", content, err)
			}
		}
		if got := receiver.mail(); len(got) != 1 || got[0].raw != string(content) {
			t.Fatalf("%q: got %q", content, got)
		}
	})
}

func discard(_ context.Context, in email.Inbound) error {
	_, err := io.Copy(io.Discard, in.Raw)
	return err
}

func BenchmarkMessage(b *testing.B) {
	for name, size := range map[string]int{"3KB": 3 << 10, "1MB": 1 << 20, "10MB": 10 << 20} {
		b.Run(name, func(b *testing.B) {
			server := start(b, lmtp.Config{Receiver: receiverFunc(discard)})
			c := dial(b, server.addr)
			c.SetDeadline(time.Time{})
			c.hear("220 ")
			c.ask("LHLO mx", "250 ")
			content := bytes.Repeat([]byte("a line of seventy-six octets, as base64 has them, of a message to be filed\r\n"), size/76)
			b.SetBytes(int64(len(content)))
			b.ReportAllocs()
			for b.Loop() {
				c.say("MAIL FROM:<a@b>\r\nRCPT TO:<a@crm.example>\r\nDATA\r\n")
				c.hear("250 ")
				c.hear("250 ")
				c.hear("354 ")
				c.Write(content)
				c.say(".\r\n")
				c.hear("250 ")
			}
		})
	}
}
