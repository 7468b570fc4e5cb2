package twig

import (
	"regexp"
	"strings"
	"sync"
)

// dateRule is a form that a piece of a date has in PHP's grammar, and what it means. The meaning is false where it
// contradicts what was read before.
type dateRule struct {
	form *regexp.Regexp
	mean func(d *dateText, t *dateToken) bool
}

// dateParts are the names of PHP's grammar, each made of those before it. Letters in (?i:…) may be capitals; the end of
// the text is a NUL.
var dateParts = [][2]string{
	{"space", `[ \t]+`},
	{"frac", `\.[0-9]+`},
	{"hour24lz", `(?:[01][0-9]|2[0-4])`},
	{"hour24", `(?:[01]?[0-9]|2[0-4])`},
	{"hour12", `(?:0?[1-9]|1[0-2])`},
	{"minutelz", `[0-5][0-9]`},
	{"minute", `[0-5]?[0-9]`},
	{"secondlz", `(?:[0-5][0-9]|60)`},
	{"second", `(?:[0-5]?[0-9]|60)`},
	{"meridian", `(?:[AaPp]\.?[Mm]\.?[\x00\t ])`},
	{"tzcorrection", `(?:GMT)?[+-](?:<hour24>(?::?<minute>)?|<hour24lz><minutelz><secondlz>|<hour24lz>:<minutelz>:<secondlz>)`},
	{"tz", `(?:\(?[A-Za-z]{1,6}\)?|[A-Z][a-z]+(?:[_/-][A-Za-z]+)+)`},
	{"daysuf", `(?:st|nd|rd|th)`},
	{"monthlz", `(?:0[0-9]|1[0-2])`},
	{"month", `(?:0?[0-9]|1[0-2])`},
	{"daylz", `(?:[0-2][0-9]|3[01])`},
	{"day", `(?:(?:[0-2]?[0-9]|3[01])<daysuf>?)`},
	{"year4", `[0-9]{4}`},
	{"year2", `[0-9]{2}`},
	{"year", `[0-9]{1,4}`},
	{"dayofyear", `(?:00[1-9]|0[1-9][0-9]|[12][0-9][0-9]|3[0-5][0-9]|36[0-6])`},
	{"weekofyear", `(?:0[1-9]|[1-4][0-9]|5[0-3])`},
	{"dayname", `(?i:sundays?|mondays?|tuesdays?|wednesdays?|thursdays?|fridays?|saturdays?|sun|mon|tue|wed|thu|fri|sat)`},
	{"daytext", `(?:<dayname>|(?i:weekdays?))`},
	{"monthabbr", `(?i:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)`},
	{"monthname", `(?:(?i:january|february|march|april|may|june|july|august|september|october|november|december)|<monthabbr>)`},
	{"monthtext", `(?:<monthname>|I|II|III|IV|V|VI|VII|VIII|IX|X|XI|XII)`},
	{"timeshort12", `<hour12>[:.]<minutelz>(?:<space>)?<meridian>`},
	{"timelong12", `<hour12>[:.]<minute>[:.]<secondlz>(?:<space>)?<meridian>`},
	{"timeshort24", `[tT]?<hour24>[:.]<minute>`},
	{"timelong24", `[tT]?<hour24>[:.]<minute>[:.]<second>`},
	{"timezoned", `[tT]?<hour24>[:.]<minute>[:.]<secondlz>(?:<space>)?(?:<tzcorrection>|<tz>)`},
	{"datenoyear", `<monthtext>[ .\t-]*<day>(?:[,.stndrh\t ]+|\x00)`},
	{"ordinal", `(?i:first|second|third|fourth|fifth|sixth|seventh|eighth?|ninth|tenth|eleventh|twelfth)`},
	{"direction", `(?i:next|last|previous|this)`},
	{"unit", `(?:µ(?i:s|secs?)|(?i:ms|(?:msec|millisecond|microsecond|usec|sec|second|min|minute|hour|day|fortnight|forthnight|month|year)s?|weeks)|<daytext>)`},
}

