package smtp_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// stages are the points of a session where a server can fail, in order. The last is after the final dot.
var stages = []string{"greeting", "EHLO", "MAIL", "RCPT", "DATA", "content", "end"}

// failing plays a session up to a stage and then does what the test says there.
func failing(stage string, fault func(*peer)) func(*peer) {
	return func(p *peer) {
		if stage == "greeting" {
			fault(p)
			return
		}
		p.say("220-mx.example.test", "220 ready")
		for _, step := range []struct{ stage, verb, reply string }{
			{"EHLO", "EHLO ", "250 mx.example.test"},
			{"MAIL", "MAIL ", "250 2.1.0 Ok"},
			{"RCPT", "RCPT ", "250-2.1.5 Ok\r\n250 2.1.5 really"},
			{"DATA", "DATA", "354 go on"},
		} {
			if !p.hear(step.verb) {
				return
			}
			if step.stage == stage {
				fault(p)
				return
			}
			p.say(step.reply)
		}
		if stage == "content" {
			p.deaf = true // what it does not read cannot be a whole message
			fault(p)
			return
		}
		if _, ok := p.listen(); ok {
			fault(p)
		}
	}
}

// large is a message that no buffer holds, so that a server which does not read is noticed before its end.
func large() *letter {
	return &letter{text: strings.Repeat(strings.Repeat("x", 76)+"\r\n", 500_000)}
}

// TestFaults: at every stage, whatever a broken server does, Deliver ends, asks for the bytes only after 354, and knows
// whether the message may have been accepted.
func TestFaults(t *testing.T) {
	for name, fault := range map[string]func(*peer){
		"stalls":          (*peer).wait,
		"drops":           func(*peer) {},
		"says garbage":    func(p *peer) { p.say("hello, who are you?"); p.wait() },
		"says TLS":        func(p *peer) { p.conn.Write([]byte("\x15\x03\x01\x00\x02\x02\x46\n")); p.wait() },
		"says a code":     func(p *peer) { p.say("999 x"); p.wait() },
		"says half":       func(p *peer) { io.WriteString(p.conn, "250-"); p.wait() },
		"changes codes":   func(p *peer) { p.say("250-a", "550 b"); p.wait() },
		"never ends line": func(p *peer) { io.WriteString(p.conn, "250 "+strings.Repeat("x", 10_000)); p.wait() },
		"never ends": func(p *peer) {
			for range 100_000 {
				if _, err := io.WriteString(p.conn, "250-x\r\n"); err != nil {
					return
				}
			}
			p.wait()
		},
	} {
		t.Run(name, func(t *testing.T) {
			for i, stage := range stages {
				t.Run(stage, func(t *testing.T) {
					t.Parallel()
					tr := transport(t, serve(t, failing(stage, fault)), impatient)
					msg := small()
					if stage == "content" {
						msg = large()
					}
					receipt, err := tr.Deliver(context.Background(), one, msg)
					e := refused(t, err)
					assert.Equal(t, stage == "end", e.Uncertain, "%v", err)
					assert.Equal(t, stage != "end", e.Temporary, "%v", err)
					assert.Empty(t, receipt.Results)
					if stage != "content" { // where what comes with 354 keeps the content back, and what comes later does not
						assert.Equal(t, i >= 5, msg.asked.Load() > 0, "asked for the bytes")
					}
				})
			}
		})
	}
}

// TestRefusals: a reply at every stage is classified, and 421 ends the session.
func TestRefusals(t *testing.T) {
	for _, stage := range []string{"greeting", "EHLO", "MAIL", "DATA", "end"} {
		for said, temporary := range map[string]bool{
			"421 4.3.2 going down": true, "451-4.3.0 not\r\n451 4.3.0 now": true, "554 5.7.1 never": false,
		} {
			t.Run(stage+" "+said[:3], func(t *testing.T) {
				t.Parallel()
				tr := transport(t, serve(t, failing(stage, func(p *peer) { p.say(said); p.wait() })), impatient)
				msg := small()
				_, err := tr.Deliver(context.Background(), one, msg)
				e := refused(t, err)
				assert.Equal(t, said[:3], e.Error()[strings.Index(e.Error(), said[:3]):][:3])
				assert.Equal(t, said[4:9], e.Enhanced)
				assert.Equal(t, temporary || stage == "greeting" || stage == "EHLO", e.Temporary)
				assert.False(t, e.Uncertain)
				assert.Equal(t, stage == "end", msg.asked.Load() > 0)
			})
		}
	}
}

