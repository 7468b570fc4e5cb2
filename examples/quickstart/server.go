package main

import (
	"io"
	"net"
	"sync"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// server is where the story's mail goes: one in this process that remembers what it received, or one elsewhere.
type server struct {
	addr string
	own  *gosmtp.Server // nil: it is elsewhere

	mu       sync.Mutex
	received []received
}

// received is one message as it arrived.
type received struct {
	envelope email.Envelope
	raw      []byte
}

// startServer uses the mail server at addr, or where addr is empty starts one on loopback.
func startServer(addr string) (*server, error) {
	if addr != "" {
		return &server{addr: addr}, nil
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{addr: listener.Addr().String()}
	s.own = gosmtp.NewServer(gosmtp.BackendFunc(func(*gosmtp.Conn) (gosmtp.Session, error) {
		return &session{server: s}, nil
	}))
	s.own.Domain = "mx.example"
	go s.own.Serve(listener)
	return s, nil
}

func (s *server) close() {
	if s.own != nil {
		s.own.Close()
	}
}

// config is how to reach the server: encrypted, unless it is on this machine.
func (s *server) config(o options) smtp.Config {
	config := smtp.Config{Addr: s.addr, Username: o.user, Password: o.password}
	host, _, _ := net.SplitHostPort(s.addr)
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		config.TLS = smtp.TLSNone
	}
	return config
}

// last is the message that arrived last.
func (s *server) last() (received, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.received) == 0 {
		return received{}, false
	}
	return s.received[len(s.received)-1], true
}

// session takes one client's messages.
type session struct {
	server *server
	now    received
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	s.now = received{envelope: email.Envelope{ReturnPath: from}}
	return nil
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.now.envelope.Recipients = append(s.now.envelope.Recipients, to)
	return nil
}

func (s *session) Data(r io.Reader) (err error) {
	if s.now.raw, err = io.ReadAll(r); err != nil {
		return err
	}
	s.server.mu.Lock()
	defer s.server.mu.Unlock()
	s.server.received = append(s.server.received, s.now)
	return nil
}

func (s *session) Reset()        { s.now = received{} }
func (s *session) Logout() error { return nil }
