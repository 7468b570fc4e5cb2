package smtp_test

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"io"
	"log"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// authority makes a certificate for 127.0.0.1 and the pool that trusts it.
func authority(t testing.TB) (server *tls.Config, trust *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}},
		&tls.Config{RootCAs: roots}
}

// received is a message as go-smtp's server got it.
type received struct {
	from string
	to   []string
	opts gosmtp.MailOptions
	data string
	tls  bool
	user string
}

// backend keeps what it gets.
type backend struct {
	mechanisms []string
	password   string
	refuse     map[string]error // by command: "MAIL", "RCPT anna@example.test", "DATA"

	mu  sync.Mutex
	got []received
}

func (b *backend) NewSession(c *gosmtp.Conn) (gosmtp.Session, error) {
	_, encrypted := c.TLSConnectionState()
	return &backendSession{backend: b, received: received{tls: encrypted}}, nil
}

func (b *backend) all() []received {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]received(nil), b.got...)
}

type backendSession struct {
	backend *backend
	received
}

func (s *backendSession) AuthMechanisms() []string { return s.backend.mechanisms }

func (s *backendSession) Auth(mechanism string) (sasl.Server, error) {
	check := func(user, password string) error {
		if password != s.backend.password {
			return gosmtp.ErrAuthFailed
		}
		s.user = user
		return nil
	}
	if mechanism == sasl.Login {
		return &loginServer{check: check}, nil
	}
	return sasl.NewPlainServer(func(_, user, password string) error { return check(user, password) }), nil
}

func (s *backendSession) Mail(from string, opts *gosmtp.MailOptions) error {
	if len(s.backend.mechanisms) > 0 && s.user == "" {
		return &gosmtp.SMTPError{Code: 530, EnhancedCode: gosmtp.EnhancedCode{5, 7, 0}, Message: "authenticate first"}
	}
	s.from, s.opts = from, *opts
	return s.backend.refuse["MAIL"]
}

func (s *backendSession) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if err := s.backend.refuse["RCPT "+to]; err != nil {
		return err
	}
	s.to = append(s.to, to)
	return nil
}

func (s *backendSession) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if err := s.backend.refuse["DATA"]; err != nil {
		return err
	}
	s.data = string(data)
	s.backend.mu.Lock()
	defer s.backend.mu.Unlock()
	s.backend.got = append(s.backend.got, s.received)
	return nil
}

func (s *backendSession) Reset()        { s.from, s.to, s.data = "", nil, "" }
func (s *backendSession) Logout() error { return nil }

// loginServer asks in the words of few servers, and takes no initial response.
type loginServer struct {
	check func(user, password string) error
	user  string
	step  int
}

