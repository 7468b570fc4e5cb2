package lmtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
	"github.com/crmmail/crmmail/email/smtp"
)

// exchange is a command and the beginning of its reply.
type exchange struct{ say, hear string }

func TestCommands(t *testing.T) {
	start := []exchange{{"LHLO mx", "250 "}, {"MAIL FROM:<>", "250 2.1.0"}}
	for name, script := range map[string][]exchange{
		"LHLO is for LMTP":         {{"EHLO mx", "500 5.5.1"}, {"HELO mx", "500 5.5.1"}, {"LHLO", "501 5.5.4"}, {"lhlo mx", "250 "}},
		"nothing before LHLO":      {{"MAIL FROM:<>", "503 5.5.1"}, {"RCPT TO:<a@b>", "503 5.5.1"}, {"DATA", "503 5.5.1"}},
		"no content for nobody":    append(start, exchange{"DATA", "503 5.5.1"}),
		"one envelope at a time":   append(start, exchange{"MAIL FROM:<x@y>", "503 5.5.1"}),
		"RSET begins anew":         append(start, exchange{"RCPT TO:<a@b>", "250 "}, exchange{"RSET", "250 "}, exchange{"DATA", "503 "}, exchange{"MAIL FROM:<x@y>", "250 "}),
		"LHLO begins anew":         append(start, exchange{"RCPT TO:<a@b>", "250 "}, exchange{"LHLO mx", "250 "}, exchange{"DATA", "503 "}),
		"commands not known":       {{"BDAT 10 LAST", "500 5.5.1"}, {"AUTH PLAIN AAAA", "500 5.5.1"}, {"", "500 5.5.1"}, {"EXPN a", "500 5.5.1"}},
		"commands that tell":       {{"NOOP x", "250 2.0.0"}, {"VRFY a@b", "252 2.5.0"}},
		"STARTTLS without":         {{"STARTTLS", "503 5.5.1"}},
		"return paths":             {{"LHLO mx", "250 "}, {"MAIL FROM: <a@b>", "250 "}, {"RSET", "250 "}, {"mail from:a@b", "250 "}, {"RSET", "250 "}, {"MAIL FROM:<@c,@d:a@b> BODY=8bitmime SMTPUTF8", "250 "}},
		"return paths that differ": {{"LHLO mx", "250 "}, {"MAIL FROM:<a b@c>", "250 "}, {"RSET", "250 "}, {"MAIL FROM:<MAILER-DAEMON>", "250 "}},
		"return paths that fail":   {{"LHLO mx", "250 "}, {"MAIL FROM:", "501 5.1.7"}, {"MAIL FROM:<a@b", "501 5.1.7"}, {"MAIL <a@b>", "501 5.1.7"}, {"MAIL FROM:<a@b>x", "501 5.1.7"}, {"MAIL FROM:<a@b\x01>", "501 5.1.7"}, {"MAIL FROM:<@a>", "501 5.1.7"}},
		"parameters of MAIL":       {{"LHLO mx", "250 "}, {"MAIL FROM:<> RET=FULL", "555 5.5.4"}, {"MAIL FROM:<> BODY=BINARYMIME", "555 5.5.4"}, {"MAIL FROM:<> SMTPUTF8=1", "555 5.5.4"}, {"MAIL FROM:<> SIZE=x", "501 5.5.4"}},
		"recipients":               append(start, exchange{"RCPT TO:<\"a b>@c\"@b.example>", "250 "}, exchange{"RCPT TO:<почта@пример.example>", "250 "}, exchange{"rcpt to:a@b", "250 "}, exchange{"RCPT TO:<a@[192.0.2.1]>", "250 "}),
		"recipients that fail":     append(start, exchange{"RCPT TO:<>", "501 5.1.3"}, exchange{"RCPT TO:<a>", "501 5.1.3"}, exchange{"RCPT TO:<a@>", "501 5.1.3"}, exchange{"RCPT TO:<a b@c>", "501 5.1.3"}, exchange{"RCPT TO:<\xff@b>", "501 5.1.3"}, exchange{"RCPT TO:<a@b> NOTIFY=NEVER", "555 5.5.4"}),
	} {
		t.Run(name, func(t *testing.T) {
			c := dial(t, runningFor(t))
			c.hear("220 crm.example LMTP")
			for _, e := range script {
				c.ask(e.say, e.hear)
			}
			c.ask("QUIT", "221 2.0.0")
			c.gone()
		})
	}
}

func runningFor(t *testing.T) string { return start(t, lmtp.Config{Receiver: &box{}}).addr }

func TestQuoted(t *testing.T) {
	receiver := &box{}
	c := dial(t, start(t, lmtp.Config{Receiver: receiver}).addr)
	c.hear("220 ")
	c.ask("LHLO mx", "250 ")
	c.ask(`MAIL FROM:<"a>b"@c>`, "250 ")
	c.ask(`RCPT TO:<"a \"b@c+d"@crm.example>`, "250 ")
	c.ask("DATA", "354 ")
	c.say("%s.\r\n", letter)
	c.hear("250 2.0.0")
	got := receiver.mail()[0]
	assert.Equal(t, `"a>b"@c`, got.ReturnPath)
	assert.Equal(t, []string{`"a \"b@c+d"@crm.example`}, got.Recipients)
	assert.Equal(t, `"a \"b@c+d"@crm.example`, got.Mailbox)
}

