package twig

import (
	"strconv"
	"strings"
	"time"
)

// formatDate writes a date by a pattern of Unicode's LDML. Letters that letters have no use for are refused.
func (l *locale) formatDate(t time.Time, pattern string) string {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		c := pattern[i]
		if c == '\'' {
			text, n := quotedPattern(pattern[i:])
			b.WriteString(text)
			i += n
			continue
		}
		n := 1
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' {
			for i+n < len(pattern) && pattern[i+n] == c {
				n++
			}
			b.WriteString(l.dateField(t, c, n))
		} else {
			b.WriteByte(c)
		}
		i += n
	}
	return b.String()
}

// quotedPattern reads literal text: 'at', and two quotes for one.
func quotedPattern(s string) (text string, n int) {
	if strings.HasPrefix(s, "''") {
		return "'", 2
	}
	var b strings.Builder
	for n = 1; n < len(s); n++ {
		if s[n] != '\'' {
			b.WriteByte(s[n])
			continue
		}
		if n+1 == len(s) || s[n+1] != '\'' {
			return b.String(), n + 1
		}
		b.WriteByte('\'')
		n++
	}
	return b.String(), n
}

func (l *locale) dateField(t time.Time, c byte, n int) string {
	switch c {
	case 'y', 'u', 'r':
		return l.year(t.Year(), c, n)
	case 'Y':
		year, _ := l.week(t)
		return l.year(year, 'y', n)
	case 'w':
		_, week := l.week(t)
		return pad(week, n)
	case 'M':
		return l.month(t, 0, n)
	case 'L':
		return l.month(t, 1, n)
	case 'Q', 'q':
		return l.quarter(t, n)
	case 'd':
		return pad(t.Day(), n)
	case 'D':
		return pad(t.YearDay(), n)
	case 'E', 'e', 'c':
		return l.day(t, c, n)
	case 'a':
		return l.halves[t.Hour()/12]
	case 'G':
		return l.era(n)
	case 'm':
		return pad(t.Minute(), n)
	case 's':
		return pad(t.Second(), n)
	case 'S':
		digits := pad(t.Nanosecond()/1e6, 3)
		return (digits + strings.Repeat("0", max(0, n-3)))[:n]
	case 'A':
		return pad((t.Hour()*3600+t.Minute()*60+t.Second())*1000+t.Nanosecond()/1e6, n)
	}
	return l.hourOrZone(t, c, n)
}

func (l *locale) hourOrZone(t time.Time, c byte, n int) string {
	hour := t.Hour()
	switch c {
	case 'H':
		return pad(hour, n)
	case 'k':
		return pad((hour+23)%24+1, n)
	case 'h':
		return pad((hour+11)%12+1, n)
	case 'K':
		return pad(hour%12, n)
	case 'z', 'O', 'Z', 'X', 'x', 'V':
		return l.zoneField(t, c, n)
	}
	throw(`The letter "` + string(c) + `" of a date pattern is not supported.`)
	return ""
}

func (l *locale) year(year int, c byte, n int) string {
	if n == 2 && c == 'y' {
		return pad(((year%100)+100)%100, 2)
	}
	return pad(year, n)
}

func (l *locale) month(t time.Time, alone, n int) string {
	m := int(t.Month()) - 1
	switch {
	case n <= 2, n > 5:
		return pad(m+1, n)
	case n == 3:
		return l.months[alone][0][m]
	case n == 5:
		return string([]rune(l.monthLetters)[m])
	}
	return l.months[alone][1][m]
}

func (l *locale) quarter(t time.Time, n int) string {
	q := (int(t.Month()) + 2) / 3
	if n <= 2 {
		return pad(q, n)
	}
	text := strconv.Itoa(q)
	if n >= 5 {
		return text
	}
	if n == 4 && l.ordinals[q-1] != "" {
		text = l.ordinals[q-1]
	}
	return strings.Replace(l.quarters[min(n, 4)-3], "%", text, 1)
}

