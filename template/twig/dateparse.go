package twig

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

var errNoDate = errors.New("at position 0 ( ): Unexpected character")

var errDate = errors.New("at position 0: The timezone could not be found in the database")

// maxDateText is how long the text of a date may be.
const maxDateText = 500

// unset is a field of a date that the text did not give.
const unset = -1 << 31

// dateText reads dates and times in PHP's formats, absolute and relative ones: the grammar is in dateForms.
type dateText struct {
	s                  string // with a NUL at its end
	i                  int
	year, month, day   int
	hour, min, sec, ns int
	haveDate           bool
	times, zones       int // how many times of day and zones were read
	zone               *time.Location
	unix               bool
	rel                relative
}

// relative is what a text adds to a date.
type relative struct {
	years, months, days int64
	clock               time.Duration
	fraction            time.Duration // what is less than a second, which "ago" does not turn around
	weekday, behavior   int
	haveWeekday         bool
	edge                int // 1 "first day of", 2 "last day of"
	ofMonth             int // 1 "second monday of", 2 "last monday of"
	workdays            int64
	haveWorkdays        bool
}

// maxAmount bounds the numbers in relative formats.
const maxAmount = 1_000_000_000

func newDateText(s string) *dateText {
	return &dateText{s: s + "\x00", year: unset, month: unset, day: unset, hour: unset, min: unset, sec: unset, ns: unset}
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
	if d.haveDate && d.times == 0 {
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
		return d.compute(), nil
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
	if d.stored() {
		return nil
	}
	if len(d.s) > maxDateText {
		return errDate
	}
	for d.i < len(d.s)-1 {
		start := d.i
		if strings.IndexByte(" \t\n.,", d.s[d.i]) >= 0 {
			d.i++
		} else if !d.next() {
			return d.fault(start)
		}
	}
	return nil
}

func (d *dateText) fault(at int) error {
	what := "Unexpected character"
	if c := d.s[at] | 0x20; c >= 'a' && c <= 'z' {
		what = "The timezone could not be found in the database"
	}
	return errors.New("at position " + strconv.Itoa(at) + " (" + d.s[at:at+1] + "): " + what)
}

// stored reads dates as they are stored, 2026-05-09 and 2026-05-09T10:15:30+03:00, without looking at all forms.
func (d *dateText) stored() bool {
	s := d.s[:len(d.s)-1]
	if !shaped(s, "0000-00-00") || s[5:7] > "12" || s[8:10] > "31" {
		return false
	}
	read := *d
	t := &dateToken{s: s}
	read.haveDate = true
	read.year, read.month, read.day = t.num(4), t.num(2), t.num(2)
	if rest := s[t.i:]; rest != "" {
		if !shaped(rest[1:], "00:00:00") || rest[0] != ' ' && rest[0] != 'T' || rest[1:3] > "23" || rest[4:6] > "59" || rest[7:9] > "59" {
			return false
		}
		read.times = 1
		read.hour, read.min, read.sec, read.ns = t.num(2), t.num(2), t.num(2), 0
	}
	if rest := s[t.i:]; rest != "" {
		if rest != "Z" && (len(rest) != 6 || !shaped(rest[1:], "00:00") || rest[0] != '+' && rest[0] != '-') {
			return false
		}
		if read.zone = t.zone(); read.zone == nil {
			return false
		}
	}
	*d = read
	return true
}

// shaped reports that s begins with digits where shape has zeros and with its other characters elsewhere.
func shaped(s, shape string) bool {
	if len(s) < len(shape) {
		return false
	}
	for i := range len(shape) {
		if c := shape[i]; c == '0' && !isDigit(s[i]) || c != '0' && c != s[i] {
			return false
		}
	}
	return true
}
