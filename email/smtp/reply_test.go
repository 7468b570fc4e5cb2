package smtp_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/smtp"
)

func TestReadReply(t *testing.T) {
	for name, test := range map[string]struct {
		said string
		want smtp.Reply
		left int
	}{
		"one line":             {"250 Ok\r\n", smtp.Reply{Code: 250, Text: "Ok", Lines: 1}, 0},
		"bare LF":              {"250 Ok\n", smtp.Reply{Code: 250, Text: "Ok", Lines: 1}, 0},
		"code alone":           {"250\r\n", smtp.Reply{Code: 250, Lines: 1}, 0},
		"no text":              {"250 \r\n", smtp.Reply{Code: 250, Lines: 1}, 0},
		"the next stays":       {"250 Ok\r\n354 go\r\n", smtp.Reply{Code: 250, Text: "Ok", Lines: 1}, 8},
		"several lines":        {"550-5.1.1 No such\r\n550-5.1.1  user\r\n550 5.1.1 here\r\n", smtp.Reply{Code: 550, Enhanced: "5.1.1", Text: "No such user here", Lines: 3}, 0},
		"only an enhanced":     {"550 5.7.1\r\n", smtp.Reply{Code: 550, Enhanced: "5.7.1", Lines: 1}, 0},
		"not an enhanced":      {"550 5.1 years\r\n", smtp.Reply{Code: 550, Text: "5.1 years", Lines: 1}, 0},
		"nor an address":       {"550 5.1.1.1 is ours\r\n", smtp.Reply{Code: 550, Text: "5.1.1.1 is ours", Lines: 1}, 0},
		"address left out":     {"550 5.1.1 <anna@example.test>: unknown\r\n", smtp.Reply{Code: 550, Enhanced: "5.1.1", Text: "<…> unknown", Lines: 1}, 0},
		"controls":             {"550 a\x00b\x1b[31mc\td\u2028e\u0085f\r\n", smtp.Reply{Code: 550, Text: "a b [31mc d e f", Lines: 1}, 0},
		"invalid UTF-8":        {"550 \xff\xfe\r\n", smtp.Reply{Code: 550, Text: "\uFFFD", Lines: 1}, 0},
		"Postfix":              {"250 2.0.0 Ok: queued as 4F3A12BC\r\n", smtp.Reply{Code: 250, Enhanced: "2.0.0", Text: "Ok: queued as 4F3A12BC", ProviderID: "4F3A12BC", Lines: 1}, 0},
		"Exim":                 {"250 OK id=1uXyZ-000abc-2D\r\n", smtp.Reply{Code: 250, Text: "OK id=1uXyZ-000abc-2D", ProviderID: "1uXyZ-000abc-2D", Lines: 1}, 0},
		"Amazon SES":           {"250 Ok 010001-aa-000000\r\n", smtp.Reply{Code: 250, Text: "Ok 010001-aa-000000", ProviderID: "010001-aa-000000", Lines: 1}, 0},
		"queued as nothing":    {"250 queued as\r\n", smtp.Reply{Code: 250, Text: "queued as", Lines: 1}, 0},
		"a line of 4096":       {"250 " + strings.Repeat("x", 4090) + "\r\n", smtp.Reply{Code: 250, Text: strings.Repeat("x", smtp.MaxText), Lines: 1}, 0},
		"Cyrillic, cut whole":  {"550 " + strings.Repeat("я", 400) + "\r\n", smtp.Reply{Code: 550, Text: strings.Repeat("я", smtp.MaxText/2), Lines: 1}, 0},
		"as many as allowed":   {strings.Repeat("250-x\r\n", smtp.MaxReplyLines-1) + "250 x\r\n", smtp.Reply{Code: 250, Text: strings.TrimSpace(strings.Repeat("x ", smtp.MaxText/2)), Lines: smtp.MaxReplyLines}, 0},
		"an empty first line":  {"250-\r\n250 2.0.0 x\r\n", smtp.Reply{Code: 250, Text: "x", Lines: 2}, 0},
		"another class of own": {"450 5.1.1 x\r\n", smtp.Reply{Code: 450, Enhanced: "5.1.1", Text: "x", Lines: 1}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, left, err := smtp.ReadReply(test.said)
			require.NoError(t, err)
			assert.Equal(t, test.want, got)
			assert.Equal(t, test.left, left)
		})
	}
}