func (l *locale) day(t time.Time, c byte, n int) string {
	day := int(t.Weekday())
	switch {
	case n <= 2 && c != 'E':
		number := (day-l.firstDay+7)%7 + 1
		if c == 'c' {
			n = 1
		}
		return pad(number, n)
	case n == 4:
		return l.days[1][day]
	case n == 5:
		return l.days[2][day]
	case n >= 6:
		return l.days[3][day]
	}
	return l.days[0][day]
}

func (l *locale) era(n int) string {
	switch {
	case n == 4:
		return l.eras[1]
	case n >= 5:
		return l.eras[2]
	}
	return l.eras[0]
}

// week is the year and the number of the week that t is in.
func (l *locale) week(t time.Time) (year, week int) {
	for year = t.Year() + 1; ; year-- {
		first := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
		offset := (int(first.Weekday()) - l.firstDay + 7) % 7 // days of the first week before the year
		start := 1 - offset
		if 7-offset < l.minDays {
			start += 7
		}
		day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
		if days := int(day.Sub(first)/(24*time.Hour)) + 1 - start; days >= 0 {
			return year, days/7 + 1
		}
	}
}

// zoneField writes the zone of a date: its name, or its distance from Greenwich in one of many forms.
func (l *locale) zoneField(t time.Time, c byte, n int) string {
	_, off := t.Zone()
	switch {
	case c == 'z' && n < 4:
		return l.zoneShortName(t)
	case c == 'z':
		return l.zoneName(t)
	case c == 'V' && n == 2:
		if name := zoneName(t); name[0] != '+' && name[0] != '-' {
			return name
		}
		return greenwich(t, false)
	case c == 'V':
		throw(`The letter "V" of a date pattern is supported as "VV" only.`)
	case c == 'O' && n < 4:
		return greenwich(t, true)
	case c == 'O', c == 'Z' && n == 4:
		return greenwich(t, false)
	case off == 0 && (c == 'X' || c == 'Z' && n == 5):
		return "Z"
	case c == 'Z' && n == 5, c != 'Z' && (n == 3 || n == 5):
		return offsetText(t, ":")
	case c != 'Z' && n == 1 && off%3600 == 0:
		return offsetText(t, "")[:3]
	}
	return offsetText(t, "")
}

// greenwich is "GMT+3" or "GMT+03:00".
func greenwich(t time.Time, short bool) string {
	_, off := t.Zone()
	if off == 0 {
		return "GMT"
	}
	text := offsetText(t, ":")
	if short {
		text = strings.TrimSuffix(text[:1]+strings.TrimPrefix(text[1:], "0"), ":00")
	}
	return "GMT" + text
}

func (l *locale) zoneShortName(t time.Time) string {
	short, _ := t.Zone()
	name := t.Location().String()
	switch {
	case name == "UTC":
		return "UTC"
	case l.zoneShort[short]:
		return short
	case l == &english && strings.HasPrefix(name, "America/") && len(short) == 3 && strings.Contains("EST EDT CST CDT MST MDT PST PDT", short):
		return short
	}
	return greenwich(t, true)
}

// winter is the abbreviation of a zone outside its summer time.
func winter(short string) string {
	switch short {
	case "CEST", "EEST", "WEST":
		return short[:1] + "ET"
	case "MSD":
		return "MSK"
	}
	return short
}

// zoneName is the full name of a zone, or its distance from Greenwich where the table has no name.
func (l *locale) zoneName(t time.Time) string {
	short, _ := t.Zone()
	name := t.Location().String()
	if name == "UTC" {
		return l.zoneNames["UTC"]
	}
	if name == "Europe/Minsk" && short == "+03" {
		short = "MSK"
	}
	place, ok := l.zoneNames[name]
	word := 0
	if t.IsDST() {
		word = 1
	}
	if !ok {
		place = l.zoneNames[winter(short)]
	}
	switch {
	case place == "":
		return greenwich(t, false)
	case short == "GMT" || short == "BST":
		return place
	case strings.HasSuffix(place, " время"): // Самарское
		return strings.Replace(place, "%", [...]string{"стандартное", "летнее"}[word], 1)
	}
	return strings.Replace(l.zoneWords[word], "%", place, 1)
}
