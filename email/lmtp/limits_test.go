package lmtp_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

func TestMaxRecipients(t *testing.T) {
	receiver := &box{}
	c := dial(t, start(t, lmtp.Config{Receiver: receiver, MaxRecipients: 2}).addr)
	c.hear("220 ")
	c.ask("LHLO mx", "250 ")
	c.ask("MAIL FROM:<>", "250 ")
	c.ask("RCPT TO:<a@b>", "250 ")
	c.ask("RCPT TO:<b@b>", "250 ")
	for range 900 { // a client that has a thousand sends them all
		c.ask("RCPT TO:<c@b>", "452 4.5.3")
	}
	c.ask("DATA", "354 ")
	c.say(".\r\n")
	c.hear("250 ")
	c.hear("250 ")
	assert.Len(t, receiver.mail(), 2)
}

func TestTooMuch(t *testing.T) {
	t.Run("errors", func(t *testing.T) {
		c := dial(t, runningFor(t))
		c.hear("220 ")
		c.say("%s", strings.Repeat("GET / HTTP/1.1\r\n", 30))
		for range 20 {
			c.hear("500 5.5.1")
		}
		c.hear("421 4.7.0")
		c.gone()
	})
	t.Run("commands", func(t *testing.T) {
		c := dial(t, runningFor(t))
		c.hear("220 ")
		for range 1000 {
			c.ask("NOOP", "250 ")
		}
		c.ask("NOOP", "421 4.7.0")
		c.gone()
	})
	t.Run("a long line", func(t *testing.T) {
		c := dial(t, runningFor(t))
		c.hear("220 ")
		c.ask("NOOP "+strings.Repeat("x", 1<<20), "500 5.5.2")
		c.ask("NOOP", "250 ")
	})
}

// TestLongSession: a client that delivers may stay.
func TestLongSession(t *testing.T) {
	receiver := &box{}
	client := dialLMTP(t, start(t, lmtp.Config{Receiver: receiver}).addr)
	for i := range 400 {
		deliver(t, client, "", letter, fmt.Sprintf("a+%d@crm.example", i))
	}
	assert.Len(t, receiver.mail(), 400)
}

func TestSlow(t *testing.T) {
	for name, test := range map[string]struct {
		config lmtp.Config
		drip   string // sent again and again
	}{
		"silent":                {lmtp.Config{CommandTimeout: 50 * time.Millisecond}, ""},
		"a command that drips":  {lmtp.Config{CommandTimeout: 50 * time.Millisecond}, "x"},
		"a message that drips":  {lmtp.Config{DataTimeout: 50 * time.Millisecond}, "DATA"},
		"a message that pauses": {lmtp.Config{CommandTimeout: 50 * time.Millisecond}, "DATA pause"},
	} {
		t.Run(name, func(t *testing.T) {
			receiver := &box{}
			test.config.Receiver = receiver
			c := dial(t, start(t, test.config).addr)
			drip := test.drip
			if strings.HasPrefix(drip, "DATA") {
				c.envelope("a@crm.example")
				drip = "line\r\n"
			} else {
				c.hear("220 ")
			}
			done := make(chan struct{})
			go func() {
				defer close(done)
				for range 100 {
					if _, err := io.WriteString(c, drip); err != nil || strings.HasSuffix(test.drip, "pause") {
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
			}()
			began := time.Now()
			c.hear("421 4.4.2")
			assert.Less(t, time.Since(began), 400*time.Millisecond)
			c.Close()
			<-done
			assert.Empty(t, receiver.mail())
		})
	}
}

// TestDeaf: a client that reads no replies does not stay.
func TestDeaf(t *testing.T) {
	near, far := net.Pipe() // holds nothing: a reply waits until it is read
	listener := &pipes{conns: make(chan net.Conn, 1), closed: make(chan struct{})}
	server := serve(t, lmtp.Config{Receiver: &box{}, CommandTimeout: 50 * time.Millisecond}, listener)
	listener.conns <- far
	near.SetDeadline(time.Now().Add(patience))
	_, err := io.WriteString(near, "NOOP\r\n")
	assert.Error(t, err, "closed by the server")
	near.Close()
	assert.NoError(t, server.stop())
}

// pipes is a listener without a network.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// TestThousand: of a thousand connections at once, as many as are allowed are served, and memory stays bounded.
func TestThousand(t *testing.T) {
	const clients, allowed = 1000, 50
	receiver := &box{}
	var now, most atomic.Int64
	receiver.answer = func(context.Context, email.Inbound) error {
		if n := now.Add(1); n > most.Load() {
			most.Store(n)
		}
		defer now.Add(-1)
		time.Sleep(time.Millisecond)
		return nil
	}
	server := start(t, lmtp.Config{Receiver: receiver, MaxConns: allowed})
	var before, during runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)

	conns := make([]net.Conn, clients)
	for i := range conns {
		conn, err := net.Dial("tcp", server.addr)
		require.NoError(t, err)
		defer conn.Close()
		conn.SetDeadline(time.Now().Add(patience))
		conns[i] = conn
	}
	var served, sentAway atomic.Int64
	var all sync.WaitGroup
	for _, conn := range conns {
		all.Go(func() {
			r := bufio.NewReaderSize(conn, 64)
			switch greeting, _ := r.ReadString('\n'); {
			case strings.HasPrefix(greeting, "220 "):
				served.Add(1)
			case strings.HasPrefix(greeting, "421 4.3.2"):
				sentAway.Add(1)
			}
		})
	}
	all.Wait()
	runtime.GC()
	runtime.ReadMemStats(&during)
	assert.EqualValues(t, allowed, served.Load())
	assert.EqualValues(t, clients-allowed, sentAway.Load())
	assert.Less(t, int64(during.HeapAlloc)-int64(before.HeapAlloc), int64(8<<20))

	for _, conn := range conns {
		conn.Close()
	}
	for range 200 { // all of them come again, and are served in the end
		all.Go(func() {
			for !delivered(server.addr) {
				time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			}
		})
	}
	all.Wait()
	assert.Len(t, receiver.mail(), 200)
	assert.LessOrEqual(t, most.Load(), int64(allowed))
}

// delivered tells whether a message was taken over a connection of its own.
func delivered(addr string) bool {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return false
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(patience))
	fmt.Fprintf(conn, "LHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<a@crm.example>\r\nDATA\r\n%s.\r\nQUIT\r\n", letter)
	replies, _ := io.ReadAll(conn)
	return strings.Contains(string(replies), "250 2.0.0 Filed")
}

// TestMemory: a large message is not held in memory.
func TestMemory(t *testing.T) {
	const size = 48 << 20
	var most uint64
	server := start(t, lmtp.Config{Receiver: receiverFunc(func(_ context.Context, in email.Inbound) error {
		n, err := io.Copy(io.Discard, in.Raw)
		assert.EqualValues(t, size, n)
		var during runtime.MemStats
		runtime.ReadMemStats(&during)
		most = during.TotalAlloc
		return err
	})})
	c := dial(t, server.addr)
	c.envelope("a@crm.example")
	block := []byte(strings.Repeat(strings.Repeat("x", 62)+"\r\n", 1024))
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	for range size / len(block) {
		_, err := c.Write(block)
		require.NoError(t, err)
	}
	c.say(".\r\n")
	c.hear("250 2.0.0")
	assert.Less(t, most-before.TotalAlloc, uint64(2<<20))
}

type receiverFunc func(ctx context.Context, in email.Inbound) error

func (f receiverFunc) Receive(ctx context.Context, in email.Inbound) (email.Message, error) {
	return email.Message{}, f(ctx, in)
}
