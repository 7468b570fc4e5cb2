package validate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxPerCode bounds the findings of one code in one part. It is counted by code, so that a flood of
// warnings never hides an error.
const maxPerCode = 100

// maxSnippet is the length of a snippet in runes.
const maxSnippet = 80

// report adds a warning at the given offsets of src.
func (p *pass) report(code string, at span) {
	p.add(Finding{Code: code, Severity: SeverityWarning}, at, "")
}

// reportActive adds a finding of active content. It is an error in what browsers and mail clients
// read as HTML; elsewhere it would be shown as text, and is a warning. key names the construct in
// the tree, should it be doubtful.
func (p *pass) reportActive(code string, at span, key string) {
	severity := SeverityError
	if p.stage == StageEdit || p.part != HTML {
		severity = SeverityWarning
	}
	p.add(Finding{Code: code, Severity: severity}, at, key)
}

// note adds a note at the given offsets of src.
func (p *pass) note(code string, at span) {
	p.add(Finding{Code: code, Severity: SeverityNote}, at, "")
}

// reportLink adds a finding of a link to host.
func (p *pass) reportLink(code string, severity Severity, at span, host string) {
	p.add(Finding{Code: code, Severity: severity, Host: host}, at, "")
}

// add completes f, which was found at the given offsets of src.
func (p *pass) add(f Finding, at span, key string) {
	if p.counts[f.Code] >= maxPerCode || p.v.off[f.Code] {
		return
	}
	if severity, ranked := p.v.severities[p.stage][f.Code]; ranked {
		f.Severity = severity
	}
	at = p.place(at)
	f.Part, f.Start, f.End = p.part, at.start, at.end
	if !p.doubtful {
		p.keep(f)
	} else if key != "" && len(p.doubts) < maxDoubts {
		p.doubts = append(p.doubts, doubt{f, key})
	}
}

// maxDoubts bounds what is kept for the tree to decide.
const maxDoubts = 2000

// keep adds f for good.
func (p *pass) keep(f Finding) {
	if p.counts == nil {
		p.counts = map[string]int{}
	}
	if p.counts[f.Code] < maxPerCode {
		p.counts[f.Code]++
		p.findings = append(p.findings, f)
	}
}

// done returns the findings in order, without repetitions, their places and snippets filled in.
func (p *pass) done() []Finding {
	slices.SortStableFunc(p.findings, func(a, b Finding) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		if a.End != b.End {
			return b.End - a.End
		}
		return strings.Compare(a.Code, b.Code)
	})
	p.findings = slices.CompactFunc(p.findings, func(a, b Finding) bool {
		return a.Start == b.Start && a.End == b.End && a.Code == b.Code && a.Host == b.Host
	})
	line, column, at := 1, 1, 0
	for i := range p.findings {
		f := &p.findings[i]
		passed := p.given[at:f.Start]
		if last := strings.LastIndexByte(passed, '\n'); last >= 0 {
			line += strings.Count(passed, "\n")
			column = 1
			passed = passed[last+1:]
		}
		column += utf8.RuneCountInString(passed)
		at, f.Line, f.Column = f.Start, line, column
		f.Snippet, f.Host = snippet(p.given[f.Start:f.End]), strings.Clone(f.Host)
	}
	return p.findings
}

// snippet returns construct on one line of at most maxSnippet runes.
func snippet(construct string) string {
	var out strings.Builder
	out.Grow(min(len(construct), 2*maxSnippet))
	n, space := 0, false
	for _, r := range construct {
		if unicode.IsSpace(r) {
			space = true
			continue
		}
		if n >= maxSnippet-1 {
			out.WriteRune('…')
			break
		}
		if space && n > 0 {
			out.WriteByte(' ')
			n++
		}
		space = false
		if !unicode.IsGraphic(r) {
			r = utf8.RuneError
		}
		out.WriteRune(r)
		n++
	}
	return out.String()
}