// dateForms are the forms themselves. The longest that fits counts, and the first of equal ones.
var dateForms = []struct {
	form string
	mean func(d *dateText, t *dateToken) bool
}{
	{`(?i:yesterday|now|noon|midnight|today|tomorrow)`, (*dateText).keyword},
	{`@-?[0-9]+`, (*dateText).timestamp},
	{`@-?[0-9]+\.[0-9]{0,6}`, (*dateText).timestamp},
	{`(?i:first day of|last day of)`, (*dateText).edgeOfMonth},
	{`(?i:back of |front of )<hour24>(?:(?:<space>)?<meridian>)?`, (*dateText).nearHour},
	{`(?:<ordinal>|<direction>)<space><dayname><space>(?i:of)`, (*dateText).weekdayOf},
	{`<hour12>(?:<space>)?<meridian>|<timeshort12>|<timelong12>|<hour12>:<minutelz>:<secondlz>[:.][0-9]+<meridian>`, (*dateText).clock12},
	{`[tT]<hour24>|<timeshort24>|<timelong24>|[tT]?<hour24>[:.]<minute>[:.]<second><frac>`, (*dateText).clock24},
	{`[tT]?<hour24lz><minutelz>`, (*dateText).clockOrYear},
	{`[tT]?<hour24lz><minutelz><secondlz>`, (*dateText).clockDigits},
	{`<month>/<day>|<month>/<day>/<year>`, (*dateText).american},
	{`[+-]?<year4>-<monthlz>-<daylz>|<year4>/<monthlz>/<daylz>/?|<year4>/<month>/<day>|<year2>-<monthlz>-<daylz>|[+-][0-9]{5,19}-<monthlz>-<daylz>|<year>-<month>-<day>`, (*dateText).yearMonthDay},
	{`<year4>-<month>`, (*dateText).yearMonth},
	{`<day>[ \t.-]*<monthtext>[ \t.-]*<year>|<day>[.\t-]<month>[.-]<year4>|<day>[.\t]<month>\.<year2>|<day>[ .\t-]*<monthtext>`, (*dateText).dayMonth},
	{`<monthtext>[ .\t-]*<year4>`, (*dateText).monthYear},
	{`<year4>[ .\t-]*<monthtext>`, (*dateText).yearMonthText},
	{`<monthtext>[ .\t-]*<day>[,.stndrh\t ]+<year>|<datenoyear>`, (*dateText).monthDay},
	{`<year4><monthlz><daylz>`, (*dateText).dateDigits},
	{`<year4><monthlz><daylz>T<hour24>:<minutelz>:<secondlz>|<year4><monthlz><daylz>[tT]<hour24><minutelz><secondlz>`, (*dateText).compact},
	{`<year4>-<monthlz>-<daylz>T<hour24lz>:<minutelz>:<secondlz><frac>(?:<tzcorrection>)?|<year4>-<month>-<day>T<hour24>:<minute>:<second>|<year4>:<monthlz>:<daylz> <hour24lz>:<minutelz>:<secondlz>`, (*dateText).compact},
	{`<year4>[.-]?<dayofyear>`, (*dateText).dayOfYear},
	{`<year4>-?W<weekofyear>(?:-?[0-7])?`, (*dateText).week},
	{`<monthabbr>-<daylz>-<year>`, (*dateText).monthDay},
	{`<year>-<monthabbr>-<daylz>`, (*dateText).yearTextDay},
	{`<day>/<monthabbr>/<year4>:<hour24lz>:<minutelz>:<secondlz><space><tzcorrection>`, (*dateText).logTime},
	{`<year4>`, (*dateText).yearOnly},
	{`(?i:ago)`, (*dateText).ago},
	{`<daytext>`, (*dateText).weekday},
	{`<direction><space>(?i:week)`, (*dateText).relativeWeek},
	{`(?:<ordinal>|<direction>)<space><unit>`, (*dateText).relativeText},
	{`<monthname>`, (*dateText).monthOnly},
	{`<tzcorrection>|<tz>`, (*dateText).timezone},
	{`<datenoyear>(?:<timeshort12>|<timelong12>)`, (*dateText).monthDayClock12},
	{`<datenoyear>(?:<timeshort24>|<timelong24>|<timezoned>)`, (*dateText).monthDayClock},
	{`[+-]*[ \t]*[0-9]{1,13}(?:<space>)?(?:<unit>|(?i:week))`, (*dateText).relativeNumber},
}

// dateRules are the forms ready for use. They are made when the first date is read that is not written as most are.
var dateRules = sync.OnceValue(func() []dateRule {
	var parts []string
	for _, p := range dateParts {
		whole := strings.NewReplacer(parts...).Replace(p[1])
		parts = append(parts, "<"+p[0]+">", "(?:"+whole+")")
	}
	expand := strings.NewReplacer(parts...)
	rules := make([]dateRule, len(dateForms))
	for i, f := range dateForms {
		re := regexp.MustCompile(`^(?:` + expand.Replace(f.form) + `)`)
		re.Longest()
		rules[i] = dateRule{re, f.mean}
	}
	return rules
})

// next reads the piece of the date that begins at the cursor.
func (d *dateText) next() bool {
	rest := d.s[d.i:]
	var best *dateRule
	size := 0
	rules := dateRules()
	for i := range rules {
		if at := rules[i].form.FindStringIndex(rest); at != nil && at[1] > size {
			best, size = &rules[i], at[1]
		}
	}
	if best == nil {
		return false
	}
	d.i += size
	return best.mean(d, &dateToken{s: strings.TrimSuffix(rest[:size], "\x00")})
}
