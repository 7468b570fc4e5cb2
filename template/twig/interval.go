package twig

import (
	"strconv"
	"time"
)

// interval is PHP's DateInterval between two dates.
type interval struct {
	y, m, d, h, i, s int
	us               int
	invert           bool
	days             int
}

// diffDates is DateTime::diff: what has to be added to a to reach b.
func diffDates(a, b time.Time) *interval {
	iv := &interval{}
	if b.Before(a) {
		iv.invert = true
		a, b = b, a
	}
	if sameZone(a, b) {
		b = b.In(a.Location())
	} else {
		a, b = a.UTC(), b.UTC()
	}
	iv.fields(wall(a), wall(b), a, b)
	return iv
}

func sameZone(a, b time.Time) bool {
	if a.Location() == b.Location() || zoneName(a) == zoneName(b) {
		return true
	}
	_, x := a.Zone()
	_, y := b.Zone()
	return x == y
}

// wall is what the clock shows at t, as a time in UTC.
func wall(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

func (iv *interval) fields(from, to time.Time, a, b time.Time) {
	if b.Sub(a) < 24*time.Hour && to.Sub(from) != b.Sub(a) {
		to = from.Add(b.Sub(a))
	}
	iv.days = int((to.Unix() - from.Unix()) / 86400)
	iv.y, iv.m, iv.d = to.Year()-from.Year(), int(to.Month()-from.Month()), to.Day()-from.Day()
	iv.h, iv.i, iv.s = to.Hour()-from.Hour(), to.Minute()-from.Minute(), to.Second()-from.Second()
	iv.us = (to.Nanosecond() - from.Nanosecond()) / 1000
	borrow := func(low *int, size int, high *int) {
		if *low < 0 {
			*low += size
			*high--
		}
	}
	borrow(&iv.us, 1_000_000, &iv.s)
	borrow(&iv.s, 60, &iv.i)
	borrow(&iv.i, 60, &iv.h)
	borrow(&iv.h, 24, &iv.d)
	iv.borrowDays(from, to)
	borrow(&iv.m, 12, &iv.y)
}

// borrowDays turns missing days into the days of the month before; dates that were swapped borrow from the first month.
func (iv *interval) borrowDays(from, to time.Time) {
	year, month := to.Year(), to.Month()
	if iv.invert {
		year, month = from.Year(), from.Month()+1
	}
	for iv.d < 0 {
		month--
		iv.d += daysIn(year, month)
		iv.m--
	}
}

func (iv *interval) properties() *array {
	a := &array{}
	set := func(name string, n int) { a.set(keyOf(name), Int(int64(n))) }
	set("y", iv.y)
	set("m", iv.m)
	set("d", iv.d)
	set("h", iv.h)
	set("i", iv.i)
	set("s", iv.s)
	a.set(keyOf("f"), Float(float64(iv.us)/1e6))
	invert := 0
	if iv.invert {
		invert = 1
	}
	set("invert", invert)
	set("days", iv.days)
	a.set(keyOf("from_string"), vNo)
	return a
}

var intervalFormat = method{"format", func(r *run, v Value, args []Value) Value {
	if len(args) == 0 {
		throwPHP("DateInterval::format() expects exactly 1 argument, 0 given")
	}
	f := r.str(args[0])
	r.grow(8 * len(f))
	return String(v.interval().format(f))
}}

// format is DateInterval::format.
func (iv *interval) format(f string) string {
	var b []byte
	for i := 0; i < len(f); i++ {
		if f[i] != '%' || i+1 == len(f) {
			b = append(b, f[i])
			continue
		}
		i++
		b = iv.letter(b, f[i])
	}
	return string(b)
}

func (iv *interval) letter(b []byte, c byte) []byte {
	fields := map[byte]int{'y': iv.y, 'm': iv.m, 'd': iv.d, 'h': iv.h, 'i': iv.i, 's': iv.s, 'f': iv.us, 'a': iv.days}
	if n, ok := fields[c]; ok {
		return strconv.AppendInt(b, int64(n), 10)
	}
	if n, ok := fields[c-'A'+'a']; ok && c != 'A' {
		width := 2
		if c == 'F' {
			width = 6
		}
		return appendPad(b, n, width)
	}
	switch c {
	case '%':
		return append(b, '%')
	case 'R':
		if iv.invert {
			return append(b, '-')
		}
		return append(b, '+')
	case 'r':
		if iv.invert {
			return append(b, '-')
		}
		return b
	}
	return append(b, '%', c)
}
