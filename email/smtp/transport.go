package smtp

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Transport hands messages to one SMTP server. It is safe for concurrent use. It implements email.Transport and
// email.SizeLimiter. The zero value is not usable: see New.
type Transport struct {
	config    Config
	limiter   limiter
	pool      pool
	size      atomic.Int64 // what the last EHLO said
	sizeKnown atomic.Bool
}

var (
	_ email.Transport   = (*Transport)(nil)
	_ email.SizeLimiter = (*Transport)(nil)
)

// New checks the configuration. It opens no connection.
func New(config Config) (*Transport, error) {
	if err := config.check(); err != nil {
		return nil, err
	}
	config.fill()
	t := &Transport{config: config}
	if err := t.limiter.init(&config); err != nil {
		return nil, err
	}
	t.pool.init(config.MaxConns, config.IdleTimeout)
	return t, nil
}

// Deliver implements email.Transport; the package comment says what its errors mean. Where MaxConns connections are in
// use it waits for one. The receipt's ProviderID is the queue id in the server's last reply, where it gave one.
func (t *Transport) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	begin := time.Now()
	ctx, done := t.config.begin(ctx, Step{Name: StepDeliver, Recipients: len(env.Recipients), Size: sizeOf(msg)})
	receipt, err := t.deliver(ctx, env, msg)
	done(err)
	t.log(ctx, receipt, err, time.Since(begin))
	return receipt, err
}

func (t *Transport) deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	if err := env.Validate(); err != nil {
		return email.Receipt{}, &email.TransportError{Err: err}
	}
	if err := t.wait(ctx, env.Recipients); err != nil {
		return email.Receipt{}, broken(stageWait, err)
	}
	defer t.pool.done()
	if c := t.pool.take(); c != nil {
		c.watch(ctx)
		receipt, err := t.transact(ctx, c, env, msg)
		if !errors.Is(err, errStale) || ctx.Err() != nil {
			return receipt, err
		}
	}
	c, err := t.connect(ctx)
	if err != nil {
		return email.Receipt{}, err
	}
	return t.transact(ctx, c, env, msg)
}

// wait waits for the right to send, and to use a connection, which pool.done gives back.
func (t *Transport) wait(ctx context.Context, recipients []string) (err error) {
	ctx, done := t.config.begin(ctx, Step{Name: StepWait})
	defer func() { done(err) }()
	if err := t.limiter.wait(ctx, recipients); err != nil {
		return err
	}
	return t.pool.acquire(ctx)
}

// transact delivers over c, then puts it back or closes it.
func (t *Transport) transact(ctx context.Context, c *conn, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	healthy := false
	defer func() { // also where WriteTo panics: the message must not end with what is written of it
		if !healthy {
			c.abort()
		}
	}()
	x := transaction{conn: c, env: env, msg: msg, now: t.config.Now}
	receipt, err := email.Receipt{}, t.limiter.depart(ctx, env.Recipients)
	if err != nil {
		err = broken(stageWait, err)
	} else {
		receipt, err = x.run(ctx)
	}
	if c.broken {
		return receipt, err
	}
	if err != nil {
		x.reset(ctx)
	}
	if healthy = c.release(); healthy {
		t.put(c)
	}
	return receipt, err
}

// put keeps a connection for the next message, or says goodbye to it.
func (t *Transport) put(c *conn) {
	if c.sent >= t.config.MaxMessages || time.Since(c.born) >= t.config.MaxAge || !t.pool.put(c) {
		c.quit()
	}
}

// SizeLimit implements email.SizeLimiter: it is what the server announced last, and asks it where it has not yet been
// spoken to.
func (t *Transport) SizeLimit(ctx context.Context) (int64, error) {
	if t.sizeKnown.Load() {
		return t.size.Load(), nil
	}
	if err := t.pool.acquire(ctx); err != nil {
		return 0, broken(stageWait, err)
	}
	defer t.pool.done()
	c, err := t.connect(ctx)
	if err != nil {
		return 0, err
	}
	limit := c.ext.size
	if c.release() {
		t.put(c)
	} else {
		c.abort()
	}
	return limit, nil
}

// Close says goodbye on the connections that nobody uses. Deliveries under way go on and close theirs when they are done;
// further ones fail with ErrClosed. A second Close does nothing.
func (t *Transport) Close() error {
	for _, c := range t.pool.close() {
		c.quit()
	}
	return nil
}

// log writes figures and codes only: a cause may hold what a host put into its own errors.
func (t *Transport) log(ctx context.Context, receipt email.Receipt, err error, took time.Duration) {
	accepted := 0
	for _, r := range receipt.Results {
		if r.Status == email.RecipientAccepted {
			accepted++
		}
	}
	attrs := []slog.Attr{
		slog.String("server", t.config.Addr),
		slog.Duration("took", took),
		slog.Int("accepted", accepted),
		slog.Int("refused", len(receipt.Results)-accepted),
	}
	if err == nil {
		t.config.Logger.LogAttrs(ctx, slog.LevelDebug, "smtp delivered", attrs...)
		return
	}
	var refused *email.TransportError
	if errors.As(err, &refused) {
		attrs = append(attrs, slog.Int("code", refused.Code), slog.String("enhanced", refused.Enhanced),
			slog.Bool("temporary", refused.Temporary), slog.Bool("uncertain", refused.Uncertain))
	}
	t.config.Logger.LogAttrs(ctx, slog.LevelWarn, "smtp not delivered", attrs...)
}
