package email

import (
	"context"

	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// Inspection is what a message alone tells, without the draft that it was made of.
type Inspection struct {
	Preheader string
	Inbox     []InboxRow // what lists of mails show, one row a client
	Findings  []validate.Finding
}

// Inspect looks at a message as its recipient would get it, as a developer's mailbox does: see email/preview. Places in
// Findings are places in p.HTML and p.Text.
func (s *Service) Inspect(ctx context.Context, p *message.Parsed) (Inspection, error) {
	letter := template.Letter{
		Subject:   p.Subject,
		Preheader: template.Preheader(p.HTML),
		HTML:      p.HTML,
		Text:      p.Text,
	}
	if letter.Text == "" {
		letter.Text = template.TextFromHTML(p.HTML)
	}
	var inline []string
	for _, file := range p.Attachments {
		if file.ContentID != "" {
			inline = append(inline, file.ContentID)
		}
	}
	result, err := s.config.Validator.Check(ctx, validate.StageSend, validate.Content{
		Subject:         letter.Subject,
		HTML:            letter.HTML, // with the preheader in it
		Text:            p.Text,
		Bulk:            p.Header("List-Unsubscribe") != "",
		ListUnsubscribe: p.Header("List-Unsubscribe") != "",
		Inline:          inline,
	})
	if err != nil {
		return Inspection{}, err
	}
	return Inspection{Preheader: letter.Preheader, Inbox: inbox(letter), Findings: result.Findings}, nil
}
