package smtp_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// peer is one connection of a scripted server.
type peer struct {
	t    testing.TB
	n    int // of the connection, from 1
	conn net.Conn
	r    *bufio.Reader
	deaf bool          // does not read any more
	done chan struct{} // the test has ended
}

// say writes lines, each ended by CRLF.
func (p *peer) say(lines ...string) {
	io.WriteString(p.conn, strings.Join(lines, "\r\n")+"\r\n")
}

// hear reads a command that begins with verb; false: the client has gone, or begins anew.
func (p *peer) hear(verb string) bool {
	line, err := p.r.ReadString('\n')
	if err != nil {
		return false
	}
	if verb != "QUIT" && line == "QUIT\r\n" || verb != "RSET" && line == "RSET\r\n" {
		return false
	}
	if !strings.HasPrefix(line, verb) || !strings.HasSuffix(line, "\r\n") {
		p.t.Errorf("the client said %q, not %s", line, verb)
		return false
	}
	return true
}

// listen reads the content up to the final dot; false: it never came.
func (p *peer) listen() (string, bool) {
	var content strings.Builder
	for {
		line, err := p.r.ReadString('\n')
		if line == ".\r\n" {
			return content.String(), true
		}
		content.WriteString(line)
		if err != nil {
			return content.String(), false
		}
	}
}

// wait waits until the client has gone.
func (p *peer) wait() {
	if p.deaf {
		<-p.done
		return
	}
	io.Copy(io.Discard, p.r)
}

// hello greets and announces extensions.
func (p *peer) hello(extensions ...string) bool {
	p.say("220 mx.example.test")
	if !p.hear("EHLO ") {
		return false
	}
	lines := append([]string{"mx.example.test"}, extensions...)
	for i := range lines {
		lines[i] = map[bool]string{true: "250 ", false: "250-"}[i == len(lines)-1] + lines[i]
	}
	p.say(lines...)
	return true
}

// accept takes one message of one recipient, in its own time: it has no part in pipelining.
func (p *peer) accept() (string, bool) {
	if !p.transaction(1) {
		return "", false
	}
	content, ok := p.listen()
	if ok {
		p.say("250 2.0.0 Ok: queued as A1")
	}
	return content, ok
}

// transaction goes from MAIL to 354.
func (p *peer) transaction(recipients int) bool {
	for i := range recipients + 1 {
		if !p.hear(map[bool]string{true: "MAIL ", false: "RCPT "}[i == 0]) {
			return false
		}
		p.say("250 2.0.0 Ok")
	}
	if !p.hear("DATA") {
		return false
	}
	p.say("354 go on")
	return true
}

// serve plays script on every connection of a listener on loopback, and returns its address.
func serve(t testing.TB, script func(*peer)) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	var (
		all sync.WaitGroup
		mu  sync.Mutex
		n   int
	)
	open, done := make(map[net.Conn]bool), make(chan struct{})
	all.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			n++
			p := &peer{t: t, n: n, conn: conn, r: bufio.NewReader(conn), done: done}
			open[conn] = true
			mu.Unlock()
			all.Go(func() {
				defer func() {
					mu.Lock()
					delete(open, conn)
					mu.Unlock()
					p.conn.Close()
				}()
				script(p)
			})
		}
	})
	t.Cleanup(func() {
		close(done)
		listener.Close()
		mu.Lock()
		for conn := range open {
			conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return listener.Addr().String()
}

// transport connects to addr without TLS and with short waits, unless change says otherwise.
func transport(t testing.TB, addr string, change ...func(*smtp.Config)) *smtp.Transport {
	t.Helper()
	config := smtp.Config{
		Addr:           addr,
		TLS:            smtp.TLSNone,
		Hello:          "crm.example.test",
		CommandTimeout: 5 * time.Second,
		DataTimeout:    5 * time.Second,
		EndTimeout:     5 * time.Second,
	}
	for _, f := range change {
		f(&config)
	}
	tr, err := smtp.New(config)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, tr.Close()) })
	return tr
}

// impatient makes every wait short.
func impatient(c *smtp.Config) {
	c.CommandTimeout, c.DataTimeout, c.EndTimeout = 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond
}

// letter is a message that counts how often it was asked for its bytes.
type letter struct {
	text  string
	fail  error // returned after text
	asked atomic.Int32
}

func (l *letter) WriteTo(w io.Writer) (int64, error) {
	l.asked.Add(1)
	n, err := io.Copy(w, strings.NewReader(l.text))
	return n, errors.Join(err, l.fail)
}

func small() *letter { return &letter{text: "Subject: x\r\n\r\n.dot\r\n"} }

// sized is a message that tells its size.
type sized struct {
	*bytes.Reader
	size int64
}

func (s sized) Size() int64 { return s.size }

var one = email.Envelope{ReturnPath: "crm@example.test", Recipients: []string{"anna@example.test"}}

// deliver sends small to one recipient.
func deliver(t *testing.T, tr *smtp.Transport) (email.Receipt, error) {
	t.Helper()
	return tr.Deliver(context.Background(), one, small())
}

// refused takes the TransportError out of err.
func refused(t *testing.T, err error) *email.TransportError {
	t.Helper()
	var e *email.TransportError
	require.ErrorAs(t, err, &e)
	return e
}
