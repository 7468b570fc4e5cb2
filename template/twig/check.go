package twig

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/crmmail/crmmail/template"
)

// Report is what [Engine.Check] says about a template. It belongs to the caller.
type Report struct {
	// Findings are in the order of their places; those of one place in the order in which they were found.
	Findings []Finding
	// Variables are the paths of what the template reads of the data it is given, as "customer.firstName" and
	// "order.items[].price" for an element of a list, each where it is first read. What the template sets itself is
	// followed to where it comes from.
	Variables []Use
	// Tags, Filters, Functions and Tests are what the template is written with, each where it is first used.
	Tags, Filters, Functions, Tests []Use
	// Templates are the templates that it includes, embeds, extends, uses or imports. Names that are computed when it
	// is rendered are not among them.
	Templates []Use
}

// OK reports that no finding is an error: the template parses.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == SeverityError })
}

// Use is a name that a template uses, and where it does so first. Line and Column count from 1, Column in runes; Start
// and End are byte offsets into the source.
type Use struct {
	Name         string
	Line, Column int
	Start, End   int
}

// Check reads a template without data and says all that is wrong with it at once, as an editor shows it while a
// template is written and a CRM before a rule is activated: what [Engine.Parse] would refuse, each fault with its
// place, and what goes wrong when it is rendered with the variables given, those that do not exist first of all.
//
// Variables are what the host gives to renderings, such as [template.Event.Variables] and the host's own; nil means that
// they are not known, and none is looked for. What a template guards with "is defined", "??" or the filter default is
// never missed, nor what a parent may set that cannot be read. Templates that source names are looked for in
// Options.Source, but not checked themselves: each is checked when it is written.
//
// A template whose Report is OK parses. One that does not parse has an error where Parse reports its fault. There are at
// most 200 findings.
func (e *Engine) Check(ctx context.Context, name, source string, escape template.Escape, variables []template.Variable) Report {
	env := e.unescaped
	if escape != template.EscapeNone {
		env = e.escaped
	}
	c := newChecking()
	u := c.parse(e, name, source, env)
	r := &reporter{ctx: ctx, eng: e, unit: u, check: c, variables: variables, seen: map[findingKey]bool{}, used: map[string]bool{}}
	for _, f := range c.faults {
		r.fault(f)
	}
	r.policy()
	if u.body != nil {
		newWalker(r).run()
	}
	r.uses()
	slices.SortStableFunc(r.out.Findings, func(a, b Finding) int { return cmp.Compare(a.Start, b.Start) })
	if len(r.out.Findings) > maxFindings {
		r.out.Findings = r.out.Findings[:maxFindings]
	}
	return r.out
}

// reporter turns what was found into a Report.
type reporter struct {
	ctx       context.Context
	eng       *Engine
	unit      *unit
	check     *checking
	variables []template.Variable
	out       Report
	seen      map[findingKey]bool
	used      map[string]bool
	counted   columnAt
}

// columnAt is a column that was counted, from which those after it are.
type columnAt struct {
	off int
	col int
}

// column is the column of an offset. Most are asked for in order, which keeps a source of one long line cheap.
func (r *reporter) column(off int32) int {
	at := min(max(int(off), 0), len(r.unit.source))
	if at < r.counted.off || r.counted.col == 0 {
		r.counted = columnAt{at, column(r.unit.source, int32(at))}
		return r.counted.col
	}
	between := r.unit.source[r.counted.off:at]
	if i := strings.LastIndexAny(between, "\r\n"); i >= 0 {
		r.counted.col = 1
		between = between[i+1:]
	}
	r.counted = columnAt{at, r.counted.col + utf8.RuneCountInString(between)}
	return r.counted.col
}

type findingKey struct {
	code, name string
	at         pos
}

// full reports that more is found than is told, so that the first of it, by its place, is known.
func (r *reporter) full() bool { return len(r.out.Findings) > 2*maxFindings }

// add notes a finding at a place. width is the length of what it is about, 0 where the source tells.
func (r *reporter) add(f Finding, at pos, width int) {
	k := findingKey{f.Code, f.Name, at}
	if r.seen[k] || r.full() {
		return
	}
	r.seen[k] = true
	f.Line, f.Column = int(at.line), r.column(at.off)
	f.Start, f.End = r.extent(at, width)
	r.out.Findings = append(r.out.Findings, f)
}

func (r *reporter) extent(at pos, width int) (start, end int) {
	start = min(max(int(at.off), 0), len(r.unit.source))
	if width == 0 {
		width = tokenWidth(r.unit.source[start:])
	}
	return start, min(start+width, len(r.unit.source))
}

// tokenWidth measures the word or sign that s begins with.
func tokenWidth(s string) int {
	n := 0
	for n < len(s) && isNameByte(s[n]) {
		n++
	}
	switch {
	case n > 0 || s == "":
		return n
	case len(s) > 1 && strings.Contains("{{ {% {# }} %} #}", s[:2]) && s[0] != ' ' && s[1] != ' ':
		return 2
	}
	return 1
}

func (r *reporter) use(at pos, name string, width int) Use {
	u := Use{Name: name, Line: int(at.line), Column: r.column(at.off)}
	u.Start, u.End = r.extent(at, width)
	return u
}

// fault reports what the parser refuses.
func (r *reporter) fault(f located) {
	r.add(describe(f.err, r.eng), f.at, 0)
}

// policy reports what the sandbox does not allow.
func (r *reporter) policy() {
	if r.eng.policy == nil || !r.eng.global {
		return
	}
	for _, u := range r.unit.uses {
		if !r.eng.policy.allows(u.kind, u.name) {
			code := [...]string{CodePolicyTag, CodePolicyFilter, CodePolicyFunction}[u.kind]
			r.add(Finding{Code: code, Severity: SeverityError, Name: u.name, Message: notAllowed(u)}, u.at, 0)
		}
	}
}

func (r *reporter) uses() {
	into := [...]*[]Use{&r.out.Tags, &r.out.Filters, &r.out.Functions, &r.out.Tests}
	for _, u := range slices.Concat(r.unit.uses, r.check.tests) {
		*into[u.kind] = append(*into[u.kind], r.use(u.at, u.name, 0))
	}
}

// variable notes that a path of the data is read.
func (r *reporter) variable(path string, at pos, width int) {
	if path == "" || r.used[path] {
		return
	}
	r.used[path] = true
	r.out.Variables = append(r.out.Variables, r.use(at, path, width))
}
