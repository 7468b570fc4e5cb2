package smtp

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/emersion/go-sasl"
)

// TLSPolicy says how a connection is encrypted. Every policy verifies the server's certificate; none falls back to plain
// text once a handshake has been tried.
type TLSPolicy int

const (
	// TLSRequired upgrades by STARTTLS (RFC 3207) and sends nothing where the server does not offer it. The default.
	TLSRequired TLSPolicy = iota
	// TLSImplicit speaks TLS from the first octet (RFC 8314 §3.3), as on port 465.
	TLSImplicit
	// TLSOpportunistic upgrades where the server offers STARTTLS. An attacker on the way can take the offer out.
	TLSOpportunistic
	// TLSNone never encrypts. For a server on the same machine.
	TLSNone
)

// Config says which server to hand messages to, and how. Only Addr is required.
type Config struct {
	Addr string // "host:port"

	TLS TLSPolicy
	// TLSConfig is cloned; nil: the system's roots. An empty ServerName becomes the host of Addr.
	TLSConfig *tls.Config

	// Username and Password authenticate by the best that the server offers: SCRAM-SHA-256, which keeps the password on
	// this machine, PLAIN, LOGIN. Empty Username: no authentication.
	Username, Password string
	// Token, in place of Password, gives an OAuth 2 access token, for XOAUTH2 or OAUTHBEARER (RFC 7628). It is called for
	// each connection and had better keep the token until it expires.
	Token func(ctx context.Context) (string, error)
	// Mechanism is the one to use, as for a server that offers what it cannot do; empty: the best.
	Mechanism string
	// Auth makes a client for any other mechanism, in place of Username. It is called for each connection with the
	// mechanisms that the server offers, in upper case; its client is used once.
	Auth func(ctx context.Context, mechanisms []string) (sasl.Client, error)
	// PlaintextAuth lets credentials go over a connection without TLS to another machine, where everybody on the way can
	// read them. Connections to the same machine need no permission.
	PlaintextAuth bool

	// Hello is the name in EHLO: a domain or an address literal (RFC 5321 §4.1.3). Empty: the host's name, or "localhost"
	// where that would not be a domain.
	Hello string

	// Dial opens connections; nil: net.Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// DialTimeout is for the connection; 0: 30 seconds.
	DialTimeout time.Duration
	// CommandTimeout is for the greeting, for a TLS handshake and for the reply to each command; 0: 5 minutes
	// (RFC 5321 §4.5.3.2).
	CommandTimeout time.Duration
	// DataTimeout is for each block of the content; 0: 3 minutes.
	DataTimeout time.Duration
	// EndTimeout is for the reply to the whole content; 0: 10 minutes. A short one makes deliveries uncertain.
	EndTimeout time.Duration

	// MaxConns is how many connections are open at once; further deliveries wait. 0: 4.
	MaxConns int
	// IdleTimeout closes a connection that nobody has used for so long; 0: 30 seconds; negative: none is kept.
	IdleTimeout time.Duration
	// MaxMessages closes a connection after so many messages; 0: 100.
	MaxMessages int
	// MaxAge closes a connection that is older when a message has gone over it; 0: 15 minutes.
	MaxAge time.Duration

	// Rate limits the messages of this Transport, over all its connections. Deliver waits for its turn; where that would
	// come after the deadline of its context it fails at once with ErrRate.
	Rate Rate
	// DomainRates limit the messages to recipients of a domain; the rate of "" is for each domain without one of its own. A
	// message counts once for each of its domains.
	DomainRates map[string]Rate

	// DSN asks for reports of what becomes of each message, where the server can (RFC 3461); nil: as the server does
	// unasked, which is to report failure.
	DSN *DSN

	// Logger gets an event for each connection and each delivery, without addresses, credentials or content; nil: none.
	Logger *slog.Logger
	// Trace is called as each step of a delivery begins, with the context of the step around it, and what it returns is
	// called as the step ends, with its error. The context that it returns is that of the steps within. It may be called
	// concurrently, for deliveries at once. nil: nobody is told. See the example for spans of OpenTelemetry.
	Trace func(context.Context, Step) (context.Context, func(error))
	// Now is the clock of the results; nil: time.Now.
	Now func() time.Time
}

