package email

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/template"
)

func (s *Service) parseLetter(ctx context.Context, c *composition) (err error) {
	if err := s.fillLetter(ctx, c); err != nil {
		return c.collect(err)
	}
	if c.compiled, err = template.Compile(ctx, s.config.Engine, "letter", c.source); err != nil {
		return c.templateError(ctx, err)
	}
	return nil
}

func (s *Service) renderLetter(ctx context.Context, c *composition) error {
	if c.compiled == nil {
		return nil // refused already
	}
	vars, err := s.vars(ctx, c)
	if err != nil {
		return err
	}
	rendering, err := c.compiled.Render(ctx, vars)
	if err != nil {
		return c.templateError(ctx, err)
	}
	if rendering.Canceled {
		c.refuse(CodeTemplateCanceled, rendering.Reason, nil)
		return nil
	}
	c.letter = withoutBlanks(rendering.Letter)
	inserted, notes := template.InsertPreheader(c.letter.HTML, c.letter.Preheader)
	c.html, c.notes = inserted, append(rendering.Notes, notes...)
	if c.letter.Subject == "" {
		c.refuse(CodeSubjectEmpty, "", nil)
	}
	if len(c.draft.Attachments) == 0 && blank(c.letter) {
		c.refuse(CodeContentEmpty, "", nil)
	}
	return nil
}

// fillLetter takes the parts that the draft leaves empty from its template.
func (s *Service) fillLetter(ctx context.Context, c *composition) error {
	c.source = c.draft.Letter
	if c.parent != nil && c.source.Subject == "" {
		c.source.Subject = template.Literal(message.ReplySubject(c.parent.Subject))
	}
	if c.draft.TemplateID == "" {
		return nil
	}
	chosen, err := s.chosenTemplate(ctx, c.draft)
	if err != nil {
		return err
	}
	if c.source.Subject == "" {
		c.source.Subject = chosen.Letter.Subject
	}
	if c.source.Preheader == "" {
		c.source.Preheader = chosen.Letter.Preheader
	}
	if c.source.HTML == "" && c.source.Text == "" { // one of the template's would contradict one of the draft's
		c.source.HTML, c.source.Text = chosen.Letter.HTML, chosen.Letter.Text
	}
	return nil
}

// chosenTemplate is the one that a rule was checked with, or one made for the event Customer.
func (s *Service) chosenTemplate(ctx context.Context, draft Draft) (template.Template, error) {
	if draft.template != nil {
		return *draft.template, nil
	}
	chosen, err := s.config.template(ctx, draft.TemplateID)
	if err == nil && chosen.Event != template.EventCustomer {
		err = &RefusedError{Code: CodeTemplateWrongEvent}
	}
	return chosen, err
}

// template finds a template; an unknown one is a refusal.
func (c *Config) template(ctx context.Context, id string) (template.Template, error) {
	chosen, err := c.Templates.Template(ctx, id)
	if isMissing(err) {
		return template.Template{}, &RefusedError{Code: CodeTemplateUnknown, Err: err}
	}
	if err != nil {
		return template.Template{}, fmt.Errorf("email: template: %w", err)
	}
	return chosen, nil
}

func (c *composition) templateError(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, fault := range faults(err) {
		if fault.Kind == template.KindLoad && fault.Err != nil && !errors.Is(fault.Err, template.ErrNotFound) {
			return fmt.Errorf("email: template: %w", err) // the host's loader failed, not the author
		}
	}
	c.refuse(CodeTemplateInvalid, strings.ReplaceAll(err.Error(), "\n", "; "), err)
	return nil
}

// withoutBlanks leaves out parts that hold nothing but white space.
func withoutBlanks(letter template.Letter) template.Letter {
	for _, part := range []*string{&letter.Preheader, &letter.HTML, &letter.Text} {
		if strings.TrimSpace(*part) == "" {
			*part = ""
		}
	}
	return letter
}

func blank(letter template.Letter) bool {
	return letter.Text == "" && strings.TrimSpace(template.TextFromHTML(letter.HTML)) == "" &&
		!strings.Contains(strings.ToLower(letter.HTML), "<img")
}
