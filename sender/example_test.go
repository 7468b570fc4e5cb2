package sender_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// company is a host's Directory: its users, its stores and the addresses of its settings.
type company struct {
	users, stores map[string]sender.Identity
	additional    []sender.Identity
}

func (c company) UserIdentity(_ context.Context, id string) (sender.Identity, error) {
	return found(c.users, id)
}

func (c company) StoreIdentity(_ context.Context, id string) (sender.Identity, error) {
	return found(c.stores, id)
}

func (c company) AdditionalIdentities(context.Context) ([]sender.Identity, error) {
	return c.additional, nil
}

func found(identities map[string]sender.Identity, id string) (sender.Identity, error) {
	identity, ok := identities[id]
	if !ok {
		return sender.Identity{}, fmt.Errorf("%s: %w", id, sender.ErrNotFound)
	}
	return identity, nil
}

// confirmed is an identity whose address was confirmed and may be used.
func confirmed(id, name, address string) sender.Identity {
	return sender.Identity{ID: id, Mailbox: mail.Address{Name: name, Address: address},
		ConfirmedAt: time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC), Allowed: true}
}

func Example() {
	ctx := context.Background()
	dir := company{
		users: map[string]sender.Identity{
			"u7": confirmed("u7", "Анна", "anna@shop.example"), // looks after the customer
			"u8": {ID: "u8"},                                   // presses Send
		},
		additional: []sender.Identity{confirmed("42", "Продажи", "sales@shop.example")},
	}
	customer := sender.Customer{ManagerID: "u7"}

	options, err := sender.Options(ctx, dir, customer)
	if err != nil {
		log.Fatal(err)
	}
	for _, o := range options {
		if o.Disabled != nil {
			fmt.Printf("%s: %s\n", o.Choice, o.Disabled.Text("en"))
			continue
		}
		fmt.Printf("%s: %s <%s>\n", o.Choice, o.Identity.Mailbox.Name, o.Identity.Mailbox.Address)
	}

	choice, err := sender.ParseChoice("additional:42") // what the form posted
	if err != nil {
		log.Fatal(err)
	}
	from, err := sender.Resolve(ctx, dir, customer, choice)
	fmt.Println(from.Mailbox.Address, err)

	actor, err := dir.UserIdentity(ctx, "u8")
	if err != nil {
		log.Fatal(err)
	}
	var refusal *sender.NotAllowedError
	if errors.As(sender.Gate(actor), &refusal) {
		fmt.Println(refusal.Text("ru"))
	}
	// Output:
	// manager: Анна <anna@shop.example>
	// store: The customer is not registered in any store
	// additional:42: Продажи <sales@shop.example>
	// sales@shop.example <nil>
	// Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя
}