func TestReadReplyRefuses(t *testing.T) {
	for name, said := range map[string]string{
		"nothing":         "",
		"no line end":     "250 Ok",
		"an empty line":   "\r\n",
		"words":           "hello\r\n",
		"two digits":      "25 Ok\r\n",
		"code below 200":  "150 x\r\n",
		"code above 599":  "600 x\r\n",
		"no separator":    "250x\r\n",
		"code changes":    "250-a\r\n550 b\r\n",
		"never ends":      strings.Repeat("250-x\r\n", smtp.MaxReplyLines+1),
		"too long a line": "250 " + strings.Repeat("x", 5000) + "\r\n",
		"too much text":   strings.Repeat("250-"+strings.Repeat("x", 4000)+"\r\n", 10) + "250 x\r\n",
		"TLS alert":       "\x15\x03\x01\x00\x02\x02\x46\n",
		"HTTP":            "HTTP/1.1 400 Bad Request\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := smtp.ReadReply(said)
			require.Error(t, err)
		})
	}
}

func TestClassification(t *testing.T) {
	for _, test := range []struct {
		command, said string
		temporary     bool
		cause         error
	}{
		{"MAIL", "421 4.3.2 closing", true, nil},
		{"MAIL", "450 4.7.1 greylisted", true, nil},
		{"MAIL", "451 local error", true, nil},
		{"MAIL", "452 4.3.1 no space", true, nil},
		{"MAIL", "454 4.7.0 later", true, nil},
		{"MAIL", "550 5.7.1 no", false, nil},
		{"MAIL", "552 5.3.4 too large", false, nil},
		{"MAIL", "553 5.1.8 sender", false, nil},
		{"MAIL", "530 5.7.0 authenticate first", true, smtp.ErrAuth},
		{"RCPT", "450 4.2.0 greylisted", true, nil},
		{"RCPT", "452 4.5.3 too many recipients", true, nil},
		{"RCPT", "552 5.5.3 too many recipients", true, nil},
		{"RCPT", "552 5.2.2 mailbox full", false, nil},
		{"RCPT", "550 5.1.1 unknown", false, nil},
		{"RCPT", "250 odd", false, smtp.ErrReply},
		{"DATA", "451 4.3.0 later", true, nil},
		{"DATA", "554 5.5.1 no recipients", false, nil},
		{"DATA", "250 odd", false, smtp.ErrReply},
		{"end of content", "452 4.3.1 no space", true, nil},
		{"end of content", "552 5.3.4 too large", false, nil},
		{"end of content", "554 5.6.0 spam", false, nil},
		{"AUTH", "535 5.7.8 wrong", true, smtp.ErrAuth},
		{"AUTH", "534 5.7.9 stronger", true, smtp.ErrAuth},
		{"AUTH", "504 5.5.4 mechanism", true, smtp.ErrAuth},
		{"AUTH", "454 4.7.0 later", true, nil},
		{"greeting", "554 5.7.1 not you", true, nil},
		{"EHLO", "550 5.7.1 not you", true, nil},
	} {
		t.Run(test.command+" "+test.said, func(t *testing.T) {
			got := smtp.Refusal(test.command, test.said+"\r\n")
			require.NotNil(t, got)
			assert.False(t, got.Uncertain)
			if test.cause != nil {
				assert.ErrorIs(t, got, test.cause)
			}
			if test.cause != smtp.ErrReply {
				assert.Equal(t, test.temporary, got.Temporary)
				assert.Equal(t, test.said[:3], got.Error()[strings.Index(got.Error(), test.said[:3]):][:3])
			} else {
				assert.True(t, got.Temporary, "a reply out of place says nothing of the message")
			}
		})
	}
}

// FuzzReadReply: whatever a server writes, reading it ends, is bounded, and what is kept of it is one line of text without
// controls and addresses.
func FuzzReadReply(f *testing.F) {
	for _, seed := range []string{
		"250 Ok\r\n", "250-a\r\n250 b\r\n", "550 5.1.1 <a@b>: no\r\n", "250", "\x15\x03\x01\n", "250-\n250-\n",
		"250 2.0.0 Ok: queued as @\r\n", "550 " + strings.Repeat("я ", 300) + "\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		got, left, err := smtp.ReadReply(said)
		if err != nil {
			return
		}
		if got.Code < 200 || got.Code > 599 || got.Lines < 1 || got.Lines > smtp.MaxReplyLines {
			t.Fatalf("code %d, %d lines", got.Code, got.Lines)
		}
		if read := said[:len(said)-left]; !strings.HasSuffix(read, "\n") || strings.Count(read, "\n") != got.Lines {
			t.Fatalf("read %q as %d lines", read, got.Lines)
		}
		if len(got.Text) > smtp.MaxText || !utf8.ValidString(got.Text) {
			t.Fatalf("text of %d octets: %q", len(got.Text), got.Text)
		}
		if strings.ContainsAny(got.Text, "@\r\n\x00\x7f\t") || strings.ContainsAny(got.ProviderID, "@ \r\n") {
			t.Fatalf("text %q, id %q", got.Text, got.ProviderID)
		}
	})
}
