package email

import (
	"context"
	"errors"
	"fmt"
	"net/mail"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// composition is a draft on its way to a message: what each step found out, and everything that speaks against sending.
type composition struct {
	id, conversationID string // of the message, and of the conversation that it begins

	draft    Draft
	senders  sender.Directory // the host's, which is asked about each identity once
	customer Customer
	parent   *Message // the message that is answered; nil: none
	from     sender.Identity
	to, bcc  []mail.Address
	source   template.Letter    // Twig, the template's parts filled in
	compiled *template.Compiled // source; nil: it has faults
	letter   template.Letter    // rendered
	html     string             // letter.HTML with the preheader inserted
	notes    []template.Note
	findings validate.Result
	report   attach.Report
	refusals Refusals

	suppressed     []Suppression   // of to and bcc
	unsubscribeURL string          // empty: there is none
	fields         []message.Field // of the header, besides those that every message has

	sizeLimit   int64 // of the transport's server; 0: none, or not known
	inlineLimit int64 // as message.BuildOptions has it
}

// compose takes a draft through every step that needs no storing. An error is the system's; what a person can mend is
// among the composition's refusals, all of it at once.
func (s *Service) compose(ctx context.Context, draft Draft) (*composition, error) {
	c := &composition{
		id:             s.config.NewID(),
		conversationID: s.config.NewID(),
		draft:          draft,
		senders:        askedOnce(s.config.Senders),
	}
	err := c.take(ctx,
		s.findCustomer,
		s.findParent,
		s.askGate,
		s.resolveSender,
		s.resolveRecipients,
		s.askSuppressions,
		s.offerUnsubscribe,
		s.parseLetter,
		s.renderLetter,
		s.validateContent,
		s.judgeAttachments,
	)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// step finds something out about a composition.
type step func(context.Context, *composition) error

// take goes on by some steps, up to one that fails. Where there is nothing to go on with, that is the only reason.
func (c *composition) take(ctx context.Context, steps ...step) error {
	for _, next := range steps {
		if err := next(ctx, c); err != nil {
			var refused *RefusedError
			if errors.As(err, &refused) {
				return Refusals{refused}
			}
			return err
		}
	}
	return nil
}

func (c *composition) refuse(code, detail string, cause error) {
	c.refusals = append(c.refusals, &RefusedError{Code: code, Detail: detail, Err: cause})
}

// refused is nil where nothing speaks against sending.
func (c *composition) refused() error {
	if len(c.refusals) == 0 {
		return nil
	}
	return c.refusals
}

func (s *Service) findCustomer(ctx context.Context, c *composition) (err error) {
	c.customer, err = s.config.customer(ctx, c.draft.CustomerID)
	return err
}

// customer finds a customer; an unknown one is a refusal, and so is an id that is too long.
func (c *Config) customer(ctx context.Context, id string) (Customer, error) {
	if err := checkID("customer", id); err != nil {
		return Customer{}, err
	}
	customer, err := c.Customers.Customer(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return Customer{}, &RefusedError{Code: CodeCustomerUnknown, Err: err}
	}
	if err != nil {
		return Customer{}, fmt.Errorf("email: customer: %w", err)
	}
	return customer, nil
}

// findParent finds the message that the draft answers, which must be the same customer's.
func (s *Service) findParent(ctx context.Context, c *composition) error {
	if c.draft.InReplyTo == "" {
		return nil
	}
	parent, err := s.config.answered(ctx, c.draft.InReplyTo)
	if err == nil && parent.CustomerID != c.customer.ID {
		err = &RefusedError{Code: CodeReplyUnknown}
	}
	if err != nil {
		return c.collect(err)
	}
	c.parent = &parent
	return nil
}

// collect keeps an error that a person can mend as a refusal and returns any other.
func (c *composition) collect(err error) error {
	if err == nil {
		return nil
	}
	if refused, ok := refusal(err); ok {
		c.refusals = append(c.refusals, refused)
		return nil
	}
	return err
}
