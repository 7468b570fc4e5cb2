package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// extensions is what EHLO announced.
type extensions struct {
	pipelining, eightBit, utf8, startTLS, dsn bool

	size      int64 // 0: no limit, or not known
	sizeParam bool
	auth      []string // mechanisms, in upper case
}

func (c *conn) greeting(ctx context.Context) error {
	r, err := c.read(ctx, stageGreeting, c.config.CommandTimeout)
	if err != nil {
		return err
	}
	if r.class() != 2 {
		return refusal(stageGreeting, r)
	}
	return nil
}

// hello says EHLO, or HELO to a server that knows no other (RFC 5321 §3.2).
func (c *conn) hello(ctx context.Context) error {
	r, err := c.command(ctx, stageHello, "EHLO "+c.config.Hello)
	if err != nil {
		return err
	}
	if r.class() == 2 {
		c.ext = parseExtensions(r.lines[1:])
		return nil
	}
	c.ext = extensions{}
	if !slices.Contains([]int{500, 501, 502, 504}, r.code) {
		return refusal(stageHello, r)
	}
	r, err = c.command(ctx, stageHello, "HELO "+c.config.Hello)
	if err != nil {
		return err
	}
	if r.class() != 2 {
		return refusal(stageHello, r)
	}
	return nil
}

func parseExtensions(lines []string) extensions {
	var ext extensions
	for _, line := range lines {
		words := strings.Fields(strings.ToUpper(line))
		if len(words) == 0 {
			continue
		}
		switch keyword := words[0]; {
		case keyword == "PIPELINING":
			ext.pipelining = true
		case keyword == "8BITMIME":
			ext.eightBit = true
		case keyword == "SMTPUTF8":
			ext.utf8 = true
		case keyword == "DSN":
			ext.dsn = true
		case keyword == "STARTTLS":
			ext.startTLS = true
		case keyword == "SIZE":
			ext.sizeParam = true
			if len(words) > 1 {
				if n, err := strconv.ParseInt(words[1], 10, 64); err == nil && n > 0 {
					ext.size = n
				}
			}
		case keyword == "AUTH":
			ext.auth = append(ext.auth, words[1:]...)
		case strings.HasPrefix(keyword, "AUTH="): // as some servers wrote before RFC 2554
			ext.auth = append(ext.auth, strings.TrimPrefix(keyword, "AUTH="))
			ext.auth = append(ext.auth, words[1:]...)
		}
	}
	return ext
}

func (c *conn) startTLS(ctx context.Context) error {
	switch c.config.TLS {
	case TLSImplicit, TLSNone:
		return nil
	case TLSOpportunistic:
		if !c.ext.startTLS {
			return nil
		}
	}
	if !c.ext.startTLS {
		return broken(stageTLS, fmt.Errorf("%w: the server does not offer STARTTLS", ErrTLS))
	}
	r, err := c.command(ctx, stageTLS, "STARTTLS")
	if err != nil {
		return err
	}
	if r.class() != 2 {
		e := refusal(stageTLS, r)
		e.Err = ErrTLS
		return e
	}
	if c.r.Buffered() > 0 { // RFC 3207 §6: somebody wrote these without knowing the key
		return broken(stageTLS, fmt.Errorf("%w: octets before the handshake", ErrTLS))
	}
	if err := c.handshake(ctx); err != nil {
		return err
	}
	return c.hello(ctx)
}

func (c *conn) handshake(ctx context.Context) (err error) {
	ctx, done := c.config.begin(ctx, Step{Name: StepTLS})
	defer func() { done(err) }()
	client := tls.Client(c.raw, c.config.TLSConfig)
	if err := c.raw.SetDeadline(time.Now().Add(c.config.CommandTimeout)); err != nil {
		return broken(stageTLS, cause(ctx, err))
	}
	if err := client.HandshakeContext(ctx); err != nil {
		return broken(stageTLS, errors.Join(ErrTLS, cause(ctx, err)))
	}
	c.net = client
	c.buffer()
	return nil
}

func (c *conn) encrypted() bool {
	_, ok := c.net.(*tls.Conn)
	return ok
}
