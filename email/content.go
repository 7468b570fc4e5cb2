package email

import (
	"context"
	"errors"
	"io"
	"sync"
)

// content is the message as the transport gets it: writing it marks it as sending first. It remembers what became of
// it, because that decides what an unclear outcome means.
type content struct {
	ctx      context.Context // of the attempt: io.WriterTo leaves no other way
	delivery *delivery

	mu      sync.Mutex
	closed  bool
	running int
	last    writing
}

// writing is what became of a WriteTo, in the order of how much a server may have of the message.
type writing int

const (
	notWritten    writing = iota
	contentFailed         // the content could not be read: what was written so far is no message
	writerFailed          // the connection broke, or was broken off
	whole                 // every octet was taken
)

var errClosed = errors.New("email: the delivery is over")

func (c *content) open(ctx context.Context, d *delivery) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ctx, c.delivery = ctx, d
}

// close ends the time in which the content can be written. A writing that still runs is uncertain: the transport returned
// too early.
func (c *content) close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	if c.running > 0 {
		c.last = writerFailed
	}
}

// state is what became of the writings.
func (c *content) state() writing {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last
}

// Size is in octets of the wire form, for a transport that announces it (RFC 1870).
func (c *content) Size() int64 { return c.delivery.job.Wire.Size() }

// SMTPUTF8 tells that a header field needs the extension of RFC 6531.
func (c *content) SMTPUTF8() bool { return c.delivery.job.Wire.SMTPUTF8 }

// EightBit tells that the message is not all ASCII (RFC 6152).
func (c *content) EightBit() bool { return c.delivery.job.Wire.EightBit }

// EnvelopeID comes back in reports of what became of the message (RFC 3461).
func (c *content) EnvelopeID() string { return envelopeID(c.delivery.job.Message) }

// WriteTo implements io.WriterTo for the transport.
func (c *content) WriteTo(w io.Writer) (int64, error) {
	if err := c.begin(); err != nil {
		return 0, err
	}
	to := &destination{w: w, content: c}
	n, err := c.write(to)
	c.end(to, err)
	return n, err
}

func (c *content) write(to *destination) (int64, error) {
	service := c.delivery.service
	open := func(id string) (io.ReadCloser, error) { return service.config.Blobs.OpenBlob(c.ctx, id) }
	wire, err := service.contents.filled(c.delivery.job.Wire, open)
	if err != nil {
		return 0, err
	}
	if err := c.delivery.markSending(c.ctx); err != nil {
		return 0, err
	}
	return wire.WriterTo(open).WriteTo(to)
}

func (c *content) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return errClosed
	}
	c.running++
	return nil
}

// end remembers what became of a writing: of several, what came nearest to a message.
func (c *content) end(to *destination, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.running--
	became := contentFailed
	switch {
	case c.closed:
		return
	case err == nil:
		became = whole
	case to.failed:
		became = writerFailed
	}
	c.last = max(c.last, became)
}

// destination tells a connection that fails from content that does, and takes nothing once the delivery is over.
type destination struct {
	w       io.Writer
	content *content
	failed  bool
}

func (d *destination) Write(p []byte) (int, error) {
	d.content.mu.Lock()
	closed := d.content.closed
	d.content.mu.Unlock()
	if closed {
		d.failed = true
		return 0, errClosed
	}
	n, err := d.w.Write(p)
	d.failed = d.failed || err != nil
	return n, err
}
