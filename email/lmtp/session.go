package lmtp

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/crmmail/crmmail/email"
)

const (
	maxLine   = 4096 // octets of a command
	maxErrors = 20   // commands that were wrong, before the client is sent away
	maxIdle   = 1000 // commands since the last message that was taken, recipients that are ours apart
)

// session is one client's connection. It belongs to one goroutine.
type session struct {
	ctx    context.Context
	config *Config
	wire   *wire
	conn   net.Conn // wire, or TLS over it
	r      *bufio.Reader
	w      *bufio.Writer

	greeted bool
	wrongs  int // commands
	idle    int // commands
	done    bool

	transaction
}

// transaction is the envelope of the message to come.
type transaction struct {
	open       bool
	returnPath string // "<>" is the null one
	recipients []recipient
}

type recipient struct{ address, mailbox string }

func newSession(ctx context.Context, config *Config, w *wire) *session {
	s := &session{ctx: ctx, config: config, wire: w}
	s.use(w)
	return s
}

func (s *session) use(conn net.Conn) {
	s.conn, s.r, s.w = conn, bufio.NewReaderSize(conn, maxLine), bufio.NewWriter(conn)
}

// run serves the client to the end.
func (s *session) run() {
	defer s.close()
	defer s.contain()
	s.reply("220", "%s %s", s.config.Hello, s.protocol())
	for !s.done {
		line, err := s.line()
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			s.wrong("500 5.5.2", "Line too long")
		case errors.Is(err, errStopping):
			s.bye("421 4.3.2", "Service is shutting down")
		case isTimeout(err):
			s.bye("421 4.4.2", "Timeout")
		case err != nil:
			return
		default:
			s.command(line)
		}
	}
}

// contain ends the connection where the host's code panics: the client keeps its message.
func (s *session) contain() {
	if p := recover(); p != nil {
		s.logPanic(p)
		s.bye("421 4.3.0", "Internal error")
	}
}

func (s *session) logPanic(p any) {
	s.config.Logger.ErrorContext(s.ctx, "lmtp panic", "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
}

func (s *session) close() {
	s.w.Flush()
	s.wire.hurry()
	s.conn.Close()
}

func (s *session) protocol() string {
	if s.config.SMTP {
		return "ESMTP"
	}
	return "LMTP"
}

// line reads a command. Replies go out together, when no further command has come yet (RFC 2920 §3.2).
func (s *session) line() (string, error) {
	if waiting, _ := s.r.Peek(s.r.Buffered()); bytes.IndexByte(waiting, '\n') < 0 {
		if err := s.w.Flush(); err != nil {
			return "", err
		}
	}
	s.wire.allow(s.config.CommandTimeout)
	line, err := s.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		for errors.Is(err, bufio.ErrBufferFull) {
			_, err = s.r.ReadSlice('\n')
		}
		if err == nil {
			err = bufio.ErrBufferFull
		}
	}
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(line), "\r\n"), nil
}

func (s *session) reply(code, format string, args ...any) {
	fmt.Fprintf(s.w, code+" "+format+"\r\n", args...)
}

// wrong answers a command that the client should not have sent; many of them end the connection.
func (s *session) wrong(code, text string) {
	s.reply(code, "%s", text)
	if s.wrongs++; s.wrongs >= maxErrors {
		s.bye("421 4.7.0", "Too many errors")
	}
}

