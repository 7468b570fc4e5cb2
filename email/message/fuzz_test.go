package message_test

import (
	"bytes"
	"io"
	"net/mail"
	"strings"
	"testing"
	"testing/iotest"
	"time"
	"unicode/utf8"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// FuzzBuildParse: what Build accepts has no bare line break and no line over 998 octets, is as long as forecast,
// and Parse gives it back without a defect.
func FuzzBuildParse(f *testing.F) {
	f.Add("Anna", "anna@shop.example", "Hello", "text\n", "<p>html</p>", "file.pdf", "content", "note")
	f.Add("Иван \"Jack\" Петров", "\" \"@пример.рф", "Re: Заказ № 1 =?utf-8?q?x?=", "a\r\n.\r\n", "", "счёт.pdf", "", "x y")
	f.Add(strings.Repeat("n", 80), "a.b@c", strings.Repeat("я", 300), "From x\n\x00", "\n.\n", strings.Repeat("f", 300), "\r\n--x", strings.Repeat("b ", 90))
	f.Fuzz(func(t *testing.T, name, addr, subject, text, html, fileName, content, note string) {
		m := message.Message{
			From: mail.Address{Name: name, Address: addr}, To: []mail.Address{{Name: subject, Address: "b@example.org"}, {Name: name, Address: addr}},
			Subject: subject, Date: time.Unix(1_800_000_000, 0).UTC(), MessageID: "1@example.org",
			Text: text, HTML: html, Fields: []message.Field{{Name: "X-Note", Body: note}},
			Attachments: []message.Attachment{file(fileName, "application/pdf", content)},
		}
		opts := message.BuildOptions{Rand: zeros{}, InlineLimit: int64(len(note)) - 1}
		wire, err := message.Build(m, opts)
		if err != nil {
			return
		}
		var out bytes.Buffer
		_, err = wire.WriterTo(m.Open).WriteTo(&out)
		require.NoError(t, err)
		require.Equal(t, wire.Size(), int64(out.Len()))
		checkLines(t, out.String())

		p, err := message.Parse(&out, message.ParseOptions{})
		require.NoError(t, err)
		require.Empty(t, p.Defects)
		box := mail.Address{Name: strings.Trim(name, " \u00a0"), Address: p.From[0].Address}
		require.Equal(t, trimmed(box.Name), p.From[0].Name)
		require.Len(t, p.To, 2)
		require.Equal(t, p.From[0], p.To[1])
		require.Equal(t, trimmed(subject), p.Subject)
		require.Equal(t, canonical(text), canonical(p.Text))
		require.Equal(t, canonical(html), canonical(p.HTML))
		require.Len(t, p.Attachments, 1)
		require.Equal(t, trimmed(fileName), p.Attachments[0].Name)
		require.Equal(t, content, string(p.Attachments[0].Content))
	})
}

func trimmed(s string) string { return strings.TrimSpace(s) }

// canonical is text as Parse gives it, with one line break at its end at most.
func canonical(s string) string {
	s = strings.ReplaceAll(s, "\x00", "\ufffd")
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	return strings.TrimSuffix(strings.ToValidUTF8(s, "\ufffd"), "\n")
}

// FuzzParse: nothing makes Parse panic or exceed its limits, and what it yields is UTF-8 on single lines where it
// should be.
func FuzzParse(f *testing.F) {
	for _, s := range samples() {
		f.Add([]byte(write(f, s.msg, message.BuildOptions{})))
	}
	for _, raw := range broken(f) {
		f.Add([]byte(raw))
	}
	limits := message.ParseOptions{MaxParts: 20, MaxDepth: 5, MaxHeader: 10_000, MaxDecoded: 10_000}
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := message.Parse(bytes.NewReader(raw), limits)
		if err != nil {
			require.ErrorIs(t, err, message.ErrEmpty)
			return
		}
		require.LessOrEqual(t, len(p.Attachments), 20)
		total := 0
		for _, a := range p.Attachments {
			require.Equal(t, a.Size, int64(len(a.Content)))
			require.True(t, utf8.ValidString(a.Name+a.ContentID+a.MediaType))
			require.NotContains(t, a.Name, "\n")
			total += len(a.Content)
		}
		require.LessOrEqual(t, total, 10_000)
		texts := append([]string{p.Subject, p.Text, p.HTML, p.Reply, p.MessageID}, append(p.InReplyTo, p.References...)...)
		for _, field := range p.Fields {
			texts = append(texts, field.Name, field.Body)
		}
		for _, s := range texts {
			require.True(t, utf8.ValidString(s))
			require.NotContains(t, s, "\x00")
		}
		require.NotContains(t, p.Subject, "\n")
		for _, box := range append(append(p.From, p.To...), p.Cc...) {
			require.True(t, utf8.ValidString(box.Name+box.Address))
			require.NotContains(t, box.Name+box.Address, "\n")
		}
		for _, code := range p.Defects {
			require.Contains(t, message.Texts, code)
		}

		streaming := limits
		streaming.Attachment = func(_ message.ParsedAttachment, r io.Reader) error {
			_, err := io.CopyN(io.Discard, r, 3)
			if err == io.EOF {
				err = nil
			}
			return err
		}
		streamed, err := message.Parse(iotest.OneByteReader(bytes.NewReader(raw)), streaming)
		require.NoError(t, err)
		for i := range p.Attachments {
			p.Attachments[i].Content = nil
		}
		assert.Equal(t, p, streamed, "however it is read and whoever takes the attachments")
	})
}

// FuzzEnvelope: an address that passes holds nothing that ends a command or an argument.
func FuzzEnvelope(f *testing.F) {
	for _, addr := range []string{"a@b.example", "\"a b\"@c", "a@[127.0.0.1]", "a@[IPv6:::1]", "почта@пример.рф", "-a@b", "a>@b"} {
		f.Add(addr)
	}
	f.Fuzz(func(t *testing.T, addr string) {
		if (message.Envelope{ReturnPath: addr, Recipients: []string{addr}}).Validate() != nil || addr == "" {
			return
		}
		require.NotContains(t, addr, " ")
		require.NotEqual(t, byte('-'), addr[0])
		require.False(t, strings.ContainsAny(addr, "\r\n\t\x00"))
		if addr[0] != '"' {
			require.False(t, strings.ContainsAny(addr, "<>(),;\\\""))
		}
	})
}
