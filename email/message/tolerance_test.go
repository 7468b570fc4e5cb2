package message_test

import (
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestTolerance: what other readers refuse or lose is read.
func TestTolerance(t *testing.T) {
	const mixed = "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n"
	text := func(want string) func(*testing.T, *message.Parsed) {
		return func(t *testing.T, p *message.Parsed) { assert.Equal(t, want, strings.TrimSpace(p.Text)) }
	}
	attached := func(name, want string) func(*testing.T, *message.Parsed) {
		return func(t *testing.T, p *message.Parsed) {
			require.Len(t, p.Attachments, 1)
			assert.Equal(t, name, p.Attachments[0].Name)
			assert.Equal(t, want, string(p.Attachments[0].Content))
		}
	}
	ids := func(want ...string) func(*testing.T, *message.Parsed) {
		return func(t *testing.T, p *message.Parsed) { assert.Equal(t, want, p.References) }
	}
	from := func(name, address string) func(*testing.T, *message.Parsed) {
		return func(t *testing.T, p *message.Parsed) {
			require.Len(t, p.From, 1)
			assert.Equal(t, name, p.From[0].Name)
			assert.Equal(t, address, p.From[0].Address)
		}
	}
	for name, c := range map[string]struct {
		raw  string
		want func(*testing.T, *message.Parsed)
	}{
		"From line of a mailbox":          {"From a@b.example Mon Jan  1 00:00:00 2026\nSubject: s\n\nx", text("x")},
		"quoted From line":                {">From a@b.example Mon Jan  1 00:00:00 2026\nSubject: s\n\nx", text("x")},
		"byte order mark and From line":   {"\xef\xbb\xbfFrom a@b.example Mon Jan  1\r\nSubject: s\r\n\r\nx", text("x")},
		"no closing boundary":             {mixed + "\nx", text("x")},
		"ends within a header":            {mixed + "Content-Type: text/plain", text("")},
		"ends within base64":              {mixed + "Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBE", attached("a.pdf", "%PD")},
		"inner boundary closes the outer": {"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nx\n--b--\n", text("x")},
		"no boundary":                     {"Subject: s\nContent-Type: multipart/mixed\n\nx", text("x")},
		"empty boundary":                  {"Subject: s\nContent-Type: multipart/mixed; boundary=\"\"\n\nx", text("x")},
		"boundary in the wrong case":      {"Subject: s\nContent-Type: multipart/mixed; boundary=B\n\n--b\n\nx\n--b--\n", func(t *testing.T, p *message.Parsed) { assert.Contains(t, p.Text, "x") }},
		"boundary with blanks behind":     {"Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b  \t\n\nx\n--b-- \n", text("x")},
		"8bits":                           {"Subject: s\nContent-Transfer-Encoding: 8bits\n\nx=3D", text("x=3D")},
		"plain":                           {"Subject: s\nContent-Transfer-Encoding: plain\n\nx=3D", text("x=3D")},
		"quoted pri":                      {"Subject: s\nContent-Transfer-Encoding: quoted pri\n\nx=3D", text("x=3D")},
		"encoding in quotes and a dot":    {"Subject: s\nContent-Transfer-Encoding: \"BASE64\"; x\n\neA==", text("x")},
		"uuencode":                        {mixed + "Content-Type: application/octet-stream\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a.txt\n#0V%T\n`\nend\n--b--\n", attached("a.txt", "Cat")},
		"uuencode by another name":        {mixed + "Content-Type: application/octet-stream; name=b.txt\nContent-Transfer-Encoding: uuencode\n\nbegin 644 a.txt\n#0V%T\n`\nend\n--b--\n", attached("b.txt", "Cat")},
		"line without a colon":            {"Subject: s\nno colon here\nX-A: b\n\nx", text("x")},
		"blank before the colon":          {"Subject : s\nContent-Type : text/html\n\n<p>x", func(t *testing.T, p *message.Parsed) { assert.Equal(t, "<p>x", p.HTML) }},
		"ids without an at sign":          {"Subject: s\nReferences: <abc> <1.2>\n\nx", ids("abc", "1.2")},
		"ids without brackets":            {"Subject: s\nReferences: a@x, b@y\n\nx", ids("a@x", "b@y")},
		"ids folded within":               {"Subject: s\nReferences: <a\n @x> <b@y>\n\nx", ids("a@x", "b@y")},
		"ids among words":                 {"Subject: s\nReferences: Your message of Monday <a@x> (was: b)\n\nx", ids("a@x")},
		"last of two brackets":            {"Subject: s\nFrom: <a@x.example> <b@y.example>\n\nx", from("", "b@y.example")},
		"no brackets":                     {"Subject: s\nFrom: Anna a@x.example\n\nx", from("Anna", "a@x.example")},
		"name in the message's charset":   {"Subject: s\nContent-Type: text/plain; charset=koi8-r\nFrom: \xe1\xce\xce\xc1 <a@x.example>\n\nx", from("Анна", "a@x.example")},
		"name in windows-1251, guessed":   {"Subject: s\nFrom: \xc0\xed\xed\xe0 <a@x.example>\n\nx", from("Анна", "a@x.example")},
		"utf-7":                           {"Subject: s\nContent-Type: text/plain; charset=unicode-1-1-utf-7\n\n+BB8EQAQ4BDIENQRC-", text("Привет")},
		"iso-2022-jp":                     {"Subject: s\nContent-Type: text/plain; charset=iso-2022-jp\n\n\x1b$BF|K\\\x1b(B", text("日本")},
		"iso-2022-kr":                     {"Subject: s\nContent-Type: text/plain; charset=iso-2022-kr\n\n\x1b$)C\x0eGQ1[\x0f\n", text("한글")},
		"gb2312":                          {"Subject: s\nContent-Type: text/plain; charset=gb2312\n\n\xd6\xd0\xce\xc4", text("中文")},
		"gb18030":                         {"Subject: s\nContent-Type: text/plain; charset=GB18030\n\n\xd6\xd0\xce\xc4", text("中文")},
		"x-cp1251":                        {"Subject: s\nContent-Type: text/plain; charset=x-cp1251\n\n\xdf", text("Я")},
		"cp-1251":                         {"Subject: s\nContent-Type: text/plain; charset=cp-1251\n\n\xdf", text("Я")},
		"charset in quotes of both kinds": {"Subject: s\nContent-Type: text/plain; charset='windows-1251'\n\n\xdf", text("Я")},
		"x-user-defined":                  {"Subject: s\nContent-Type: text/plain; charset=x-user-defined\n\nx \xdf\xdf\xdf", text("x ЯЯЯ")},
		"koi8-u":                          {"Subject: s\nContent-Type: text/plain; charset=koi8-u\n\n\xa4", text("є")},
		"unknown-8bit":                    {"Subject: s\nContent-Type: text/plain; charset=unknown-8bit\n\nпривет", text("привет")},
		"charset of the HTML":             {"Subject: s\nContent-Type: text/html\n\n<meta charset=windows-1251>\xdf", func(t *testing.T, p *message.Parsed) { assert.Contains(t, p.HTML, "Я") }},
		"message in a message":            {mixed + "Content-Type: message/rfc822\n\nSubject: inner\n\nhello\n--b--\n", attached("", "Subject: inner\n\nhello")},
		"message in base64":               {mixed + "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogaQoKeA==\n--b--\n", attached("", "Subject: i\n\nx")},
		"nothing but a header":            {"Subject: s", text("")},
		"a line of 200,000 octets":        {"Subject: s\n\n" + strings.Repeat("x", 200_000), text(strings.Repeat("x", 200_000))},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := message.Parse(strings.NewReader(c.raw), message.ParseOptions{})
			require.NoError(t, err)
			assert.Equal(t, "s", p.Subject)
			c.want(t, p)
		})
	}
}
