package lmtp

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Receiver files a message; *email.Service is one. An error that is email.ErrDuplicate says that it is filed already.
// Receive is called by several goroutines at once. It ends when its context does: Serve waits for it.
type Receiver interface {
	Receive(ctx context.Context, in email.Inbound) (email.Message, error)
}

// Config says where mail goes, and how much is taken. Only Receiver is required; the zero values of the others are made
// for a mail server beside us.
type Config struct {
	Receiver Receiver

	// Mailboxes tells which mailbox of ours a recipient belongs to. An error that is email.ErrNotFound refuses the
	// recipient for good (550 5.1.1), any other for the time being (451 4.3.0). An empty mailbox is the one of Mailbox.
	// Nil: every recipient is accepted. It is called by several goroutines at once.
	Mailboxes func(ctx context.Context, recipient string) (mailbox string, err error)

	SMTP  bool   // speak SMTP (RFC 5321) in place of LMTP (RFC 2033)
	Hello string // the name we greet with, a domain; empty: the host's name

	// TLSConfig is cloned and offers STARTTLS (RFC 3207); nil: connections are not encrypted.
	TLSConfig *tls.Config

	MaxSize       int64 // of a message in octets; 0: 64 MiB. A larger one is refused for good (552 5.3.4).
	MaxRecipients int   // of a message; 0: 100. The sender delivers to the others in a second one (452 4.5.3).
	MaxConns      int   // open at once; 0: 100. A further one is sent away for the time being (421 4.3.2).

	CommandTimeout time.Duration // for each command, and for each block of a message; 0: 5 minutes (RFC 5321 §4.5.3.2.7)
	DataTimeout    time.Duration // for the whole of a message; 0: 30 minutes
	ReceiveTimeout time.Duration // for filing it; 0: 5 minutes. The sender waits 10 (RFC 5321 §4.5.3.2.6).

	TempDir string // where messages over 64 KiB wait to be filed; empty: the system's

	// Logger gets an event for each message and each failure, without addresses, content or the text of a panic; nil: none.
	Logger *slog.Logger
	// Now is the clock of Inbound.ReceivedAt; nil: time.Now.
	Now func() time.Time
}

// complete fills in the defaults.
func (c *Config) complete() error {
	if c.Receiver == nil {
		return errors.New("lmtp: Receiver is required")
	}
	if c.MaxSize < 0 || c.MaxRecipients < 0 || c.MaxConns < 0 || c.CommandTimeout < 0 || c.DataTimeout < 0 || c.ReceiveTimeout < 0 {
		return errors.New("lmtp: a limit is negative")
	}
	if strings.ContainsFunc(c.Hello, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return fmt.Errorf("lmtp: Hello %q is not a domain", c.Hello)
	}
	if c.Hello == "" {
		c.Hello = hostname()
	}
	c.TLSConfig = c.TLSConfig.Clone() // nil stays nil
	c.MaxSize = cmp.Or(c.MaxSize, 64<<20)
	c.MaxRecipients = cmp.Or(c.MaxRecipients, 100)
	c.MaxConns = cmp.Or(c.MaxConns, 100)
	c.CommandTimeout = cmp.Or(c.CommandTimeout, 5*time.Minute)
	c.DataTimeout = cmp.Or(c.DataTimeout, 30*time.Minute)
	c.ReceiveTimeout = cmp.Or(c.ReceiveTimeout, 5*time.Minute)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return nil
}

func hostname() string {
	name, err := os.Hostname()
	if err != nil || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return "localhost"
	}
	return name
}

// Mailbox is the address that a recipient belongs to: without its +tag, in lower case. "reply+token@" belongs to "reply@".
// A quoted local part has no tag.
func Mailbox(recipient string) string {
	at := strings.LastIndexByte(recipient, '@')
	if at < 0 {
		return strings.ToLower(recipient)
	}
	local, domain := recipient[:at], recipient[at:]
	if plus := strings.IndexByte(local, '+'); plus > 0 && local[0] != '"' {
		local = local[:plus]
	}
	return strings.ToLower(local + domain)
}
