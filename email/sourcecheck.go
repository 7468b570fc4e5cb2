package email

import (
	"context"
	"fmt"
	"slices"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
	"github.com/crmmail/crmmail/validate"
)

// SourceReport is what there is to say about a template before it is ever rendered, without a customer at hand.
type SourceReport struct {
	// Hash is that of the template's content and of all that it uses.
	Hash string
	// Uses are the templates that it includes or extends, and those that these do, sorted. Names that are computed when
	// it is rendered are not known here.
	Uses []string
	// Findings are in the order of the parts and their places; those of included templates come last.
	Findings []SourceFinding
}

// Errors are the findings with which no rule is activated and no mailing starts.
func (r SourceReport) Errors() []SourceFinding { return r.ranked(validate.SeverityError) }

// Warnings are the findings that somebody has to take note of.
func (r SourceReport) Warnings() []SourceFinding { return r.ranked(validate.SeverityWarning) }

func (r SourceReport) ranked(severity validate.Severity) (list []SourceFinding) {
	for _, finding := range r.Findings {
		if finding.Severity == severity {
			list = append(list, finding)
		}
	}
	return list
}

// SourceFinding is one thing that was found in the source of a template: a fault of its Twig, or what a validator
// objects to.
type SourceFinding struct {
	// ID names the finding and begins the hash of the content that it is about, so that it cannot be taken for one of
	// another content at the same place: "link.short@html:120-141#2fd4e1c67a2d28fc".
	ID       string
	Code     string
	Severity validate.Severity
	// Template is the included template that it is in; empty: in the template itself.
	Template string
	Part     validate.Part
	// Start and End are byte offsets into the part's source, Line and Column point at Start, from 1, Column in runes.
	Start, End   int
	Line, Column int
	// Undecided is set where only a rendering tells whether there is harm.
	Undecided bool

	// One of these says more: Twig the fault of the template, Content what a validator found, Fault what an engine other
	// than Twig refused.
	Twig    *twig.Finding
	Content *validate.Finding
	Fault   *template.Error
}

// Text tells a person what is wrong and what to do; language is "ru" or "en", and anything else means English.
func (f SourceFinding) Text(language string) string {
	switch {
	case f.Twig != nil:
		return f.Twig.Text(language)
	case f.Content != nil:
		return f.Content.Text(language)
	case f.Fault != nil:
		return text(f.Code, language, f.Fault.Message)
	}
	return f.Code
}

// identified is a finding with its place and its ID.
func (f SourceFinding) identified(at sourcePart) SourceFinding {
	f.Template, f.Part = at.template, at.part
	where := string(at.part)
	if at.template != "" {
		where = at.template + "/" + where
	}
	f.ID = fmt.Sprintf("%s@%s:%d-%d", f.Code, where, f.Start, f.End)
	return f
}

// CheckTemplate says what there is to say about a template as it would be sent for a purpose: for an editor, before a
// rule is activated, before a mailing starts. It parses, looks for what does not exist among the event's variables, and
// validates the source. What it includes is read from Config.Templates where that is a template.Source, and checked, too.
// An error is the host's.
func (s *Service) CheckTemplate(ctx context.Context, t template.Template, purpose Purpose) (SourceReport, error) {
	return s.checkSource(ctx, t, purpose)
}

// checkSource is CheckTemplate of a letter that has further variables.
func (s *Service) checkSource(ctx context.Context, t template.Template, purpose Purpose, further ...string) (SourceReport, error) {
	variables, err := s.config.Variables(ctx, t.Event)
	if err != nil {
		return SourceReport{}, fmt.Errorf("email: variables: %w", err)
	}
	if variables = slices.Clone(variables); variables != nil {
		for _, name := range further {
			variables = append(variables, template.Variable{Name: name})
		}
	}
	check := sourceCheck{service: s, variables: variables, purpose: purpose, seen: map[string]bool{}}
	if err := check.letter(ctx, t.Letter); err != nil {
		return SourceReport{}, err
	}
	if err := check.included(ctx); err != nil {
		return SourceReport{}, err
	}
	slices.Sort(check.uses)
	hash := hashOf(t, check.sources)
	for i := range check.findings {
		check.findings[i].ID += "#" + hash[:16]
	}
	return SourceReport{Hash: hash, Uses: check.uses, Findings: check.findings}, nil
}

// sourceCheck is a template being checked.
type sourceCheck struct {
	service   *Service
	variables []template.Variable
	purpose   Purpose
	findings  []SourceFinding
	uses      []string        // in the order in which they were met
	seen      map[string]bool // uses
	sources   []usedSource    // of uses, as they were checked
}

// sourcePart is one text to check.
type sourcePart struct {
	template string // the name by which it is included; empty: it is a part of the template itself
	part     validate.Part
	text     string
	escape   template.Escape
}

func (c *sourceCheck) letter(ctx context.Context, l template.Letter) error {
	var faults []SourceFinding
	for _, part := range []sourcePart{
		{"", validate.Subject, l.Subject, template.EscapeNone},
		{"", validate.Preheader, l.Preheader, template.EscapeNone},
		{"", validate.HTML, l.HTML, template.EscapeHTML},
		{"", validate.Text, l.Text, template.EscapeNone},
	} {
		if part.text == "" {
			continue
		}
		found, err := c.parsed(ctx, part, c.variables)
		if err != nil {
			return err
		}
		faults = append(faults, found...)
	}
	content, err := c.validated(ctx, "", validate.Content{Subject: l.Subject, Preheader: l.Preheader, HTML: l.HTML, Text: l.Text})
	if err != nil {
		return err
	}
	c.findings = inOrder(append(faults, content...))
	return nil
}

// maxUses bounds what one template may include, directly or not.
const maxUses = 100

// included checks the templates that were met, and those they include. Which variables those get is not known.
func (c *sourceCheck) included(ctx context.Context) error {
	templates, ok := c.service.config.Templates.(template.Source)
	if !ok {
		return nil
	}
	for i := 0; i < len(c.uses) && i < maxUses; i++ {
		source, err := readUsed(ctx, templates, c.uses[i])
		if err != nil {
			return err
		}
		c.sources = append(c.sources, source)
		if source.missing {
			continue // where it is needed, that is a finding already
		}
		faults, err := c.parsed(ctx, sourcePart{source.name, validate.HTML, source.body, template.EscapeHTML}, nil)
		if err != nil {
			return err
		}
		content, err := c.validated(ctx, source.name, validate.Content{HTML: source.body})
		if err != nil {
			return err
		}
		c.findings = append(c.findings, inOrder(append(faults, content...))...)
	}
	return nil
}

// validated asks the validator, as it does when a rule or a template is activated.
func (c *sourceCheck) validated(ctx context.Context, name string, content validate.Content) (list []SourceFinding, err error) {
	content.Twig, content.Bulk = true, c.purpose == Bulk
	content.ListUnsubscribe = c.service.config.Unsubscribe.offered()
	result, err := c.service.config.Validator.Check(ctx, validate.StageActivate, content)
	for i := range result.Findings {
		f := &result.Findings[i]
		list = append(list, SourceFinding{Code: f.Code, Severity: f.Severity, Start: f.Start, End: f.End, Line: f.Line, Column: f.Column,
			Undecided: f.Undecided, Content: f}.identified(sourcePart{template: name, part: f.Part}))
	}
	return list, err
}
