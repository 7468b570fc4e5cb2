package smtp_test

import (
	"strings"
	"testing"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/internal/postfixtest"
)

// TestConformance holds the Transport to every promise of email.Transport, before go-smtp's server and the scripted one.
func TestConformance(t *testing.T) {
	emailtest.TestTransport(t, emailtest.TransportHarness{
		Accept: accepting, RefuseRecipient: refusingRecipient, RefuseAll: refusingAll, RefuseContent: refusingContent,
		LoseReply: losingReply, Stall: stalling, StallReply: stallingReply,
	})
}

func accepting(t testing.TB) emailtest.TransportServer { return fakeServer(t, &backend{}) }

func refusingRecipient(t testing.TB, addr string, temporary bool) emailtest.TransportServer {
	return fakeServer(t, &backend{refuse: map[string]error{"RCPT " + addr: verdict(temporary)}})
}

func refusingAll(t testing.TB, temporary bool) emailtest.TransportServer {
	return fakeServer(t, &backend{refuse: map[string]error{"MAIL": verdict(temporary)}})
}

func refusingContent(t testing.TB, temporary bool) emailtest.TransportServer {
	return fakeServer(t, &backend{refuse: map[string]error{"DATA": verdict(temporary)}})
}

func losingReply(t testing.TB) emailtest.TransportServer {
	return scripted(t, func(p *peer) {
		if p.hello() && p.transaction(3) {
			p.listen()
		}
	})
}

func stalling(t testing.TB) emailtest.TransportServer {
	return scripted(t, failing("MAIL", (*peer).wait))
}

func stallingReply(t testing.TB) emailtest.TransportServer {
	return scripted(t, func(p *peer) {
		if p.hello() && p.transaction(3) {
			p.listen()
			p.wait()
		}
	})
}

func verdict(temporary bool) error {
	if temporary {
		return &gosmtp.SMTPError{Code: 451, EnhancedCode: gosmtp.EnhancedCode{4, 3, 0}, Message: "later"}
	}
	return &gosmtp.SMTPError{Code: 554, EnhancedCode: gosmtp.EnhancedCode{5, 7, 1}, Message: "never"}
}

func fakeServer(t testing.TB, b *backend) emailtest.TransportServer {
	return emailtest.TransportServer{
		Transport: transport(t, goSMTP(t, b, false)),
		Received: func() []emailtest.Received {
			var list []emailtest.Received
			for _, m := range b.all() {
				list = append(list, emailtest.Received{Envelope: email.Envelope{ReturnPath: m.from, Recipients: m.to}, Raw: []byte(m.data)})
			}
			return list
		},
	}
}

func scripted(t testing.TB, script func(*peer)) emailtest.TransportServer {
	return emailtest.TransportServer{
		Transport: transport(t, serve(t, script)),
		Received:  func() []emailtest.Received { return nil },
	}
}

// TestConformancePostfix does so before a real server, as far as it can be made to refuse.
func TestConformancePostfix(t *testing.T) {
	t.Parallel()
	const domains = "virtual_mailbox_domains = customer.example, work.example, shop.example"
	const addr = "olga@work.example"
	accept := postfixtest.Start(t, domains)
	refuse := map[bool]*postfixtest.Server{}
	for temporary, reply := range map[bool]string{true: "450 4.2.0 later", false: "550 5.1.1 never"} {
		refuse[temporary] = postfixtest.Start(t, domains,
			"smtpd_recipient_restrictions = check_recipient_access inline:{{"+addr+" = "+reply+"}}")
	}
	emailtest.TestTransport(t, emailtest.TransportHarness{
		Accept: func(t testing.TB) emailtest.TransportServer { return realServer(t, accept) },
		RefuseRecipient: func(t testing.TB, refused string, temporary bool) emailtest.TransportServer {
			if refused != addr {
				t.Fatalf("the suite refuses %s", refused)
			}
			return realServer(t, refuse[temporary])
		},
	})
}

func realServer(t testing.TB, server *postfixtest.Server) emailtest.TransportServer {
	server.Clear(t)
	return emailtest.TransportServer{
		Transport: transport(t, server.Addr),
		Received: func() []emailtest.Received {
			var list []emailtest.Received
			for _, m := range server.Mail(t) {
				env := email.Envelope{ReturnPath: strings.Trim(m.ReturnPath, "<>"), Recipients: []string{m.Recipient}}
				list = append(list, emailtest.Received{Envelope: env, Raw: m.Raw})
			}
			return list
		},
	}
}
