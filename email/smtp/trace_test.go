package smtp_test

import (
	"bytes"
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/smtp"
)

// steps keeps what a Trace was told, each step below the one around it.
type steps struct {
	server string // which all steps are of

	mu   sync.Mutex
	list []string
	open int
}

type depth struct{}

func (s *steps) trace(ctx context.Context, step smtp.Step) (context.Context, func(error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	level, _ := ctx.Value(depth{}).(int)
	line := strings.Repeat("  ", level) + string(step.Name)
	if step.Reused {
		line += ", reused"
	}
	if step.Recipients > 0 {
		line += fmt.Sprint(", to ", step.Recipients)
	}
	if step.Size > 0 {
		line += fmt.Sprint(", ", step.Size, " octets")
	}
	if step.Server != s.server {
		line += " of " + step.Server
	}
	i := len(s.list)
	s.list = append(s.list, line)
	s.open++
	return context.WithValue(ctx, depth{}, level+1), func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.open--
		if err != nil {
			s.list[i] += " failed"
		}
	}
}

func TestTrace(t *testing.T) {
	_, trust := authority(t)
	for name, test := range map[string]struct {
		script func(*peer)
		change func(*smtp.Config)
		want   []string
	}{
		"two messages": {func(p *peer) {
			p.hello("AUTH PLAIN")
			p.hear("AUTH ")
			p.say("235 Ok")
			for _, ok := p.accept(); ok; _, ok = p.accept() {
			}
		}, func(c *smtp.Config) { c.Username, c.Password = "crm", "right" }, []string{
			"deliver, to 1, 24 octets", "  wait", "  connect", "    auth", "  envelope, to 1", "  content",
			"deliver, to 1, 24 octets", "  wait", "  envelope, reused, to 1", "  content",
		}},
		"refused": {func(p *peer) {
			p.hello()
			for p.hear("MAIL ") {
				p.say("550 no")
				p.hear("RSET")
				p.say("250 Ok")
			}
		}, func(*smtp.Config) {}, []string{
			"deliver, to 1, 24 octets failed", "  wait", "  connect", "  envelope, to 1 failed", "deliver, to 1, 24 octets failed", "  wait", "  envelope, reused, to 1 failed",
		}},
		"no TLS": {func(p *peer) { p.conn.Write([]byte("220 not TLS\r\n")); p.wait() },
			func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSImplicit, trust },
			[]string{"deliver, to 1, 24 octets failed", "  wait", "  connect failed", "    tls failed",
				"deliver, to 1, 24 octets failed", "  wait", "  connect failed", "    tls failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			told := steps{server: serve(t, test.script)}
			tr := transport(t, told.server, test.change, func(c *smtp.Config) { c.Trace = told.trace })
			for range 2 {
				const text = "Subject: x\r\n\r\n12345678\r\n"
				_, _ = tr.Deliver(context.Background(), one, sized{bytes.NewReader([]byte(text)), int64(len(text))})
			}
			assert.Equal(t, test.want, told.list)
			assert.Zero(t, told.open, "every step ends")
		})
	}
}

// TestTraceNothing: a Trace need not care for every step.
func TestTraceNothing(t *testing.T) {
	tr := transport(t, serve(t, func(p *peer) { p.hello(); p.accept() }), func(c *smtp.Config) {
		c.Trace = func(context.Context, smtp.Step) (context.Context, func(error)) { return nil, nil }
	})
	_, err := deliver(t, tr)
	require.NoError(t, err)
}
