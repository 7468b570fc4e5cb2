package smtp_test

import (
	"bufio"
	"context"
	"io"
	"net"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// inBubble runs a test in time that passes at once, with a transport to a server that takes everything.
func inBubble(t *testing.T, change func(*smtp.Config), test func(t *testing.T, tr *smtp.Transport, dials *int)) {
	synctest.Test(t, func(t *testing.T) {
		var all sync.WaitGroup
		dials := 0
		tr := transport(t, "mx.example.test:25", func(c *smtp.Config) {
			c.Dial = func(context.Context, string, string) (net.Conn, error) {
				here, there := net.Pipe()
				dials++
				all.Go(func() {
					defer there.Close()
					p := &peer{t: t, n: dials, conn: there, r: bufio.NewReader(there)}
					if p.hello("PIPELINING") {
						takeAll(p)
					}
				})
				return here, nil
			}
			change(c)
		})
		test(t, tr, &dials)
		require.NoError(t, tr.Close())
		all.Wait()
	})
}

// takeAll takes messages to any number of recipients.
func takeAll(p *peer) {
	for {
		line, err := p.r.ReadString('\n')
		switch {
		case err != nil || line == "QUIT\r\n":
			return
		case line != "DATA\r\n":
			p.say("250 Ok")
			continue
		}
		p.say("354 go on")
		p.listen()
		p.say("250 Ok")
	}
}

func to(addrs ...string) email.Envelope {
	return email.Envelope{ReturnPath: "crm@example.test", Recipients: addrs}
}

// TestRate: messages go out evenly, whichever connection they take.
func TestRate(t *testing.T) {
	inBubble(t, func(c *smtp.Config) { c.Rate = smtp.Rate{Messages: 60, Per: time.Minute} },
		func(t *testing.T, tr *smtp.Transport, _ *int) {
			begin := time.Now()
			var all sync.WaitGroup
			for range 12 {
				all.Go(func() {
					_, err := deliver(t, tr)
					assert.NoError(t, err)
				})
			}
			all.Wait()
			assert.Equal(t, 11*time.Second, time.Since(begin))
			time.Sleep(time.Hour)
			begin = time.Now()
			for range 2 {
				_, err := deliver(t, tr)
				require.NoError(t, err)
			}
			assert.Equal(t, time.Second, time.Since(begin), "a rest is not saved up")
		})
}

// writer is a message of one function.
type writer func(io.Writer) (int64, error)

func (f writer) WriteTo(w io.Writer) (int64, error) { return f(w) }

// TestRateAfterAStall: those that waited for a connection while a server was slow do not all go out when it is well again.
func TestRateAfterAStall(t *testing.T) {
	rate := smtp.Rate{Messages: 1, Per: time.Second}
	for name, limit := range map[string]func(*smtp.Config){
		"of all":      func(c *smtp.Config) { c.Rate = rate },
		"of a domain": func(c *smtp.Config) { c.DomainRates = map[string]smtp.Rate{"example.test": rate} },
		"of each":     func(c *smtp.Config) { c.DomainRates = map[string]smtp.Rate{"": rate} },
		"of the other": func(c *smtp.Config) {
			c.DomainRates = map[string]smtp.Rate{"example.test": {Messages: 2, Per: time.Second}}
			c.Rate = rate
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(c *smtp.Config) { c.MaxConns = 2; limit(c) }, func(t *testing.T, tr *smtp.Transport, _ *int) {
				var mu sync.Mutex
				var asked []time.Time
				var all sync.WaitGroup
				for i := range 8 {
					msg := writer(func(w io.Writer) (int64, error) {
						mu.Lock()
						asked = append(asked, time.Now())
						mu.Unlock()
						if i < 2 {
							time.Sleep(20 * time.Second)
						}
						return small().WriteTo(w)
					})
					all.Go(func() {
						_, err := tr.Deliver(t.Context(), one, msg)
						assert.NoError(t, err)
					})
					time.Sleep(time.Millisecond)
				}
				all.Wait()
				require.Len(t, asked, 8)
				for i := range asked[1:] {
					assert.GreaterOrEqual(t, asked[i+1].Sub(asked[i]), time.Second, "%d", i)
				}
			})
		})
	}
}

