package twig

import (
	"time"
)

// The forms of dates and times, each of which says what one kind of text in dateForms means.

// beginDate notes that there is a date now; two of them contradict each other.
func (d *dateText) beginDate() bool {
	if d.haveDate {
		return false
	}
	d.haveDate = true
	return true
}

// keyword is now, today, noon and the days around.
func (d *dateText) keyword(t *dateToken) bool {
	switch word := t.word(); word {
	case "now":
	case "noon":
		d.resetTime()
		d.times, d.hour = 1, 12
	case "tomorrow", "yesterday":
		d.resetTime()
		d.rel.days = map[string]int64{"tomorrow": 1, "yesterday": -1}[word]
	default:
		d.resetTime()
	}
	return true
}

// american is 5/9 and 5/9/2026.
func (d *dateText) american(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.month, d.day = t.num(2), t.num(2)
	t.daySuffix()
	if t.peek() == '/' {
		d.year = t.year()
	}
	return true
}

// yearMonthDay is 2026-05-09, 26-5-9, 2026/05/09 and -0044-03-15.
func (d *dateText) yearMonthDay(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	if c := t.peek(); c == '+' || c == '-' {
		d.year = t.signed(19)
	} else {
		d.year = t.year()
	}
	d.month, d.day = t.num(2), t.num(2)
	return true
}

// yearMonth is 2026-05.
func (d *dateText) yearMonth(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.year, d.month, d.day = t.num(4), t.num(2), 1
	return true
}

// dayMonth is 09.05.2026, 9 May 2026, 9th May and 9-V-26.
func (d *dateText) dayMonth(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.day = t.num(2)
	t.daySuffix()
	d.monthAny(t)
	if year := t.year(); year != unset {
		d.year = year
	}
	return true
}

// monthAny reads a month by its number or its name.
func (d *dateText) monthAny(t *dateToken) {
	from := t.i
	if d.month = t.month(); d.month == 0 {
		t.i = from
		d.month = t.num(2)
	}
}

// monthYear is May 2026.
func (d *dateText) monthYear(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.month, d.year, d.day = t.month(), t.num(4), 1
	return true
}

// yearMonthText is 2026 May.
func (d *dateText) yearMonthText(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.year, d.month, d.day = t.num(4), t.month(), 1
	return true
}

// monthDay is May 9, 2026, May 9th and May-09-26.
func (d *dateText) monthDay(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.month, d.day = t.month(), t.num(2)
	if year := t.year(); year != unset {
		d.year = year
	}
	return true
}

// yearTextDay is 2026-May-09.
func (d *dateText) yearTextDay(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.year, d.month, d.day = t.year(), t.month(), t.num(2)
	return true
}

// dateDigits is 20260509.
func (d *dateText) dateDigits(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.year, d.month, d.day = t.num(4), t.num(2), t.num(2)
	return true
}

// dayOfYear is 2026-129 and 2026129.
func (d *dateText) dayOfYear(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.year, d.month, d.day = t.num(4), 1, t.num(3)
	return true
}

// week is 2026-W19-6 and 2026W19.
func (d *dateText) week(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	year, week := t.num(4), t.num(2)
	day := t.num(1)
	if day == unset {
		day = 1
	}
	first := int(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Weekday())
	if first > 4 {
		first -= 7
	}
	d.year, d.month, d.day = year, 1, 1
	d.rel.days += int64(-first + (week-1)*7 + day)
	return true
}

// yearOnly is a year that cannot be a time.
func (d *dateText) yearOnly(t *dateToken) bool {
	d.year = t.num(4)
	return true
}

// monthOnly is May.
func (d *dateText) monthOnly(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.month = t.month()
	return true
}

// shortDate is the date of a form that a time follows.
func (d *dateText) shortDate(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.month, d.day = t.month(), t.num(2)
	return true
}