func (c *Config) check() error {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil || host == "" || port == "" {
		return errors.New("email/smtp: Config.Addr is not host:port")
	}
	if c.TLS < TLSRequired || c.TLS > TLSNone {
		return fmt.Errorf("email/smtp: Config.TLS %d is unknown", c.TLS)
	}
	if c.Auth != nil && c.Username != "" {
		return errors.New("email/smtp: Config.Auth excludes Username")
	}
	if c.Username == "" && (c.Password != "" || c.Token != nil || c.Mechanism != "") {
		return errors.New("email/smtp: Config.Password, Token or Mechanism without Username")
	}
	if c.Password != "" && c.Token != nil {
		return errors.New("email/smtp: Config.Token excludes Password")
	}
	if known := c.mechanisms(); c.Mechanism != "" && !slices.Contains(known, c.Mechanism) {
		return fmt.Errorf("email/smtp: Config.Mechanism is none of %s", strings.Join(known, ", "))
	}
	if strings.ContainsRune(c.Username+c.Password, 0) {
		return errors.New("email/smtp: Config.Username or Password holds a NUL")
	}
	if c.Token != nil && strings.ContainsFunc(c.Username, unicode.IsControl) { // XOAUTH2 parts its fields by ^A
		return errors.New("email/smtp: Config.Username holds a control character")
	}
	if c.Hello != "" && !validHello(c.Hello) {
		return errors.New("email/smtp: Config.Hello is neither a domain nor an address literal")
	}
	return nil
}

// fill must follow check.
func (c *Config) fill() {
	host, _, _ := net.SplitHostPort(c.Addr)
	if c.TLSConfig == nil {
		c.TLSConfig = &tls.Config{}
	}
	c.TLSConfig = c.TLSConfig.Clone()
	if c.TLSConfig.ServerName == "" {
		c.TLSConfig.ServerName = host
	}
	if c.Hello == "" {
		c.Hello = "localhost"
		if name, err := os.Hostname(); err == nil && validHello(name) {
			c.Hello = name
		}
	}
	if c.Dial == nil {
		c.Dial = new(net.Dialer).DialContext
	}
	if c.Username != "" {
		c.Auth = c.client
	}
	orDuration(&c.DialTimeout, 30*time.Second)
	orDuration(&c.CommandTimeout, 5*time.Minute)
	orDuration(&c.DataTimeout, 3*time.Minute)
	orDuration(&c.EndTimeout, 10*time.Minute)
	if c.MaxConns <= 0 {
		c.MaxConns = 4
	}
	if c.IdleTimeout == 0 {
		c.IdleTimeout = 30 * time.Second
	}
	if c.MaxMessages <= 0 {
		c.MaxMessages = 100
	}
	orDuration(&c.MaxAge, 15*time.Minute)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}

func orDuration(d *time.Duration, fallback time.Duration) {
	if *d <= 0 {
		*d = fallback
	}
}

// validHello tells whether name may stand in EHLO: a domain (RFC 5321 §4.1.2) or an address literal (§4.1.3).
func validHello(name string) bool {
	if inner, ok := strings.CutPrefix(name, "["); ok {
		inner, ok = strings.CutSuffix(inner, "]")
		ip, isV6 := strings.CutPrefix(inner, "IPv6:")
		addr := net.ParseIP(ip)
		return ok && addr != nil && isV6 == strings.Contains(ip, ":")
	}
	if len(name) > 255 {
		return false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !validLabel(label) {
			return false
		}
	}
	return true
}

func validLabel(label string) bool {
	if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' {
		return false
	}
	for _, b := range []byte(label) {
		if (b < 'a' || b > 'z') && (b < 'A' || b > 'Z') && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return true
}
