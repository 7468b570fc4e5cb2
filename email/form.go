package email

import (
	"context"
	"fmt"
	"net/mail"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Form is what a page needs to let a person write to a customer.
type Form struct {
	Customer Customer
	Channels []Channel       // the ways to reach him, each available or with the reason why not
	From     []sender.Option // manager, store, additional addresses, in this order
	To       []mail.Address  // the customer's addresses, the primary one first
	// Suppressed says which of To no mass mailing reaches, and why; a letter from this page may go there all the same.
	Suppressed []Suppression
	Templates  []template.Template // those made for the event Customer
	Policy     attach.Policy       // of attachments: Policy.Accept() is for the file picker, Policy.Table() as JSON for the page's script

	// Refusal is why the acting user would be refused if he sent now; nil: he would not. The form opens all the same.
	Refusal *RefusedError
}

// Channel is a way to reach a customer.
type Channel struct {
	Name string // "email"
	// Unavailable says why the channel cannot be used; nil: it can.
	Unavailable *RefusedError
}

// Form gathers what the page of one customer offers to one acting user. An unknown customer is a *RefusedError that
// wraps ErrNotFound.
func (s *Service) Form(ctx context.Context, actorID, customerID string) (Form, error) {
	customer, err := s.config.customer(ctx, customerID)
	if err != nil {
		return Form{}, err
	}
	form := Form{Customer: customer, To: customer.Mailboxes(), Channels: channels(customer)}
	senders := askedOnce(s.config.Senders)
	if form.From, err = sender.Options(ctx, senders, customer.registration()); err != nil {
		return Form{}, fmt.Errorf("email: %w", err)
	}
	s.Senders.align(ctx, form.From)
	if form.Templates, err = s.customerTemplates(ctx); err != nil {
		return Form{}, err
	}
	if form.Suppressed, err = s.config.suppressed(ctx, addresses(form.To)); err != nil {
		return Form{}, err
	}
	if form.Policy, err = s.config.Policy(ctx); err != nil {
		return Form{}, fmt.Errorf("email: attachment policy: %w", err)
	}
	err = s.gateActor(ctx, senders, actorID)
	if refused, ok := refusal(err); ok {
		form.Refusal = refused
	} else if err != nil {
		return Form{}, err
	}
	return form, nil
}

func channels(customer Customer) []Channel {
	mail := Channel{Name: "email"}
	if len(customer.Mailboxes()) == 0 {
		mail.Unavailable = &RefusedError{Code: CodeCustomerNoEmail}
	}
	return []Channel{mail}
}

// customerTemplates asks the loader and does not trust its filter: a template of another event is never offered.
func (s *Service) customerTemplates(ctx context.Context) ([]template.Template, error) {
	all, err := s.config.Templates.Templates(ctx, template.EventCustomer)
	if err != nil {
		return nil, fmt.Errorf("email: templates: %w", err)
	}
	offered := make([]template.Template, 0, len(all))
	for _, one := range all {
		if one.Event == template.EventCustomer {
			offered = append(offered, one)
		}
	}
	return offered, nil
}
