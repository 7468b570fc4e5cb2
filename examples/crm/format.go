package main

import (
	"fmt"
	"html/template"
	"math"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
)

// functions are what templates call to write in one language.
func functions(language string) template.FuncMap {
	return template.FuncMap{
		"t":    func(key string, args ...any) string { return say(language, key, args...) },
		"text": func(from texter) string { return from.Text(language) },
		"size": func(n int64) string { return size(n, language) },
		"when": func(at time.Time) string { return when(at, language) },
		"iso":  func(at time.Time) string { return at.Format(time.RFC3339) },
		"box":  box,
		"boxes": func(list []mail.Address) string {
			shown := make([]string, len(list))
			for i, one := range list {
				shown[i] = box(one)
			}
			return strings.Join(shown, ", ")
		},
		"picture": func(a email.Attachment) bool { return attach.Viewable(a.MediaType) },
		"list":    func(items ...any) []any { return items },
		"codes":   codes,
		"join":    strings.Join,
		"count":   utf8.RuneCountInString,
		"lang":    func() string { return language },
	}
}

// texter is everything that the library says to people.
type texter interface{ Text(language string) string }

// when is a moment to the minute.
func when(at time.Time, language string) string {
	if at.IsZero() {
		return "—"
	}
	if language == "ru" {
		return at.Local().Format("02.01.2006 15:04")
	}
	return at.Local().Format("2 Jan 2006, 15:04")
}

// codes are those of an event's detail, without the places that findings are known by.
func codes(detail string) string {
	list := strings.Fields(detail)
	for i := range list {
		list[i], _, _ = strings.Cut(list[i], "@")
	}
	return strings.Join(list, " ")
}

// box is a mailbox for a person's eyes: not encoded.
func box(one mail.Address) string {
	if one.Name == "" {
		return one.Address
	}
	return one.Name + " <" + one.Address + ">"
}

// units write sizes as the library's own hints do.
var units = attach.Default().Table().Units

// size is a number of octets for a person, rounded up.
func size(n int64, language string) string {
	unit := units[language]
	switch {
	case n >= 1<<20:
		return rounded(float64(n)/(1<<20), unit.Point) + " " + unit.MB
	case n >= 1<<10:
		return rounded(float64(n)/(1<<10), unit.Point) + " " + unit.KB
	}
	return say(language, "bytes", n)
}

func rounded(n float64, point string) string {
	tenths := int64(math.Ceil(n*10 - 1e-9))
	if tenths%10 == 0 {
		return fmt.Sprint(tenths / 10)
	}
	return fmt.Sprintf("%d%s%d", tenths/10, point, tenths%10)
}
