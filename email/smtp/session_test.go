package smtp_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

func blockingDial(ctx context.Context, _, _ string) (net.Conn, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// recipients answers a flight of MAIL, the RCPTs and DATA, in one flight where the server pipelines.
func recipients(pipelining bool, replies []string, data string, then func(*peer)) func(*peer) {
	return func(p *peer) {
		if pipelining {
			if !p.hello("PIPELINING") {
				return
			}
		} else if !p.hello() {
			return
		}
		answer := func(verb, reply string) bool {
			if !p.hear(verb) {
				return false
			}
			if !pipelining {
				p.say(reply)
			}
			return true
		}
		if !answer("MAIL ", "250 Ok") {
			return
		}
		for _, r := range replies {
			if !answer("RCPT ", r) {
				return
			}
		}
		if pipelining { // the whole flight is here before the first reply
			if !p.hear("DATA") {
				return
			}
			p.say(append(append([]string{"250 Ok"}, replies...), data)...)
		} else if data != "" {
			if !answer("DATA", data) {
				return
			}
		}
		then(p)
	}
}

var three = email.Envelope{Recipients: []string{"a@example.test", "b@example.test", "c@example.test"}}

func TestPartialRefusal(t *testing.T) {
	for _, pipelining := range []bool{false, true} {
		t.Run(fmt.Sprintf("pipelining %v", pipelining), func(t *testing.T) {
			got := make(chan string, 1)
			now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
			tr := transport(t, serve(t, recipients(pipelining,
				[]string{"250 2.1.5 Ok", "550 5.1.1 <b@example.test>: unknown", "450 4.2.0 greylisted"}, "354 go", func(p *peer) {
					content, _ := p.listen()
					got <- content
					p.say("250 2.0.0 Ok: queued as Q7")
					p.wait()
				})), func(c *smtp.Config) { c.Now = func() time.Time { return now } })
			receipt, err := tr.Deliver(context.Background(), three, small())
			require.NoError(t, err)
			require.Equal(t, "Subject: x\r\n\r\n..dot\r\n", <-got)
			require.Equal(t, email.Receipt{ProviderID: "Q7", Results: []email.Recipient{
				{Address: "a@example.test", Status: email.RecipientAccepted, Code: 250, Enhanced: "2.0.0", Text: "Ok: queued as Q7", At: now},
				{Address: "b@example.test", Status: email.RecipientRefused, Code: 550, Enhanced: "5.1.1", Text: "<…> unknown", At: now},
				{Address: "c@example.test", Status: email.RecipientDeferred, Code: 450, Enhanced: "4.2.0", Text: "greylisted", At: now},
			}}, receipt)
		})
	}
}

// TestAllRefused: nobody is asked for bytes that nobody is to get, and nothing is delivered to a server that wants them.
func TestAllRefused(t *testing.T) {
	for _, test := range []struct {
		name       string
		pipelining bool
		data       string
		replies    []string
		temporary  bool
	}{
		{"for good", false, "", []string{"550 5.1.1 no", "550 5.1.1 no", "550 5.1.1 no"}, false},
		{"one for now", false, "", []string{"550 5.1.1 no", "450 4.2.0 later", "550 5.1.1 no"}, true},
		{"in one flight", true, "503 5.5.1 no recipients", []string{"550 5.1.1 no", "550 5.1.1 no", "550 5.1.1 no"}, false},
		{"but go on", true, "354 go on", []string{"550 5.1.1 no", "550 5.1.1 no", "550 5.1.1 no"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			after := make(chan string, 1)
			tr := transport(t, serve(t, recipients(test.pipelining, test.replies, test.data, func(p *peer) {
				line, _ := p.r.ReadString('\n')
				p.say("250 reset")
				after <- line
				p.wait()
			})))
			msg := small()
			receipt, err := tr.Deliver(context.Background(), three, msg)
			e := refused(t, err)
			assert.Equal(t, test.temporary, e.Temporary)
			assert.Zero(t, msg.asked.Load())
			require.Len(t, receipt.Results, 3)
			if test.data == "354 go on" {
				assert.Empty(t, <-after, "cut without a dot")
			} else {
				assert.Equal(t, "RSET\r\n", <-after, "the session is kept")
			}
		})
	}
}

// TestRefusedAndHungUp: a refusal counts, though the server hangs up and owes the rest of the flight.
func TestRefusedAndHungUp(t *testing.T) {
	for name, said := range map[string][]string{
		"MAIL":      {"550 5.7.1 not you"},
		"every one": {"250 Ok", "550 5.7.1 no"},
		"then 421":  {"550 5.7.1 not you", "421 4.7.0 bye"},
	} {
		t.Run(name, func(t *testing.T) {
			tr := transport(t, serve(t, func(p *peer) {
				if p.hello("PIPELINING") && p.hear("MAIL ") && p.hear("RCPT ") && p.hear("DATA") {
					p.say(said...)
				}
			}))
			msg := small()
			_, err := tr.Deliver(context.Background(), one, msg)
			e := refused(t, err)
			assert.Equal(t, 550, e.Code)
			assert.False(t, e.Temporary)
			assert.Zero(t, msg.asked.Load())
		})
	}
}

// TestRefusedAfterContent: the error is for those that the receipt does not name.
func TestRefusedAfterContent(t *testing.T) {
	tr := transport(t, serve(t, recipients(true, []string{"250 Ok", "550 5.1.1 no", "250 Ok"}, "354 go", func(p *peer) {
		p.listen()
		p.say("552 5.3.4 too large")
		p.wait()
	})))
	receipt, err := tr.Deliver(context.Background(), three, small())
	e := refused(t, err)
	assert.Equal(t, 552, e.Code)
	assert.False(t, e.Temporary)
	require.Len(t, receipt.Results, 1)
	assert.Equal(t, "b@example.test", receipt.Results[0].Address)
}

// TestManyRecipients: flights are bounded, so that client and server never both wait to write.
func TestManyRecipients(t *testing.T) {
	var env email.Envelope
	for i := range 5000 {
		env.Recipients = append(env.Recipients, fmt.Sprintf("r%d@example.test", i))
	}
	tr := transport(t, serve(t, func(p *peer) {
		if !p.hello("PIPELINING") || !p.hear("MAIL ") {
			return
		}
		p.say("250 Ok")
		for range env.Recipients {
			if !p.hear("RCPT ") {
				return
			}
			p.say("250 2.1.5 " + strings.Repeat("long ", 90))
		}
		p.hear("DATA")
		p.say("354 go")
		p.listen()
		p.say("250 Ok")
		p.wait()
	}))
	receipt, err := tr.Deliver(context.Background(), env, small())
	require.NoError(t, err)
	require.Len(t, receipt.Results, len(env.Recipients))
}

func TestMailCommand(t *testing.T) {
	documented, err := os.ReadFile("doc.go")
	require.NoError(t, err)
	body := []byte("Subject: x\r\n\r\n")
	for name, test := range map[string]struct {
		extensions []string
		env        email.Envelope
		msg        io.WriterTo
		mail, rcpt string // empty: refused before anything is sent
		refusal    string // code and enhanced code
	}{
		"plain":           {nil, one, sized{bytes.NewReader(body), 14}, "MAIL FROM:<crm@example.test>", "RCPT TO:<anna@example.test>", ""},
		"null path":       {nil, email.Envelope{Recipients: one.Recipients}, small(), "MAIL FROM:<>", "RCPT TO:<anna@example.test>", ""},
		"size":            {[]string{"SIZE 14"}, one, sized{bytes.NewReader(body), 14}, "MAIL FROM:<crm@example.test> SIZE=14", "RCPT TO:<anna@example.test>", ""},
		"size, no limit":  {[]string{"SIZE"}, one, sized{bytes.NewReader(body), 14}, "MAIL FROM:<crm@example.test> SIZE=14", "RCPT TO:<anna@example.test>", ""},
		"size not known":  {[]string{"SIZE 14"}, one, small(), "MAIL FROM:<crm@example.test>", "RCPT TO:<anna@example.test>", ""},
		"too large":       {[]string{"SIZE 13"}, one, sized{bytes.NewReader(body), 14}, "", "", "552 5.3.4"},
		"size is garbage": {[]string{"SIZE -1"}, one, sized{bytes.NewReader(body), 14}, "MAIL FROM:<crm@example.test> SIZE=14", "RCPT TO:<anna@example.test>", ""},
		"8BITMIME":        {[]string{"8bitmime"}, one, small(), "MAIL FROM:<crm@example.test> BODY=8BITMIME", "RCPT TO:<anna@example.test>", ""},
		"seven bits":      {[]string{"8BITMIME"}, one, telling{eight: false}, "MAIL FROM:<crm@example.test>", "RCPT TO:<anna@example.test>", ""},
		"eight bits":      {[]string{"8BITMIME"}, one, telling{eight: true}, "MAIL FROM:<crm@example.test> BODY=8BITMIME", "RCPT TO:<anna@example.test>", ""},
		"no 8BITMIME":     {nil, one, telling{eight: true}, "", "", "554 5.6.3"},
		"UTF-8 fields":    {[]string{"SMTPUTF8"}, one, telling{utf8: true}, "MAIL FROM:<crm@example.test> SMTPUTF8", "RCPT TO:<anna@example.test>", ""},
		"no SMTPUTF8":     {nil, one, telling{utf8: true}, "", "", "553 5.6.7"},
		"local part":      {[]string{"SMTPUTF8"}, email.Envelope{Recipients: []string{"анна@пример.рф"}}, small(), "MAIL FROM:<> SMTPUTF8", "RCPT TO:<анна@пример.рф>", ""},
		"its absence":     {nil, email.Envelope{Recipients: []string{"анна@example.test"}}, small(), "", "", "553 5.6.7"},
		"domain alone":    {nil, email.Envelope{Recipients: []string{"anna@пример.рф"}}, small(), "MAIL FROM:<>", "RCPT TO:<anna@xn--e1afmkfd.xn--p1ai>", ""},
	} {
		t.Run(name, func(t *testing.T) {
			heard := make(chan string, 2)
			tr := transport(t, serve(t, func(p *peer) {
				if !p.hello(test.extensions...) {
					return
				}
				for range 2 {
					line, err := p.r.ReadString('\n')
					if err != nil || line == "QUIT\r\n" {
						return
					}
					heard <- strings.TrimRight(line, "\r\n")
					p.say("250 Ok")
				}
				p.hear("DATA")
				p.say("354 go")
				p.listen()
				p.say("250 Ok")
				p.wait()
			}))
			receipt, err := tr.Deliver(context.Background(), test.env, test.msg)
			if test.refusal != "" {
				e := refused(t, err)
				assert.Equal(t, test.refusal, fmt.Sprint(e.Code, " ", e.Enhanced))
				assert.Contains(t, string(documented), "//\t"+test.refusal+"  ")
				assert.False(t, e.Temporary)
				assert.NotEmpty(t, e.Text)
				assert.Empty(t, heard)
				return
			}
			require.NoError(t, err)
			assert.Equal(t, test.mail, <-heard)
			assert.Equal(t, test.rcpt, <-heard)
			assert.Equal(t, test.env.Recipients[0], receipt.Results[0].Address, "as in the envelope")
		})
	}
}

// telling is a message that says what it needs.
type telling struct{ utf8, eight bool }

func (telling) WriteTo(w io.Writer) (int64, error) {
	n, err := io.WriteString(w, "Subject: x\r\n\r\n")
	return int64(n), err
}
func (m telling) SMTPUTF8() bool { return m.utf8 }
func (m telling) EightBit() bool { return m.eight }

func TestSizeLimit(t *testing.T) {
	for name, test := range map[string]struct {
		extension string
		want      int64
	}{"announced": {"SIZE 60000000", 60000000}, "no limit": {"SIZE 0", 0}, "alone": {"SIZE", 0}, "absent": {"HELP", 0}} {
		t.Run(name, func(t *testing.T) {
			var conns atomic.Int32
			tr := transport(t, serve(t, func(p *peer) {
				conns.Add(1)
				if p.hello(test.extension) {
					p.accept()
				}
			}))
			for range 3 {
				limit, err := tr.SizeLimit(context.Background())
				require.NoError(t, err)
				assert.Equal(t, test.want, limit)
			}
			_, err := deliver(t, tr)
			require.NoError(t, err)
			assert.EqualValues(t, 1, conns.Load(), "asking and delivering share the connection")
		})
	}
	t.Run("server down", func(t *testing.T) {
		tr := transport(t, serve(t, func(*peer) {}))
		_, err := tr.SizeLimit(context.Background())
		assert.True(t, refused(t, err).Temporary)
	})
}

func TestHelo(t *testing.T) {
	tr := transport(t, serve(t, func(p *peer) {
		p.say("220 old")
		p.hear("EHLO ")
		p.say("502 5.5.1 what?")
		p.hear("HELO crm.example.test\r\n")
		p.say("250 hello")
		p.accept()
		p.wait()
	}))
	_, err := deliver(t, tr)
	require.NoError(t, err)
}

// TestLogs: nothing of what is sent, of whom it goes to and of how we log in is written to the log.
func TestLogs(t *testing.T) {
	var log bytes.Buffer
	logged := func(c *smtp.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
		c.Username, c.Password = "user-secret", "pass-secret"
	}
	reply := "250 Ok"
	script := func(p *peer) {
		p.hello("AUTH PLAIN")
		p.hear("AUTH ")
		p.say("235 welcome user-secret")
		p.hear("MAIL ")
		p.say("250 <crm@example.test>")
		p.hear("RCPT ")
		p.say(reply)
		if p.hear("DATA") {
			p.say("354 go")
			p.listen()
			p.say("250 Ok")
		}
	}
	_, err := deliver(t, transport(t, serve(t, script), logged))
	require.NoError(t, err)
	reply = "550 5.1.1 anna@example.test: no"
	_, err = deliver(t, transport(t, serve(t, script), logged, impatient))
	require.Error(t, err)
	_, err = transport(t, "127.0.0.1:1", logged).Deliver(context.Background(), email.Envelope{Recipients: []string{"anna@ex ample"}}, small())
	require.Error(t, err)
	assert.Contains(t, log.String(), "smtp delivered")
	assert.Contains(t, log.String(), "code=550")
	for _, secret := range []string{"secret", "anna", "crm@", "Subject", "dXNlci"} {
		assert.NotContains(t, log.String(), secret)
	}
}

func noToken(context.Context) (string, error) { return "", nil }

func TestNewRefuses(t *testing.T) {
	for name, config := range map[string]smtp.Config{
		"no address":       {},
		"no port":          {Addr: "mx.example.test"},
		"no host":          {Addr: ":25"},
		"policy":           {Addr: "mx.example.test:25", TLS: 7},
		"hello":            {Addr: "mx.example.test:25", Hello: "x\r\nMAIL FROM:<a@b>"},
		"hello, space":     {Addr: "mx.example.test:25", Hello: "a b"},
		"hello, dots":      {Addr: "mx.example.test:25", Hello: "a..b"},
		"hello, hyphen":    {Addr: "mx.example.test:25", Hello: "-a"},
		"hello, literal":   {Addr: "mx.example.test:25", Hello: "[127.0.0.1"},
		"hello, IPv6":      {Addr: "mx.example.test:25", Hello: "[::1]"},
		"password alone":   {Addr: "mx.example.test:25", Password: "x"},
		"NUL in password":  {Addr: "mx.example.test:25", Username: "a", Password: "b\x00c"},
		"two ways of auth": {Addr: "mx.example.test:25", Username: "a", Auth: custom("X", nil)},
		"two secrets":      {Addr: "mx.example.test:25", Username: "a", Password: "b", Token: noToken},
		"token alone":      {Addr: "mx.example.test:25", Token: noToken},
		"mechanism":        {Addr: "mx.example.test:25", Username: "a", Mechanism: "CRAM-MD5"},
		"of the other":     {Addr: "mx.example.test:25", Username: "a", Token: noToken, Mechanism: "PLAIN"},
		"rate, no period":  {Addr: "mx.example.test:25", Rate: smtp.Rate{Messages: 1}},
		"rate, no number":  {Addr: "mx.example.test:25", DomainRates: map[string]smtp.Rate{"": {Per: 1}}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := smtp.New(config)
			require.ErrorContains(t, err, "Config.")
		})
	}
	for _, hello := range []string{"", "localhost", "crm.example.test", "[127.0.0.1]", "[IPv6:::1]", "xn--e1afmkfd.xn--p1ai"} {
		_, err := smtp.New(smtp.Config{Addr: "[::1]:25", Hello: hello})
		require.NoError(t, err, hello)
	}
}
