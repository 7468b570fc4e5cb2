package message

import (
	"strings"

	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// calendar writes the invitation as the last alternative, which is the one that calendars take (RFC 6047 §2.4).
func (b *builder) calendar() {
	method, ok := calendarMethod(b.msg.Calendar)
	if !ok {
		b.h.fail("Calendar", "field.calendar")
		return
	}
	b.delimiter(alternative, false)
	b.text("text/calendar; method="+method, b.msg.Calendar)
}

// calendarFile writes the invitation once more as a file, for readers that show no other.
func (b *builder) calendarFile() {
	b.delimiter(mixed, false)
	h := &b.h
	h.buf = append(h.buf, "Content-Type: application/ics; name=invite.ics\r\n"+
		"Content-Disposition: attachment; filename=invite.ics\r\n"+
		"Content-Transfer-Encoding: base64\r\n\r\n"...)
	h.buf = codec.AppendTextLines(h.buf, b.msg.Calendar)
}

// calendarMethod is the METHOD of an iCalendar object (RFC 5545 §3.7.2), which the media type has to repeat.
func calendarMethod(s string) (string, bool) {
	lines := strings.FieldsFunc(s, func(r rune) bool { return r == '\r' || r == '\n' })
	if len(lines) == 0 || !strings.EqualFold(strings.TrimSpace(lines[0]), "BEGIN:VCALENDAR") {
		return "", false
	}
	for _, line := range lines[1:] {
		name, value, _ := strings.Cut(line, ":")
		switch strings.ToUpper(name) {
		case "METHOD":
			value = strings.ToUpper(strings.TrimSpace(value))
			return value, isToken(value) && len(value) < 20
		case "BEGIN": // of a component: what stands in it is not the calendar's own
			return "", false
		}
	}
	return "", false
}
