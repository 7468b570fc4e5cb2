package email_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// One letter to many customers. The audience is a query of the host's, ordered by id; Send can be called again after a
// crash, and goes on.
func ExampleCampaignService_Send() {
	store := emailtest.NewStore()
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store,
		Suppressions: store, Campaigns: store, Transport: emailtest.NewRecorder(),
	})
	if err != nil {
		log.Fatal(err)
	}
	news := sender.Identity{ID: "news", Mailbox: mail.Address{Name: "Shop", Address: "news@shop.example"},
		ConfirmedAt: time.Now(), Allowed: true}
	if err := store.SaveIdentity(context.Background(), sender.Additional, news); err != nil {
		log.Fatal(err)
	}
	customers := []email.Customer{
		{ID: "1", FirstName: "Olga", Emails: []string{"olga@customer.example"}},
		{ID: "2", FirstName: "Roman"},
		{ID: "3", FirstName: "Ivan", Emails: []string{"ivan@customer.example"}},
	}
	report, err := service.Campaigns.Send(context.Background(), email.Campaign{
		ID: "spring",
		Draft: email.Draft{
			From:   sender.Choice{Kind: sender.Additional, ID: "news"},
			Letter: template.Letter{Subject: "{{ customer.firstName }}, spring is here", HTML: "<p>Come and see.</p>"},
		},
		Audience: func(_ context.Context, after string) iter.Seq2[email.Customer, error] {
			return func(yield func(email.Customer, error) bool) {
				for _, customer := range customers { // SELECT … WHERE id > after ORDER BY id
					if customer.ID > after && !yield(customer, nil) {
						return
					}
				}
			}
		},
		Refused: func(customerID string, why email.Refusals) { fmt.Println(customerID, why.Text("en")) },
	})
	fmt.Println(report.Queued, report.Refused, report.Done, err)
	// Output:
	// 2 The customer has no e-mail address
	// 2 map[customer.no-email:1] true <nil>
}
