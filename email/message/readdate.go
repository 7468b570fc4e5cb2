package message

import (
	"net/mail"
	"strings"
	"time"
)

// date reads a Date field, also one that leaves out the zone (it is UTC then), the weekday's comma or the order.
func (p *parser) date(body string) time.Time {
	body = strings.Join(strings.Fields(stripComments(body)), " ")
	if body == "" {
		return time.Time{}
	}
	body = numericZone(body)
	if t, err := time.Parse("Mon, 2 Jan 2006 15:04:05 -0700", body); err == nil { // what nearly all write
		return t
	}
	if t, err := mail.ParseDate(body); err == nil {
		return t
	}
	if day, rest, ok := strings.Cut(body, " "); ok && isWeekday(day) {
		body = rest
	}
	for _, layout := range looseDates {
		if t, err := time.Parse(layout, body); err == nil {
			return t
		}
	}
	p.defect("header.date")
	return time.Time{}
}

// looseDates are what senders write beside RFC 5322. It is only read.
var looseDates = []string{
	"2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05", "2 Jan 2006 15:04 -0700", "2 Jan 2006 15:04", "2 Jan 06 15:04:05",
	"2 Jan 2006 3:04:05 PM -0700", "2 Jan 2006 3:04:05 PM", "2 January 2006 15:04:05 -0700", "2-Jan-2006 15:04:05 -0700",
	"Jan 2 15:04:05 2006", "Jan 2 15:04:05 -0700 2006", "Jan 2, 2006 15:04:05 -0700",
	time.RFC3339, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05", "2006-01-02T15:04:05",
}

func isWeekday(s string) bool {
	switch strings.ToLower(strings.TrimRight(s, ",.")) {
	case "mon", "tue", "wed", "thu", "fri", "sat", "sun", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday":
		return true
	}
	return false
}

// numericZone writes a zone by name at the end as its offset (RFC 5322 §4.3), which package time does not know.
func numericZone(s string) string {
	i := strings.LastIndexByte(s, ' ')
	offset := ""
	switch strings.ToUpper(s[i+1:]) {
	case "UT", "UTC", "GMT", "Z":
		offset = "+0000"
	case "EDT":
		offset = "-0400"
	case "EST", "CDT":
		offset = "-0500"
	case "CST", "MDT":
		offset = "-0600"
	case "MST", "PDT":
		offset = "-0700"
	case "PST":
		offset = "-0800"
	case "MSK":
		offset = "+0300"
	case "CET":
		offset = "+0100"
	case "CEST", "EET":
		offset = "+0200"
	default:
		return s
	}
	return s[:i+1] + offset
}
