package lmtp

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
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
	wrongs  int // of maxErrors
	idle    int // of maxIdle
	done    bool

	transaction
}

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
