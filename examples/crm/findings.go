package main

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// finding is one thing there is to say about a letter that is being written, with its place in the form's field.
type finding struct {
	texter
	Code     string
	Severity validate.Severity
	Field    string // "subject", "preheader", "body"; empty: it has no place in the form
	Line     int    // 0: it has none
	Column   int
	// Start and End are what a script selects: in UTF-16 units, as browsers count.
	Start, End int
}

// findings are those of the source, where an editor can show them, then those that only the rendering tells.
func (a *app) findings(ctx context.Context, f filled, letter template.Letter, p email.Preview) ([]finding, error) {
	report, err := a.mail.CheckTemplate(ctx, template.Template{Event: template.EventCustomer, Letter: letter}, email.Transactional)
	if err != nil {
		return nil, err
	}
	blocked := p.Refusals.Has(email.CodeContentBlocked) || p.Refusals.Has(email.CodeTemplateInvalid)
	var list []finding
	in := map[string]bool{}
	for _, one := range report.Findings {
		in[one.Code] = true
		found := finding{texter: one, Code: one.Code, Severity: one.Severity}
		if found.Severity == validate.SeverityError && !blocked {
			found.Severity = validate.SeverityWarning // it makes the letter odd, and does not stop it
		}
		if one.Template == "" {
			f.place(&found, one.Part, one.Start, one.End)
		}
		list = append(list, found)
	}
	for _, one := range p.Findings {
		if !in[one.Code] {
			list = append(list, finding{texter: one, Code: one.Code, Severity: one.Severity, Field: field(one.Part)})
		}
	}
	for _, note := range p.Notes {
		list = append(list, finding{texter: note, Code: note.Code, Severity: validate.Severity(note.Severity), Field: "preheader"})
	}
	list = append(list, f.faults(p.Refusals, list)...)
	slices.SortStableFunc(list, func(x, y finding) int { return rank(x.Severity) - rank(y.Severity) })
	return list, nil
}

func rank(s validate.Severity) int {
	return slices.Index([]validate.Severity{validate.SeverityError, validate.SeverityWarning, validate.SeverityNote}, s)
}

// faults are those of the template that only showed when it was rendered.
func (f filled) faults(refusals email.Refusals, known []finding) (list []finding) {
	if slices.ContainsFunc(known, func(one finding) bool { return one.Severity == validate.SeverityError }) {
		return nil
	}
	for _, refusal := range refusals {
		var fault *template.Error
		if refusal.Code == email.CodeTemplateInvalid && errors.As(refusal.Err, &fault) {
			_, part, _ := strings.Cut(fault.Name, "/")
			list = append(list, finding{texter: refusal, Code: refusal.Code, Severity: validate.SeverityError,
				Field: field(validate.Part(part)), Line: fault.Line, Column: fault.Column})
		}
	}
	return list
}

// field is the form's for a part of the letter.
func field(part validate.Part) string {
	if part == validate.HTML || part == validate.Text {
		return "body"
	}
	return string(part)
}

// place tells where in the form's field a finding is.
func (f filled) place(found *finding, part validate.Part, start, end int) {
	text := map[string]string{"subject": f.Subject, "preheader": f.Preheader, "body": f.Body}
	found.Field = field(part)
	within := text[found.Field]
	if found.Field == "body" {
		start, end = start-len(f.bodyPrefix()), end-len(f.bodyPrefix())
	}
	start = min(max(start, 0), len(within))
	end = min(max(end, start), len(within))
	before := within[:start]
	found.Line = 1 + strings.Count(before, "\n")
	found.Column = 1 + len([]rune(before[strings.LastIndexByte(before, '\n')+1:]))
	found.Start = units16(before)
	found.End = found.Start + units16(within[start:end])
}

func units16(text string) int { return len(utf16.Encode([]rune(text))) }

// placed puts each verdict beside the upload it is about.
func placed(report attach.Report, files []upload) []judged {
	list := make([]judged, len(report.Files))
	for i, verdict := range report.Files {
		list[i] = judged{verdict, files[verdict.Index].ID}
	}
	return list
}

// judged is an upload and what there is to say about it.
type judged struct {
	attach.Verdict
	ID string
}
