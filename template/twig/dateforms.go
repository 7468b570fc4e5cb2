package twig

import (
	"strconv"
	"strings"
	"time"
)

func (d *dateText) setDate(y, m, day int) bool {
	if m != unset && (m < 0 || m > 12) || day != unset && (day < 0 || day > 31) {
		return false
	}
	d.haveDate = true
	if y != unset {
		d.year = y
	}
	d.month, d.day = m, day
	return true
}

func fullYear(y, digits int) int {
	if digits > 2 {
		return y
	}
	if y < 70 {
		return 2000 + y
	}
	return 1900 + y
}

func (d *dateText) timestamp() bool {
	if _, ok := d.char("@"); !ok {
		return false
	}
	_, negative := d.char("-")
	n, ok := d.digits(1, 18)
	if !ok {
		return false
	}
	if negative {
		n = -n
	}
	d.setDate(1970, 1, 1)
	d.hour, d.min, d.sec, d.ns, d.haveTime = 0, 0, 0, 0, true
	d.zone, d.unix = time.FixedZone("+00:00", 0), true
	d.rel.days += int64(n / 86400)
	d.rel.clock += time.Duration(n%86400) * time.Second
	if _, ok := d.char("."); ok {
		d.fraction()
	}
	return true
}

// fraction takes the digits of a fraction of a second.
func (d *dateText) fraction() bool {
	start := d.i
	if _, ok := d.digits(1, 9); !ok {
		return false
	}
	text := (d.s[start:d.i] + "000000")[:6]
	for d.moreDigits() {
		d.i++
	}
	n, _ := strconv.Atoi(text)
	d.ns = n * 1000
	return true
}

// isoDate is 2026-05-09, 2026-5-9 and 2026-05.
func (d *dateText) isoDate() bool {
	sign := 1
	if c, ok := d.char("+-"); ok && c == '-' {
		sign = -1
	}
	start := d.i
	y, ok := d.digits(1, 4)
	size := d.i - start
	if !ok || d.moreDigits() {
		return false
	}
	if _, ok := d.char("-"); !ok {
		return false
	}
	from := d.i
	if day, ok := d.digits(3, 3); ok && size == 4 && !d.moreDigits() {
		return d.setDayOfYear(sign*y, day)
	}
	d.i = from
	m, ok := d.digits(1, 2)
	if !ok || m > 12 {
		return false
	}
	if _, ok := d.char("-"); !ok {
		return size == 4 && !d.moreDigits() && d.setDate(sign*y, m, 1)
	}
	day, ok := d.digits(1, 2)
	if !ok || d.moreDigits() {
		return false
	}
	return d.setDate(sign*fullYear(y, size), m, day)
}

func (d *dateText) setDayOfYear(y, day int) bool {
	t := time.Date(y, 1, day, 0, 0, 0, 0, time.UTC)
	return d.setDate(t.Year(), int(t.Month()), t.Day())
}

// slashDate is 2026/05/09, 05/09/2026, 5/9/26 and 5/9.
func (d *dateText) slashDate() bool {
	start := d.i
	a, ok := d.digits(1, 4)
	size := d.i - start
	if _, slash := d.char("/"); !ok || !slash {
		return false
	}
	b, ok := d.digits(1, 2)
	if !ok {
		return false
	}
	if _, slash := d.char("/"); !slash {
		return size <= 2 && d.setDate(unset, a, b)
	}
	start = d.i
	c, ok := d.digits(1, 4)
	if !ok {
		return false
	}
	if size == 4 {
		return d.setDate(a, b, c)
	}
	return size <= 2 && d.setDate(fullYear(c, d.i-start), a, b)
}

// dotDate is 09.05.2026, 9-5-2026, 09.05.26.
func (d *dateText) dotDate() bool {
	day, ok := d.digits(1, 2)
	sep, dot := d.char(".-\t")
	if !ok || !dot {
		return false
	}
	m, ok := d.digits(1, 2)
	if _, again := d.char(string(sep)); !ok || !again {
		return false
	}
	start := d.i
	y, ok := d.digits(2, 4)
	size := d.i - start
	if !ok || size == 3 || size == 2 && (sep != '.' || d.peek() == ':' || day < 25 && m < 60 && y < 61) || d.moreDigits() {
		return false
	}
	return d.setDate(fullYear(y, size), m, day)
}

func (d *dateText) monthWord() (int, bool) {
	start := d.i
	if m, ok := monthNames[d.word()]; ok {
		return m, true
	}
	d.i = start
	return 0, false
}

