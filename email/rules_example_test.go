package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// A rule sends a template whenever its event happens. Its author has to take note of a shortened link first.
func ExampleRuleService() {
	ctx := context.Background()
	store := emailtest.NewStore()
	shop := sender.Identity{ID: "sale", Mailbox: mail.Address{Name: "Shop", Address: "sale@shop.example"}, ConfirmedAt: time.Now(), Allowed: true}
	anna := email.Customer{ID: "anna", FirstName: "Anna", Emails: []string{"anna@example.org"}}
	paid := template.Template{ID: "paid", Event: template.EventOrder, Letter: template.Letter{
		Subject: "Order {{ order.number }} is paid",
		HTML:    `<p>Thank you! <a href="https://bit.ly/3xAmpLe">Follow it</a></p>`,
	}}
	err := errors.Join(store.SaveIdentity(ctx, sender.Additional, shop), store.SaveCustomer(ctx, anna), store.SaveTemplate(ctx, paid))
	if err != nil {
		log.Fatal(err)
	}
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Rules: store,
		Transport: emailtest.NewRecorder(),
	})
	if err != nil {
		log.Fatal(err)
	}
	rules := service.Rules
	rule, err := rules.Save(ctx, "irina", email.Rule{
		Name: "Paid", Event: template.EventOrder, TemplateID: "paid", From: sender.Choice{Kind: sender.Additional, ID: "sale"},
	})
	if err != nil {
		log.Fatal(err)
	}

	_, err = rules.Activate(ctx, "irina", rule.ID, nil)
	var refused *email.RefusedError
	if !errors.As(err, &refused) {
		log.Fatal(err)
	}
	fmt.Println(refused.Text("en"))
	for _, finding := range refused.Source {
		fmt.Printf("%d:%d %s\n", finding.Line, finding.Column, finding.Code)
	}

	activation, err := rules.Activate(ctx, "irina", rule.ID, []string{refused.Source[0].ID})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("active:", activation.Rule.Active)

	fired, err := rules.Fire(ctx, email.Firing{
		Event: template.EventOrder, CustomerID: "anna", Key: "A-1/paid",
		Vars: template.Vars{"order": map[string]any{"number": "A-1"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(fired[0].Message.Subject)
	// Output:
	// The rule is not active: mend the template, or confirm that you have read the warnings
	// 1:18 link.short
	// active: true
	// Order A-1 is paid
}
