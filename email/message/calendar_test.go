package message_test

import (
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCalendar(t *testing.T) {
	for name, calendar := range map[string]string{
		"alone":                   "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n",
		"in small letters":        "begin:vcalendar\nversion:2.0\nmethod: cancel\nend:vcalendar",
		"with old Mac's line end": "BEGIN:VCALENDAR\rMETHOD:CANCEL\rEND:VCALENDAR\r",
	} {
		t.Run(name, func(t *testing.T) {
			m := simple()
			m.Text, m.Calendar = "", calendar
			p := parse(t, write(t, m, message.BuildOptions{}), message.ParseOptions{})
			require.Len(t, p.Attachments, 2, "a form of the text, and a file")
			assert.Equal(t, "text/calendar", p.Attachments[0].MediaType)
			assert.Equal(t, "invite.ics", p.Attachments[1].Name)
			assert.Empty(t, p.Defects)
			wire, err := message.Build(m, message.BuildOptions{})
			require.NoError(t, err)
			assert.Contains(t, string(wire.Segments[0].Bytes), "text/calendar; method=CANCEL; charset=utf-8\r\n")
		})
	}
	for name, calendar := range map[string]string{
		"no calendar":               "Meet me at ten.",
		"only line breaks":          "\r\n",
		"no method":                 "BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n",
		"empty method":              "BEGIN:VCALENDAR\nMETHOD:\n",
		"a component's method":      "BEGIN:VCALENDAR\nBEGIN:VEVENT\nMETHOD:REQUEST\nEND:VEVENT\n",
		"a method with a parameter": "BEGIN:VCALENDAR\nMETHOD:REQUEST; name=x\n",
		"a method with a control":   "BEGIN:VCALENDAR\nMETHOD:REQ\tUEST\n",
		"a method without an end":   "BEGIN:VCALENDAR\nMETHOD:" + strings.Repeat("X", 900),
	} {
		t.Run(name, func(t *testing.T) {
			m := simple()
			m.Calendar = calendar
			_, err := message.Build(m, message.BuildOptions{})
			var wrong *message.FieldError
			require.ErrorAs(t, err, &wrong)
			assert.Equal(t, message.FieldError{Field: "Calendar", Code: "field.calendar"}, *wrong)
		})
	}
}