// TestPipelining: everything at once is answered in order (RFC 2920), and half a command does not hold up the replies.
func TestPipelining(t *testing.T) {
	receiver := &box{}
	c := dial(t, start(t, lmtp.Config{Receiver: receiver}).addr)
	c.say("LHLO mx\r\nMAIL FROM:<a@b>\r\nRCPT TO:<a@crm.example>\r\nRCPT TO:<nobody>\r\nDATA\r\n%s.\r\nNOOP\r\nNO", letter)
	for _, want := range []string{"220 ", "250 ", "250 2.1.0", "250 2.1.5", "501 ", "354 ", "250 2.0.0 Filed", "250 2.0.0 OK"} {
		c.hear(want)
	}
	c.ask("OP", "250 ")
	assert.Len(t, receiver.mail(), 1)
}

func TestSMTP(t *testing.T) {
	receiver := &box{}
	server := start(t, lmtp.Config{Receiver: receiver, SMTP: true})
	c := dial(t, server.addr)
	c.hear("220 crm.example ESMTP")
	c.ask("LHLO mx", "500 5.5.1")
	assert.Equal(t, "250 crm.example\r\n", c.ask("HELO mx", "250 "))
	c.ask("QUIT", "221 ")

	transport, err := smtp.New(smtp.Config{Addr: server.addr, TLS: smtp.TLSNone})
	require.NoError(t, err)
	defer transport.Close()
	receipt, err := transport.Deliver(context.Background(),
		email.Envelope{ReturnPath: "olga@customer.example", Recipients: []string{"a@crm.example", "b@crm.example"}},
		strings.NewReader(letter))
	require.NoError(t, err)
	assert.Len(t, receipt.Results, 2)
	assert.Len(t, receiver.mail(), 2)
}

// certificate is one for localhost, and the roots that know it.
func certificate(t testing.TB) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "crm.example"}, DNSNames: []string{"crm.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	parsed, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

func TestStartTLS(t *testing.T) {
	own, roots := certificate(t)
	receiver := &box{}
	server := start(t, lmtp.Config{Receiver: receiver, TLSConfig: &tls.Config{Certificates: []tls.Certificate{own}}})
	c := dial(t, server.addr)
	c.hear("220 ")
	assert.Contains(t, c.ask("LHLO mx", "250 "), "250-STARTTLS\r\n")
	c.ask("MAIL FROM:<plain@customer.example>", "250 ")
	c.ask("STARTTLS", "220 ")
	conn := tls.Client(c.Conn, &tls.Config{RootCAs: roots, ServerName: "crm.example"})
	require.NoError(t, conn.Handshake())
	c = converse(t, conn)
	c.ask("MAIL FROM:<>", "503 ") // everything begins anew
	assert.NotContains(t, c.ask("LHLO mx", "250 "), "STARTTLS")
	c.ask("STARTTLS", "503 ")
	c.ask("MAIL FROM:<>", "250 ")
	c.ask("RCPT TO:<a@crm.example>", "250 ")
	c.ask("DATA", "354 ")
	c.say("%s.\r\nQUIT\r\n", letter)
	c.hear("250 2.0.0")
	c.hear("221 2.0.0")
	c.gone()
	assert.Len(t, receiver.mail(), 1)
}

// TestStartTLSInjection: what was sent in plain text after STARTTLS is no command afterwards (RFC 3207 §4.2).
func TestStartTLSInjection(t *testing.T) {
	own, _ := certificate(t)
	receiver := &box{}
	c := dial(t, start(t, lmtp.Config{Receiver: receiver, TLSConfig: &tls.Config{Certificates: []tls.Certificate{own}}}).addr)
	c.hear("220 ")
	c.say("STARTTLS\r\nLHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<a@crm.example>\r\nDATA\r\n%s.\r\n", letter)
	c.hear("220 ")
	c.Conn.(*net.TCPConn).CloseWrite()
	rest, _ := io.ReadAll(c.r)
	assert.NotContains(t, string(rest), "250")
	assert.Empty(t, receiver.mail())
}

// TestTLSLost: a proper end of TLS within a message is no end of the message.
func TestTLSLost(t *testing.T) {
	own, roots := certificate(t)
	receiver := &box{}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{own}})
	require.NoError(t, err)
	server := serve(t, lmtp.Config{Receiver: receiver, TLSConfig: &tls.Config{}}, listener)
	conn, err := tls.Dial("tcp", listener.Addr().String(), &tls.Config{RootCAs: roots, ServerName: "crm.example"})
	require.NoError(t, err)
	c := converse(t, conn)
	c.envelope("a@crm.example")
	c.say("%s", letter)
	require.NoError(t, conn.Close())
	require.NoError(t, server.stop())
	assert.Empty(t, receiver.mail())
}
