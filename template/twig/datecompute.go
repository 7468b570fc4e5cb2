package twig

import "time"

// compute adds up the fields the way timelib does: the weekday first, then years, months and days, then the clock.
func (d *dateText) compute() time.Time {
	r := &d.rel
	if r.ofMonth != 0 { // the weekday is counted from the first of the month, or of the next one
		d.day, d.month = 1, d.month+int(r.months)+r.ofMonth-1
		r.months = 0
	}
	d.day, d.month = r.edgeOf(d.day, d.month)
	start := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.min, d.sec, d.ns, time.UTC) // 24:00 is the next day
	if r.haveWeekday {
		start = start.AddDate(0, 0, r.weekdayShift(int(start.Weekday())))
	}
	day, month := r.edgeOf(start.Day()+int(r.days), int(start.Month())+int(r.months))
	hour, minute, second := start.Clock()
	// Hours move what the clock shows, as PHP 8.2 does: across a change of the clocks they are not what elapses.
	shown := time.Date(start.Year()+int(r.years), time.Month(month), day, hour, minute, second, start.Nanosecond(), time.UTC).Add(r.clock + r.fraction)
	if r.haveWorkdays {
		shown = addWorkdays(shown, int(r.workdays))
	}
	return wallClock(shown, d.zone)
}

// edgeOf is the first or the last day of a month where one of them is asked for.
func (r *relative) edgeOf(day, month int) (int, int) {
	switch r.edge {
	case 1:
		return 1, month
	case 2:
		return 0, month + 1
	}
	return day, month
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

// weekdayShift is how many days the weekday that is asked for is away.
func (r *relative) weekdayShift(current int) int {
	if r.behavior == 2 {
		w := r.weekday
		if current == 0 && w != 0 {
			w -= 7
		}
		if w == 0 && current != 0 {
			w = 7
		}
		return w - current
	}
	if r.weekday < 0 { // "monday ago"
		return -r.weekday - current - 7
	}
	diff := r.weekday - current
	if r.days < 0 && diff < 0 || r.days >= 0 && diff <= -r.behavior {
		diff += 7
	}
	return diff
}

// addWorkdays adds n days from Monday to Friday. None, and those before, end on a Monday where they end on a weekend.
func addWorkdays(t time.Time, n int) time.Time {
	days, rest := n/5*7, n%5
	switch day := int(t.Weekday()); {
	case n > 0 && rest == 0 && day == 0:
		days -= 2
	case n > 0 && rest == 0 && day == 6:
		days--
	case n > 0 && rest == 0:
	case n > 0 && day == 6:
		days++
	case n > 0 && day+rest > 5:
		days += 2
	case n > 0:
	case rest == 0 && day == 6:
		days += 2
	case rest == 0 && day == 0:
		days++
	case rest == 0:
	case day == 0:
		days--
	case day+rest < 1:
		days -= 2
	}
	return t.AddDate(0, 0, days+rest)
}
