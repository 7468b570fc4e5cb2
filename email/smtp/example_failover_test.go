package smtp_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
)

func ExampleFailover() {
	relay, err := smtp.New(smtp.Config{Addr: "127.0.0.1:1"}) // nobody is there
	if err != nil {
		fmt.Println(err)
		return
	}
	defer relay.Close()
	standIn := email.TransportFunc(func(_ context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		_, err := msg.WriteTo(io.Discard)
		return email.Receipt{ProviderID: "stand-in"}, err
	})
	envelope := email.Envelope{Recipients: []string{"anna@example.test"}}
	receipt, err := smtp.Failover(relay, standIn).Deliver(context.Background(), envelope, strings.NewReader("Subject: Hello\r\n\r\n"))
	fmt.Println(receipt.ProviderID, err)
	// Output: stand-in <nil>
}
