package smtp

import (
	"context"
	"sync"
	"time"
)

// pool bounds the connections in use and keeps idle ones, the one used last on top.
type pool struct {
	slots   chan struct{} // one token per delivery under way
	idleFor time.Duration

	mu     sync.Mutex
	idle   []*conn
	closed bool
}

func (p *pool) init(conns int, idleFor time.Duration) {
	p.slots = make(chan struct{}, conns)
	p.idleFor = idleFor
}

// acquire waits for the right to use a connection; done gives it back.
func (p *pool) acquire(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		<-p.slots
		return ErrClosed
	}
	return nil
}

func (p *pool) done() { <-p.slots }

// take returns an idle connection, or nil.
func (p *pool) take() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle = p.idle[:n-1]
	c.idle.Stop()
	return c
}

// put keeps c, or returns false where it is to be closed.
func (p *pool) put(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || p.idleFor < 0 {
		return false
	}
	p.idle = append(p.idle, c)
	c.idle = time.AfterFunc(p.idleFor, func() { p.expire(c) })
	return true
}

// expire closes c if it is still idle: it may have been taken when its time came.
func (p *pool) expire(c *conn) {
	if p.remove(c) {
		c.quit()
	}
}

func (p *pool) remove(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, other := range p.idle {
		if other == c {
			p.idle = append(p.idle[:i], p.idle[i+1:]...)
			return true
		}
	}
	return false
}

// close makes the pool refuse, and returns the connections that were idle.
func (p *pool) close() []*conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	idle := p.idle
	p.idle = nil
	for _, c := range idle {
		c.idle.Stop()
	}
	return idle
}
