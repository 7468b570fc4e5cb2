package twig

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errNoDate = errors.New("at position 0 ( ): Unexpected character")

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
	now = now.In(zone)
	if isPlace(d.zone) { // in any other zone the clock shows what it shows at home
		now = now.In(d.zone)
	}
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
	if strings.TrimSpace(s) == "" {
		return t, errNoDate
	}
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