func (l *loginServer) Next(response []byte) ([]byte, bool, error) {
	l.step++
	switch l.step {
	case 1:
		return []byte("User Name\x00"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password\x00"), false, nil
	}
	return nil, true, l.check(l.user, string(response))
}

// goSMTP runs go-smtp's server; change may configure it.
func goSMTP(t testing.TB, b *backend, implicit bool, change ...func(*gosmtp.Server)) string {
	t.Helper()
	server := gosmtp.NewServer(b)
	server.Domain = "mx.example.test"
	server.ErrorLog = log.New(io.Discard, "", 0)
	for _, f := range change {
		f(server)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	addr := listener.Addr().String()
	if implicit {
		listener = tls.NewListener(listener, server.TLSConfig)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		server.Serve(listener)
	}()
	t.Cleanup(func() {
		listener.Close() // the server only knows it once Serve has begun
		server.Close()
		<-done
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		server.Shutdown(ctx)
	})
	return addr
}

func TestTLS(t *testing.T) {
	cert, trust := authority(t)
	_, stranger := authority(t)
	for name, test := range map[string]struct {
		policy           smtp.TLSPolicy
		client           *tls.Config
		offers, implicit bool
		encrypted        bool
		fails            bool
	}{
		"required":                    {smtp.TLSRequired, trust, true, false, true, false},
		"required, not offered":       {smtp.TLSRequired, trust, false, false, false, true},
		"required, unknown authority": {smtp.TLSRequired, stranger, true, false, false, true},
		"required, system's roots":    {smtp.TLSRequired, nil, true, false, false, true},
		"implicit":                    {smtp.TLSImplicit, trust, true, true, true, false},
		"implicit, a stranger's":      {smtp.TLSImplicit, stranger, true, true, false, true},
		"implicit, server in plain":   {smtp.TLSImplicit, trust, false, false, false, true},
		"required, server implicit":   {smtp.TLSRequired, trust, true, true, false, true},
		"opportunistic":               {smtp.TLSOpportunistic, trust, true, false, true, false},
		"opportunistic, not offered":  {smtp.TLSOpportunistic, trust, false, false, false, false},
		"opportunistic, no fallback":  {smtp.TLSOpportunistic, stranger, true, false, false, true},
		"none":                        {smtp.TLSNone, nil, true, false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			b := &backend{}
			addr := goSMTP(t, b, test.implicit, func(s *gosmtp.Server) {
				if test.offers {
					s.TLSConfig = cert
				}
			})
			tr := transport(t, addr, func(c *smtp.Config) {
				c.TLS, c.TLSConfig, c.CommandTimeout = test.policy, test.client, 500*time.Millisecond
			})
			for range 2 {
				msg := small()
				_, err := tr.Deliver(context.Background(), one, msg)
				if test.fails {
					e := refused(t, err)
					assert.True(t, e.Temporary)
					if name != "required, server implicit" { // which says nothing at all
						assert.ErrorIs(t, err, smtp.ErrTLS)
					}
					assert.Zero(t, msg.asked.Load())
					assert.Empty(t, b.all())
					continue
				}
				require.NoError(t, err)
			}
			for _, got := range b.all() {
				assert.Equal(t, test.encrypted, got.tls)
				assert.Equal(t, "Subject: x\r\n\r\n.dot\r\n", got.data)
				assert.Equal(t, []string{"anna@example.test"}, got.to)
			}
		})
	}
}

// TestInjection: what came in plain text does not count once there is TLS.
func TestInjection(t *testing.T) {
	cert, trust := authority(t)
	t.Run("with the reply", func(t *testing.T) {
		tr := transport(t, serve(t, func(p *peer) {
			p.hello("STARTTLS")
			p.hear("STARTTLS")
			p.say("220 go", "250-mx.example.test", "250 AUTH PLAIN")
			p.wait()
		}), func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSRequired, trust })
		_, err := deliver(t, tr)
		require.ErrorIs(t, err, smtp.ErrTLS)
		require.ErrorContains(t, err, "before the handshake")
	})
	t.Run("extensions are asked for anew", func(t *testing.T) {
		heard := make(chan string, 1)
		tr := transport(t, serve(t, func(p *peer) {
			p.hello("STARTTLS", "SIZE 1", "SMTPUTF8", "8BITMIME")
			p.hear("STARTTLS")
			p.say("220 go")
			secure := tls.Server(p.conn, cert)
			p.conn, p.r = secure, bufio.NewReader(secure)
			p.hear("EHLO ")
			p.say("250 mx.example.test")
			line, _ := p.r.ReadString('\n')
			heard <- line
		}), func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSRequired, trust })
		deliver(t, tr)
		require.Equal(t, "MAIL FROM:<crm@example.test>\r\n", <-heard)
	})
	t.Run("a server that declines", func(t *testing.T) {
		tr := transport(t, serve(t, func(p *peer) {
			p.hello("STARTTLS")
			p.hear("STARTTLS")
			p.say("454 4.7.0 no key today")
			p.wait()
		}), func(c *smtp.Config) { c.TLS = smtp.TLSOpportunistic })
		_, err := deliver(t, tr)
		require.ErrorIs(t, err, smtp.ErrTLS)
		assert.Equal(t, 454, refused(t, err).Code)
	})
}

