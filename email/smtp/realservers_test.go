package smtp_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	verifier "github.com/emersion/go-msgauth/dkim"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/dkim"
	"github.com/crmmail/crmmail/email/internal/dovecottest"
	"github.com/crmmail/crmmail/email/internal/postfixtest"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/smtp"
)

// hardBodies are bodies that a careless program on the way would change.
var hardBodies = map[string]string{
	"dots":       ".\r\n..\r\n.x\r\nx.\r\n\r\n.\r\n",
	"8-bit":      "Здравствуйте, \xff\xfe\r\n",
	"long lines": strings.Repeat(strings.Repeat("ы", 499)+"\r\n", 50) + "." + strings.Repeat("x", 997) + "\r\n",
	"trailing":   "x \t\r\n\r\n\r\n",
	"From line":  "From here on\r\n>From\r\n",
	"30 MB":      strings.Repeat("."+strings.Repeat("x", 75)+"\r\n", 400_000),
}

// TestPostfixToDovecot: through two real servers, by SMTP, LMTP and IMAP, comes what was sent, to the octet.
func TestPostfixToDovecot(t *testing.T) {
	t.Parallel()
	dovecot := dovecottest.Start(t)
	postfix := postfixtest.Start(t, "virtual_transport = lmtp:inet:"+dovecot.LMTP)
	tr := transport(t, postfix.Addr, patient)
	for name, body := range hardBodies {
		t.Run(name, func(t *testing.T) {
			user := strings.ReplaceAll(strings.ToLower(name), " ", "-")
			mail := []byte(fields + body)
			env := email.Envelope{ReturnPath: "crm@example.test", Recipients: []string{user + "@example.test"}}
			_, err := tr.Deliver(context.Background(), env, sized{bytes.NewReader(mail), int64(len(mail))})
			require.NoError(t, err)
			var got [][]byte
			require.Eventually(t, func() bool { got = dovecot.Mail(t, user); return len(got) == 1 }, 30*time.Second, 50*time.Millisecond)
			trace, ok := bytes.CutSuffix(got[0], mail)
			require.True(t, ok, "%d octets came of %d: %.200q", len(got[0]), len(mail), got[0])
			for line := range strings.Lines(string(trace)) {
				name, _, _ := strings.Cut(line, ":")
				if !strings.HasPrefix(line, "\t") && !strings.HasPrefix(line, " ") {
					assert.Contains(t, "Return-Path Delivered-To Received", name)
				}
			}
		})
	}
}

// TestSigned: a signature survives two real servers and the traces that they write.
func TestSigned(t *testing.T) {
	t.Parallel()
	text, err := dkim.NewEd25519Key()
	require.NoError(t, err)
	key, err := dkim.ParseKey(text)
	require.NoError(t, err)
	signer, err := dkim.New(dkim.Config{Domain: "example.test", Selector: "crm", Key: key})
	require.NoError(t, err)
	msg := message.Message{
		From: mail.Address{Name: "Анна", Address: "crm@example.test"}, To: []mail.Address{{Address: "anna@example.test"}},
		Subject: "Заказ № 7", Date: time.Now(), MessageID: "7@example.test", Text: ".\n Здравствуйте! \n\n", HTML: "<p>Здравствуйте!</p>\n",
	}
	wire, err := message.Build(msg, message.BuildOptions{Signers: []message.Signer{signer}})
	require.NoError(t, err)

	dovecot := dovecottest.Start(t)
	postfix := postfixtest.Start(t, "virtual_transport = lmtp:inet:"+dovecot.LMTP)
	_, err = transport(t, postfix.Addr, patient).Deliver(context.Background(), one, wire.WriterTo(nil))
	require.NoError(t, err)
	var got [][]byte
	require.Eventually(t, func() bool { got = dovecot.Mail(t, "anna"); return len(got) == 1 }, 30*time.Second, 50*time.Millisecond)
	verdicts, err := verifier.VerifyWithOptions(bytes.NewReader(got[0]), &verifier.VerifyOptions{
		LookupTXT: func(string) ([]string, error) { return []string{signer.Record().Value}, nil },
	})
	require.NoError(t, err)
	require.Len(t, verdicts, 1)
	require.NoError(t, verdicts[0].Err)
}

// patient gives a real server under load its time.
func patient(c *smtp.Config) {
	c.CommandTimeout, c.DataTimeout, c.EndTimeout = time.Minute, time.Minute, time.Minute
}