// TestDomainRates: a slow domain keeps no other one waiting.
func TestDomainRates(t *testing.T) {
	inBubble(t, func(c *smtp.Config) {
		c.DomainRates = map[string]smtp.Rate{
			"Slow.example": {Messages: 1, Per: time.Minute}, "пример.рф": {Messages: 1, Per: time.Hour},
			"free.example": {}, "": {Messages: 1, Per: time.Second},
		}
		c.Rate = smtp.Rate{Messages: 1000, Per: time.Second}
	}, func(t *testing.T, tr *smtp.Transport, _ *int) {
		begin := time.Now()
		var all sync.WaitGroup
		took := func(want time.Duration, env email.Envelope) {
			all.Go(func() {
				_, err := tr.Deliver(t.Context(), env, small())
				assert.NoError(t, err)
				assert.InDelta(t, want, time.Since(begin), float64(100*time.Millisecond), "%s", env.Recipients)
			})
			time.Sleep(time.Millisecond) // one after the other
		}
		took(0, to("a@slow.example"))
		took(0, to("a@xn--e1afmkfd.xn--p1ai"))
		took(0, to("a@other.example"))
		took(time.Minute, to("b@SLOW.example", "c@slow.example"))
		took(time.Hour, to("b@пример.рф"))
		took(time.Second, to("b@other.example"))
		for range 5 {
			took(0, to("a@free.example"))
		}
		took(2*time.Minute, to("d@slow.example", "c@other.example"))
		all.Wait()
	})
}

// TestRateAndContext: nobody waits for a turn that comes too late, and nobody waits on when the context ends.
func TestRateAndContext(t *testing.T) {
	inBubble(t, func(c *smtp.Config) { c.Rate = smtp.Rate{Messages: 1, Per: time.Minute} },
		func(t *testing.T, tr *smtp.Transport, dials *int) {
			_, err := deliver(t, tr)
			require.NoError(t, err)
			begin := time.Now()
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			defer cancel()
			_, err = tr.Deliver(ctx, one, small())
			require.ErrorIs(t, err, smtp.ErrRate)
			assert.True(t, refused(t, err).Temporary)
			assert.Zero(t, time.Since(begin))

			canceled, stop := context.WithCancel(t.Context())
			time.AfterFunc(time.Second, stop)
			_, err = tr.Deliver(canceled, one, small())
			require.ErrorIs(t, err, context.Canceled)
			assert.Equal(t, time.Second, time.Since(begin))
			assert.Equal(t, 1, *dials)
		})
}

// TestAge: a connection is given up when it is old, and when nobody uses it.
func TestAge(t *testing.T) {
	inBubble(t, func(c *smtp.Config) { c.MaxAge, c.IdleTimeout = 10*time.Minute, 5*time.Minute },
		func(t *testing.T, tr *smtp.Transport, dials *int) {
			for range 6 { // at 0, 4, 8 and 12, 16, 20 minutes
				_, err := deliver(t, tr)
				require.NoError(t, err)
				time.Sleep(4 * time.Minute)
			}
			assert.Equal(t, 2, *dials)
			time.Sleep(5*time.Minute + time.Second)
			_, err := deliver(t, tr)
			require.NoError(t, err)
			assert.Equal(t, 3, *dials)
		})
}

// TestRoundTrips: over a link of 20 ms there and back a message takes two round trips on an open connection, whatever the
// number of its recipients; net/smtp takes one for each command.
func TestRoundTrips(t *testing.T) {
	var links sync.WaitGroup
	overLink := func(c *smtp.Config) {
		dial := c.Dial
		c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
			far, err := dial(ctx, network, addr)
			here, near := net.Pipe()
			links.Go(func() { late(far, near, 10*time.Millisecond); far.Close() })
			links.Go(func() { late(near, far, 10*time.Millisecond); near.Close() })
			return here, err
		}
	}
	inBubble(t, overLink, func(t *testing.T, tr *smtp.Transport, _ *int) {
		begin := time.Now()
		deliverTo(t, tr, to("anna@example.test"))
		assert.Equal(t, 70*time.Millisecond, time.Since(begin), "the greeting comes by itself, then EHLO and the message")
		for _, recipients := range []int{1, 2, 20} {
			begin = time.Now()
			for range 10 {
				deliverTo(t, tr, to(slices.Repeat([]string{"anna@example.test"}, recipients)...))
			}
			assert.Equal(t, 10*2*20*time.Millisecond, time.Since(begin), "%d recipients", recipients)
		}
		require.NoError(t, tr.Close())
		links.Wait()
	})
}

func deliverTo(t *testing.T, tr *smtp.Transport, env email.Envelope) {
	t.Helper()
	_, err := tr.Deliver(t.Context(), env, small())
	require.NoError(t, err)
}
