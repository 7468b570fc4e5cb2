package smtp_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/smtp"
)

// steps keeps what a Trace was told, each step below the one around it.
type steps struct {
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
			"deliver", "  wait", "  connect", "    auth", "  envelope", "  content",
			"deliver", "  wait", "  envelope, reused", "  content",
		}},
		"refused": {func(p *peer) {
			p.hello()
			for p.hear("MAIL ") {
				p.say("550 no")
				p.hear("RSET")
				p.say("250 Ok")
			}
		}, func(*smtp.Config) {}, []string{
			"deliver failed", "  wait", "  connect", "  envelope failed", "deliver failed", "  wait", "  envelope, reused failed",
		}},
		"no TLS": {func(p *peer) { p.conn.Write([]byte("220 not TLS\r\n")); p.wait() },
			func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSImplicit, trust },
			[]string{"deliver failed", "  wait", "  connect failed", "    tls failed",
				"deliver failed", "  wait", "  connect failed", "    tls failed"}},
	} {
		t.Run(name, func(t *testing.T) {
			var told steps
			tr := transport(t, serve(t, test.script), test.change, func(c *smtp.Config) { c.Trace = told.trace })
			for range 2 {
				deliver(t, tr)
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
