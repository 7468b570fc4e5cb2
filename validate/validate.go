package validate

import (
	"context"
	"fmt"
	"slices"
)

// Stage is the moment at which content is checked.
type Stage string

// The stages, in the order in which a letter meets them.
const (
	StageEdit     Stage = "edit"     // someone is writing: nothing is blocked yet
	StageActivate Stage = "activate" // a rule or template is switched on
	StageSend     Stage = "send"     // the rendered letter is about to go
)

// Severity ranks a finding. Only an Error blocks.
type Severity string

// The severities, gravest first.
const (
	Error   Severity = "error"   // blocks
	Warning Severity = "warning" // shown; activation asks for an acknowledgement
	Note    Severity = "note"    // shown only
)

// Part names one of the four texts of a letter.
type Part string

// The parts, in the order in which findings are reported.
const (
	Subject   Part = "subject"
	Preheader Part = "preheader"
	HTML      Part = "html"
	Text      Part = "text"
)

// Content is what is checked. An empty part is not checked.
type Content struct {
	Subject, Preheader, HTML, Text string

	// Twig says that the parts are template source and not a rendering: comments are skipped,
	// string literals of expressions are looked into, values stay unknown.
	Twig bool
	// Bulk says that the letter is a mass mailing. No rule asks for it yet: both families hold alike.
	Bulk bool
}

// Finding is one construct that a rule objects to.
type Finding struct {
	Code     string
	Severity Severity
	Part     Part

	// Start and End are byte offsets into the part as given; part[Start:End] holds the construct.
	Start, End int
	// Line and Column point at Start, both from 1; the column counts runes.
	Line, Column int

	// Snippet is the construct on one line, shortened for display, always valid UTF-8.
	Snippet string
	// Host is the canonical host of a link.* finding (lower case, punycode), else empty.
	Host string
}

// Options configures a Validator. The zero value checks everything.
type Options struct {
	// AllowHosts are hosts that are never reported as short links, with all their subdomains:
	// a customer's own branded domain, say.
	AllowHosts []string
	// ExtraHosts are reported as short links besides the built-in ones, with all their subdomains.
	// A host in both lists is allowed.
	ExtraHosts []string
	// AllowDataBlocks accepts <script type="application/ld+json">: schema.org data that
	// mailbox providers read and nobody runs.
	AllowDataBlocks bool
	// AllowAMP accepts the scripts of AMP for Email from cdn.ampproject.org.
	AllowAMP bool
}

// Validator checks content by a fixed set of rules. It is immutable and safe for concurrent use.
type Validator struct {
	opts   Options
	hosts  hostTable
	events map[string]bool
	hooks  map[Stage]*hooks
	tree   map[Stage]*hooks // of the rules that run in forks
}

// New returns a Validator. The error names the first host of opts that is none.
func New(opts Options) (*Validator, error) {
	v := &Validator{
		opts: opts, events: events(), hosts: hostTable{listed: tabulate(), own: map[string]bool{}},
		hooks: map[Stage]*hooks{}, tree: map[Stage]*hooks{},
	}
	for _, stage := range []Stage{StageEdit, StageActivate, StageSend} {
		v.hooks[stage], v.tree[stage] = hooksOf(rules(), stage, false), hooksOf(rules(), stage, true)
	}
	for _, group := range []struct {
		hosts []string
		short bool
	}{{opts.ExtraHosts, true}, {opts.AllowHosts, false}} {
		for _, given := range group.hosts {
			host, ok := canonicalHost(given)
			if !ok {
				return nil, fmt.Errorf("validate: not a host: %q", given)
			}
			v.hosts.own[host] = group.short
		}
	}
	return v, nil
}

// Result is the outcome of one Check.
type Result struct {
	// Findings are in the order of the parts, then of their positions.
	Findings []Finding
}

// Blocked reports whether a finding is an Error, so that the letter must not go.
func (r Result) Blocked() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == Error })
}

// Check applies the rules to every part of c. The only error is that of ctx; what is wrong with
// the content is a finding. An unknown stage is checked as StageSend, the strictest. The snippets
// of findings are copies: nothing of c is kept.
func (v *Validator) Check(ctx context.Context, stage Stage, c Content) (Result, error) {
	if v.hooks[stage] == nil {
		stage = StageSend
	}
	var result Result
	for _, part := range []struct {
		name Part
		text string
	}{{Subject, c.Subject}, {Preheader, c.Preheader}, {HTML, c.HTML}, {Text, c.Text}} {
		if part.text == "" {
			continue
		}
		p := &pass{v: v, ctx: ctx, stage: stage, part: part.name, given: part.text, twig: c.Twig, hooks: v.hooks[stage]}
		if err := p.check(); err != nil {
			return Result{}, err
		}
		result.Findings = append(result.Findings, p.done()...)
	}
	return result, nil
}
