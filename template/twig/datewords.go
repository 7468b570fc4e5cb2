package twig

import (
	"strings"
	"time"
)

var monthNames = map[string]int{
	"jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6, "june": 6,
	"jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10, "october": 10, "nov": 11,
	"november": 11, "dec": 12, "december": 12,
}

var dayNames = map[string]int{
	"sun": 0, "sunday": 0, "mon": 1, "monday": 1, "tue": 2, "tues": 2, "tuesday": 2, "wed": 3, "wednesday": 3, "thu": 4,
	"thur": 4, "thurs": 4, "thursday": 4, "fri": 5, "friday": 5, "sat": 6, "saturday": 6,
}

var ordinals = map[string]int{
	"last": -1, "previous": -1, "this": 0, "next": 1, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
	"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}

// clock is 10:15, 10:15:30.5, T10:15, 10am and 10:15 pm, with the zone that may follow it.
func (d *dateText) clock() bool {
	start := d.i
	d.char("t")
	h, ok := d.digits(1, 2)
	if !ok || d.moreDigits() {
		return false
	}
	m, s, colon := 0, 0, d.i > 0 && d.s[start] == 't'
	if sep, ok := d.char(":."); ok {
		colon = true
		if m, ok = d.digits(1, 2); !ok || m > 59 {
			return false
		}
		if _, ok := d.char(string(sep)); ok {
			if s, ok = d.digits(1, 2); !ok || s > 60 {
				return false
			}
			rest := d.i
			if _, ok := d.char("."); ok && !d.fraction() {
				d.i = rest
			}
		}
	}
	h, ok = d.meridian(h)
	if !ok && !colon || h > 24 || d.haveTime {
		return false
	}
	d.setClock(h, m, s)
	return true
}

// meridian takes am or pm after an hour; ok reports that one was there.
func (d *dateText) meridian(h int) (int, bool) {
	start := d.i
	d.skipSpace()
	c, ok := d.char("ap")
	if ok {
		d.char(".")
		if _, m := d.char("m"); m {
			d.char(".")
			if next := d.peek(); (next < 'a' || next > 'z') && h >= 1 && h <= 12 {
				h %= 12
				if c == 'p' {
					h += 12
				}
				return h, true
			}
		}
	}
	d.i = start
	return h, false
}

// relativeNumber is "+1 day", "-2 weeks", "3 months ago" and "+1 week 2 days".
func (d *dateText) relativeNumber() bool {
	sign := int64(1)
	for {
		c, ok := d.char("+-")
		if !ok {
			break
		}
		if c == '-' {
			sign = -sign
		}
	}
	d.skipSpace()
	n, ok := d.digits(1, 10)
	if !ok || n > maxAmount {
		return false
	}
	d.skipSpace()
	unit := d.unitWord()
	return unit != "" && d.addUnit(sign*int64(n), unit, 1, true)
}

func (d *dateText) unitWord() string {
	if strings.HasPrefix(d.s[d.i:], "µs") {
		d.i += len("µs")
		return "usec"
	}
	return d.word()
}

// addUnit adds n units; behavior tells whether a weekday may be the day itself, keep that the time of day stays.
func (d *dateText) addUnit(n int64, unit string, behavior int, keep bool) bool {
	r := &d.rel
	if day, ok := dayNames[unit]; ok {
		r.any, r.haveWeekday = true, true
		if !keep {
			d.resetTime()
		}
		if n > 0 {
			r.days += (n - 1) * 7
		} else {
			r.days += n * 7
		}
		r.weekday, r.behavior = day, behavior
		return true
	}
	if unit != "s" {
		unit = strings.TrimSuffix(unit, "s")
	}
	add := func(d time.Duration) {
		if limit := int64(1<<62) / int64(d); n < limit && n > -limit {
			r.clock += time.Duration(n) * d
		}
	}
	switch unit {
	case "m", "msec", "millisecond":
		add(time.Millisecond)
	case "usec", "microsecond":
		add(time.Microsecond)
	case "s", "sec", "second":
		add(time.Second)
	case "min", "minute":
		add(time.Minute)
	case "hour":
		add(time.Hour)
	case "day":
		r.days += n
	case "weekday":
		r.workdays += n
		if !keep {
			d.resetTime()
		}
	case "week":
		r.days += 7 * n
	case "fortnight", "forthnight":
		r.days += 14 * n
	case "month":
		r.months += n
	case "year":
		r.years += n
	default:
		return false
	}
	r.any = true
	return true
}

func (d *dateText) resetTime() { d.hour, d.min, d.sec, d.ns, d.haveTime = 0, 0, 0, 0, false }

// words are today, next month, first day of, last friday of, monday, ago …
func (d *dateText) words() bool {
	w := d.word()
	if d.peek() == '/' || d.peek() == '_' {
		return false
	}
	switch w {
	case "now":
		return true
	case "today", "midnight":
		d.resetTime()
		return true
	case "noon":
		d.resetTime()
		d.setClock(12, 0, 0)
		return true
	case "tomorrow", "yesterday":
		d.resetTime()
		d.rel.any = true
		if w == "tomorrow" {
			d.rel.days++
		} else {
			d.rel.days--
		}
		return true
	case "ago":
		d.rel.invert()
		return true
	case "of", "the", "and":
		return w == "and" && d.rel.any
	}
	if day, ok := dayNames[w]; ok {
		d.resetTime()
		d.rel.any, d.rel.haveWeekday, d.rel.weekday = true, true, day
		if d.rel.behavior != 2 {
			d.rel.behavior = 1
		}
		return true
	}
	if n, ok := ordinals[w]; ok {
		return d.ordinal(w, n)
	}
	return false
}

func (r *relative) invert() {
	r.years, r.months, r.days, r.clock, r.workdays = -r.years, -r.months, -r.days, -r.clock, -r.workdays
	if r.haveWeekday {
		r.weekday = -r.weekday
		if r.weekday == 0 {
			r.weekday = -7
		}
	}
}

// ordinal is what follows "next", "last" or "first".
func (d *dateText) ordinal(w string, n int) bool {
	d.skipSpace()
	unit := d.word()
	if unit == "" {
		return false
	}
	after := d.i
	d.skipSpace()
	if start := d.i; d.word() == "of" {
		if unit == "day" && (w == "first" || w == "last") {
			d.rel.any = true
			d.rel.edge = 1
			if w == "last" {
				d.rel.edge = 2
			}
			return true
		}
		if day, ok := dayNames[unit]; ok && n != 0 {
			d.rel.any, d.rel.nth, d.rel.nthDay = true, n, day
			d.resetTime()
			return true
		}
		d.i = start
	}
	d.i = after
	if unit == "week" && (n > 1 || w == "first") {
		return false
	}
	if unit == "week" {
		d.rel.days += int64(7 * n)
		d.rel.any, d.rel.behavior = true, 2
		if !d.rel.haveWeekday {
			d.rel.haveWeekday, d.rel.weekday = true, 1
		}
		return true
	}
	behavior := 0
	if w == "this" {
		behavior = 1
	}
	return d.addUnit(int64(n), unit, behavior, false)
}

// zoneText is Z, UTC, +03:00, MSK or Europe/Moscow, in parentheses or not.
func (d *dateText) zoneText() bool {
	_, paren := d.char("(")
	end := d.i
	for end < len(d.s) && strings.IndexByte("+-:/_", d.s[end]) >= 0 || end < len(d.s) && isAlnum(d.s[end]) {
		end++
	}
	text := d.s[d.i:end]
	if text == "" || d.zone != nil && !d.unix {
		return false
	}
	for _, prefix := range []string{"gmt", "utc"} {
		if rest, ok := strings.CutPrefix(text, prefix); ok && rest != "" {
			text = rest
		}
	}
	loc, err := loadZone(zoneCase(text))
	if err != nil {
		return false
	}
	d.i = end
	if paren {
		d.char(")")
	}
	d.zone = loc
	return true
}

// zoneCase restores the capitals of a zone's identifier that was lower-cased.
func zoneCase(s string) string {
	if strings.IndexByte(s, '/') < 0 {
		return strings.ToUpper(s)
	}
	b := []byte(s)
	start := true
	for i, c := range b {
		if start && c >= 'a' && c <= 'z' {
			b[i] = c - 'a' + 'A'
		}
		start = c == '/' || c == '_' || c == '-'
	}
	return string(b)
}

// offsetZone is +03:00, +0300, +3 or -11:30:15.
func offsetZone(s string) (*time.Location, bool) {
	if len(s) < 2 || s[0] != '+' && s[0] != '-' {
		return nil, false
	}
	digits := strings.ReplaceAll(s[1:], ":", "")
	if skipDigits(digits, 0) != len(digits) || len(digits) > 6 {
		return nil, false
	}
	if i := strings.IndexByte(s, ':'); i == 2 || len(digits)%2 == 1 {
		digits = "0" + digits
	}
	digits = (digits + "0000")[:6]
	seconds := int(toInt(String(digits[:2])))*3600 + int(toInt(String(digits[2:4])))*60 + int(toInt(String(digits[4:])))
	if s[0] == '-' {
		seconds = -seconds
	}
	t := time.Unix(0, 0).In(time.FixedZone("", seconds))
	return time.FixedZone(offsetText(t, ":"), seconds), true
}

// abbreviation is a zone known by its initials.
func abbreviation(name string) (*time.Location, bool) {
	hours, ok := map[string]float64{
		"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "MSK": 3, "MSD": 4, "CET": 1,
		"CEST": 2, "EET": 2, "EEST": 3, "WET": 0, "WEST": 1, "BST": 1, "IST": 5.5, "JST": 9, "HST": -10, "AKST": -9, "AKDT": -8,
		"SAMT": 4, "YEKT": 5, "NOVT": 7,
	}[strings.ToUpper(name)]
	if i := strings.Index("NOPQRSTUVWXY", strings.ToUpper(name)); len(name) == 1 && i >= 0 {
		hours, ok = float64(-1-i), true
	}
	if i := strings.Index("ABCDEFGHIKLM", strings.ToUpper(name)); len(name) == 1 && i >= 0 {
		hours, ok = float64(1+i), true
	}
	if !ok {
		return nil, false
	}
	return time.FixedZone(strings.ToUpper(name), int(hours*3600)), true
}
