package twig

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errDate = errors.New("at position 0: The timezone could not be found in the database")

// unset is a field of a date that the text did not give.
const unset = -1 << 31

// dateText reads PHP's date and time formats, absolute and relative ones, as far as letters have use for them.
type dateText struct {
	s                  string
	i                  int
	year, month, day   int
	hour, min, sec, ns int
	haveDate, haveTime bool
	zone               *time.Location
	unix               bool
	rel                relative
}

// relative is what a text adds to a date.
type relative struct {
	years, months, days int64
	clock               time.Duration
	any                 bool
	weekday, behavior   int
	haveWeekday         bool
	edge                int // 1 "first day of", 2 "last day of"
	nth, nthDay         int // "second monday of"; -1 is the last one
	workdays            int64
}

// maxAmount bounds the numbers in relative formats.
const maxAmount = 1_000_000_000

func newDateText(s string) *dateText {
	return &dateText{s: strings.ToLower(s), year: unset, month: unset, day: unset, hour: unset, min: unset, sec: unset, ns: unset}
}

// parseDate reads a date relative to now, in zone where the text names none.
func parseDate(s string, now time.Time, zone *time.Location) (time.Time, error) {
	d := newDateText(s)
	if err := d.read(); err != nil {
		return time.Time{}, err
	}
	if d.zone == nil {
		d.zone = zone
	}
	now = now.In(d.zone)
	if d.haveDate && !d.haveTime && d.hour == unset {
		d.hour, d.min, d.sec, d.ns = 0, 0, 0, 0
	}
	absolute := d.year != unset || d.month != unset || d.day != unset || d.hour != unset
	fill := func(v *int, from int) {
		if *v == unset {
			*v = from
		}
	}
	fill(&d.year, now.Year())
	fill(&d.month, int(now.Month()))
	fill(&d.day, now.Day())
	if d.hour == unset {
		d.hour, d.min, d.sec = now.Hour(), now.Minute(), now.Second()
	}
	if d.ns == unset {
		d.ns = 0
		if !absolute {
			d.ns = now.Nanosecond() / 1000 * 1000
		}
	}
	return d.compute(), nil
}

// modifyDate applies a modifier to t as DateTime::modify does.
func modifyDate(t time.Time, s string) (time.Time, error) {
	d := newDateText(s)
	if err := d.read(); err != nil {
		return t, err
	}
	if d.unix {
		d.zone = time.UTC
		return d.compute().In(t.Location()), nil
	}
	d.zone = t.Location()
	if d.year == unset {
		d.year = t.Year()
	}
	if d.month == unset {
		d.month = int(t.Month())
	}
	if d.day == unset {
		d.day = t.Day()
	}
	if d.hour == unset {
		d.hour, d.min, d.sec, d.ns = t.Hour(), t.Minute(), t.Second(), t.Nanosecond()
	}
	if d.ns == unset {
		d.ns = 0
	}
	return sameClock(d.compute(), t), nil
}

// sameClock is u, or where clocks were put back and show its time twice, the one of the two that has t's offset.
func sameClock(u, t time.Time) time.Time {
	_, now := u.Zone()
	_, was := t.Zone()
	other := u.Add(time.Duration(now-was) * time.Second)
	if now != was && other.Hour() == u.Hour() && other.Minute() == u.Minute() && other.Day() == u.Day() {
		return other
	}
	return u
}

// compute adds up the fields the way timelib does: the weekday first, then years, months and days, then the clock.
func (d *dateText) compute() time.Time {
	r := &d.rel
	y, m, day := int64(d.year), int64(d.month), int64(d.day)
	if r.nth != 0 {
		m += r.months
		y += r.years
		r.months, r.years = 0, 0
		day = nthWeekday(int(y), int(m), r.nth, r.nthDay)
	}
	if r.haveWeekday {
		date := time.Date(int(y), time.Month(m), int(day), 0, 0, 0, 0, time.UTC)
		date = date.AddDate(0, 0, int(r.weekdayShift(int(date.Weekday()))))
		y, m, day = int64(date.Year()), int64(date.Month()), int64(date.Day())
	}
	day, m, y = day+r.days, m+r.months, y+r.years
	switch r.edge {
	case 1:
		day = 1
	case 2:
		day, m = 0, m+1
	}
	if r.workdays != 0 {
		date := addWorkdays(time.Date(int(y), time.Month(m), int(day), 0, 0, 0, 0, time.UTC), r.workdays)
		y, m, day = int64(date.Year()), int64(date.Month()), int64(date.Day())
	}
	// Hours move what the clock shows, as PHP 8.2 does: across a change of the clocks they are not what elapses.
	shown := time.Date(int(y), time.Month(m), int(day), d.hour, d.min, d.sec, d.ns, time.UTC).Add(r.clock)
	return wallClock(shown, d.zone)
}

