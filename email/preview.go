package email

import (
	"context"
	"net/mail"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// Preview is what a draft would become, and everything there is to say about it. Nothing is kept.
type Preview struct {
	From mail.Address // zero where the sender is refused
	To   []mail.Address

	Letter   template.Letter    // rendered; HTML without the preheader
	HTML     string             // the HTML part as it goes out, the preheader inserted
	Inbox    []InboxRow         // what lists of mails show, one row a client
	Notes    []template.Note    // about the preheader
	Findings []validate.Finding // in the rendered letter
	Source   []validate.Finding // in its source, with places that an editor can select
	Report   attach.Report      // the attachments, in the order to show them

	// Suppressed says which recipients no mass mailing reaches, and why. Only of a mass mailing that is a refusal, too.
	Suppressed []Suppression

	// Refusals are all the reasons why Send would refuse the draft now; none: it would not.
	Refusals Refusals
}

// InboxRow is what one client's list of mails shows.
type InboxRow struct {
	Client template.Client
	template.Row
}

// SendAllowed tells that Send would take the draft now.
func (p Preview) SendAllowed() bool { return len(p.Refusals) == 0 }

// Preview takes a draft through the same steps as Send does, and shows the result. Only what makes a preview
// impossible is an error: an unknown customer, or a part of the host that fails.
func (s *Service) Preview(ctx context.Context, draft Draft) (Preview, error) {
	c, err := s.compose(ctx, draft)
	if err == nil && len(c.refusals) == 0 {
		err = c.collect(s.checkHeader(c))
	}
	if err != nil {
		return Preview{}, err
	}
	source, err := s.config.Validator.Check(ctx, validate.StageEdit, validate.Content{
		Subject:         c.source.Subject,
		Preheader:       c.source.Preheader,
		HTML:            c.source.HTML,
		Text:            c.source.Text,
		Twig:            true,
		Bulk:            draft.Purpose == Bulk,
		ListUnsubscribe: s.config.Unsubscribe.offered(),
		Inline:          inlineNames(draft.Attachments),
	})
	if err != nil {
		return Preview{}, err
	}
	return Preview{
		From:       c.from.Mailbox,
		To:         c.to,
		Letter:     c.letter,
		HTML:       c.html,
		Inbox:      inbox(c.letter),
		Notes:      append(c.notes, notShown(c.letter, c.to)...),
		Findings:   c.findings.Findings,
		Source:     source.Findings,
		Report:     c.report,
		Suppressed: c.suppressed,
		Refusals:   c.refusals,
	}, nil
}

func inbox(letter template.Letter) []InboxRow {
	var rows []InboxRow
	for _, client := range template.Clients() {
		rows = append(rows, InboxRow{client, template.InboxRow(client, letter.Subject, letter.Preheader, letter.Text)})
	}
	return rows
}

// notShown tells of recipients whose mail service shows no preheader.
func notShown(letter template.Letter, to []mail.Address) []template.Note {
	var notes []template.Note
	if letter.Preheader == "" {
		return nil
	}
	for _, box := range to {
		if note, ok := template.PreheaderNotShown(box.Address); ok {
			notes = append(notes, note)
		}
	}
	return notes
}
