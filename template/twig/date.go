package twig

import (
	"strings"
	"time"
)

// date is a point in time with the zone it is shown in.
type date struct {
	t         time.Time
	immutable bool // PHP's DateTimeImmutable, which the host's dates are, not DateTime
}

func (d *date) class() string {
	if d.immutable {
		return "DateTimeImmutable"
	}
	return "DateTime"
}

func (d *date) properties() *array {
	a := &array{}
	a.set(keyOf("date"), String(d.t.Format("2006-01-02 15:04:05.000000")))
	name := zoneName(d.t)
	kind := int64(3)
	if name != "" && (name[0] == '+' || name[0] == '-') {
		kind = 1
	} else if !isPlace(d.t.Location()) {
		kind = 2
	}
	a.set(keyOf("timezone_type"), Int(kind))
	a.set(keyOf("timezone"), String(name))
	return a
}

// isPlace reports a zone that is named by a place or UTC, not by an abbreviation or an offset.
func isPlace(zone *time.Location) bool {
	return zone.String() == "UTC" || strings.Contains(zone.String(), "/")
}

// zoneName is the identifier of a date's zone: "Europe/Moscow", "+03:00" or "UTC".
func zoneName(t time.Time) string {
	name := t.Location().String()
	if name == "" || name == "Local" {
		return offsetText(t, ":")
	}
	return name
}

func offsetText(t time.Time, colon string) string {
	_, off := t.Zone()
	sign := "+"
	if off < 0 {
		sign, off = "-", -off
	}
	return sign + pad(off/3600, 2) + colon + pad(off/60%60, 2)
}

func pad(n, width int) string {
	s := Int(int64(n)).String()
	if len(s) < width {
		s = strings.Repeat("0", width-len(s)) + s
	}
	return s
}

// date turns an argument of date() and the filters into a point in time, as Twig's convertDate does.
func (r *run) date(v, zone Value) *date {
	keep := zone.k == kBool && zone.n == 0
	loc := r.zone
	if !keep && !zone.isNull() {
		loc = r.zoneNamed(r.str(zone))
	}
	if v.k == kDate {
		if keep {
			return v.date()
		}
		return &date{v.date().t.In(loc), v.date().immutable}
	}
	now := r.eng.now()
	if v.isNull() {
		return &date{now.In(loc).Truncate(time.Microsecond), false}
	}
	if v.k == kArray {
		throwPHP("DateTime::__construct(): Argument #1 ($datetime) must be of type string, array given")
	}
	s := r.str(v)
	if strings.TrimSpace(s) == "" || s == "now" {
		return &date{now.In(loc).Truncate(time.Microsecond), false}
	}
	if isUnix(s) {
		s = "@" + s
	}
	r.step(len(s) / dateStep)
	t, err := parseDate(s, now.In(r.zone), r.zone)
	if err != nil {
		throwPHP("Failed to parse time string (" + s + ") " + err.Error())
	}
	if !keep {
		t = t.In(loc)
	}
	return &date{t, false}
}

func isUnix(s string) bool {
	s = strings.TrimPrefix(s, "-")
	return s != "" && skipDigits(s, 0) == len(s)
}

func filterDate(r *run, args []Value) Value {
	v, format := args[0], args[1]
	if v.k == kInterval {
		f := r.eng.intervalFormat
		if !format.isNull() {
			f = r.str(format)
		}
		return String(v.interval().format(f))
	}
	f := r.eng.dateFormat
	if !format.isNull() {
		f = r.textArg(format, "DateTime::format(): Argument #1 ($format)")
	}
	d := r.date(v, args[2])
	r.grow(16 * len(f))
	var buf [64]byte
	return r.keep(appendDate(buf[:0], d.t, f))
}

func filterDateModify(r *run, args []Value) Value {
	return dateModify(r, r.date(args[0], vNo), args[1])
}

func dateModify(r *run, d *date, modifier Value) Value {
	s := r.str(modifier)
	r.step(len(s) / dateStep)
	t, err := modifyDate(d.t, s)
	if err != nil {
		throwPHP(`DateTime::modify(): Failed to parse time string (` + s + `) ` + err.Error())
	}
	return dateOf(&date{t, d.immutable})
}

// dateStep is how much of the text of a date is read for one step.
const dateStep = 4

func functionDate(r *run, args []Value) Value { return dateOf(r.date(args[0], args[1])) }

var dateMethods = [...]method{
	{"format", func(r *run, v Value, args []Value) Value {
		if len(args) == 0 {
			throwPHP(v.typeName() + "::format() expects exactly 1 argument, 0 given")
		}
		f := r.str(args[0])
		r.grow(16 * len(f))
		return String(string(appendDate(nil, v.date().t, f)))
	}},
	{"modify", func(r *run, v Value, args []Value) Value {
		if len(args) == 0 {
			throwPHP(v.typeName() + "::modify() expects exactly 1 argument, 0 given")
		}
		return dateModify(r, v.date(), args[0])
	}},
	{"getTimestamp", func(_ *run, v Value, _ []Value) Value { return Int(v.date().t.Unix()) }},
	{"getOffset", func(_ *run, v Value, _ []Value) Value {
		_, off := v.date().t.Zone()
		return Int(int64(off))
	}},
	{"diff", func(_ *run, v Value, args []Value) Value {
		if len(args) == 0 || args[0].k != kDate {
			throwPHP(v.typeName() + "::diff(): Argument #1 ($targetObject) must be of type DateTimeInterface")
		}
		return intervalOf(diffDates(v.date().t, args[0].date().t))
	}},
	{"setTimezone", func(r *run, v Value, args []Value) Value {
		if len(args) == 0 {
			throwPHP(v.typeName() + "::setTimezone() expects exactly 1 argument, 0 given")
		}
		return dateOf(&date{v.date().t.In(r.zoneNamed(r.str(args[0]))), v.date().immutable})
	}},
}

var markupCount = method{"count", func(_ *run, v Value, _ []Value) Value { return Int(int64(runeCount(v.str()))) }}

// property reads a public property of a date or an interval.
func property(v Value, name string) (Value, bool) {
	var a *array
	switch v.k {
	case kDate:
		a = v.date().properties()
	case kInterval:
		a = v.interval().properties()
	default:
		return null, false
	}
	return a.get(keyOf(name))
}
