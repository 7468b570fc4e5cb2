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

// beginTime notes that there is a time of day now.
func (d *dateText) beginTime() bool {
	if d.times > 0 {
		return false
	}
	d.resetTime()
	d.times = 1
	return true
}

func (d *dateText) resetTime() { d.hour, d.min, d.sec, d.ns, d.times = 0, 0, 0, 0, 0 }

// seconds reads the seconds of a time, with their fraction, where it has some.
func (d *dateText) seconds(t *dateToken) {
	if c := t.peek(); c != ':' && c != '.' {
		return
	}
	d.sec = t.num(2)
	if c := t.peek(); c == '.' || c == ':' {
		d.ns = t.nanoseconds()
	}
}

// rest reads the zone that may end a time.
func (d *dateText) rest(t *dateToken) bool {
	if t.done() {
		return true
	}
	zone := t.zone()
	if zone != nil {
		d.zone = zone
	}
	return zone != nil
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

// timestamp is @1126396800.5.
func (d *dateText) timestamp(t *dateToken) bool {
	if !d.countZone() {
		return false
	}
	n := int64(t.signed(18))
	d.resetTime()
	d.haveDate = false
	d.year, d.month, d.day = 1970, 1, 1
	d.zone, d.unix = time.FixedZone("+00:00", 0), true
	d.rel.days += n / 86400
	d.rel.clock += time.Duration(n%86400) * time.Second
	if t.peek() == '.' {
		ns := t.nanoseconds()
		if t.s[1] == '-' {
			ns = -ns
		}
		d.rel.clock += time.Duration(ns)
	}
	return true
}

// clock12 is 10am, 10:15 pm and 10:15:30.5 a.m.
func (d *dateText) clock12(t *dateToken) bool {
	if !d.beginTime() {
		return false
	}
	d.hour = t.num(2)
	if c := t.peek(); c == ':' || c == '.' {
		d.min = t.num(2)
		d.seconds(t)
	}
	d.hour = t.meridian(d.hour)
	return true
}

// clock24 is 22:15, t22:15:30.5 and 22:15:30 Europe/Moscow.
func (d *dateText) clock24(t *dateToken) bool {
	if !d.beginTime() {
		return false
	}
	d.hour = t.num(2)
	if c := t.peek(); c == ':' || c == '.' {
		d.min = t.num(2)
		d.seconds(t)
	}
	return d.rest(t)
}

// clockOrYear is 2215, which is a year where there is a time already.
func (d *dateText) clockOrYear(t *dateToken) bool {
	switch d.times {
	case 0:
		d.hour, d.min, d.sec = t.num(2), t.num(2), 0
	case 1:
		if !d.beginDate() {
			return false
		}
		d.year = t.num(4)
	default:
		return false
	}
	d.times++
	return true
}

// clockDigits is 221530.
func (d *dateText) clockDigits(t *dateToken) bool {
	if !d.beginTime() {
		return false
	}
	d.hour, d.min, d.sec = t.num(2), t.num(2), t.num(2)
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

// compact is a date and a time in one: 20260509T101530, 2026-05-09T10:15:30.5+03:00.
func (d *dateText) compact(t *dateToken) bool {
	if !d.beginTime() || !d.dateDigits(t) {
		return false
	}
	d.hour, d.min, d.sec = t.num(2), t.num(2), t.num(2)
	if t.peek() == '.' {
		d.ns = t.nanoseconds()
	}
	return d.rest(t)
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

// logTime is 10/Oct/2000:13:55:36 -0700.
func (d *dateText) logTime(t *dateToken) bool {
	if !d.beginTime() || !d.beginDate() {
		return false
	}
	d.day, d.month, d.year = t.num(2), t.month(), t.num(4)
	d.hour, d.min, d.sec = t.num(2), t.num(2), t.num(2)
	return d.rest(t)
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

// monthDayClock12 is May 9 10:15 pm.
func (d *dateText) monthDayClock12(t *dateToken) bool {
	return d.shortDate(t) && d.clock12(t)
}

// monthDayClock is May 9 22:15.
func (d *dateText) monthDayClock(t *dateToken) bool {
	return d.shortDate(t) && d.clock24(t)
}

// shortDate is the date of a form that a time follows.
func (d *dateText) shortDate(t *dateToken) bool {
	if !d.beginDate() {
		return false
	}
	d.month, d.day = t.month(), t.num(2)
	return true
}

// timezone is Z, +03:00, MSK and (Europe/Moscow). A second one is passed over, a third refused.
func (d *dateText) timezone(t *dateToken) bool {
	first := d.zones == 0
	if !d.countZone() {
		return false
	}
	if !first {
		return true
	}
	return d.rest(t)
}

func (d *dateText) countZone() bool {
	d.zones++
	return d.zones <= 2
}
