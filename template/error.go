package template

import (
	"strconv"
	"strings"
)

// Kind tells the families of an [Error] apart; the templates beside the constants are Twig.
type Kind string

const (
	// KindSyntax is a fault of the source, found when it is parsed: "{{ 1 + }}".
	KindSyntax Kind = "syntax"
	// KindRuntime is a fault while rendering: "{{ 1 / 0 }}".
	KindRuntime Kind = "runtime"
	// KindLoad is a template that could not be loaded: "{% include 'missing' %}".
	KindLoad Kind = "loader"
	// KindSecurity is a use of a tag, filter, function or property that the policy does not allow: "{% flush %}".
	KindSecurity Kind = "security"
	// KindLimit is a limit on steps, output, depth, memory or time that was reached, or a context that ended:
	// "{% for i in 1..10000000 %}{% endfor %}".
	KindLimit Kind = "limit"
)

// Error is what a template did wrong, and where.
type Error struct {
	Kind Kind
	// Message is the engine's own wording, without the place and without a final " in … at line …".
	Message string
	// Code names what is wrong and does not change with the wording: "filter.unknown". The engine lists its codes, and says
	// them in the reader's language; "" where it has none.
	Code string
	// Params are what the message is about: "name" is the unknown filter, "of" what it belongs to. nil where there are none.
	Params map[string]string
	// Name is the template that the fault is in: an included one where it is there. For a part of a letter it is
	// the letter's name and the part, see [Compile].
	Name string
	// Line and Column count from 1, Column in runes; 0 means not known.
	Line, Column int
	// Err is the cause, such as a host's error or ctx.Err(); it may be nil.
	Err error
}

// Error returns the message with its place: "template: order/html:3:14: Unknown "nope" filter.".
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("template: ")
	if e.Name != "" {
		b.WriteString(e.Name)
		b.WriteByte(':')
	}
	if e.Line > 0 {
		b.WriteString(strconv.Itoa(e.Line))
		b.WriteByte(':')
		if e.Column > 0 {
			b.WriteString(strconv.Itoa(e.Column))
			b.WriteByte(':')
		}
	}
	if e.Name != "" || e.Line > 0 {
		b.WriteByte(' ')
	}
	b.WriteString(e.Message)
	return b.String()
}

// Unwrap returns e.Err.
func (e *Error) Unwrap() error { return e.Err }
