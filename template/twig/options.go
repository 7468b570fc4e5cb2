package twig

import (
	"time"

	"github.com/crmmail/crmmail/template"
)

// Options configure an [Engine]. The zero Options are the safe default: HTML escaping, a sandbox with [UserPolicy],
// limits, no other templates, UTC.
type Options struct {
	// Source gives the templates that others include, extend or import. nil means that there are none.
	Source template.Source
	// Policy is what templates may use; nil means [UserPolicy] with the filters and functions of this Options. It is
	// ignored where Trusted is set.
	Policy *Policy
	// Trusted turns the sandbox off, for templates of the host's own. Limits stay.
	Trusted bool
	// Unsandboxed applies Policy only to templates that are included with the sandbox tag or sandboxed=true.
	Unsandboxed bool
	// Strict makes reading a variable or attribute that does not exist an error instead of null.
	Strict bool
	// Autoescape is the strategy of templates loaded with [Engine.Load]: "" or "html", "js", "css", "url", "html_attr",
	// "html_attr_relaxed", "name" for the one that the ending of a template's name tells, and "none".
	Autoescape string
	// Location is the time zone that dates are shown and read in; nil means UTC.
	Location *time.Location
	// Locale is the one of format_currency, format_number, format_date, format_time and format_datetime where a template
	// names none: "ru", "en", "es", or one of these with its own country, as "es_ES". The empty one is "en".
	Locale string
	// DateFormat and IntervalFormat are the defaults of the filter date: "F j, Y H:i" and "%d days" where empty.
	DateFormat, IntervalFormat string
	// NumberFormat holds the defaults of the filter number_format; nil means 0 decimals, "." and ",".
	NumberFormat *NumberFormat
	// Globals are variables that every template and macro sees. They are converted by [Of].
	Globals map[string]any
	// Constants are what the function constant gives besides PHP's JSON_ constants, by name: "App\\Order::PAID". They are
	// converted by [Of].
	Constants map[string]any
	// Filters and Functions are the host's own, by name. They take the place of Twig's own of the same name.
	Filters, Functions map[string]Func
	// StringLoader adds the function template_from_string.
	StringLoader bool
	// Limits bound a rendering; zero fields mean the defaults.
	Limits Limits
	// Now is the clock; nil means [time.Now].
	Now func() time.Time
	// Random returns a random number in [0, n), n > 0, from many goroutines at once; nil means math/rand.
	Random func(n int64) int64
}

// NumberFormat is how the filter number_format writes numbers by default.
type NumberFormat struct {
	Decimals            int
	Point, ThousandsSep string
}

// Limits bound what one rendering, and one source, may take.
type Limits struct {
	Steps       int64 // turns of loops, calls and elements worked on; 1,000,000
	OutputBytes int   // what is printed, captured parts included, and the longest text that is made; 8 MiB
	LiveBytes   int64 // about what values take that the template builds, all together; 64 MiB
	Depth       int   // of includes, extends, blocks, macros and arrow functions in each other; 200
	SourceBytes int   // of one template; 1 MiB
}

func (l Limits) filled() Limits {
	set := func(v *int, def int) {
		if *v <= 0 {
			*v = def
		}
	}
	if l.Steps <= 0 {
		l.Steps = 1_000_000
	}
	if l.LiveBytes <= 0 {
		l.LiveBytes = 64 << 20
	}
	set(&l.OutputBytes, 8<<20)
	set(&l.Depth, 200)
	set(&l.SourceBytes, 1<<20)
	return l
}
