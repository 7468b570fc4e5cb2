package smtp_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// TestOutOfStep: a server that says more or other than it was asked for is not given the content: whose fate its next
// reply tells nobody knows.
func TestOutOfStep(t *testing.T) {
	for name, script := range map[string]func(*peer){
		"two replies to DATA": func(p *peer) {
			p.transactionUpTo("DATA")
			p.say("354 go on", "250 2.0.0 Ok: queued as A1")
		},
		"354 to RCPT": func(p *peer) {
			p.hear("MAIL ")
			p.say("250 Ok")
			p.hear("RCPT ")
			p.say("354 go on")
			if p.hear("RCPT ") {
				p.say("250 Ok")
			}
			if p.hear("DATA") {
				p.say("354 go on")
			}
		},
		"354 to MAIL": func(p *peer) {
			p.hear("MAIL ")
			p.say("354 go on")
		},
		"250 to DATA": func(p *peer) {
			p.transactionUpTo("DATA")
			p.say("250 Ok")
		},
	} {
		for _, extension := range []string{"PIPELINING", "SIZE"} {
			t.Run(name+" "+extension, func(t *testing.T) {
				tr := transport(t, serve(t, func(p *peer) {
					p.hello(extension)
					script(p)
					p.wait()
				}))
				msg := small()
				_, err := tr.Deliver(t.Context(), to("anna@example.test", "boris@example.test"), msg)
				e := refused(t, err)
				assert.True(t, e.Temporary)
				assert.False(t, e.Uncertain)
				require.ErrorIs(t, err, smtp.ErrReply)
				assert.Zero(t, msg.asked.Load())
			})
		}
	}
}

// transactionUpTo goes from MAIL over two recipients to last, which is not answered.
func (p *peer) transactionUpTo(last string) {
	for _, verb := range []string{"MAIL ", "RCPT ", "RCPT "} {
		p.hear(verb)
		p.say("250 Ok")
	}
	p.hear(last)
}

// TestRepliesToNothing: what a server has said of itself at the end of a message is no reply to the next one, which goes
// over a new connection.
func TestRepliesToNothing(t *testing.T) {
	tr := transport(t, serve(t, func(p *peer) {
		if p.hello("PIPELINING"); !p.transaction(1) {
			return
		}
		p.listen()
		if p.n == 1 {
			p.say("250 Ok: queued as A1", "550 5.1.1 No such user")
			p.wait()
			return
		}
		p.say("250 Ok: queued as A2")
		p.wait()
	}))
	_, err := deliver(t, tr)
	require.NoError(t, err)
	receipt, err := deliver(t, tr)
	require.NoError(t, err)
	assert.Equal(t, "A2", receipt.ProviderID)
	assert.Equal(t, email.RecipientAccepted, receipt.Results[0].Status)
}
