package twig

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/crmmail/crmmail/template"
)

// Engine parses templates. It is immutable but for a bounded cache, and safe for concurrent use. It implements
// [template.Engine].
type Engine struct {
	source         template.Source
	policy         *Policy
	global         bool // the policy holds for every template
	strict         bool
	location       *time.Location
	locale         *locale
	dateFormat     string
	intervalFormat string
	numbers        NumberFormat
	limits         Limits
	globals        *array
	constants      map[string]Value
	now            func() time.Time
	random         func(n int64) int64
	tags           map[string]tagParser
	tagNames       []string
	filters        *callables
	functions      *callables
	tests          *callables
	escapeFilter   *callable // Twig's own, whatever the host has under its name
	autoescape     *environment
	escaped        *environment
	unescaped      *environment
	runs           sync.Pool
	cache          cache
	zones          zones
}

// environment is what the parsing of a template depends on besides its source: how its prints are escaped.
type environment struct{ strategy string }

func (e *environment) strategyFor(name string) string {
	if e.strategy != "name" {
		return e.strategy
	}
	name = strings.TrimSuffix(name, ".twig")
	if i := strings.LastIndexByte(name, '.'); i >= 0 && !strings.ContainsAny(name[i:], "/\\") {
		switch name[i+1:] {
		case "js":
			return "js"
		case "css":
			return "css"
		case "txt":
			return ""
		}
	}
	return "html"
}

// New returns an engine. Its error says which option cannot be used: an Autoescape or a Locale that is not known, a filter
// or function without a Call, a global or constant that [Of] refuses.
func New(o Options) (*Engine, error) {
	e := &Engine{
		source: o.Source, strict: o.Strict, location: o.Location, dateFormat: o.DateFormat, intervalFormat: o.IntervalFormat,
		limits: o.Limits.filled(), now: o.Now, random: o.Random, tests: coreTests(),
		numbers: NumberFormat{0, ".", ","}, escaped: &environment{"html"}, unescaped: &environment{""},
	}
	e.defaults(o)
	e.registerTags(o.Trusted)
	if e.locale = localeNames[cmp.Or(o.Locale, "en")]; e.locale == nil {
		return nil, fmt.Errorf("twig: unknown locale %q", o.Locale)
	}
	if err := e.register(o); err != nil {
		return nil, err
	}
	switch o.Autoescape {
	case "", "html":
		e.autoescape = e.escaped
	case "none":
		e.autoescape = e.unescaped
	case "name", "js", "css", "url", "html_attr", "html_attr_relaxed":
		e.autoescape = &environment{o.Autoescape}
	default:
		return nil, fmt.Errorf("twig: unknown escaping strategy %q", o.Autoescape)
	}
	globals, err := Of(o.Globals)
	if err != nil {
		return nil, err
	}
	if len(o.Globals) > 0 {
		e.globals = globals.arr()
	}
	e.constants = make(map[string]Value, len(o.Constants))
	for name, c := range o.Constants {
		if e.constants[name], err = Of(c); err != nil {
			return nil, err
		}
	}
	e.runs.New = func() any { return &run{eng: e, stack: make([]Value, 0, 256)} }
	return e, nil
}

func (e *Engine) defaults(o Options) {
	if e.location == nil {
		e.location = time.UTC
	}
	if e.dateFormat == "" {
		e.dateFormat = "F j, Y H:i"
	}
	if e.intervalFormat == "" {
		e.intervalFormat = "%d days"
	}
	if o.NumberFormat != nil {
		e.numbers = *o.NumberFormat
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.random == nil {
		e.random = rand.Int64N
	}
}

// register takes in Twig's filters and functions and the host's, and the policy, which by default allows those of the host.
func (e *Engine) register(o Options) error {
	e.filters, e.functions = coreFilters(), coreFunctions()
	e.escapeFilter = e.filters.byName["escape"]
	if o.StringLoader {
		e.functions.put(stringLoader())
	}
	policy := o.Policy
	if policy == nil {
		policy = UserPolicy()
	}
	for _, name := range names(o.Filters) {
		f := o.Filters[name]
		if f.Call == nil || len(f.Params) == 0 {
			return fmt.Errorf("twig: filter %q has no Call or no parameter", name)
		}
		e.filters.put(f.callable(name, true))
		if o.Policy == nil {
			policy.Filters = append(policy.Filters, name)
		}
	}
	for _, name := range names(o.Functions) {
		f := o.Functions[name]
		if f.Call == nil {
			return fmt.Errorf("twig: function %q has no Call", name)
		}
		e.functions.put(f.callable(name, false))
		if o.Policy == nil {
			policy.Functions = append(policy.Functions, name)
		}
	}
	if !o.Trusted {
		e.policy = policy
		e.global = !o.Unsandboxed
	}
	return nil
}

// registerTags leaves out the tag sandbox where there is no policy that it could apply.
func (e *Engine) registerTags(trusted bool) {
	e.tags = map[string]tagParser{}
	for _, t := range coreTags() {
		if t.name != "sandbox" || !trusted {
			e.tags[t.name] = t.parse
			e.tagNames = append(e.tagNames, t.name)
		}
	}
}
