package twig

import (
	"slices"
	"strings"
)

// Policy says what sandboxed templates may use. Names that it does not list are refused. It is not changed after New.
type Policy struct {
	Tags      []string
	Filters   []string
	Functions []string
	// Methods and Properties are allowed by class: "DateTime", "DateTimeImmutable", "DateInterval", or
	// "DateTimeInterface" for both kinds of date.
	Methods    map[string][]string
	Properties map[string][]string
}

// UserPolicy is the policy for templates that users write: everything that has no way to another template's source,
// to the host or to code made at run time. Filters and functions that the host adds are to be listed by the host, as
// [New] does with its default policy.
func UserPolicy() *Policy {
	dates := map[string][]string{
		"DateTimeInterface": {"format", "modify", "getTimestamp", "getTimezone", "getOffset", "diff"},
		"DateInterval":      {"format"},
	}
	return &Policy{
		Tags: []string{"apply", "autoescape", "block", "cancel", "deprecated", "do", "embed", "extends", "for", "from", "guard",
			"if", "import", "include", "macro", "set", "types", "use", "with"},
		Filters: []string{"abs", "batch", "capitalize", "column", "date", "date_modify", "default", "e", "escape", "filter",
			"find", "first", "format", "format_currency", "format_date", "format_datetime", "format_decimal_number", "format_number",
			"format_percent_number", "format_time", "join", "json_encode", "keys", "last", "length", "lower", "map", "merge", "nl2br",
			"number_format", "raw", "reduce", "replace", "reverse", "round", "shuffle", "slice", "sort", "spaceless", "split",
			"striptags", "title", "trim", "upper", "url_encode"},
		Functions: []string{"attribute", "block", "constant", "cycle", "date", "include", "include_only", "max", "min",
			"parent", "random", "range", "ru_plural"},
		Methods:    dates,
		Properties: map[string][]string{"DateTimeInterface": {"timezone"}, "DateInterval": {"y", "m", "d", "h", "i", "s", "f", "invert", "days"}},
	}
}

func (p *Policy) allowsMethod(class, name string) bool {
	return allowed(p.Methods, class, func(m string) bool { return strings.EqualFold(m, name) })
}

func (p *Policy) allowsProperty(class, name string) bool {
	return allowed(p.Properties, class, func(m string) bool { return m == name })
}

func allowed(lists map[string][]string, class string, is func(string) bool) bool {
	if class == `Twig\Markup` {
		return true
	}
	if slices.ContainsFunc(lists[class], is) {
		return true
	}
	return strings.HasPrefix(class, "DateTime") && slices.ContainsFunc(lists["DateTimeInterface"], is)
}

// allows looks a name up; as in Twig 3, extends, use, parent, block and attribute are always allowed.
func (p *Policy) allows(kind useKind, name string) bool {
	switch kind {
	case usedTag:
		return slices.Contains(p.Tags, name) || name == "extends" || name == "use"
	case usedFilter:
		return slices.Contains(p.Filters, name)
	}
	switch name {
	case "parent", "block", "attribute":
		return true
	}
	return slices.Contains(p.Functions, name)
}
