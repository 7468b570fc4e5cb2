package smtp

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// quitTimeout bounds saying goodbye.
const quitTimeout = time.Second

// conn is one session with the server. It belongs to one goroutine at a time.
type conn struct {
	config *Config
	raw    net.Conn // the connection under TLS; closing it ends every wait at once
	net    net.Conn // raw, or TLS over it
	r      *bufio.Reader
	w      *bufio.Writer
	ext    extensions
	born   time.Time
	sent   int         // messages tried
	broken bool        // not to be used again
	stop   func() bool // ends watching the context of the current use
	idle   *time.Timer // closes it while it is in the pool
}

// connect opens a connection and brings it to where MAIL may be sent. The connection is watched for the end of ctx.
func (t *Transport) connect(ctx context.Context) (_ *conn, err error) {
	ctx, done := t.config.begin(ctx, Step{Name: StepConnect})
	defer func() { done(err) }()
	dialing, cancel := context.WithTimeout(ctx, t.config.DialTimeout)
	defer cancel()
	raw, err := t.config.Dial(dialing, "tcp", t.config.Addr)
	if err != nil {
		return nil, broken(stageDial, cause(ctx, err))
	}
	c := &conn{config: &t.config, raw: raw, net: raw, born: time.Now()}
	c.watch(ctx)
	if err := c.open(ctx); err != nil {
		c.abort()
		return nil, err
	}
	t.size.Store(c.ext.size)
	t.sizeKnown.Store(true)
	t.config.Logger.DebugContext(ctx, "smtp connected", "server", t.config.Addr, "tls", c.encrypted())
	return c, nil
}

func (c *conn) open(ctx context.Context) error {
	c.buffer()
	if c.config.TLS == TLSImplicit {
		if err := c.handshake(ctx); err != nil {
			return err
		}
	}
	if err := c.greeting(ctx); err != nil {
		return err
	}
	if err := c.hello(ctx); err != nil {
		return err
	}
	if err := c.startTLS(ctx); err != nil {
		return err
	}
	return c.authenticate(ctx)
}

// buffer begins reading and writing anew: nothing that came before counts (RFC 3207 §4.2).
func (c *conn) buffer() {
	c.r = bufio.NewReaderSize(c.net, maxReplyLine)
	c.w = bufio.NewWriterSize(&blockWriter{c.net, c.config.DataTimeout}, 16<<10)
}

// command writes one line and reads its reply.
func (c *conn) command(ctx context.Context, at stage, line string) (reply, error) {
	if err := c.write(ctx, at, line); err != nil {
		return reply{}, err
	}
	if err := c.flush(ctx, at); err != nil {
		return reply{}, err
	}
	return c.read(ctx, at, c.config.CommandTimeout)
}

// write puts a command into the buffer.
func (c *conn) write(ctx context.Context, at stage, line string) error {
	if strings.ContainsAny(line, "\r\n\x00") { // the last of several checks: a command is one line
		return broken(at, errors.New("a command with a line break"))
	}
	_, err := c.w.WriteString(line + "\r\n")
	return c.failed(ctx, at, err)
}

func (c *conn) flush(ctx context.Context, at stage) error {
	return c.failed(ctx, at, c.w.Flush())
}

func (c *conn) failed(ctx context.Context, at stage, err error) error {
	if err == nil {
		return nil
	}
	c.broken = true
	return broken(at, cause(ctx, err))
}

// read reads a reply; 421 ends the session (RFC 5321 §3.8) and is an error.
func (c *conn) read(ctx context.Context, at stage, timeout time.Duration) (reply, error) {
	r, err := c.reply(timeout)
	if err != nil {
		return reply{}, c.failed(ctx, at, err)
	}
	if r.code == 421 {
		c.broken = true
		return reply{}, refusal(at, r)
	}
	return r, nil
}

// reply reads any reply.
func (c *conn) reply(timeout time.Duration) (reply, error) {
	if err := c.net.SetReadDeadline(time.Now().Add(timeout)); err != nil {
		return reply{}, err
	}
	return readReply(c.r)
}

// watch closes the connection as soon as ctx ends, until release.
func (c *conn) watch(ctx context.Context) {
	c.stop = context.AfterFunc(ctx, func() { c.raw.Close() })
}

// release ends watching and tells whether the connection may be used again.
func (c *conn) release() bool {
	return c.stop() && !c.broken
}

// abort closes the connection without a word.
func (c *conn) abort() {
	c.broken = true
	c.stop()
	c.raw.Close()
}

// quit says goodbye and closes the connection without waiting for the answer.
func (c *conn) quit() {
	c.broken = true
	c.raw.SetDeadline(time.Now().Add(quitTimeout))
	io.WriteString(c.net, "QUIT\r\n")
	c.net.Close()
}

// blockWriter writes in blocks, each with its own deadline.
type blockWriter struct {
	net     net.Conn
	timeout time.Duration
}

func (w *blockWriter) Write(p []byte) (int, error) {
	const block = 64 << 10
	written := 0
	for written < len(p) {
		if err := w.net.SetWriteDeadline(time.Now().Add(w.timeout)); err != nil {
			return written, err
		}
		n, err := w.net.Write(p[written:min(written+block, len(p))])
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}
