package lmtp

import (
	"crypto/tls"
	"strconv"
)

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