func custom(mechanism string, initial []byte, answers ...string) func(context.Context, []string) (sasl.Client, error) {
	return func(context.Context, []string) (sasl.Client, error) {
		return &customClient{mechanism, initial, answers}, nil
	}
}

type customClient struct {
	mechanism string
	initial   []byte
	answers   []string
}

func (c *customClient) Start() (string, []byte, error) { return c.mechanism, c.initial, nil }

func (c *customClient) Next([]byte) ([]byte, error) {
	if len(c.answers) == 0 {
		return nil, sasl.ErrUnexpectedServerChallenge
	}
	answer := c.answers[0]
	c.answers = c.answers[1:]
	return []byte(answer), nil
}

func TestAuth(t *testing.T) {
	cert, trust := authority(t)
	for name, test := range map[string]struct {
		mechanisms []string
		change     func(*smtp.Config)
		fails      bool
	}{
		"PLAIN":              {[]string{"PLAIN", "LOGIN"}, func(c *smtp.Config) { c.Username, c.Password = "crm", "right" }, false},
		"LOGIN":              {[]string{"LOGIN"}, func(c *smtp.Config) { c.Username, c.Password = "crm", "right" }, false},
		"wrong":              {[]string{"PLAIN"}, func(c *smtp.Config) { c.Username, c.Password = "crm", "wrong" }, true},
		"wrong, LOGIN":       {[]string{"LOGIN"}, func(c *smtp.Config) { c.Username, c.Password = "crm", "wrong" }, true},
		"no mechanism":       {[]string{"GSSAPI"}, func(c *smtp.Config) { c.Username, c.Password = "crm", "right" }, true},
		"none, but wanted":   {[]string{"PLAIN"}, func(*smtp.Config) {}, true},
		"a client of his":    {[]string{"PLAIN"}, func(c *smtp.Config) { c.Auth = custom("PLAIN", []byte("\x00crm\x00right")) }, false},
		"without response":   {[]string{"PLAIN"}, func(c *smtp.Config) { c.Auth = custom("PLAIN", nil, "\x00crm\x00right") }, false},
		"a client that ends": {[]string{"LOGIN"}, func(c *smtp.Config) { c.Auth = custom("LOGIN", nil, "crm") }, true},
		"an error of his": {[]string{"PLAIN"}, func(c *smtp.Config) {
			c.Auth = func(context.Context, []string) (sasl.Client, error) { return nil, io.ErrUnexpectedEOF }
		}, true},
	} {
		t.Run(name, func(t *testing.T) {
			b := &backend{mechanisms: test.mechanisms, password: "right"}
			addr := goSMTP(t, b, false, func(s *gosmtp.Server) { s.TLSConfig = cert })
			tr := transport(t, addr, func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSRequired, trust }, test.change)
			_, err := deliver(t, tr)
			if !test.fails {
				require.NoError(t, err)
				require.Equal(t, "crm", b.all()[0].user)
				return
			}
			require.ErrorIs(t, err, smtp.ErrAuth)
			e := refused(t, err)
			assert.True(t, e.Temporary, "the message is not at fault")
			assert.NotContains(t, err.Error(), "right")
			assert.NotContains(t, err.Error(), base64.StdEncoding.EncodeToString([]byte("right")))
		})
	}
}

// TestLongToken: an initial response that makes the line too long waits for its challenge.
func TestLongToken(t *testing.T) {
	token := strings.Repeat("t", 2000)
	heard := make(chan string, 2)
	tr := transport(t, serve(t, func(p *peer) {
		p.hello("AUTH=XOAUTH2")
		for _, reply := range []string{"334 ", "235 Ok"} {
			line, _ := p.r.ReadString('\n')
			heard <- strings.TrimRight(line, "\r\n")
			p.say(reply)
		}
		p.accept()
	}), func(c *smtp.Config) { c.Auth = custom("XOAUTH2", []byte(token)) })
	_, err := deliver(t, tr)
	require.NoError(t, err)
	require.Equal(t, "AUTH XOAUTH2", <-heard)
	require.Equal(t, base64.StdEncoding.EncodeToString([]byte(token)), <-heard)
}

