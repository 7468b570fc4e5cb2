package message_test

import (
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email/message"
)

// TestBuildIsLinear wants of hostile texts far less time than quadratic work would take, even on a busy machine.
func TestBuildIsLinear(t *testing.T) {
	const octets = 1 << 20
	for _, unit := range []string{"\r", "a\r", "\n\r", "\r\n", "=\r", "\xff\r", ".\r", "From \r", "ы\r", " ", "=?", "ы", "\x00", "\t\n"} {
		text := strings.Repeat(unit, octets/len(unit))
		inHeader := strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, text)
		for name, m := range map[string]message.Message{
			"text":     {Text: text},
			"HTML":     {HTML: text},
			"calendar": {Calendar: "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\n" + text},
			"subject":  {Subject: inHeader},
			"field":    {Fields: []message.Field{{Name: "X-Note", Body: inHeader}}},
			"name":     {To: []mail.Address{{Name: inHeader, Address: "anna@chai.example"}}},
		} {
			m.From, m.Date, m.MessageID = mail.Address{Address: "shop@chai.example"}, time.Unix(1e9, 0), "1@chai.example"
			start := time.Now()
			message.Build(m, message.BuildOptions{}) // some are refused
			assert.Less(t, time.Since(start), 5*time.Second, "%q in the %s", unit, name)
		}
	}
}