func (d *dateText) separators() {
	for strings.IndexByte(" \t.-,", d.peek()) >= 0 && d.peek() != 0 {
		d.i++
	}
}

func (d *dateText) ordinalSuffix() {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if strings.HasPrefix(d.s[d.i:], suffix) {
			d.i += 2
			return
		}
	}
}

// dayMonthName is "9 May 2026", "9th of May"-less forms, "9-May-2026" and "9 May".
func (d *dateText) dayMonthName() bool {
	day, ok := d.digits(1, 2)
	if !ok {
		return false
	}
	d.ordinalSuffix()
	d.separators()
	m, ok := d.monthWord()
	if !ok {
		return false
	}
	year := d.yearAfter()
	return d.setDate(year, m, day)
}

// yearAfter takes a year of four digits after separators; unset where there is none.
func (d *dateText) yearAfter() int {
	start := d.i
	d.separators()
	from := d.i
	if y, ok := d.digits(4, 4); ok && !d.moreDigits() && d.peek() != ':' {
		return y
	}
	d.i = from
	if y, ok := d.digits(2, 2); ok && from > start && !d.moreDigits() && d.peek() != ':' {
		return fullYear(y, 2)
	}
	d.i = start
	return unset
}

// monthNameDay is "May 9, 2026", "May 9", "May 2026" and "May".
func (d *dateText) monthNameDay() bool {
	m, ok := d.monthWord()
	if !ok {
		return false
	}
	start := d.i
	d.separators()
	from := d.i
	if day, ok := d.digits(1, 2); ok && !d.moreDigits() && d.peek() != ':' {
		d.ordinalSuffix()
		return d.setDate(d.yearAfter(), m, day)
	}
	d.i = from
	if y, ok := d.digits(4, 4); ok && !d.moreDigits() && d.peek() != ':' {
		return d.setDate(y, m, 1)
	}
	d.i = start
	d.haveDate = true
	d.month = m
	return true
}

// weekDate is 2026-W19-6 and 2026W19.
func (d *dateText) weekDate() bool {
	y, ok := d.digits(4, 4)
	if !ok {
		return false
	}
	d.char("-")
	if _, ok := d.char("w"); !ok {
		return false
	}
	w, ok := d.digits(2, 2)
	if !ok {
		return false
	}
	day := 1
	start := d.i
	d.char("-")
	if n, ok := d.digits(1, 1); ok {
		day = n
	} else {
		d.i = start
	}
	jan4 := time.Date(y, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := jan4.AddDate(0, 0, -(int(jan4.Weekday())+6)%7)
	t := monday.AddDate(0, 0, 7*(w-1)+day-1)
	return d.setDate(t.Year(), int(t.Month()), t.Day())
}

// compactDate is 20260509, with an optional time as in 20260509T101500.
func (d *dateText) compactDate() bool {
	y, ok := d.digits(4, 4)
	if !ok {
		return false
	}
	m, ok := d.digits(2, 2)
	if !ok {
		return false
	}
	day, ok := d.digits(2, 2)
	if !ok || d.moreDigits() && len(d.s)-d.i < 6 {
		return false
	}
	if d.moreDigits() {
		return d.setDate(y, m, day) && d.compactTime()
	}
	if !d.setDate(y, m, day) {
		return false
	}
	start := d.i
	if _, ok := d.char("t"); !ok || !d.compactTime() {
		d.i = start
	}
	return true
}

func (d *dateText) compactTime() bool {
	h, ok := d.digits(2, 2)
	if !ok || d.peek() == ':' {
		return false
	}
	m, ok := d.digits(2, 2)
	if !ok {
		return false
	}
	s, _ := d.digits(2, 2)
	d.setClock(h, m, s)
	return true
}

func (d *dateText) setClock(h, m, s int) {
	d.hour, d.min, d.sec, d.haveTime = h, m, s, true
	if d.ns == unset {
		d.ns = 0
	}
}

// yearOnly is a year of four digits after a date without one, or a time such as 2026 where there is none.
func (d *dateText) yearOnly() bool {
	start := d.i
	n, ok := d.digits(4, 4)
	if !ok || d.moreDigits() {
		d.i = start
		return ok && d.haveDate && !d.haveTime && d.compactTime() && !d.moreDigits()
	}
	after := d.i
	d.separators()
	if m, ok := d.monthWord(); ok {
		return d.setDate(n, m, 1)
	}
	d.i = after
	if !d.haveTime && n/100 < 24 && n%100 < 60 && (start > 0 || !d.haveDate) && !d.haveDate {
		d.setClock(n/100, n%100, 0)
		return true
	}
	d.year, d.haveDate = n, true
	return true
}
