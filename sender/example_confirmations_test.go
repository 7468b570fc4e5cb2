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

// ivan is a Directory of one user whose address can be confirmed, and so an Editor.
type ivan struct{ identity sender.Identity }

func (i *ivan) UserIdentity(context.Context, string) (sender.Identity, error) { return i.identity, nil }

func (i *ivan) StoreIdentity(context.Context, string) (sender.Identity, error) {
	return sender.Identity{}, sender.ErrNotFound
}

func (i *ivan) AdditionalIdentities(context.Context) ([]sender.Identity, error) { return nil, nil }

func (i *ivan) ConfirmIdentity(_ context.Context, _ sender.Ref, address string, at time.Time) error {
	if !sender.SameAddress(i.identity.Mailbox.Address, address) {
		return sender.ErrAddressChanged
	}
	i.identity.ConfirmedAt = at
	return nil
}

func (i *ivan) AllowIdentity(_ context.Context, _ sender.Ref, allowed bool) error {
	i.identity.Allowed = allowed
	return nil
}

// letters keeps tokens and remembers those that were taken; a real store does so in one transaction.
type letters struct {
	tokens map[string]sender.Token
	taken  map[string]bool
}

func (l letters) PutToken(_ context.Context, token sender.Token) error {
	l.tokens[token.Hash] = token
	return nil
}

func (l letters) TakeToken(_ context.Context, hash string) (sender.Token, error) {
	token, ok := l.tokens[hash]
	switch {
	case !ok:
		return sender.Token{}, sender.ErrTokenUnknown
	case l.taken[hash]:
		return sender.Token{}, sender.ErrTokenUsed
	}
	l.taken[hash] = true
	return token, nil
}

func ExampleConfirmations() {
	ctx := context.Background()
	confirmations := sender.Confirmations{
		Directory: &ivan{sender.Identity{ID: "u8", Mailbox: mail.Address{Address: "ivan@shop.example"}}},
		Tokens:    letters{tokens: map[string]sender.Token{}, taken: map[string]bool{}},
	}
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
	// mail a link to ivan@shop.example
	// {user u8} <nil>
	// Эта ссылка для подтверждения уже использована
}