// TestRealAuth: every mechanism against Postfix and Dovecot's SASL, with TLS required.
func TestRealAuth(t *testing.T) {
	t.Parallel()
	tokens := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil || r.Header.Get("Authorization") != "Bearer ya29.good" {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		fmt.Fprint(w, `{"username": "crm", "active": true}`)
	}))
	t.Cleanup(tokens.Close)
	oauth := filepath.Join(t.TempDir(), "oauth2.conf")
	require.NoError(t, os.WriteFile(oauth, []byte("introspection_mode = auth\nintrospection_url = "+tokens.URL+
		"/\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n"), 0o644))
	dovecot := dovecottest.Start(t, "passdb {\n  driver = oauth2\n  mechanisms = xoauth2 oauthbearer\n  args = "+oauth+"\n}")
	chain, trust := chainFile(t)
	postfix := postfixtest.Start(t, "smtpd_tls_security_level = encrypt", "smtpd_tls_chain_files = "+chain,
		"smtpd_sasl_auth_enable = yes", "smtpd_sasl_type = dovecot", "smtpd_sasl_path = "+dovecot.SASL,
		"smtpd_sasl_security_options = noanonymous", "mynetworks =",
		"smtpd_relay_restrictions = permit_sasl_authenticated, reject", "smtpd_recipient_restrictions =")
	secret := func(c *smtp.Config) { c.Username, c.Password = "crm@example.test", dovecottest.Password }
	token := func(text string) func(*smtp.Config) {
		return func(c *smtp.Config) {
			c.Username, c.Token = "crm@example.test", func(context.Context) (string, error) { return text, nil }
		}
	}
	by := func(mechanism string, change func(*smtp.Config)) func(*smtp.Config) {
		return func(c *smtp.Config) { change(c); c.Mechanism = mechanism }
	}
	wrong := func(c *smtp.Config) { c.Username, c.Password = "crm@example.test", "wrong" }
	for name, test := range map[string]struct {
		change func(*smtp.Config)
		fails  bool
	}{
		"the best":             {secret, false},
		"SCRAM-SHA-256":        {by("SCRAM-SHA-256", secret), false},
		"PLAIN":                {by("PLAIN", secret), false},
		"LOGIN":                {by("LOGIN", secret), false},
		"XOAUTH2":              {by("XOAUTH2", token("ya29.good")), false},
		"OAUTHBEARER":          {by("OAUTHBEARER", token("ya29.good")), false},
		"wrong, SCRAM-SHA-256": {by("SCRAM-SHA-256", wrong), true},
		"wrong, PLAIN":         {by("PLAIN", wrong), true},
		"wrong, LOGIN":         {by("LOGIN", wrong), true},
		"wrong, XOAUTH2":       {by("XOAUTH2", token("ya29.bad")), true},
		"wrong, OAUTHBEARER":   {by("OAUTHBEARER", token("ya29.bad")), true},
		"none":                 {func(*smtp.Config) {}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tr := transport(t, postfix.Addr, patient, test.change, func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSRequired, trust })
			_, err := tr.Deliver(context.Background(), one, &letter{text: fields})
			if !test.fails {
				require.NoError(t, err)
				return
			}
			if name != "none" {
				require.ErrorIs(t, err, smtp.ErrAuth)
				assert.True(t, refused(t, err).Temporary)
			}
			assert.NotContains(t, err.Error(), "ya29")
		})
	}
}

// TestGreylisting: a server that says "later" at first takes the same message later, and the connection serves on.
func TestGreylisting(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	policy := policyService(t, func(attributes map[string]string) string {
		if attributes["recipient"] == "grey@example.test" && asked.Add(1) == 1 {
			return "DEFER_IF_PERMIT 4.7.1 greylisted, try again"
		}
		return "DUNNO"
	})
	postfix := postfixtest.Start(t, "smtpd_recipient_restrictions = check_policy_service inet:"+policy,
		"smtpd_delay_reject = yes")
	tr := transport(t, postfix.Addr, patient)
	env := to("anna@example.test", "grey@example.test", "eve@elsewhere.test")
	receipt, err := tr.Deliver(context.Background(), env, &letter{text: fields})
	require.NoError(t, err)
	require.Len(t, receipt.Results, 3)
	for i, want := range []email.Recipient{
		{Address: "anna@example.test", Status: email.RecipientAccepted, Code: 250, Enhanced: "2.0.0"},
		{Address: "grey@example.test", Status: email.RecipientDeferred, Code: 450, Enhanced: "4.7.1"},
		{Address: "eve@elsewhere.test", Status: email.RecipientRefused, Code: 554, Enhanced: "5.7.1"},
	} {
		got := receipt.Results[i]
		got.Text, got.At = "", time.Time{}
		assert.Equal(t, want, got)
	}
	again, err := tr.Deliver(context.Background(), to("grey@example.test"), &letter{text: fields})
	require.NoError(t, err)
	assert.Equal(t, email.RecipientAccepted, again.Results[0].Status)
	got := postfix.Mail(t)
	require.Len(t, got, 2)
	for i, recipient := range []string{"anna@example.test", "grey@example.test"} {
		assert.Equal(t, recipient, got[i].Recipient)
		assert.Equal(t, fields, string(got[i].Raw))
	}
}

// policyService answers Postfix's questions about recipients.
func policyService(t *testing.T, decide func(map[string]string) string) string {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				attributes := map[string]string{}
				for lines := bufio.NewScanner(conn); lines.Scan(); {
					if name, value, ok := strings.Cut(lines.Text(), "="); ok {
						attributes[name] = value
						continue
					}
					fmt.Fprintf(conn, "action=%s\n\n", decide(attributes))
				}
			}()
		}
	}()
	return listener.Addr().String()
}

// TestRealDSN: Postfix takes what DSN asks for, and reports success to the return path with the id and the address as we
// gave them.
func TestRealDSN(t *testing.T) {
	t.Parallel()
	postfix := postfixtest.Start(t)
	tr := transport(t, postfix.Addr, patient, func(c *smtp.Config) { c.DSN = &smtp.DSN{Success: true, Failure: true} })
	env := email.Envelope{ReturnPath: "crm@example.test", Recipients: []string{"a+b=c@example.test"}}
	_, err := tr.Deliver(context.Background(), env, named("m+1 2"))
	require.NoError(t, err)
	var report string
	require.Eventually(t, func() bool {
		for _, m := range postfix.Mail(t) {
			if m.Recipient == "crm@example.test" {
				report = string(m.Raw)
			}
		}
		return report != ""
	}, 20*time.Second, 50*time.Millisecond)
	for _, line := range []string{"Original-Envelope-Id: m+1 2\r\n", "Original-Recipient: rfc822;a+b=c@example.test\r\n", "Action: delivered\r\n"} {
		assert.Contains(t, report, line)
	}
	parsed, err := message.Parse(strings.NewReader(report), message.ParseOptions{})
	require.NoError(t, err)
	require.NotNil(t, parsed.Bounce)
	assert.Equal(t, "m+1 2", parsed.Bounce.EnvelopeID)
}
