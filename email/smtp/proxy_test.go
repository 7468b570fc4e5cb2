package smtp_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/internal/postfixtest"
	"github.com/crmmail/crmmail/email/smtp"
)

// cutter is a link to addr that breaks once, where the client has said a line that begins with after; with reply, only
// when the server has answered, and without passing that on.
type cutter struct {
	addr  string
	after string // empty: before the greeting
	reply bool
	spent atomic.Bool
}

// pass plays the link for one connection.
func (c *cutter) pass(p *peer) {
	server, err := net.Dial("tcp", c.addr)
	if err != nil {
		return
	}
	defer server.Close()
	armed := !c.spent.Swap(true)
	if armed && c.after == "" {
		return
	}
	var silent atomic.Bool
	var both sync.WaitGroup
	forward := func(dst net.Conn, src *bufio.Reader, goOn func(line string) bool) {
		defer p.conn.Close()
		defer server.Close()
		for {
			line, err := src.ReadString('\n')
			if err != nil || silent.Load() && dst == p.conn {
				return
			}
			if _, err := io.WriteString(dst, line); err != nil || !goOn(line) {
				return
			}
		}
	}
	both.Go(func() {
		forward(server, p.r, func(line string) bool {
			here := armed && strings.HasPrefix(line, c.after)
			silent.Store(silent.Load() || here)
			return !here || c.reply
		})
	})
	both.Go(func() { forward(p.conn, bufio.NewReader(server), func(string) bool { return true }) })
	both.Wait()
}

// TestCut: wherever the way to a real server breaks, nothing is delivered and the error says so, as long as we have not
// written the final dot. Afterwards the error says that nobody knows, and so it is: once the message is there, once not.
// The next message goes over another connection.
func TestCut(t *testing.T) {
	t.Parallel()
	server := postfixtest.Start(t)
	for _, test := range []struct {
		name      string
		after     string
		reply     bool
		uncertain bool
		delivered int
	}{
		{"before the greeting", "", false, false, 0},
		{"after EHLO", "EHLO ", false, false, 0},
		{"instead of its reply", "EHLO ", true, false, 0},
		{"after MAIL", "MAIL ", false, false, 0},
		{"after RCPT", "RCPT ", false, false, 0},
		{"after DATA", "DATA", false, false, 0},
		{"instead of 354", "DATA", true, false, 0},
		{"within the header", "Subject: ", false, false, 0},
		{"within the body", "middle", false, false, 0},
		{"instead of the final dot", "last line", false, true, 0},
		{"instead of the last reply", ".\r\n", true, true, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			server.Clear(t)
			link := cutter{addr: server.Addr, after: test.after, reply: test.reply}
			tr := transport(t, serve(t, link.pass), patient)
			half := strings.Repeat(strings.Repeat("x", 76)+"\r\n", 200_000) // more than the buffers on the way hold
			msg := &letter{text: fields + half + "middle\r\n" + half + "last line\r\n"}
			_, err := tr.Deliver(context.Background(), one, msg)
			e := refused(t, err)
			assert.Equal(t, test.uncertain, e.Uncertain, "%v", err)
			assert.Equal(t, !test.uncertain, e.Temporary, "%v", err)
			require.Eventually(t, func() bool { return len(server.Mail(t)) == test.delivered }, 10*time.Second, 10*time.Millisecond)
			_, err = tr.Deliver(context.Background(), one, &letter{text: fields})
			require.NoError(t, err)
			require.Len(t, server.Mail(t), test.delivered+1)
		})
	}
}

// TestCutWithin: the same of a connection of the pool: a message that a closed connection took to its grave goes over
// another one, as long as not even MAIL was answered.
func TestCutWithin(t *testing.T) {
	t.Parallel()
	server := postfixtest.Start(t, "smtpd_timeout = 1s")
	tr := transport(t, server.Addr, patient, func(c *smtp.Config) { c.IdleTimeout = time.Hour })
	for range 2 {
		_, err := tr.Deliver(context.Background(), one, &letter{text: fields})
		require.NoError(t, err)
		time.Sleep(1500 * time.Millisecond) // Postfix says 421 and hangs up
	}
	require.Len(t, server.Mail(t), 2)
}
