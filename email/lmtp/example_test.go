package lmtp_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/smtp"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/lmtp"
)

// printer stands for an *email.Service.
type printer struct{}

func (printer) Receive(_ context.Context, in email.Inbound) (email.Message, error) {
	raw, err := io.ReadAll(in.Raw)
	fmt.Printf("to %s (%s) from %s: %d octets\n", in.Mailbox, in.Recipients[0], in.ReturnPath, len(raw))
	return email.Message{}, err
}

// A mail server delivers by SMTP; by LMTP without the SMTP field.
func Example() {
	server, err := lmtp.New(lmtp.Config{Receiver: printer{}, SMTP: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(ctx, listener) }()

	content := []byte("Subject: Re: your order\r\n\r\nThank you!\r\n")
	err = smtp.SendMail(listener.Addr().String(), nil, "olga@customer.example", []string{"reply+4f2a@crm.example"}, content)
	stop()
	fmt.Println(err, <-ended)
	// Output:
	// to reply@crm.example (reply+4f2a@crm.example) from olga@customer.example: 39 octets
	// <nil> <nil>
}
