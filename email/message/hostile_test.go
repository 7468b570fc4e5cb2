package message_test

import (
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestHostileSizes holds the time for a quarter of a megabyte made to be slow.
func TestHostileSizes(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, 1<<18/len(s)) }
	for name, raw := range map[string]string{
		"comments":         "To: " + fill("(") + "\n\nx",
		"closed comments":  "To: " + fill("()") + "\n\nx",
		"brackets":         "To: " + fill("<") + "\n\nx",
		"quotes":           "To: " + fill("\"a\\") + "\n\nx",
		"commas":           "To: " + fill("a@b,") + "\n\nx",
		"words":            "Subject: " + fill("=?a?q?") + "\n\nx",
		"empty words":      "Subject: " + fill("=?utf-8?q??=") + "\n\nx",
		"charsets":         "Subject: " + fill("=?a?q?b?= =?c?q?d?=") + "\n\nx",
		"marks":            "Subject: " + fill("=?") + "\n\nx",
		"continuations":    "Subject: a\n" + fill(" b\n") + "\nx",
		"fields":           fill("a:b\n") + "\nx",
		"parameters":       "Content-Type: text/plain" + fill(";a=b") + "\n\nx",
		"sections":         "Content-Type: text/plain" + fill(";a*0*=b") + "\n\nx",
		"parameter quotes": "Content-Type: text/plain" + fill("; x=\"") + "\n\nx",
		"ids":              "References: " + fill("<a@b>") + "\n\nx",
		"open ids":         "References: " + fill("<") + "\n\nx",
		"octets":           "Subject: " + fill("\xff=?x?=") + "\nContent-Type: text/plain" + fill(";a=b") + "\n\nx",
		"hyphens":          "Content-Type: multipart/mixed; boundary=" + strings.Repeat("-", 900) + "\n\n" + fill("-"),
		"parts":            "Content-Type: multipart/mixed; boundary=b\n\n" + fill("--b\n"),
		"part headers":     "Content-Type: multipart/mixed; boundary=b\n\n" + fill("--b\nContent-Type: image/png\n\n"),
		"nested":           nested(5000),
		"quoted lines":     "\n" + fill(">\n\na\n"),
		"attributions":     "\n" + fill("On 2026 a wrote:\n"),
		"colons":           "\n" + fill("a:\n"),
		"from lines":       "\n" + fill("From: a\n"),
		"one line":         "\n" + fill("wrote "),
		"padding":          "\n" + fill("\u2007\u034f"),
		"tags":             "Content-Type: text/html\n\n" + fill("<p>"),
		"open quotations":  "Content-Type: text/html\n\n" + fill("<blockquote type=cite>"),
		"blank text":       "Content-Type: text/html\n\n" + fill("<p> "),
		"cids":             "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n" + fill("cid:") + "\n--b\nContent-ID: <a>\nContent-Type: image/png\n\n--b--",
		"qp":               "Content-Transfer-Encoding: quoted-printable\n\n" + fill("="),
		"base64 lines":     "Content-Transfer-Encoding: base64\n\n" + fill("a=\n"),
		"bounce":           "X-Failed-Recipients: " + fill("a ") + "\n\na\n",
		"bounce text":      "From: mailer-daemon@a\nSubject: failure notice\n\n" + fill("<a@b>:\n"),
		"report lines": "Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n" + strings.Repeat("--b\n"+
			"Content-Type: message/delivery-status\n\nFinal-Recipient: a@b\nDiagnostic-Code: x\n"+strings.Repeat(" a\n", 20_000), 100) + "--b--\n",
		"message ids": "From: mailer-daemon@a\nSubject: failure notice\n\n" + fill("message-id:\n"),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, err := message.Parse(strings.NewReader(raw), message.ParseOptions{MaxHeader: 2 << 20})
			require.NoError(t, err)
			took := time.Since(began)
			t.Log(took)
			assert.Less(t, took, 15*time.Second)
		})
	}
}

// nested is a message of multiparts within each other.
func nested(depth int) string {
	var b strings.Builder
	for range depth {
		b.WriteString("Content-Type: multipart/mixed; boundary=b\n\n--b\n")
	}
	return b.String() + "\nx"
}
