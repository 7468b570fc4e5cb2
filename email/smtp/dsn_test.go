package smtp_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// named is a message that has an id.
type named string

func (named) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, "Subject: x\r\n\r\n")
	return int64(n), err
}

func (m named) EnvelopeID() string { return string(m) }

// TestDSN: what MAIL and RCPT ask for, of servers that can report and of others.
func TestDSN(t *testing.T) {
	failure := &smtp.DSN{Failure: true}
	plus := email.Envelope{ReturnPath: "crm@example.test", Recipients: []string{"a+b=c@example.test"}}
	for name, test := range map[string]struct {
		dsn        *smtp.DSN
		extension  string
		env        email.Envelope
		id         string
		mail, rcpt string
	}{
		"failure": {failure, "DSN", one, "m1", "RET=HDRS ENVID=m1", "NOTIFY=FAILURE ORCPT=rfc822;anna@example.test"},
		"all": {&smtp.DSN{Failure: true, Delay: true, Success: true, Full: true}, "dsn", one, "",
			"RET=FULL", "NOTIFY=SUCCESS,FAILURE,DELAY ORCPT=rfc822;anna@example.test"},
		"silence":         {&smtp.DSN{}, "DSN", one, "", "RET=HDRS", "NOTIFY=NEVER ORCPT=rfc822;anna@example.test"},
		"xtext":           {failure, "DSN", plus, "a b+c=d", "RET=HDRS ENVID=a+20b+2Bc+3Dd", "NOTIFY=FAILURE ORCPT=rfc822;a+2Bb+3Dc@example.test"},
		"a line in an id": {failure, "DSN", one, "a\r\nRSET", "RET=HDRS", "NOTIFY=FAILURE ORCPT=rfc822;anna@example.test"},
		"a long id":       {failure, "DSN", one, strings.Repeat("x", 101), "RET=HDRS", "NOTIFY=FAILURE ORCPT=rfc822;anna@example.test"},
		"not asked for":   {nil, "DSN", one, "m1", "", ""},
		"not offered":     {failure, "SIZE", one, "m1", "", ""},
		"no return path":  {failure, "DSN", email.Envelope{Recipients: one.Recipients}, "m1", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			heard := make(chan string, 2)
			tr := transport(t, serve(t, func(p *peer) {
				p.hello(test.extension)
				for range 2 {
					line, _ := p.r.ReadString('\n')
					heard <- strings.TrimRight(line, "\r\n")
					p.say("250 Ok")
				}
				p.hear("DATA")
				p.say("354 go")
				p.listen()
				p.say("250 Ok")
			}), func(c *smtp.Config) { c.DSN = test.dsn })
			_, err := tr.Deliver(context.Background(), test.env, named(test.id))
			require.NoError(t, err)
			assert.Equal(t, strings.TrimSpace("MAIL FROM:<"+test.env.ReturnPath+"> "+test.mail), <-heard)
			assert.Equal(t, strings.TrimSpace("RCPT TO:<"+test.env.Recipients[0]+"> "+test.rcpt), <-heard)
		})
	}
}
