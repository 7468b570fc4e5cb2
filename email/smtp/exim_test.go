package smtp_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/eximtest"
	"github.com/crmmail/crmmail/email/smtp"
)

// TestExim: another real server delivers to the octet what was sent, and refuses as it should be understood.
func TestExim(t *testing.T) {
	t.Parallel()
	server := eximtest.Start(t)
	tr := transport(t, server.Addr, patient, func(c *smtp.Config) { c.DSN = &smtp.DSN{Failure: true} })
	for name, body := range hardBodies {
		t.Run(name, func(t *testing.T) {
			server.Clear(t)
			mail := []byte(fields + body)
			env := to("anna@example.test", "eve@elsewhere.test", "later@example.test", "olga@example.test")
			receipt, err := tr.Deliver(context.Background(), env, sized{bytes.NewReader(mail), int64(len(mail))})
			require.NoError(t, err)
			assert.NotEmpty(t, receipt.ProviderID)
			for i, want := range []email.Recipient{
				{Status: email.RecipientAccepted, Code: 250}, {Status: email.RecipientRefused, Code: 550},
				{Status: email.RecipientDeferred, Code: 451}, {Status: email.RecipientAccepted, Code: 250},
			} {
				got := receipt.Results[i]
				want.Address, got.Text, got.At = env.Recipients[i], "", time.Time{}
				assert.Equal(t, want, got)
			}
			got := server.Mail(t, 2)
			require.Len(t, got, 2)
			for i, recipient := range []string{"anna@example.test", "olga@example.test"} {
				assert.Equal(t, recipient, got[i].Recipient)
				assert.Equal(t, "crm@example.test", got[i].ReturnPath)
				if !bytes.Equal(mail, got[i].Raw) {
					t.Errorf("%d octets came of %d: %.200q", len(got[i].Raw), len(mail), got[i].Raw)
				}
			}
		})
	}
	t.Run("UTF-8 address", func(t *testing.T) {
		server.Clear(t)
		_, err := tr.Deliver(context.Background(), to("анна@example.test"), &letter{text: fields})
		require.NoError(t, err)
		assert.Equal(t, "анна@example.test", server.Mail(t, 1)[0].Recipient)
	})
}