func (s *session) bye(code, text string) {
	if !s.done {
		s.reply(code, "%s %s", s.config.Hello, text)
		s.done = true
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}

func (s *session) command(line string) {
	if s.idle++; s.idle > maxIdle {
		s.bye("421 4.7.0", "Too many commands")
		return
	}
	verb, rest := cutVerb(line)
	switch verb {
	case "HELO", "EHLO", "LHLO":
		s.hello(verb, rest)
	case "MAIL":
		s.mail(rest)
	case "RCPT":
		s.rcpt(rest)
	case "DATA":
		s.data(rest)
	case "RSET":
		s.transaction = transaction{}
		s.reply("250 2.0.0", "OK")
	case "NOOP":
		s.reply("250 2.0.0", "OK")
	case "VRFY":
		s.reply("252 2.5.0", "Send it and see")
	case "QUIT":
		s.bye("221 2.0.0", "Bye")
	case "STARTTLS":
		s.startTLS(rest)
	default:
		s.wrong("500 5.5.1", "Command not known")
	}
}

// hello is RFC 5321 §4.1.1.1 and RFC 2033 §4.1.
func (s *session) hello(verb, name string) {
	if (verb == "LHLO") == s.config.SMTP {
		s.wrong("500 5.5.1", "This is "+s.protocol())
		return
	}
	if name == "" {
		s.wrong("501 5.5.4", "Say your name")
		return
	}
	s.greeted, s.transaction = true, transaction{}
	if verb == "HELO" {
		s.reply("250", "%s", s.config.Hello)
		return
	}
	lines := []string{s.config.Hello, "PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE " + strconv.FormatInt(s.config.MaxSize, 10)}
	if s.config.TLSConfig != nil && !s.encrypted() {
		lines = append(lines, "STARTTLS")
	}
	for _, line := range lines {
		s.w.WriteString("250-" + line + "\r\n")
	}
	s.reply("250", "ENHANCEDSTATUSCODES")
}

func (s *session) encrypted() bool {
	if _, ok := s.conn.(*tls.Conn); ok {
		return true
	}
	_, ok := s.wire.Conn.(*tls.Conn) // the listener's
	return ok
}

// startTLS is RFC 3207: nothing that came before counts afterwards, buffered octets least of all.
func (s *session) startTLS(rest string) {
	if s.config.TLSConfig == nil || s.encrypted() || rest != "" {
		s.wrong("503 5.5.1", "Not now")
		return
	}
	s.reply("220 2.0.0", "Go ahead")
	if s.w.Flush() != nil {
		s.done = true
		return
	}
	s.wire.allow(s.config.CommandTimeout)
	conn := tls.Server(s.wire, s.config.TLSConfig)
	if err := conn.HandshakeContext(s.ctx); err != nil {
		s.config.Logger.DebugContext(s.ctx, "lmtp handshake", "error", redact(err))
		s.done = true
		return
	}
	s.use(conn)
	s.greeted, s.transaction = false, transaction{}
}

func (s *session) mail(rest string) {
	if !s.greeted || s.open {
		s.wrong("503 5.5.1", "Not now")
		return
	}
	path, parameters, err := cutPath(rest, "FROM:")
	if err != nil {
		s.wrong("501 5.1.7", "Not a return path")
		return
	}
	for _, parameter := range parameters {
		if code, text := s.mailParameter(parameter); code != "" {
			s.wrong(code, text)
			return
		}
	}
	if path == "" {
		path = "<>"
	}
	s.transaction = transaction{open: true, returnPath: strings.ToValidUTF8(path, "\ufffd")}
	s.reply("250 2.1.0", "OK")
}

func (s *session) mailParameter(parameter string) (code, text string) {
	name, value, _ := strings.Cut(parameter, "=")
	switch {
	case name == "SIZE": // RFC 1870
		size, err := strconv.ParseUint(value, 10, 64)
		if err != nil && !errors.Is(err, strconv.ErrRange) {
			return "501 5.5.4", "Not a size"
		}
		if err != nil || size > uint64(s.config.MaxSize) {
			return "552 5.3.4", "Message too big"
		}
	case name == "BODY" && (strings.EqualFold(value, "7BIT") || strings.EqualFold(value, "8BITMIME")): // RFC 6152
	case parameter == "SMTPUTF8": // RFC 6531
	default:
		return "555 5.5.4", "Parameter not known"
	}
	return "", ""
}

func (s *session) rcpt(rest string) {
	if !s.open {
		s.wrong("503 5.5.1", "Not now")
		return
	}
	path, parameters, err := cutPath(rest, "TO:")
	if strings.EqualFold(path, "postmaster") { // RFC 5321 §4.1.1.3
		path += "@" + s.config.Hello
	}
	switch {
	case err != nil || !isAddress(path):
		s.wrong("501 5.1.3", "Not an address")
	case len(parameters) > 0:
		s.wrong("555 5.5.4", "Parameter not known")
	case len(s.recipients) >= s.config.MaxRecipients:
		s.reply("452 4.5.3", "Too many recipients")
	default:
		s.admit(path)
	}
}

func (s *session) admit(address string) {
	mailbox, err := s.mailbox(address)
	switch {
	case errors.Is(err, email.ErrNotFound):
		s.reply("550 5.1.1", "No such mailbox")
		return
	case err != nil:
		s.config.Logger.ErrorContext(s.ctx, "lmtp cannot look up a recipient", "error", redact(err))
		s.reply("451 4.3.0", "Try again later")
		return
	}
	s.recipients = append(s.recipients, recipient{address, mailbox})
	s.idle--
	s.reply("250 2.1.5", "OK")
}

func (s *session) mailbox(address string) (string, error) {
	var mailbox string
	if s.config.Mailboxes != nil {
		ctx, cancel := context.WithTimeout(s.ctx, s.config.ReceiveTimeout)
		defer cancel()
		var err error
		if mailbox, err = s.config.Mailboxes(ctx, address); err != nil {
			return "", err
		}
	}
	if mailbox == "" {
		mailbox = Mailbox(address)
	}
	return mailbox, nil
}
