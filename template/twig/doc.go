// Package twig renders templates in the language of Twig 3.30, the template language of PHP, with the tag cancel that
// RetailCRM adds. It is made for templates that users of a CRM write: they are hostile until proven otherwise.
//
//	eng, err := twig.New(twig.Options{})
//	letter, err := eng.Parse(ctx, "birthday", "Здравствуйте, {{ customer.firstName|default('друг') }}!", template.EscapeHTML)
//	out, err := letter.Render(ctx, template.Vars{"customer": map[string]any{"firstName": "Анна"}})
//
// The zero [Options] are the safe ones: printed values are escaped, a sandbox with [UserPolicy] is on, every rendering
// has limits. An [Engine] and its templates are safe for concurrent use.
//
// # What compatible means
//
// Output is Twig's byte for byte, with PHP's values: ordered maps whose key "1" is 1, loose comparison, 14 digits of a
// float, rounding half away from zero, text that counts as a number, PHP's order of what sorts in contradictory ways,
// date() with its letters and its whole grammar of absolute and relative dates. Errors have Twig's wording and line, and a
// column. The cases under testdata/cases are each checked against the real Twig 3.30.0 where there is one
// (TestCasesAgainstTwig), and TestDifferential compares templates made by a grammar with it, for as long as
// CRMMAIL_DIFFERENTIAL says.
//
// All tags, filters, functions, tests and operators of Twig's core are there, sandbox and deprecated ones included, with
// cancel of RetailCRM. Left out, each refused with an error that says so:
//
//   - the functions enum and enum_cases and the test constant, as there are no enums or classes here; the function
//     constant knows PHP's JSON_ constants and [Options].Constants;
//   - the function dump, and what is not Twig's core, but for the filters of its intl extra below: a host may add it
//     with [Options].Functions and [Options].Filters;
//   - callables given by name, as in filter('strtoupper'): only arrow functions are called;
//   - conditions, recursion and callouts in the regular expressions of matches, which are PCRE's else, and patterns of
//     more than 4,000 bytes.
//
// What is there but differs from Twig on PHP:
//
//   - where PHP only warns and goes on with something else, as date_modify does with text that it does not understand
//     and convert_encoding with encodings that it does not know, a rendering fails;
//   - abbreviations of time zones are the common ones, and the text of a date is 500 bytes at most;
//   - the names _seq, _parent and _key that Twig's loops leave in _context are not there;
//   - a loop whose variable is called loop sees its elements, which Twig fails at;
//   - what a set or apply tag around imports stays imported after it;
//   - default takes its argument by name and spread, at which Twig stumbles;
//   - faults in a macro or an elseif have the line of the fault itself, which Twig guesses;
//   - of several things that a policy does not allow the first in the source is told, and a block is a tag in a template
//     that extends another as well;
//   - faults of PHP's own have its wording without the place in PHP's code, and messages end after 64 KiB;
//   - flush does nothing, as a letter is printed in whole;
//   - there are limits: see [Limits] for those of a rendering. Expressions and tags are nested 400 deep at most.
//
// # Languages
//
// The filters format_currency, format_number (with format_decimal_number and format_percent_number), format_date,
// format_time and format_datetime are those of Twig's intl extra for the locales ru, en and es, as ICU 72 has them
// (TestIntlAgainstICU). Other locales, and the styles, attributes, calendars, relative formats and letters of a pattern
// that are not there, are refused by name. Zones that the tables do not name are written as "GMT+05:30".
// The function ru_plural is this engine's own and chooses the form of a Russian word:
//
//	{{ n }} {{ ru_plural(n, 'товар', 'товара', 'товаров') }}
//
// # Time zones
//
// Zones that templates and [Options].Location name are found in the data of the system or of Go. A program that runs
// where there is neither imports time/tzdata, which adds about 450 KB to it; without any, every zone but UTC and those
// given by their distance from it is refused when it is used.
//
// # Checking
//
// [Engine.Check] says all that is wrong with a template before it is rendered: faults with their places, variables that
// do not exist with the names that were meant, values printed without escaping, and what the template uses. [Describe]
// says an error of Parse or Render in the reader's language.
//
// # Values
//
// Templates see plain data: see [Of] for the Go types. A template never reaches a field or a method of a host's value.
// Maps of Go have no order, so they are read sorted by key; [Map] and [DecodeJSON] keep one.
//
// # Errors
//
// Every error is, or wraps, a *[template.Error] with Twig's own wording, the template's name, line and column, and a
// code: [CodeSyntax] and its neighbours, each with a template that triggers it. Parse finds what is wrong with the source,
// and what the policy does not allow. {% cancel "reason" %} is not an error but an outcome: template.Output.Canceled.
//
// # Safety
//
// [Policy] lists what templates may use; it belongs to the engine and is part of every template that it parsed. [Limits]
// bound the work, the output, the memory and the nesting of one rendering, and the context its time. Nothing is
// generated or reflected upon: templates are trees that are walked.
package twig