// wallClock is when a clock in zone shows what want shows in UTC; a time that a change to summer time skips moves forward by what was skipped.
func wallClock(want time.Time, zone *time.Location) time.Time {
	t := time.Date(want.Year(), want.Month(), want.Day(), want.Hour(), want.Minute(), want.Second(), want.Nanosecond(), zone)
	_, off := t.Zone()
	shown := t.Add(time.Duration(off) * time.Second).UTC()
	if shown.Equal(want) {
		return t
	}
	_, before := t.Add(-24 * time.Hour).Zone()
	return want.Add(-time.Duration(before) * time.Second).In(zone)
}

func (r *relative) weekdayShift(current int) int64 {
	if r.behavior == 2 {
		w := r.weekday
		if current == 0 && w != 0 {
			w -= 7
		}
		if w == 0 && current != 0 {
			w = 7
		}
		return int64(w - current)
	}
	diff := r.weekday - current
	if r.days < 0 && diff < 0 || r.days >= 0 && diff <= -r.behavior {
		diff += 7
	}
	return int64(diff)
}

// nthWeekday is the day of the month of its nth weekday, -1 for the last.
func nthWeekday(y, m, n, weekday int) int64 {
	if n > 0 {
		first := int(time.Date(y, time.Month(m), 1, 0, 0, 0, 0, time.UTC).Weekday())
		return int64(1 + (weekday-first+7)%7 + 7*(n-1))
	}
	last := time.Date(y, time.Month(m+1), 0, 0, 0, 0, 0, time.UTC)
	return int64(last.Day() - (int(last.Weekday())-weekday+7)%7)
}

func addWorkdays(t time.Time, n int64) time.Time {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	isWork := func() bool { return t.Weekday() != time.Saturday && t.Weekday() != time.Sunday }
	for !isWork() {
		t = t.AddDate(0, 0, -step)
	}
	t = t.AddDate(0, 0, step*7*int(n/5))
	for n %= 5; n > 0; {
		t = t.AddDate(0, 0, step)
		if isWork() {
			n--
		}
	}
	return t
}

func (d *dateText) read() error {
	forms := []func() bool{
		d.timestamp, d.dotDate, d.isoDate, d.slashDate, d.dayMonthName, d.monthNameDay, d.weekDate, d.compactDate,
		d.clock, d.relativeNumber, d.words, d.yearOnly, d.zoneText,
	}
	for {
		d.skipSpace()
		if d.i >= len(d.s) {
			return nil
		}
		if !d.try(forms) {
			return d.fault()
		}
	}
}

func (d *dateText) fault() error {
	what := "Unexpected character"
	if c := d.s[d.i]; c >= 'a' && c <= 'z' {
		what = "The timezone could not be found in the database"
	}
	return errors.New("at position " + strconv.Itoa(d.i) + " (" + d.s[d.i:d.i+1] + "): " + what)
}

// try applies the first form that fits and leaves the cursor where it was if none does.
func (d *dateText) try(forms []func() bool) bool {
	start := d.i
	for _, form := range forms {
		if form() {
			return true
		}
		d.i = start
	}
	return false
}

func (d *dateText) skipSpace() {
	for d.i < len(d.s) && strings.IndexByte(" \t\n,;", d.s[d.i]) >= 0 {
		d.i++
	}
}

func (d *dateText) peek() byte {
	if d.i < len(d.s) {
		return d.s[d.i]
	}
	return 0
}

// char takes one of the bytes of set.
func (d *dateText) char(set string) (byte, bool) {
	c := d.peek()
	if c == 0 || strings.IndexByte(set, c) < 0 {
		return 0, false
	}
	d.i++
	return c, true
}

// digits takes between low and high digits.
func (d *dateText) digits(low, high int) (int, bool) {
	end := d.i
	for end < len(d.s) && end-d.i < high && d.s[end] >= '0' && d.s[end] <= '9' {
		end++
	}
	if end-d.i < low {
		return 0, false
	}
	n, err := strconv.Atoi(d.s[d.i:end])
	d.i = end
	return n, err == nil
}

func (d *dateText) moreDigits() bool { return d.peek() >= '0' && d.peek() <= '9' }

// word takes letters.
func (d *dateText) word() string {
	end := d.i
	for end < len(d.s) && d.s[end] >= 'a' && d.s[end] <= 'z' {
		end++
	}
	w := d.s[d.i:end]
	d.i = end
	return w
}

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
	n, ok := d.digits(1, 15)
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
