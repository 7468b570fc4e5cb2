package twig

import "time"

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
