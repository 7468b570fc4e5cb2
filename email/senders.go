package email

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/mail"

	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
)

// SenderService confirms addresses, allows them as senders and asks whether their domains are set up; it hangs on
// Service.Senders.
type SenderService struct {
	config     *Config
	alignments *alignments
}

// RequestConfirmation mails a single-use link to an identity's address. The letter goes straight to the transport and
// is kept nowhere, since it carries the token; what the server refuses comes back as the error. language is "ru" or
// "en". It needs Config.Tokens, Config.Confirmation and a Directory that is a sender.Editor: ErrUnsupported otherwise.
func (s SenderService) RequestConfirmation(ctx context.Context, ref sender.Ref, language string) error {
	confirmation := s.config.Confirmation
	if s.config.Tokens == nil || confirmation.URL == nil || confirmation.From.Address == "" {
		return fmt.Errorf("email: confirmation: %w", ErrUnsupported)
	}
	token, identity, err := s.confirmations().Start(ctx, ref)
	if err != nil {
		return unsupported(err)
	}
	out := confirmationLetter(language, confirmation.URL(token))
	out.From = confirmation.From
	out.To = []mail.Address{identity.Mailbox}
	out.Date = s.config.Now()
	envelope, err := enveloped(out)
	if err != nil {
		return invalid(err)
	}
	out.MessageID = s.config.messageID("confirm", s.config.NewID(), envelope.ReturnPath)
	wire, err := message.Build(out, message.BuildOptions{Rand: s.config.Rand, Signers: s.config.Signers})
	if err != nil {
		return invalid(err)
	}
	receipt, err := s.config.Transport.Deliver(ctx, envelope, wire.WriterTo(nil))
	if err != nil {
		return fmt.Errorf("email: confirmation: %w", err)
	}
	for _, result := range receipt.Results {
		if result.Status != RecipientAccepted && result.Status != RecipientPending {
			return fmt.Errorf("email: confirmation: %w", &TransportError{Code: result.Code, Enhanced: result.Enhanced,
				Text: result.Text, Temporary: result.Status == RecipientDeferred, Uncertain: result.Status == RecipientUncertain})
		}
	}
	return nil
}

// Confirm takes the token out of the letter's link and confirms the address it was sent to. A token that confirms
// nothing is a *sender.ConfirmError, whose Text is for the person.
func (s SenderService) Confirm(ctx context.Context, token string) (sender.Ref, error) {
	if s.config.Tokens == nil {
		return sender.Ref{}, fmt.Errorf("email: confirmation: %w", ErrUnsupported)
	}
	ref, err := s.confirmations().Confirm(ctx, token)
	return ref, unsupported(err)
}

// Allow sets whether an identity's address may be used as a sender address: the second condition, apart from
// confirming it.
func (s SenderService) Allow(ctx context.Context, ref sender.Ref, allowed bool) error {
	editor, ok := s.config.Senders.(sender.Editor)
	if !ok {
		return fmt.Errorf("email: allow: %w", ErrUnsupported)
	}
	if err := editor.AllowIdentity(ctx, ref, allowed); err != nil {
		return fmt.Errorf("email: allow: %w", err)
	}
	return nil
}

func (s SenderService) confirmations() sender.Confirmations {
	return sender.Confirmations{
		Directory: s.config.Senders,
		Tokens:    s.config.Tokens,
		TTL:       s.config.Confirmation.TTL,
		Now:       s.config.Now,
		Rand:      s.config.Rand,
	}
}

func unsupported(err error) error {
	if errors.Is(err, sender.ErrNotEditable) {
		return fmt.Errorf("email: confirmation: %w: %w", ErrUnsupported, err)
	}
	return err
}

// confirmationLetter is written in plain words and plain HTML: nothing in it but the link.
func confirmationLetter(language, url string) message.Message {
	subject, lead := text(letterConfirmSubject, language, ""), text(letterConfirmLead, language, "")
	action, tail := text(letterConfirmAction, language, ""), text(letterConfirmTail, language, "")
	return message.Message{
		Subject: subject,
		Text:    lead + "\n\n" + action + ": " + url + "\n\n" + tail + "\n",
		HTML: "<p>" + lead + "</p>\n<p><a href=\"" + html.EscapeString(url) + "\">" + action + "</a></p>\n<p>" +
			tail + "</p>\n",
		Fields: []message.Field{{Name: "Auto-Submitted", Body: "auto-generated"}},
	}
}
