package smtp_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"maps"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/postfixtest"
	"github.com/crmmail/crmmail/email/smtp"
)

const fields = "From: =?UTF-8?Q?=D0=90?= <crm@example.test>\r\nTo: anna@example.test\r\nSubject: x\r\n" +
	"Date: Mon, 02 Mar 2026 10:00:00 +0300\r\nMessage-ID: <1@example.test>\r\n\r\n"

// TestPostfix: what a real server delivers is what was sent, to the octet.
func TestPostfix(t *testing.T) {
	t.Parallel()
	server := postfixtest.Start(t)
	tr := transport(t, server.Addr, patient)
	bodies := maps.Clone(hardBodies)
	bodies["plain"], bodies["a NUL"] = "Hello\r\n", "a\x00b\r\n"
	for name, body := range bodies {
		t.Run(name, func(t *testing.T) {
			server.Clear(t)
			mail := []byte(fields + body)
			env := email.Envelope{ReturnPath: "crm@example.test", Recipients: []string{"anna@example.test", "boss@example.test"}}
			receipt, err := tr.Deliver(context.Background(), env, sized{bytes.NewReader(mail), int64(len(mail))})
			require.NoError(t, err)
			assert.NotEmpty(t, receipt.ProviderID)
			require.Len(t, receipt.Results, 2)
			assert.Equal(t, "2.0.0", receipt.Results[0].Enhanced)
			got := server.Mail(t)
			require.Len(t, got, 2)
			for i, m := range got {
				assert.Equal(t, env.Recipients[i], m.Recipient)
				assert.Equal(t, "crm@example.test", m.ReturnPath)
				if !bytes.Equal(mail, m.Raw) {
					t.Errorf("%d octets came of %d: %.200q", len(m.Raw), len(mail), m.Raw)
				}
			}
		})
	}
	t.Run("line ends", func(t *testing.T) {
		server.Clear(t)
		_, err := tr.Deliver(context.Background(), one, &letter{text: fields + "a\nb\r.\r.\n.\r\nMAIL FROM:<eve@example.test>\n"})
		require.NoError(t, err)
		got := server.Mail(t)
		require.Len(t, got, 1)
		assert.Equal(t, fields+"a\r\nb\r\n.\r\n.\r\n.\r\nMAIL FROM:<eve@example.test>\r\n", string(got[0].Raw))
	})
	t.Run("UTF-8 address", func(t *testing.T) {
		server.Clear(t)
		_, err := tr.Deliver(context.Background(), email.Envelope{Recipients: []string{"анна@example.test"}}, &letter{text: fields})
		require.NoError(t, err)
		assert.Equal(t, "анна@example.test", server.Mail(t)[0].Recipient)
	})
	t.Run("a stranger among recipients", func(t *testing.T) {
		server.Clear(t)
		env := email.Envelope{Recipients: []string{"anna@example.test", "eve@elsewhere.test"}}
		receipt, err := tr.Deliver(context.Background(), env, &letter{text: fields})
		require.NoError(t, err)
		assert.Equal(t, email.RecipientRefused, receipt.Results[1].Status)
		assert.Equal(t, 554, receipt.Results[1].Code)
		assert.NotContains(t, receipt.Results[1].Text, "eve@")
		assert.Len(t, server.Mail(t), 1)
	})
	t.Run("too large", func(t *testing.T) {
		limit, err := tr.SizeLimit(context.Background())
		require.NoError(t, err)
		assert.EqualValues(t, 60_000_000, limit)
		_, err = tr.Deliver(context.Background(), one, sized{bytes.NewReader(nil), limit + 1})
		assert.Equal(t, "5.3.4", refused(t, err).Enhanced)
	})
}

// TestPostfixTLS: STARTTLS with a real server, and a session that it refuses without.
func TestPostfixTLS(t *testing.T) {
	t.Parallel()
	file, trust := chainFile(t)
	server := postfixtest.Start(t, "smtpd_tls_security_level = encrypt", "smtpd_tls_chain_files = "+file)

	secure := transport(t, server.Addr, func(c *smtp.Config) { c.TLS, c.TLSConfig = smtp.TLSRequired, trust })
	for range 3 {
		_, err := secure.Deliver(context.Background(), one, &letter{text: fields})
		require.NoError(t, err)
	}
	assert.Len(t, server.Mail(t), 3)

	_, err := deliver(t, transport(t, server.Addr))
	require.ErrorIs(t, err, smtp.ErrAuth, "530 5.7.0 Must issue a STARTTLS command first")
	assert.True(t, refused(t, err).Temporary)
}

// chainFile is a certificate for 127.0.0.1 with its key, as Postfix reads them, and the configuration that trusts it.
func chainFile(t *testing.T) (file string, trust *tls.Config) {
	t.Helper()
	cert, trust := authority(t)
	key, err := x509.MarshalPKCS8PrivateKey(cert.Certificates[0].PrivateKey.(*ecdsa.PrivateKey))
	require.NoError(t, err)
	chain := append(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}),
		pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: cert.Certificates[0].Certificate[0]})...)
	file = filepath.Join(t.TempDir(), "chain.pem")
	require.NoError(t, os.WriteFile(file, chain, 0o600))
	return file, trust
}