// TestEndlessAuth: a server that challenges for ever is left.
func TestEndlessAuth(t *testing.T) {
	tr := transport(t, serve(t, func(p *peer) {
		p.hello("AUTH X")
		for {
			line, err := p.r.ReadString('\n')
			if err != nil || line == "*\r\n" {
				return
			}
			p.say("334 ")
		}
	}), func(c *smtp.Config) { c.Auth = custom("X", nil, strings.Split(strings.Repeat("a", 1000), "")...) })
	_, err := deliver(t, tr)
	require.ErrorIs(t, err, smtp.ErrAuth)
}

// TestPlaintextCredentials: they stay here unless the server is on this machine, or the host allows it.
func TestPlaintextCredentials(t *testing.T) {
	for name, test := range map[string]struct {
		remote, allowed, sent bool
	}{
		"same machine":     {false, false, true},
		"another":          {true, false, false},
		"another, allowed": {true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			sent := make(chan bool, 1)
			addr := serve(t, func(p *peer) {
				p.hello("AUTH PLAIN")
				line, err := p.r.ReadString('\n')
				sent <- err == nil && strings.HasPrefix(line, "AUTH PLAIN ")
			})
			tr := transport(t, addr, func(c *smtp.Config) {
				c.TLS, c.Username, c.Password, c.PlaintextAuth = smtp.TLSOpportunistic, "crm", "right", test.allowed
				c.Dial = func(ctx context.Context, network, addr string) (net.Conn, error) {
					conn, err := new(net.Dialer).DialContext(ctx, network, addr)
					if test.remote && err == nil {
						conn = elsewhere{conn}
					}
					return conn, err
				}
			})
			_, err := deliver(t, tr)
			require.Error(t, err)
			assert.Equal(t, test.sent, <-sent)
			if !test.sent {
				assert.ErrorIs(t, err, smtp.ErrTLS)
				assert.ErrorIs(t, err, smtp.ErrAuth)
			}
		})
	}
}

// elsewhere is a connection that seems to lead to another machine.
type elsewhere struct{ net.Conn }

func (elsewhere) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 25} }

// TestGoSMTP: go-smtp's own server, with everything on.
func TestGoSMTP(t *testing.T) {
	b := &backend{refuse: map[string]error{"RCPT unknown@example.test": verdict(false), "RCPT grey@example.test": verdict(true)}}
	addr := goSMTP(t, b, false, func(s *gosmtp.Server) { s.EnableSMTPUTF8, s.MaxMessageBytes = true, 1000 })
	tr := transport(t, addr)
	limit, err := tr.SizeLimit(context.Background())
	require.NoError(t, err)
	assert.EqualValues(t, 1000, limit)

	env := email.Envelope{ReturnPath: "crm@example.test", Recipients: []string{"анна@пример.рф", "unknown@example.test", "grey@example.test"}}
	receipt, err := tr.Deliver(context.Background(), env, small())
	require.NoError(t, err)
	require.Len(t, receipt.Results, 3)
	for i, want := range []email.RecipientStatus{email.RecipientAccepted, email.RecipientRefused, email.RecipientDeferred} {
		assert.Equal(t, want, receipt.Results[i].Status)
		assert.Equal(t, env.Recipients[i], receipt.Results[i].Address)
	}
	got := b.all()[0]
	assert.True(t, got.opts.UTF8)
	assert.Equal(t, gosmtp.Body8BitMIME, got.opts.Body)
	assert.Equal(t, []string{"анна@пример.рф"}, got.to)

	_, err = tr.Deliver(context.Background(), one, &letter{text: strings.Repeat("x\r\n", 1000)})
	e := refused(t, err)
	assert.Equal(t, 552, e.Code)
	assert.Equal(t, "5.3.4", e.Enhanced)
	assert.False(t, e.Temporary)
}
