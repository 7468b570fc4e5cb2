package email_test

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// A manager writes to his customer out of a Twig letter, on memory parts.
func Example() {
	ctx := context.Background()
	store, transport := emailtest.NewStore(), emailtest.NewRecorder()
	irina := sender.Identity{ID: "irina", Mailbox: mail.Address{Name: "Irina", Address: "irina@shop.example"},
		ConfirmedAt: time.Now(), Allowed: true}
	anna := email.Customer{ID: "anna", FirstName: "Anna", Emails: []string{"anna@example.org"}, ManagerID: "irina"}
	if err := errors.Join(store.SaveIdentity(ctx, sender.User, irina), store.SaveCustomer(ctx, anna)); err != nil {
		fmt.Println(err)
		return
	}
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Transport: transport,
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	msg, err := service.Send(ctx, email.Draft{
		ActorID:    "irina",
		CustomerID: "anna",
		From:       sender.Choice{Kind: sender.Manager},
		Letter:     template.Letter{Subject: "Order {{ number }}", HTML: "<p>{{ customer.firstName }}, it is ready.</p>"},
		Vars:       template.Vars{"number": 1042},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(msg.State)
	if _, err := service.DispatchDue(ctx); err != nil {
		fmt.Println(err)
		return
	}
	for _, delivery := range transport.Deliveries() {
		fmt.Println(delivery.Envelope.Recipients, delivery.Parsed.Subject, "|", delivery.Parsed.Text)
	}
	// Output:
	// queued
	// [anna@example.org] Order 1042 | Anna, it is ready.
}

// What speaks against a draft comes back all at once, each reason with a code and a text for the person.
func ExampleRefusals() {
	refusals := email.Refusals{
		{Code: sender.CodeTransactionalDisabled, Err: &sender.NotAllowedError{Confirmed: true}},
		{Code: email.CodeSubjectEmpty},
	}
	for _, refusal := range refusals {
		fmt.Println(refusal.Code)
	}
	fmt.Println(refusals.Text("en"))
	// Output:
	// sender.transactional-disabled
	// subject.empty
	// Sending transactional e-mails is turned off for this user. Confirm the e-mail address and allow it to be used as a sender address
	// Fill in the subject
}
