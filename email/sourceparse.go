package email

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
	"github.com/crmmail/crmmail/validate"
)

// checker is an engine that says what is wrong with a source without data, as Twig's does. Of any other only the first
// fault of a source is known.
type checker interface {
	Check(ctx context.Context, name, source string, escape template.Escape, variables []template.Variable) twig.Report
}

// parsed says what is wrong with the Twig of one source, and notes which templates it uses.
func (c *sourceCheck) parsed(ctx context.Context, from sourcePart, variables []template.Variable) (list []SourceFinding, err error) {
	name := cmp.Or(from.template, "letter/"+string(from.part))
	engine, ok := c.service.config.Engine.(checker)
	if !ok {
		_, err := c.service.config.Engine.Parse(ctx, name, from.text, from.escape)
		return refusedSource(ctx, from, err)
	}
	report := engine.Check(ctx, name, from.text, from.escape, variables)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for i := range report.Findings {
		f := &report.Findings[i]
		list = append(list, SourceFinding{Code: f.Code, Severity: validate.Severity(f.Severity), Start: f.Start, End: f.End,
			Line: f.Line, Column: f.Column, Undecided: f.Code == twig.CodeRaw || f.Code == twig.CodeUnescaped, Twig: f}.identified(from))
	}
	for _, use := range report.Templates {
		name := asKept.Replace(strings.ToValidUTF8(use.Name, "\uFFFD"))
		if !c.seen[name] {
			c.seen[name] = true
			c.uses = append(c.uses, name)
		}
	}
	if len(c.uses) > maxUses {
		tooMany := &twig.Finding{Code: twig.CodeLimitDepth, Severity: twig.SeverityError, Line: 1, Column: 1}
		list = append(list, SourceFinding{Code: tooMany.Code, Severity: validate.SeverityError, Line: 1, Column: 1, Twig: tooMany}.identified(from))
		c.uses = c.uses[:maxUses]
	}
	return list, nil
}

// asKept makes of a name, which may come out of "\x00", what a store keeps: the rule must find it again.
var asKept = strings.NewReplacer("\x00", "\uFFFD")

// refusedSource makes a finding of what an engine that cannot check refuses to parse.
func refusedSource(ctx context.Context, from sourcePart, err error) ([]SourceFinding, error) {
	if err == nil || ctx.Err() != nil {
		return nil, ctx.Err()
	}
	var fault *template.Error
	if !errors.As(err, &fault) {
		fault = &template.Error{Kind: template.KindSyntax, Message: err.Error(), Err: err}
	}
	return []SourceFinding{SourceFinding{Code: CodeTemplateInvalid, Severity: validate.SeverityError, Line: fault.Line, Column: fault.Column,
		Fault: fault}.identified(from)}, nil
}

// inOrder sorts the findings of one template by part and place.
func inOrder(list []SourceFinding) []SourceFinding {
	parts := []validate.Part{validate.Subject, validate.Preheader, validate.HTML, validate.Text}
	slices.SortStableFunc(list, func(a, b SourceFinding) int {
		return cmp.Or(cmp.Compare(slices.Index(parts, a.Part), slices.Index(parts, b.Part)), cmp.Compare(a.Start, b.Start))
	})
	return list
}

// usedSource is what a template includes or extends.
type usedSource struct {
	name, body string
	missing    bool
}

func readUsed(ctx context.Context, templates template.Source, name string) (usedSource, error) {
	body, err := templates.Source(ctx, name)
	if isMissing(err) {
		return usedSource{name: name, missing: true}, nil
	}
	if err != nil {
		return usedSource{}, fmt.Errorf("email: template: %w", err)
	}
	return usedSource{name: name, body: body}, nil
}

// contentHash is hashOf what a template and all that it uses are by now.
func (s *Service) contentHash(ctx context.Context, t template.Template, uses []string) (string, error) {
	templates, ok := s.config.Templates.(template.Source)
	if !ok {
		return t.Hash(), nil
	}
	used := make([]usedSource, len(uses))
	for i, name := range uses {
		var err error
		if used[i], err = readUsed(ctx, templates, name); err != nil {
			return "", err
		}
	}
	return hashOf(t, used), nil
}

// hashOf is that of a template's content and of all that it uses. A template that is missing counts, too: it may come.
func hashOf(t template.Template, used []usedSource) string {
	if len(used) == 0 {
		return t.Hash()
	}
	sum := sha256.New()
	add := func(text string) {
		sum.Write(binary.BigEndian.AppendUint64(nil, uint64(len(text))))
		sum.Write([]byte(text))
	}
	add(t.Hash())
	slices.SortFunc(used, func(a, b usedSource) int { return cmp.Compare(a.name, b.name) })
	for _, source := range used {
		add(source.name)
		add(fmt.Sprint(!source.missing))
		add(source.body)
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// isMissing tells that a host has no such template.
func isMissing(err error) bool {
	return errors.Is(err, template.ErrNotFound) || errors.Is(err, ErrNotFound)
}
