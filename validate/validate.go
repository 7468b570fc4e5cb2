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

// Severity ranks a finding. Only an error blocks.
type Severity string

// The severities, gravest first.
const (
	SeverityError   Severity = "error"   // blocks
	SeverityWarning Severity = "warning" // shown; activation asks for an acknowledgement
	SeverityNote    Severity = "note"    // shown only
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
	// Bulk says that the letter is a mass mailing, whose readers must be able to unsubscribe.
	Bulk bool
	// ListUnsubscribe says that the message will have a List-Unsubscribe header field (RFC 2369), so that
	// a mass mailing without a link for it is a note only.
	ListUnsubscribe bool
	// Inline are the Content-IDs, without angle brackets, of the pictures that the message will bring along, or the names
	// that will be replaced by them. A cid: link to any other is reported.
	Inline []string
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
	// Host is the canonical host of a link.* finding (lower case, punycode), empty where the link has
	// none, and with all other findings.
	Host string
	// Size and EncodedSize are the octets of the HTML as it is and in its transfer encoding, in a size.*
	// finding; else zero.
	Size, EncodedSize int
	// Undecided is set where the source alone does not tell whether there is harm: a template prints something in a
	// place where escaping does not hold (template.*). Only a rendering can be judged to the end.
	Undecided bool
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

	// Off are codes that are never reported, those that would block included.
	Off []string
	// Severities replaces, for a stage, the severity of all findings of a code in every part:
	//
	//	Severities: map[Stage]map[string]Severity{StageSend: {"placeholder.unresolved": SeverityError}}
	//
	// Codes and stages that it does not name keep theirs. It is copied.
	Severities map[Stage]map[string]Severity
}

// Validator checks content by a fixed set of rules. It is immutable and safe for concurrent use.
type Validator struct {
	opts       Options
	hosts      hostTable
	events     map[string]bool
	hooks      map[view]*hooks
	off        map[string]bool
	severities map[Stage]map[string]Severity
}

// stages are all stages.
var stages = [...]Stage{StageEdit, StageActivate, StageSend}

// New returns a Validator. The error names the first host, code, stage or severity of opts that is none.
func New(opts Options) (*Validator, error) {
	v := &Validator{
		opts: opts, events: events(), hosts: hostTable{listed: tabulate(), own: map[string]bool{}},
		hooks: map[view]*hooks{}, off: map[string]bool{}, severities: map[Stage]map[string]Severity{},
	}
	if err := v.configure(opts); err != nil {
		return nil, err
	}
	all := rules()
	for _, stage := range stages {
		for _, twig := range []bool{false, true} {
			for _, tree := range []bool{false, true} {
				at := view{stage, twig, tree}
				v.hooks[at] = hooksOf(all, at, v.off)
			}
		}
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

// Blocked reports whether a finding is an error, so that the letter must not go.
func (r Result) Blocked() bool {
	return slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Severity == SeverityError })
}

// Check applies the rules to every part of c. The only error is that of ctx; what is wrong with
// the content is a finding. An unknown stage is checked as StageSend, the strictest. The snippets
// and hosts of findings are copies: nothing of c is kept.
func (v *Validator) Check(ctx context.Context, stage Stage, c Content) (Result, error) {
	if !slices.Contains(stages[:], stage) {
		stage = StageSend
	}
	l := letters.Get().(*letter)
	defer l.rest()
	l.content, l.hooks = c, v.hooks[view{stage, c.Twig, false}]
	if err := l.read(ctx, v, stage); err != nil {
		return Result{}, err
	}
	for _, check := range l.hooks.letter {
		check(l)
	}
	var result Result
	for _, p := range l.parts {
		result.Findings = append(result.Findings, p.done()...)
	}
	return result, nil
}