// TestCancel: the end of the context ends Deliver at once at every stage, far before any timeout.
func TestCancel(t *testing.T) {
	for _, stage := range stages {
		t.Run(stage, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			gone := make(chan struct{})
			tr := transport(t, serve(t, failing(stage, func(p *peer) {
				cancel()
				p.deaf = false
				p.wait()
				close(gone)
			})), func(c *smtp.Config) { c.CommandTimeout, c.DataTimeout, c.EndTimeout = time.Hour, time.Hour, time.Hour })
			msg := small()
			if stage == "content" {
				msg = large()
			}
			begin := time.Now()
			_, err := tr.Deliver(ctx, one, msg)
			assert.Less(t, time.Since(begin), 2*time.Second)
			e := refused(t, err)
			require.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, stage == "end", e.Uncertain)
			assert.Equal(t, stage != "end", e.Temporary)
			select {
			case <-gone:
			case <-time.After(2 * time.Second):
				t.Error("the connection stays open")
			}
		})
	}
}

func TestCancelWhileDialling(t *testing.T) {
	tr := transport(t, "192.0.2.1:25", func(c *smtp.Config) {
		c.Dial = blockingDial
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := tr.Deliver(ctx, one, small())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.True(t, refused(t, err).Temporary)
}

func TestDialTimeout(t *testing.T) {
	tr := transport(t, "192.0.2.1:25", func(c *smtp.Config) {
		c.Dial, c.DialTimeout = blockingDial, 20*time.Millisecond
	})
	_, err := deliver(t, tr)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.True(t, refused(t, err).Temporary)
}

// TestContentFails: a message that cannot be written is not delivered, not even in part.
func TestContentFails(t *testing.T) {
	broken := errors.New("the file is gone")
	ended := make(chan bool, 1)
	tr := transport(t, serve(t, failing("content", func(p *peer) {
		_, whole := p.listen()
		ended <- whole
	})))
	_, err := tr.Deliver(context.Background(), one, &letter{text: "Subject: x\r\n\r\nhalf", fail: broken})
	require.ErrorIs(t, err, broken)
	var e *email.TransportError
	require.False(t, errors.As(err, &e), "the error is the message's")
	require.False(t, <-ended, "the server saw a whole message")
}

// TestContentPanics: nor is one whose writer panics.
func TestContentPanics(t *testing.T) {
	ended := make(chan bool, 1)
	tr := transport(t, serve(t, failing("content", func(p *peer) {
		_, whole := p.listen()
		ended <- whole
	})))
	require.Panics(t, func() { tr.Deliver(context.Background(), one, panicking{}) })
	require.False(t, <-ended)
}

type panicking struct{}

func (panicking) WriteTo(w io.Writer) (int64, error) {
	io.WriteString(w, "Subject: x\r\n\r\n")
	panic("host")
}

// TestEndsBeforeDot: a context that ends while the message is being read ends it without the final dot.
func TestEndsBeforeDot(t *testing.T) {
	ended := make(chan bool, 1)
	tr := transport(t, serve(t, failing("content", func(p *peer) {
		_, whole := p.listen()
		ended <- whole
	})))
	ctx, cancel := context.WithCancel(context.Background())
	_, err := tr.Deliver(ctx, one, cancelling{cancel})
	require.ErrorIs(t, err, context.Canceled)
	require.False(t, <-ended)
	assert.False(t, refused(t, err).Uncertain)
}

type cancelling struct{ cancel func() }

func (c cancelling) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, "Subject: x\r\n\r\n")
	c.cancel()
	return int64(n), err
}

// TestLastWord: what a server says before it cuts the connection within the content is not lost.
func TestLastWord(t *testing.T) {
	tr := transport(t, serve(t, failing("content", func(p *peer) {
		p.say("552 5.3.4 too large")
		time.Sleep(20 * time.Millisecond)
	})))
	_, err := tr.Deliver(context.Background(), one, large())
	e := refused(t, err)
	assert.False(t, e.Uncertain)
	if e.Code != 0 { // the reset may have overtaken the reply
		assert.Equal(t, 552, e.Code)
		assert.False(t, e.Temporary)
	}
}

func TestEnvelopeFirst(t *testing.T) {
	for name, env := range map[string]email.Envelope{
		"no recipients": {ReturnPath: "crm@example.test"},
		"line break":    {ReturnPath: "crm@example.test", Recipients: []string{"anna@example.test>\r\nRCPT TO:<eve@example.test"}},
		"an option":     {ReturnPath: "crm@example.test", Recipients: []string{"-oQ/tmp@example.test"}},
		"return path":   {ReturnPath: "crm@example.test> SIZE=1", Recipients: []string{"anna@example.test"}},
	} {
		t.Run(name, func(t *testing.T) {
			tr := transport(t, serve(t, func(p *peer) { t.Error("connected") }))
			msg := small()
			_, err := tr.Deliver(context.Background(), env, msg)
			e := refused(t, err)
			assert.False(t, e.Temporary)
			assert.NotContains(t, err.Error(), "example.test")
			assert.Zero(t, msg.asked.Load())
		})
	}
}
