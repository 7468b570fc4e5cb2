package sender_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/crmmail/crmmail/sender"
)

func Example() {
	ctx := context.Background()
	dir := &directory{
		users: map[string]sender.Identity{
			"u7": usable("u7", "Анна", "anna@shop.ru"), // looks after the customer
			"u8": {ID: "u8"},                           // the acting user
		},
		additional: []sender.Identity{usable("42", "Продажи", "sales@shop.ru")},
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

	actor, err := dir.UserIdentity(ctx, "u8")
	if err != nil {
		log.Fatal(err)
	}
	var refusal *sender.NotAllowedError
	if errors.As(sender.Gate(actor), &refusal) {
		fmt.Println(refusal.Text("ru"))
	}
	// Output:
	// manager: Анна <anna@shop.ru>
	// store: The customer is not registered in any store
	// additional:42: Продажи <sales@shop.ru>
	// Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя
}

func ExampleConfirmations() {
	ctx := context.Background()
	dir := &editable{directory{users: map[string]sender.Identity{"u8": {ID: "u8", Mailbox: usable("", "", "ivan@shop.ru").Mailbox}}}}
	confirmations := sender.Confirmations{Directory: dir, Tokens: &tokens{remember: true}}

	secret, identity, err := confirmations.Start(ctx, sender.Ref{Kind: sender.User, ID: "u8"})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("mail a link to", identity.Mailbox.Address)

	ref, err := confirmations.Confirm(ctx, secret) // on POST, once the person has clicked
	fmt.Println(ref, err)

	_, err = confirmations.Confirm(ctx, secret)
	var refusal *sender.ConfirmError
	if errors.As(err, &refusal) {
		fmt.Println(refusal.Text("ru"))
	}
	// Output:
	// mail a link to ivan@shop.ru
	// {user u8} <nil>
	// Эта ссылка для подтверждения уже использована
}
