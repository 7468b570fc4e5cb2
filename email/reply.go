package email

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net/mail"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Reply begins an answer to an inbound message: to whom it goes, its subject, and the quoted text without preheaders.
// The draft is a person's to complete; Send threads it below the message by Draft.InReplyTo. A message that waits in the
// inbox, or that is not an inbound one, is a *RefusedError with CodeReplyUnknown.
func (s *Service) Reply(ctx context.Context, actorID, messageID string) (Draft, error) {
	parent, err := s.config.answered(ctx, messageID)
	if err != nil {
		return Draft{}, err
	}
	customer, err := s.config.customer(ctx, parent.CustomerID)
	if err != nil {
		return Draft{}, err
	}
	from, err := sender.Options(ctx, s.config.Senders, customer.registration())
	if err != nil {
		return Draft{}, fmt.Errorf("email: reply: %w", err)
	}
	draft := Draft{
		ActorID:    actorID,
		CustomerID: customer.ID,
		InReplyTo:  parent.ID,
		To:         addresses(answerTo(parent)),
		Letter: template.Letter{
			Subject: template.Literal(message.ReplySubject(parent.Subject)),
			HTML:    quoted(parent),
		},
	}
	for _, option := range from {
		if option.Disabled == nil {
			draft.From = option.Choice
			break
		}
	}
	return draft, nil
}

// answered is the inbound message that a draft answers.
func (c *Config) answered(ctx context.Context, messageID string) (Message, error) {
	parent, err := c.Store.Message(ctx, messageID)
	if errors.Is(err, ErrNotFound) || err == nil && (parent.Received == nil || parent.CustomerID == "") {
		return Message{}, &RefusedError{Code: CodeReplyUnknown, Err: err}
	}
	if err != nil {
		return Message{}, fmt.Errorf("email: reply: %w", err)
	}
	return parent, nil
}

// answerTo is where an answer goes: Reply-To, else From (RFC 5322 §3.6.2).
func answerTo(parent Message) []mail.Address {
	elsewhere := slices.DeleteFunc(slices.Clone(parent.Received.ReplyTo), func(box mail.Address) bool {
		return sameMailbox(box.Address, parent.Received.Mailbox) // our own: the answer would come back to us
	})
	if len(elsewhere) > 0 {
		return elsewhere
	}
	if parent.From.Address == "" {
		return nil
	}
	return []mail.Address{parent.From}
}

// maxQuoted is how much of a text is quoted, in octets.
const maxQuoted = 32 << 10

// quoted is what was written, as letter source below which a person writes: text only, so that nothing of the
// customer's HTML, and nothing that looks like a template, does anything in ours.
func quoted(parent Message) string {
	text := parent.Text
	if strings.TrimSpace(text) == "" {
		text = template.TextFromHTML(template.StripPreheader(parent.HTML))
	}
	text = strings.TrimSpace(strings.ReplaceAll(unmarked(text), "\r\n", "\n"))
	if text == "" {
		return ""
	}
	if len(text) > maxQuoted {
		text = strings.ToValidUTF8(text[:maxQuoted], "") + "…"
	}
	author := parent.From.Name
	if author == "" {
		author = parent.From.Address
	}
	when := parent.SentAt
	if when.IsZero() {
		when = parent.CreatedAt
	}
	return "\n<p>" + when.Format("02.01.2006 15:04") + ", " + source(author) + ":</p>\n" +
		`<blockquote type="cite">` + strings.ReplaceAll(source(text), "\n", "<br>\n") + "</blockquote>\n"
}

// source is text as HTML that a template prints as it stands.
func source(text string) string { return template.Literal(html.EscapeString(text)) }
