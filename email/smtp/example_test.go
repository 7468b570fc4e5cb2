package smtp_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	gosmtp "github.com/emersion/go-smtp"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

// mailbox is the server of the example: it knows anna, and prints what it gets.
type mailbox struct{}

func (mailbox) NewSession(*gosmtp.Conn) (gosmtp.Session, error) { return mailbox{}, nil }

func (mailbox) Mail(string, *gosmtp.MailOptions) error { return nil }

func (mailbox) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	if to == "anna@example.test" {
		return nil
	}
	return &gosmtp.SMTPError{Code: 550, EnhancedCode: gosmtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
}

func (mailbox) Data(r io.Reader) error {
	message, err := io.ReadAll(r)
	fmt.Printf("the server got %q\n", message)
	return err
}

func (mailbox) Reset()        {}
func (mailbox) Logout() error { return nil }

func Example() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	server := gosmtp.NewServer(mailbox{})
	done := make(chan error, 1)
	go func() { done <- server.Serve(listener) }()
	defer func() {
		listener.Close()
		<-done
	}()

	transport, err := smtp.New(smtp.Config{
		Addr: listener.Addr().String(),
		TLS:  smtp.TLSNone, // the server is on this machine; the zero value requires TLS
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer transport.Close()

	envelope := email.Envelope{
		ReturnPath: "crm@example.test",
		Recipients: []string{"anna@example.test", "olga@example.test"},
	}
	wire := strings.NewReader("Subject: Hello\r\n\r\n.first line\r\n")
	receipt, err := transport.Deliver(context.Background(), envelope, wire)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range receipt.Results {
		fmt.Println(r.Address, r.Status, r.Code, r.Enhanced)
	}

	_, err = transport.Deliver(context.Background(), email.Envelope{Recipients: []string{"olga@example.test"}}, wire)
	var refused *email.TransportError
	if errors.As(err, &refused) {
		fmt.Println(refused, "- try again:", refused.Temporary)
	}
	// Output:
	// the server got "Subject: Hello\r\n\r\n.first line\r\n"
	// anna@example.test accepted 250 2.0.0
	// olga@example.test refused 550 5.1.1
	// email: transport: refused: 550 5.1.1 no such user - try again: false
}
