package smtp

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
)

const (
	maxAuthRounds = 16  // challenges that are answered before giving up
	maxAuthLine   = 510 // octets of a command line; a longer initial response waits for its challenge (RFC 4954 §4)
)

// authenticate gives the credentials, where there are some.
func (c *conn) authenticate(ctx context.Context) error {
	if c.config.Auth == nil {
		return nil
	}
	ctx, done := c.config.begin(ctx, Step{Name: StepAuth})
	err := c.giveCredentials(ctx)
	done(err)
	return err
}

func (c *conn) giveCredentials(ctx context.Context) error {
	if !c.encrypted() && !c.config.PlaintextAuth && !isLoopback(c.raw.RemoteAddr()) {
		return broken(stageAuth, errors.Join(ErrAuth, fmt.Errorf("%w: credentials are kept back", ErrTLS)))
	}
	client, err := c.config.Auth(ctx, slices.Clone(c.ext.auth))
	if err != nil {
		return broken(stageAuth, errors.Join(ErrAuth, err))
	}
	mechanism, response, err := client.Start()
	if err != nil {
		return broken(stageAuth, errors.Join(ErrAuth, err))
	}
	if !slices.Contains(c.ext.auth, strings.ToUpper(mechanism)) {
		return broken(stageAuth, fmt.Errorf("%w: the server does not offer %s", ErrAuth, mechanism))
	}
	return c.exchange(ctx, client, mechanism, response)
}

// exchange is the dialogue of RFC 4954 §4.
func (c *conn) exchange(ctx context.Context, client sasl.Client, mechanism string, initial []byte) error {
	line, pending := "AUTH "+mechanism, initial != nil
	if encoded := encodeResponse(initial); pending && len(line)+1+len(encoded) <= maxAuthLine {
		line, pending = line+" "+encoded, false
	}
	for range maxAuthRounds {
		r, err := c.command(ctx, stageAuth, line)
		if err != nil {
			return err
		}
		if r.class() == 2 {
			return proved(client)
		}
		if r.code != 334 {
			return refusal(stageAuth, r)
		}
		if pending {
			line, pending = base64.StdEncoding.EncodeToString(initial), false
			continue
		}
		challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(r.lines[0]))
		if err != nil {
			return c.cancelAuth(ctx, errReply)
		}
		response, err := client.Next(challenge)
		if err != nil {
			return c.cancelAuth(ctx, err)
		}
		line = base64.StdEncoding.EncodeToString(response)
	}
	return c.cancelAuth(ctx, errors.New("too many challenges"))
}

// proved is an error where the mechanism has the server prove itself, and it has not.
func proved(client sasl.Client) error {
	if c, ok := client.(interface{ Done() error }); ok {
		if err := c.Done(); err != nil {
			return broken(stageAuth, errors.Join(ErrAuth, err))
		}
	}
	return nil
}

// cancelAuth ends a dialogue that the client cannot go on with.
func (c *conn) cancelAuth(ctx context.Context, err error) error {
	if _, lost := c.command(ctx, stageAuth, "*"); lost != nil {
		err = errors.Join(err, lost)
	}
	return broken(stageAuth, errors.Join(ErrAuth, err))
}

// encodeResponse writes an initial response; an empty one is "=" (RFC 4954 §4).
func encodeResponse(response []byte) string {
	if len(response) == 0 {
		return "="
	}
	return base64.StdEncoding.EncodeToString(response)
}

func isLoopback(addr net.Addr) bool {
	if unix, ok := addr.(*net.UnixAddr); ok {
		return unix != nil
	}
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}
