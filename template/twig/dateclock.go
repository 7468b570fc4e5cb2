package twig

import "time"

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

// logTime is 10/Oct/2000:13:55:36 -0700.
func (d *dateText) logTime(t *dateToken) bool {
	if !d.beginTime() || !d.beginDate() {
		return false
	}
	d.day, d.month, d.year = t.num(2), t.month(), t.num(4)
	d.hour, d.min, d.sec = t.num(2), t.num(2), t.num(2)
	return d.rest(t)
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

// monthDayClock12 is May 9 10:15 pm.
func (d *dateText) monthDayClock12(t *dateToken) bool {
	return d.shortDate(t) && d.clock12(t)
}

// monthDayClock is May 9 22:15.
func (d *dateText) monthDayClock(t *dateToken) bool {
	return d.shortDate(t) && d.clock24(t)
}
