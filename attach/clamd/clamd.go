// Package clamd asks a ClamAV daemon whether files hold viruses. It is an [attach.Scanner]:
//
//	scanner := clamd.New("unix", "/run/clamav/clamd.ctl", clamd.Options{})
//	report, err := policy.Check(ctx, files, attach.Options{Hash: true, Scanner: scanner})
//
// Content goes to the daemon over its socket (its command INSTREAM), so that it needs no access to our files and may run on another
// machine. The daemon speaks without a password and in the clear: keep its TCP port to a network of one's own.
//
// # Limits of the daemon
//
// Three settings of clamd.conf decide how long a file it looks at. StreamMaxLength refuses a longer one, which
// comes back as [attach.ErrScanLimit]. MaxFileSize and MaxScanSize let a longer one pass unseen, as clean, unless AlertExceedsMax
// is on. Debian sets 25M, 25M and 100M, which is less than a policy of 30 MB for one file: set the first two to no less than
// Policy.MaxFile, and the third to several times that, since what archives and documents unpack to counts.
package clamd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/crmmail/crmmail/attach"
)

// Options are how a [Client] talks. The zero value is ready to use.
type Options struct {
	// Timeout is how long the daemon may keep silent: while the connection is made, while it takes a piece of content, and while
	// it looks at what it has. 0 is 2 minutes, as long as its own MaxScanTime by default.
	Timeout time.Duration
	// MaxStream is StreamMaxLength of the daemon, in octets: what is longer is not sent to the end in vain. 0 leaves it to the
	// daemon to stop.
	MaxStream int64
}

// Client asks one daemon. It holds no connection between files, so that a daemon may be restarted at any time. It is safe for
// concurrent use.
type Client struct {
	network, address string
	timeout          time.Duration
	maxStream        int64
}

var _ attach.Scanner = (*Client)(nil)

// New is a client of the daemon at an address: network "unix" with the path of its socket, or "tcp" with host and port (clamd.conf:
// LocalSocket; TCPAddr and TCPSocket). It does not connect; [Client.Ping] tells whether the daemon is there.
func New(network, address string, opts Options) *Client {
	if opts.Timeout <= 0 {
		opts.Timeout = 2 * time.Minute
	}
	return &Client{network: network, address: address, timeout: opts.Timeout, maxStream: opts.MaxStream}
}

// Error is what the daemon said that is no verdict: its first 200 octets.
type Error struct{ Reply string }

// Error holds the reply.
func (e *Error) Error() string { return "clamd: " + e.Reply }

// ErrProtocol is a daemon that answers like none, or hangs up before its answer.
var ErrProtocol = errors.New("clamd: no answer of a clamd")

// Scan sends r to the daemon and gives the name of what it found, "" for nothing. A content over the daemon's limit is
// [attach.ErrScanLimit], another complaint of the daemon an [*Error], a network failure what package net gives, a silence longer
// than Options.Timeout [os.ErrDeadlineExceeded], and ctx's end its error.
func (c *Client) Scan(ctx context.Context, r io.Reader) (threat string, err error) {
	s, err := c.dial(ctx)
	if err != nil {
		return "", err
	}
	return s.scan(r, c.maxStream)
}

// Ping tells whether the daemon answers, for a check when a program starts.
func (c *Client) Ping(ctx context.Context) error {
	s, err := c.dial(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.write([]byte("zPING\x00")); err != nil {
		return s.fault(err)
	}
	reply, err := s.answer()
	if err != nil {
		return s.fault(err)
	}
	if reply != "PONG" {
		return fmt.Errorf("%w: %.80q", ErrProtocol, reply)
	}
	return nil
}

// dial begins a session, which ends with ctx.
func (c *Client) dial(ctx context.Context) (*session, error) {
	dialer := net.Dialer{Timeout: c.timeout}
	conn, err := dialer.DialContext(ctx, c.network, c.address)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("clamd: %w", err)
	}
	return newSession(ctx, conn, c.timeout), nil
}
