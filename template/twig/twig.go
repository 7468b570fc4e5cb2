package twig

import (
	"cmp"
	"context"
	"errors"
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
		limits: o.Limits.filled(), now: o.Now, random: o.Random, tags: coreTags(), tagNames: coreTagNames(), tests: coreTests(),
		numbers: NumberFormat{0, ".", ","}, escaped: &environment{"html"}, unescaped: &environment{""},
	}
	e.defaults(o)
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
	if o.Trusted {
		delete(e.tags, "sandbox")
		e.tagNames = e.tagNames[:len(e.tagNames)-1]
	} else {
		e.policy = policy
		e.global = !o.Unsandboxed
	}
	return nil
}

// Template is a parsed template. It is immutable and safe for concurrent use, and implements [template.Renderer].
type Template struct {
	eng  *Engine
	unit *unit
}

// Parse parses a source. What the policy does not allow is an error here already. Templates that it includes are
// found when it is rendered. Errors are *[template.Error].
func (e *Engine) Parse(ctx context.Context, name, source string, escape template.Escape) (template.Renderer, error) {
	env := e.unescaped
	if escape != template.EscapeNone {
		env = e.escaped
	}
	t, err := e.parseMain(ctx, name, source, env)
	if err != nil {
		return nil, coded(err)
	}
	return t, nil
}

// Load parses the template that Options.Source has under name, escaped by Options.Autoescape. Errors are *[template.Error];
// one of a name that is not there wraps [template.ErrNotFound].
func (e *Engine) Load(ctx context.Context, name string) (*Template, error) {
	u, err := e.fetch(ctx, name, e.autoescape)
	if err != nil {
		return nil, coded(asLoad(name, err))
	}
	t, err := e.template(u)
	return t, coded(err)
}

func asLoad(name string, err error) error {
	var e *template.Error
	if errors.As(err, &e) {
		return e
	}
	message := `Template "` + name + `" is not defined.`
	if !errors.Is(err, template.ErrNotFound) {
		message = `Template "` + name + `" could not be loaded: ` + err.Error() + "."
	}
	return &template.Error{Kind: template.KindLoad, Message: message, Err: err}
}

func (e *Engine) parseMain(ctx context.Context, name, source string, env *environment) (*Template, error) {
	if err := ctx.Err(); err != nil {
		return nil, &template.Error{Kind: template.KindLimit, Message: err.Error(), Name: name, Err: err}
	}
	u, err := e.parse(name, source, env)
	if err != nil {
		return nil, err
	}
	return e.template(u)
}

func (e *Engine) template(u *unit) (*Template, error) {
	if e.global && u.violation != nil {
		return nil, u.refusal()
	}
	return &Template{e, u}, nil
}

// parse parses a source, from the cache where it was parsed before.
func (e *Engine) parse(name, source string, env *environment) (u *unit, err error) {
	k := cacheKey{name, source, env.strategy}
	if u, ok := e.cache.get(k); ok {
		return u, nil
	}
	if len(source) > e.limits.SourceBytes {
		return nil, &template.Error{Kind: template.KindLimit, Message: "The template is larger than allowed.", Name: name}
	}
	defer func() {
		if x := recover(); x != nil {
			u, err = nil, parseFault(name, x)
		}
	}()
	p := newParser(e, env, &stream{tokens: tokenize(name, source)}, name, source)
	p.module(openTag{}, nil)
	if fault := cmp.Or(p.delayed, p.late); fault != nil {
		return nil, fault
	}
	e.cache.put(k, p.unit)
	return p.unit, nil
}

// parseFault turns what a parser panicked with into an error; the last net under a fault of our own is here too.
func parseFault(name string, x any) error {
	if e, ok := x.(*template.Error); ok {
		return e
	}
	return &template.Error{Kind: template.KindSyntax, Message: fmt.Sprintf("The template could not be parsed: %v.", x), Name: name}
}

// fetch finds a template by name and parses it. Its error wraps template.ErrNotFound where there is none.
func (e *Engine) fetch(ctx context.Context, name string, env *environment) (*unit, error) {
	if e.source == nil {
		return nil, template.ErrNotFound
	}
	source, err := e.source.Source(ctx, name)
	if err != nil {
		return nil, err
	}
	return e.parse(name, source, env)
}
