package email_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/mail"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
)

// A customer writes, as a mail server hands it over (see lmtp), and her manager answers. Her answer to that would come
// back into the same conversation.
func ExampleService_Receive() {
	ctx := context.Background()
	store := emailtest.NewStore()
	irina := sender.Identity{ID: "irina", Mailbox: mail.Address{Name: "Irina", Address: "irina@shop.example"},
		ConfirmedAt: time.Now(), Allowed: true}
	anna := email.Customer{ID: "anna", FirstName: "Anna", Emails: []string{"anna@example.org"}, ManagerID: "irina"}
	if err := errors.Join(store.SaveIdentity(ctx, sender.User, irina), store.SaveCustomer(ctx, anna)); err != nil {
		log.Fatal(err)
	}
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Transport: emailtest.NewRecorder(),
	})
	if err != nil {
		log.Fatal(err)
	}

	raw := "From: Anna <anna@example.org>\r\nTo: irina@shop.example\r\nSubject: Order 1042\r\n\r\nWhere is it?\r\n"
	msg, err := service.Receive(ctx, email.Inbound{Mailbox: "irina@shop.example", Raw: strings.NewReader(raw)})
	if err != nil && !errors.Is(err, email.ErrDuplicate) { // handed over once more: it is filed already
		log.Fatal(err)
	}
	fmt.Println(msg.CustomerID, "by", msg.Received.MatchedBy, "|", msg.Subject, "|", msg.Received.Reply)

	draft, err := service.Reply(ctx, "irina", msg.ID)
	if err != nil {
		log.Fatal(err)
	}
	draft.Letter.HTML = "<p>On its way, {{ customer.firstName }}.</p>" + draft.Letter.HTML // above what is quoted
	answer, err := service.Send(ctx, draft)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(answer.To[0].Address, "|", answer.Subject, "|", answer.ConversationID == msg.ConversationID)
	// Output:
	// anna by sender | Order 1042 | Where is it?
	// anna@example.org | Re: Order 1042 | true
}
