package message_test

import (
	"net/mail"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// places puts a value into every place of a message that ends in a header.
var places = map[string]func(m *message.Message, value string){
	"From.Name":    func(m *message.Message, v string) { m.From.Name = v },
	"From.Address": func(m *message.Message, v string) { m.From.Address = v + "@shop.example" },
	"From domain":  func(m *message.Message, v string) { m.From.Address = "a@" + v },
	"Sender":       func(m *message.Message, v string) { m.Sender = &mail.Address{Name: v, Address: "s@shop.example"} },
	"Reply-To":     func(m *message.Message, v string) { m.ReplyTo = []mail.Address{{Name: v, Address: "s@shop.example"}} },
	"To.Name":      func(m *message.Message, v string) { m.To = []mail.Address{{Name: v, Address: "s@shop.example"}} },
	"To.Address":   func(m *message.Message, v string) { m.To = []mail.Address{{Address: "s@shop.example" + v}} },
	"Cc":           func(m *message.Message, v string) { m.Cc = []mail.Address{{Name: v, Address: "s@shop.example"}} },
	"Subject":      func(m *message.Message, v string) { m.Subject = v },
	"Message-ID":   func(m *message.Message, v string) { m.MessageID = v + "@shop.example" },
	"In-Reply-To":  func(m *message.Message, v string) { m.InReplyTo = []string{v + "@shop.example"} },
	"References":   func(m *message.Message, v string) { m.References = []string{"a@b.example", v + "@shop.example"} },
	"Field name":   func(m *message.Message, v string) { m.Fields = []message.Field{{Name: v, Body: "x"}} },
	"Field body":   func(m *message.Message, v string) { m.Fields = []message.Field{{Name: "X-Note", Body: v}} },
	"file name":    func(m *message.Message, v string) { m.Attachments = []message.Attachment{file(v, "", "x")} },
	"media type":   func(m *message.Message, v string) { m.Attachments = []message.Attachment{file("", v, "x")} },
	"parameter": func(m *message.Message, v string) {
		m.Attachments = []message.Attachment{file("", "text/plain; x=\""+v+"\"", "x")}
	},
	"Content-ID": func(m *message.Message, v string) {
		a := file("", "image/png", "x")
		a.Inline, a.ContentID = true, v
		m.Attachments = []message.Attachment{a}
	},
}

func TestControlsAreRefusedEverywhere(t *testing.T) {
	values := map[string]string{
		"CRLF": "a\r\nBcc: x@evil.example", "LF": "a\nBcc: x@evil.example", "CR": "a\rBcc: x@evil.example", "NUL": "a\x00b", "tab": "a\tb",
		"DEL": "a\x7fb", "C1": "a\u0085b", "escape": "a\x1bb", "line separator": "a\u2028b", "not UTF-8": "a\xffb", "fold": "a\r\n b",
		"trailing": "a\r\n", "leading": "\na",
	}
	for place, put := range places {
		for name, value := range values {
			t.Run(place+"/"+name, func(t *testing.T) {
				m := simple()
				put(&m, value)
				wire, err := message.Build(m, message.BuildOptions{})
				var wrong *message.FieldError
				require.ErrorAs(t, err, &wrong)
				require.Nil(t, wire)
				assert.NotContains(t, err.Error(), "evil", "an error never holds the value")
				assert.NotEqual(t, wrong.Code, wrong.Text("en"))
			})
		}
	}
}

// TestQuotingCannotBeLeft puts the characters that end a place by its grammar into every place.
func TestQuotingCannotBeLeft(t *testing.T) {
	values := []string{`a" <x@evil.example>, "b`, `a\`, `a\" b`, "a>b", "a<b", "a;b=c", "a, b@evil.example", "a)b(c", "=?utf-8?q?=0D=0ABcc:_x?=", "a:b", "a%0D%0Ab", "  a  "}
	for place, put := range places {
		for _, value := range values {
			m := simple()
			put(&m, value)
			wire, err := message.Build(m, message.BuildOptions{})
			if err != nil {
				var wrong *message.FieldError
				require.ErrorAs(t, err, &wrong, "%s: %q", place, value)
				continue
			}
			var out strings.Builder
			_, err = wire.WriterTo(m.Open).WriteTo(&out)
			require.NoError(t, err)
			checkLines(t, out.String())
			p, err := message.Parse(strings.NewReader(out.String()), message.ParseOptions{})
			require.NoError(t, err)
			require.Empty(t, p.Defects, "%s: %q", place, value)
			assert.Empty(t, p.Header("Bcc"), "%s: %q", place, value)
			assert.Equal(t, m.Subject, restore(m.Subject, p.Subject), "%s: %q", place, value)
			sameMailboxes(t, []mail.Address{m.From}, p.From, place+": "+value)
			sameMailboxes(t, m.To, p.To, place+": "+value)
			sameMailboxes(t, m.Cc, p.Cc, place+": "+value)
			if len(m.Attachments) > 0 {
				require.Len(t, p.Attachments, 1, "%s: %q", place, value)
				assert.Equal(t, strings.TrimSpace(m.Attachments[0].Name), p.Attachments[0].Name, "%s: %q", place, value)
			}
		}
	}
}

// restore gives back the blanks at the ends, which Parse trims for people.
func restore(want, got string) string {
	if strings.TrimSpace(want) == got {
		return want
	}
	return got
}

func sameMailboxes(t testing.TB, want, got []mail.Address, what string) {
	t.Helper()
	require.Len(t, got, len(want), what)
	for i := range want {
		assert.Equal(t, strings.TrimSpace(want[i].Name), got[i].Name, what)
		assert.Equal(t, want[i].Address, got[i].Address, what)
	}
}

func TestFieldsThatBuildMakes(t *testing.T) {
	for _, name := range []string{"Bcc", "bcc", "Resent-Bcc", "From", "Content-Type", "content-disposition", "MIME-Version", "Return-Path",
		"Received", "Message-ID", "DKIM-Signature", "Subject", "Date"} {
		m := simple()
		m.Fields = []message.Field{{Name: name, Body: "x"}}
		_, err := message.Build(m, message.BuildOptions{})
		var wrong *message.FieldError
		require.ErrorAs(t, err, &wrong, name)
		assert.Equal(t, "field.reserved", wrong.Code)
	}
}

func TestTextsInBothLanguages(t *testing.T) {
	for code, texts := range message.Texts {
		assert.NotEmpty(t, texts[0], code)
		assert.NotEmpty(t, texts[1], code)
		assert.Regexp(t, `\p{Cyrillic}`, texts[0], code)
		assert.NotRegexp(t, `\p{Cyrillic}`, texts[1], code)
	}
	assert.Equal(t, "the date cannot be read", message.DefectText("header.date", "en"))
	assert.Equal(t, "дата не разобрана", message.DefectText("header.date", "ru"))
	assert.Equal(t, "later.code", message.DefectText("later.code", "ru"))
}
