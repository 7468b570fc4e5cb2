package smtp_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/smtp"
)

// many is a server that takes at most so many messages on each connection, and counts these.
func many(most int) (script func(*peer), conns *atomic.Int32) {
	conns = new(atomic.Int32)
	return func(p *peer) {
		conns.Add(1)
		if !p.hello() {
			return
		}
		for range most {
			if _, ok := p.accept(); !ok {
				return
			}
		}
	}, conns
}

func TestPoolServesMany(t *testing.T) {
	script, conns := many(100)
	tr := transport(t, serve(t, script))
	for range 20 {
		_, err := deliver(t, tr)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 1, conns.Load())
}

func TestPoolReplacesClosed(t *testing.T) {
	script, conns := many(1)
	tr := transport(t, serve(t, script))
	for range 5 {
		receipt, err := deliver(t, tr)
		require.NoError(t, err)
		require.Len(t, receipt.Results, 1)
	}
	assert.EqualValues(t, 5, conns.Load())
}

func TestPoolReplaces421(t *testing.T) {
	var conns atomic.Int32
	tr := transport(t, serve(t, func(p *peer) {
		conns.Add(1)
		if p.hello() {
			p.accept()
			p.say("421 4.4.2 idle too long")
			p.wait()
		}
	}))
	for range 3 {
		_, err := deliver(t, tr)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, conns.Load())
}

func TestPoolReplacesNoneThatAnsweredMAIL(t *testing.T) {
	var conns atomic.Int32
	tr := transport(t, serve(t, func(p *peer) {
		conns.Add(1)
		if p.hello("PIPELINING") {
			p.accept()
			p.hear("MAIL ")
			p.say("250 Ok")
		}
	}))
	_, err := deliver(t, tr)
	require.NoError(t, err)
	msg := small()
	_, err = tr.Deliver(context.Background(), one, msg)
	assert.True(t, refused(t, err).Temporary)
	assert.Zero(t, msg.asked.Load())
	assert.EqualValues(t, 1, conns.Load())
}

func TestPoolReplacesOnce(t *testing.T) {
	var conns atomic.Int32
	tr := transport(t, serve(t, func(p *peer) {
		if conns.Add(1) == 1 && p.hello() {
			p.accept()
		}
	}))
	_, err := deliver(t, tr)
	require.NoError(t, err)
	_, err = deliver(t, tr)
	assert.True(t, refused(t, err).Temporary)
	assert.EqualValues(t, 2, conns.Load())
}

func TestPoolMaxMessages(t *testing.T) {
	script, conns := many(100)
	tr := transport(t, serve(t, script), func(c *smtp.Config) { c.MaxMessages = 2 })
	for range 6 {
		_, err := deliver(t, tr)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, conns.Load())
}

func TestPoolClosesIdle(t *testing.T) {
	bye := make(chan bool, 1)
	tr := transport(t, serve(t, func(p *peer) {
		if p.hello() {
			p.accept()
			bye <- p.hear("QUIT")
		}
	}), func(c *smtp.Config) { c.IdleTimeout = 20 * time.Millisecond })
	_, err := deliver(t, tr)
	require.NoError(t, err)
	assert.True(t, <-bye)
}

func TestPoolKeepsNone(t *testing.T) {
	script, conns := many(100)
	tr := transport(t, serve(t, script), func(c *smtp.Config) { c.IdleTimeout = -1 })
	for range 3 {
		_, err := deliver(t, tr)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 3, conns.Load())
}

func TestPoolMaxConns(t *testing.T) {
	var open, most atomic.Int32
	tr := transport(t, serve(t, func(p *peer) {
		now := open.Add(1)
		defer open.Add(-1)
		for seen := most.Load(); now > seen && !most.CompareAndSwap(seen, now); seen = most.Load() {
		}
		if p.hello("PIPELINING") {
			for {
				if _, ok := p.accept(); !ok {
					return
				}
			}
		}
	}), func(c *smtp.Config) { c.MaxConns = 3 })
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() {
			if _, err := deliver(t, tr); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	assert.LessOrEqual(t, most.Load(), int32(3))
}

func TestPoolWaitsForContext(t *testing.T) {
	tr := transport(t, serve(t, (*peer).wait), func(c *smtp.Config) { c.MaxConns = 1 })
	first, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tr.Deliver(first, one, small())
	}()
	time.Sleep(20 * time.Millisecond)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	_, err := tr.Deliver(ctx, one, small())
	require.ErrorIs(t, err, context.DeadlineExceeded)
	stop()
	<-done
}

func TestPoolAfterClose(t *testing.T) {
	script, conns := many(100)
	tr := transport(t, serve(t, script))
	_, err := deliver(t, tr)
	require.NoError(t, err)
	require.NoError(t, tr.Close())
	require.NoError(t, tr.Close())
	_, err = deliver(t, tr)
	require.ErrorIs(t, err, smtp.ErrClosed)
	assert.True(t, refused(t, err).Temporary)
	assert.EqualValues(t, 1, conns.Load())
}

func TestPoolKeepsAfterRefusal(t *testing.T) {
	var conns atomic.Int32
	tr := transport(t, serve(t, func(p *peer) {
		conns.Add(1)
		if p.hello() {
			p.hear("MAIL ")
			p.say("250 Ok")
			p.hear("RCPT ")
			p.say("550 5.1.1 no")
			p.hear("RSET")
			p.say("250 Ok")
			p.accept()
			p.wait()
		}
	}))
	_, err := deliver(t, tr)
	assert.Equal(t, 550, refused(t, err).Code)
	_, err = deliver(t, tr)
	require.NoError(t, err)
	assert.EqualValues(t, 1, conns.Load())
}
