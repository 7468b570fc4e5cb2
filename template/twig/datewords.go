package twig

import (
	"time"
)

var monthNames = map[string]int{
	"jan": 1, "january": 1, "feb": 2, "february": 2, "mar": 3, "march": 3, "apr": 4, "april": 4, "may": 5, "jun": 6, "june": 6,
	"jul": 7, "july": 7, "aug": 8, "august": 8, "sep": 9, "sept": 9, "september": 9, "oct": 10, "october": 10, "nov": 11,
	"november": 11, "dec": 12, "december": 12,
	"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9, "x": 10, "xi": 11, "xii": 12,
}

var dayNames = map[string]int{
	"sun": 0, "sunday": 0, "sundays": 0, "mon": 1, "monday": 1, "mondays": 1, "tue": 2, "tuesday": 2, "tuesdays": 2,
	"wed": 3, "wednesday": 3, "wednesdays": 3, "thu": 4, "thursday": 4, "thursdays": 4, "fri": 5, "friday": 5, "fridays": 5,
	"sat": 6, "saturday": 6, "saturdays": 6,
}

var ordinals = map[string]int{
	"last": -1, "previous": -1, "this": 0, "next": 1, "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6,
	"seventh": 7, "eight": 8, "eighth": 8, "ninth": 9, "tenth": 10, "eleventh": 11, "twelfth": 12,
}

// clockUnits are the units that a clock shows.
var clockUnits = map[string]time.Duration{
	"µs": time.Microsecond, "µsec": time.Microsecond, "usec": time.Microsecond, "microsecond": time.Microsecond,
	"ms": time.Millisecond, "msec": time.Millisecond, "millisecond": time.Millisecond,
	"sec": time.Second, "second": time.Second, "min": time.Minute, "minute": time.Minute, "hour": time.Hour,
}

// weekday is friday, and weekdays, which PHP takes for Monday.
func (d *dateText) weekday(t *dateToken) bool {
	d.resetTime()
	day, ok := dayNames[t.word()]
	if !ok {
		day = 1
	}
	d.rel.haveWeekday, d.rel.weekday = true, day
	if d.rel.behavior != 2 {
		d.rel.behavior = 1
	}
	return true
}

// ago turns around what was added so far.
func (d *dateText) ago(*dateToken) bool {
	r := &d.rel
	r.years, r.months, r.days, r.clock, r.workdays = -r.years, -r.months, -r.days, -r.clock, -r.workdays
	if r.weekday = -r.weekday; r.weekday == 0 {
		r.weekday = -7
	}
	return true
}

// edgeOfMonth is "first day of" and "last day of".
func (d *dateText) edgeOfMonth(t *dateToken) bool {
	d.rel.edge = 1
	if t.word() == "last" {
		d.rel.edge = 2
	}
	return true
}

// nearHour is "back of 7pm", a quarter past it, and "front of 7pm", a quarter to it.
func (d *dateText) nearHour(t *dateToken) bool {
	hour, minute := 0, 15
	if t.word() == "front" {
		hour, minute = -1, 45
	}
	d.resetTime()
	d.times = 1
	d.hour, d.min = hour+t.num(2), minute
	if !t.done() {
		t.spaces()
		d.hour = t.meridian(d.hour)
	}
	return true
}

// ordinal reads "next", "last" or "third" and the spaces after it. this tells that "this" was read, which may be today.
func (t *dateToken) ordinal() (n int64, this bool) {
	word := t.word()
	t.spaces()
	return int64(ordinals[word]), word == "this"
}

// weekdayOf is "second monday of" and "last friday of".
func (d *dateText) weekdayOf(t *dateToken) bool {
	n, this := t.ordinal()
	behavior := 1
	if d.rel.ofMonth = 1; n <= 0 {
		d.rel.ofMonth = 2
		if !this {
			behavior = 0
		}
	}
	d.addUnit(n, t.word(), behavior, false)
	return true
}

// relativeWeek is "next week": its Monday, or the weekday that is named beside.
func (d *dateText) relativeWeek(t *dateToken) bool {
	n, _ := t.ordinal()
	d.rel.days += 7 * n
	d.rel.behavior = 2
	if !d.rel.haveWeekday {
		d.rel.haveWeekday, d.rel.weekday = true, 1
	}
	return true
}

// relativeText is "next month" and "third friday".
func (d *dateText) relativeText(t *dateToken) bool {
	n, this := t.ordinal()
	behavior := 0
	if this {
		behavior = 1
	}
	d.addUnit(n, t.word(), behavior, false)
	return true
}

// relativeNumber is "+1 day" and "-2weeks".
func (d *dateText) relativeNumber(t *dateToken) bool {
	n := int64(t.signed(13))
	t.spaces()
	d.addUnit(min(max(n, -maxAmount), maxAmount), t.word(), 1, true)
	return true
}

// addUnit adds n units; behavior tells whether a weekday may be the day itself, keep that the time of day stays.
func (d *dateText) addUnit(n int64, unit string, behavior int, keep bool) {
	r := &d.rel
	if day, ok := dayNames[unit]; ok {
		if !keep {
			d.resetTime()
		}
		r.days += 7 * (n - min(1, max(n, 0)))
		r.haveWeekday, r.weekday, r.behavior = true, day, behavior
		return
	}
	if size, ok := clockUnits[unit]; ok {
		r.addClock(n, size)
		return
	}
	switch unit {
	case "day", "days":
		r.days += n
	case "weekday", "weekdays":
		r.workdays, r.haveWorkdays, r.ofMonth = n, true, 0
		if !keep {
			d.resetTime()
		}
	case "week", "weeks":
		r.days += 7 * n
	case "fortnight", "fortnights", "forthnight", "forthnights":
		r.days += 14 * n
	case "month", "months":
		r.months += n
	case "year", "years":
		r.years += n
	default:
		r.addClock(n, clockUnits[unit[:len(unit)-1]])
	}
}

// addClock adds n times a size, as far as a clock can be counted.
func (r *relative) addClock(n int64, size time.Duration) {
	limit := int64(1<<62) / int64(size)
	if n >= limit || n <= -limit {
		return
	}
	if size < time.Second {
		r.fraction += time.Duration(n) * size
	} else {
		r.clock += time.Duration(n) * size
	}
}
