package dkim_test

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email/dkim"
	"github.com/crmmail/crmmail/email/message"
)

func Example() {
	text, err := dkim.NewEd25519Key() // once; kept where secrets are kept
	if err != nil {
		fmt.Println(err)
		return
	}
	key, err := dkim.ParseKey(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	signer, err := dkim.New(dkim.Config{Domain: "shop.example", Selector: "crm", Key: key})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(signer.Record().Name)

	msg := message.Message{
		From:      mail.Address{Address: "anna@shop.example"},
		To:        []mail.Address{{Address: "ivan@example.org"}},
		Subject:   "Hello",
		Date:      time.Now(),
		MessageID: "1@shop.example",
		Text:      "Hello\n",
	}
	wire, err := message.Build(msg, message.BuildOptions{Signers: []message.Signer{signer}})
	if err != nil {
		fmt.Println(err)
		return
	}
	var out bytes.Buffer
	if _, err := wire.WriterTo(msg.Open).WriteTo(&out); err != nil {
		fmt.Println(err)
		return
	}
	for _, word := range strings.Fields(out.String())[:6] {
		fmt.Println(word)
	}
	// Output:
	// crm._domainkey.shop.example
	// DKIM-Signature:
	// v=1;
	// a=ed25519-sha256;
	// c=relaxed/relaxed;
	// d=shop.example;
	// s=crm;
}
