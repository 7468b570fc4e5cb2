package twig

import (
	"strconv"
	"strings"
	"time"
)

// appendDate appends t in PHP's format letters.
func appendDate(b []byte, t time.Time, format string) []byte {
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c == '\\' {
			if i++; i < len(format) {
				b = append(b, format[i])
			}
			continue
		}
		b = appendLetter(b, t, c)
	}
	return b
}

func appendPad(b []byte, n, width int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	for limit := 10; width > 1; width-- {
		if n < limit {
			b = append(b, strings.Repeat("0", width-1)...)
			break
		}
		limit *= 10
	}
	return strconv.AppendInt(b, int64(n), 10)
}

func appendLetter(b []byte, t time.Time, c byte) []byte {
	switch c {
	case 'd':
		return appendPad(b, t.Day(), 2)
	case 'j':
		return appendPad(b, t.Day(), 1)
	case 'm':
		return appendPad(b, int(t.Month()), 2)
	case 'n':
		return appendPad(b, int(t.Month()), 1)
	case 'Y':
		return appendPad(b, t.Year(), 4)
	case 'y':
		return appendPad(b, t.Year()%100, 2)
	case 'H':
		return appendPad(b, t.Hour(), 2)
	case 'G':
		return appendPad(b, t.Hour(), 1)
	case 'h':
		return appendPad(b, (t.Hour()+11)%12+1, 2)
	case 'g':
		return appendPad(b, (t.Hour()+11)%12+1, 1)
	case 'i':
		return appendPad(b, t.Minute(), 2)
	case 's':
		return appendPad(b, t.Second(), 2)
	case 'D':
		return append(b, t.Weekday().String()[:3]...)
	case 'l':
		return append(b, t.Weekday().String()...)
	case 'M':
		return append(b, t.Month().String()[:3]...)
	case 'F':
		return append(b, t.Month().String()...)
	case 'P':
		return append(b, offsetText(t, ":")...)
	}
	return appendRareLetter(b, t, c)
}

func appendRareLetter(b []byte, t time.Time, c byte) []byte {
	isoYear, isoWeek := t.ISOWeek()
	switch c {
	case 'N':
		return appendPad(b, (int(t.Weekday())+6)%7+1, 1)
	case 'w':
		return appendPad(b, int(t.Weekday()), 1)
	case 'S':
		return append(b, ordinal(t.Day())...)
	case 'z':
		return appendPad(b, t.YearDay()-1, 1)
	case 't':
		return appendPad(b, daysIn(t.Year(), t.Month()), 1)
	case 'L':
		return appendPad(b, daysIn(t.Year(), time.February)-28, 1)
	case 'o':
		return appendPad(b, isoYear, 1)
	case 'W':
		return appendPad(b, isoWeek, 2)
	case 'X', 'x':
		return appendYear(b, t.Year(), c)
	case 'a':
		return append(b, strings.ToLower(t.Format("PM"))...)
	case 'A':
		return append(b, t.Format("PM")...)
	case 'B':
		return appendPad(b, beats(t), 3)
	case 'u':
		return appendPad(b, t.Nanosecond()/1000, 6)
	case 'v':
		return appendPad(b, t.Nanosecond()/1_000_000, 3)
	case 'U':
		return strconv.AppendInt(b, t.Unix(), 10)
	case 'e':
		return append(b, zoneName(t)...)
	case 'T':
		return append(b, zoneAbbreviation(t)...)
	case 'O':
		return append(b, offsetText(t, "")...)
	case 'p':
		switch abbreviation, _ := t.Zone(); abbreviation {
		case "UTC", "Z", "+00:00":
			return append(b, 'Z')
		}
		return append(b, offsetText(t, ":")...)
	case 'Z':
		_, off := t.Zone()
		return strconv.AppendInt(b, int64(off), 10)
	case 'I':
		if t.IsDST() {
			return append(b, '1')
		}
		return append(b, '0')
	case 'c':
		return appendDate(b, t, "Y-m-d\\TH:i:sP")
	case 'r':
		return appendDate(b, t, "D, d M Y H:i:s O")
	}
	return append(b, c)
}

func appendYear(b []byte, year int, c byte) []byte {
	if c == 'X' || year < 0 || year > 9999 {
		if year >= 0 {
			b = append(b, '+')
		}
	}
	return appendPad(b, year, 4)
}

func zoneAbbreviation(t time.Time) string {
	name, _ := t.Zone()
	if id := t.Location().String(); name == id && (id[0] == '+' || id[0] == '-') {
		return "GMT" + offsetText(t, "")
	}
	return name
}

// beats is Swatch Internet time.
func beats(t time.Time) int {
	seconds := (t.Unix()%86400 + 86400 + 3600) % 86400
	return int(seconds * 10 / 864 % 1000)
}

func ordinal(day int) string {
	if day%100 >= 11 && day%100 <= 13 {
		return "th"
	}
	switch day % 10 {
	case 1:
		return "st"
	case 2:
		return "nd"
	case 3:
		return "rd"
	}
	return "th"
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
