package email_test

import (
	"context"
	"fmt"
	"net/mail"
	"testing"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// BenchmarkSend is the whole way on memory parts: gate, sender, letter, preheader, validation, verdicts, build, queue.
func BenchmarkSend(b *testing.B) {
	for name, files := range map[string][]attach.File{
		"letter":         nil,
		"with 1 MB file": {attach.Bytes("a.pdf", append([]byte("%PDF-1.4\n"), make([]byte, 1<<20)...), morning)},
	} {
		b.Run(name, func(b *testing.B) {
			service := benchService(b)
			draft := draft(func(d *email.Draft) {
				d.Letter = template.Letter{
					Subject:   "Заказ {{ number }} готов",
					Preheader: "{{ customer.firstName }}, заберите до пятницы",
					HTML:      "<html><body>{% for i in 1..20 %}<p>Строка {{ i }} для {{ customer.firstName }}</p>{% endfor %}</body></html>",
				}
				d.Vars = template.Vars{"number": 42}
				d.Attachments = files
			})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := service.Send(context.Background(), draft); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func benchService(b *testing.B) *email.Service {
	b.Helper()
	store := emailtest.NewStore()
	ctx := context.Background()
	err := store.SaveIdentity(ctx, sender.User, sender.Identity{ID: "anna", Allowed: true, ConfirmedAt: time.Now(),
		Mailbox: mail.Address{Name: "Анна", Address: "anna@shop.example"}})
	if err != nil {
		b.Fatal(err)
	}
	if err := store.SaveCustomer(ctx, email.Customer{ID: "ivan", FirstName: "Иван", Emails: []string{"ivan@example.org"}, ManagerID: "anna"}); err != nil {
		b.Fatal(err)
	}
	service, err := email.New(email.Config{Customers: store, Senders: store, Templates: store, Store: store, Blobs: store,
		Transport: emailtest.NewRecorder()})
	if err != nil {
		b.Fatal(fmt.Errorf("new: %w", err))
	}
	return service
}
