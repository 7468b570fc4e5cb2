package message_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/mail"
	"os"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email/message"
)

func Example() {
	msg := message.Message{
		From:      mail.Address{Name: "Anna", Address: "anna@shop.example"},
		To:        []mail.Address{{Address: "client@example.org"}},
		Bcc:       []mail.Address{{Address: "archive@shop.example"}},
		Subject:   "Your order",
		Date:      time.Date(2026, 3, 4, 10, 15, 0, 0, time.UTC),
		MessageID: "1042@shop.example", // or message.NewMessageID(nil, "shop.example")
		Text:      "It is packed.\n",
	}
	env, err := msg.Envelope()
	if err != nil {
		fmt.Println(err)
		return
	}
	wire, err := message.Build(msg, message.BuildOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("from", env.ReturnPath, "to", env.Recipients, "octets", wire.Size())
	var out bytes.Buffer
	if _, err := wire.WriterTo(msg.Open).WriteTo(&out); err != nil {
		fmt.Println(err)
		return
	}
	os.Stdout.WriteString(strings.ReplaceAll(out.String(), "\r\n", "\n"))
	// Output:
	// from anna@shop.example to [client@example.org archive@shop.example] octets 261
	// Date: Wed, 04 Mar 2026 10:15:00 +0000
	// From: Anna <anna@shop.example>
	// To: <client@example.org>
	// Message-ID: <1042@shop.example>
	// Subject: Your order
	// MIME-Version: 1.0
	// Content-Type: text/plain; charset=utf-8
	// Content-Transfer-Encoding: 7bit
	//
	// It is packed.
}

func ExampleParse() {
	raw := "From: =?koi8-r?q?=E1=CE=CE=C1?= <anna@example.org>\r\n" +
		"Subject: Re: order\r\nMessage-ID: <2@example.org>\r\nReferences: <1@shop.example>\r\n\r\n" +
		"Thank you!\r\n\r\nOn Wed, Mar 4, 2026 at 10:15 AM Shop <shop@shop.example> wrote:\r\n> It is packed.\r\n"
	p, err := message.Parse(strings.NewReader(raw), message.ParseOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(p.From[0].Name, "|", p.Kind, "|", p.Reply)
	inReplyTo, references := message.ThreadFields(p.MessageID, p.InReplyTo, p.References)
	fmt.Println(message.ReplySubject(p.Subject), "|", inReplyTo, "|", references)
	// Output:
	// Анна | message | Thank you!
	// Re: order | [2@example.org] | [1@shop.example 2@example.org]
}

// A queued message is its Wire as JSON; a large attachment stays where it is and is found by its key.
func ExampleWire_WriterTo() {
	content := strings.Repeat("%PDF-1.7 ", 4000)
	msg := message.Message{
		From:      mail.Address{Address: "anna@shop.example"},
		To:        []mail.Address{{Address: "client@example.org"}},
		Date:      time.Date(2026, 3, 4, 10, 15, 0, 0, time.UTC),
		MessageID: "1042@shop.example",
		Attachments: []message.Attachment{{Name: "invoice.pdf", MediaType: "application/pdf", Size: int64(len(content)), Key: "sha256-7f83",
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}},
	}
	wire, err := message.Build(msg, message.BuildOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	kept, err := json.Marshal(wire)
	if err != nil {
		fmt.Println(err)
		return
	}

	var later message.Wire // read by a later release, on another machine
	if err := json.Unmarshal(kept, &later); err != nil {
		fmt.Println(err)
		return
	}
	open := func(key string) (io.ReadCloser, error) {
		fmt.Println("opening", key)
		return io.NopCloser(strings.NewReader(content)), nil
	}
	n, err := later.WriterTo(open).WriteTo(io.Discard)
	fmt.Println("kept in less than 2,000 octets:", len(kept) < 2000)
	fmt.Println("as long as forecast:", n == wire.Size(), err)
	// Output:
	// opening sha256-7f83
	// kept in less than 2,000 octets: true
	// as long as forecast: true <nil>
}
