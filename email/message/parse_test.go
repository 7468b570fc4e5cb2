package message_test

import (
	"errors"
	"io"
	"net/mail"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/message"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEmpty(t *testing.T) {
	for _, raw := range []string{"", "\n\n\n", "From a@b Mon\n"} {
		_, err := message.Parse(strings.NewReader(raw), message.ParseOptions{})
		require.ErrorIs(t, err, message.ErrEmpty, "%q", raw)
	}
	p, err := message.Parse(strings.NewReader("no header at all"), message.ParseOptions{})
	require.NoError(t, err)
	require.Equal(t, "no header at all", p.Text)
}

func TestReaderFails(t *testing.T) {
	lost := errors.New("connection lost")
	for _, raw := range []string{"", "Subject: s\n", "Subject: s\n\nbody"} {
		_, err := message.Parse(io.MultiReader(strings.NewReader(raw), failing{lost}), message.ParseOptions{})
		require.ErrorIs(t, err, lost, "%q", raw)
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

// TestTruncated: what MaxDecoded cuts off says so, and holds what there was room for.
func TestTruncated(t *testing.T) {
	m := simple()
	m.Text = "text\n"
	m.Attachments = []message.Attachment{file("a.bin", "", strings.Repeat("a", 60)), file("b.bin", "", strings.Repeat("b", 60)), file("c.bin", "", "c")}
	p, err := message.Parse(strings.NewReader(write(t, m, message.BuildOptions{})), message.ParseOptions{MaxDecoded: 100})
	require.NoError(t, err)
	require.Equal(t, []string{"limit.decoded"}, p.Defects)
	require.Len(t, p.Attachments, 3)
	require.False(t, p.Attachments[0].Truncated)
	for _, a := range p.Attachments[1:] {
		require.True(t, a.Truncated, a.Name)
		require.Less(t, a.Size, int64(60), a.Name)
		require.Equal(t, a.Size, int64(len(a.Content)), a.Name)
	}
}

// TestFields: each field of the header that Parsed has, from its own.
func TestFields(t *testing.T) {
	p, err := message.Parse(strings.NewReader("From: Anna <a@x.example>\nSender: b@x.example\nReply-To: c@x.example\nTo: d@x.example\n"+
		"Cc: e@x.example, f@x.example\nMessage-ID: <1@x.example>\nIn-Reply-To: <2@x.example>\nReferences: <3@x.example> <2@x.example>\nX-A: 1\nx-a: 2\n\nx"),
		message.ParseOptions{})
	require.NoError(t, err)
	boxes := func(addrs ...string) (list []mail.Address) {
		for _, addr := range addrs {
			list = append(list, mail.Address{Address: addr})
		}
		return list
	}
	assert.Equal(t, []mail.Address{{Name: "Anna", Address: "a@x.example"}}, p.From)
	assert.Equal(t, boxes("b@x.example"), p.Sender)
	assert.Equal(t, boxes("c@x.example"), p.ReplyTo)
	assert.Equal(t, boxes("d@x.example"), p.To)
	assert.Equal(t, boxes("e@x.example", "f@x.example"), p.Cc)
	assert.Equal(t, "1@x.example", p.MessageID)
	assert.Equal(t, []string{"2@x.example"}, p.InReplyTo)
	assert.Equal(t, []string{"3@x.example", "2@x.example"}, p.References)
	assert.Equal(t, []string{"1", "2"}, p.Headers("X-A"))
	assert.Equal(t, "1", p.Header("X-A"))
	assert.Empty(t, p.Header("X-B"))
	assert.Nil(t, p.Headers("X-B"))
}

func TestAttachmentsStream(t *testing.T) {
	m := simple()
	m.Attachments = []message.Attachment{file("a.bin", "", strings.Repeat("a", 200_000)), file("b.bin", "", "b"), file("c.bin", "", strings.Repeat("c", 300))}
	raw := write(t, m, message.BuildOptions{})
	var seen []string
	p, err := message.Parse(strings.NewReader(raw), message.ParseOptions{Attachment: func(a message.ParsedAttachment, r io.Reader) error {
		seen = append(seen, a.Name)
		if a.Name == "b.bin" {
			return nil // not read at all
		}
		n, err := io.Copy(io.Discard, r)
		if a.Name == "a.bin" {
			assert.Equal(t, int64(200_000), n)
		}
		return err
	}})
	require.NoError(t, err)
	require.Equal(t, []string{"a.bin", "b.bin", "c.bin"}, seen)
	for i, a := range p.Attachments {
		assert.Nil(t, a.Content)
		assert.Equal(t, m.Attachments[i].Size, a.Size)
	}

	full := errors.New("disk full")
	_, err = message.Parse(strings.NewReader(raw), message.ParseOptions{Attachment: func(message.ParsedAttachment, io.Reader) error { return full }})
	require.ErrorIs(t, err, full)
}

func TestAddresses(t *testing.T) {
	for name, c := range map[string]struct {
		field string
		want  []mail.Address
	}{
		"plain":             {"a@b.example", []mail.Address{{Address: "a@b.example"}}},
		"named":             {"Anna <a@b.example>", []mail.Address{{Name: "Anna", Address: "a@b.example"}}},
		"quoted":            {`"Petrova, Anna" <a@b.example>`, []mail.Address{{Name: "Petrova, Anna", Address: "a@b.example"}}},
		"encoded":           {"=?utf-8?b?0JDQvdC90LA=?= <a@b.example>", []mail.Address{{Name: "Анна", Address: "a@b.example"}}},
		"encoded in quotes": {`"=?koi8-r?q?=E1=CE=CE=C1?=" <a@b.example>`, []mail.Address{{Name: "Анна", Address: "a@b.example"}}},
		"raw octets":        {"\xc0\xed\xed\xe0 <a@b.example>", []mail.Address{{Name: "Анна", Address: "a@b.example"}}},
		"comment":           {"a@b.example (Anna (the first))", []mail.Address{{Name: "Anna (the first)", Address: "a@b.example"}}},
		"comma in a name":   {"Anna, Petrova <a@b.example>", []mail.Address{{Name: "Petrova", Address: "a@b.example"}}},
		"group":             {"Friends: a@b.example, B <b@b.example>;, c@b.example", []mail.Address{{Address: "a@b.example"}, {Name: "B", Address: "b@b.example"}, {Address: "c@b.example"}}},
		"empty group":       {"undisclosed-recipients:;", nil},
		"semicolons":        {"a@b.example; b@b.example", []mail.Address{{Address: "a@b.example"}, {Address: "b@b.example"}}},
		"doubled commas":    {"a@b.example,, ,b@b.example,", []mail.Address{{Address: "a@b.example"}, {Address: "b@b.example"}}},
		"route":             {"<@relay.example,@x.example:a@b.example>", []mail.Address{{Address: "a@b.example"}}},
		"mailto":            {"<mailto:a@b.example>", []mail.Address{{Address: "a@b.example"}}},
		"a comma missing":   {"Anna <a@b.example> Boris B. <b@b.example> (the second)", []mail.Address{{Name: "Anna", Address: "a@b.example"}, {Name: "Boris B.", Address: "b@b.example"}}},
		"two brackets":      {"<x@y.example> <a@b.example>", []mail.Address{{Address: "a@b.example"}}},
		"address as a name": {"a@b.example <a@b.example>", []mail.Address{{Address: "a@b.example"}}},
		"open bracket":      {"Anna <a@b.example", []mail.Address{{Name: "Anna", Address: "a@b.example"}}},
		"open quote":        {`"Anna <a@b.example>`, []mail.Address{{Name: `"Anna`, Address: "a@b.example"}}},
		"quoted local part": {`"a b"@b.example`, []mail.Address{{Address: "a b@b.example"}}},
		"quoted bracket":    {`X <"a>\"b"@b.example>`, []mail.Address{{Name: "X", Address: `a>"b@b.example`}}},
		"apostrophes":       {`"'A@b.example'" <a@b.example>`, []mail.Address{{Address: "a@b.example"}}},
		"encoded address":   {"=?utf-8?q?a=40b.example?=", nil},
		"line break inside": {"=?utf-8?q?a=0D=0Ab?= <a@b.example>", []mail.Address{{Name: "a  b", Address: "a@b.example"}}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := message.Parse(strings.NewReader("To: "+c.field+"\n\n"), message.ParseOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.want, p.To)
		})
	}
}

func TestSubjects(t *testing.T) {
	for name, c := range map[string]struct{ field, want string }{
		"plain":            {"Hello", "Hello"},
		"folded":           {"Hello\n  there", "Hello  there"},
		"neighbours":       {"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"},
		"folded words":     {"=?utf-8?q?a?=\n =?utf-8?q?_b?= c", "a b c"},
		"torn character":   {"=?utf-8?b?0A==?= =?utf-8?b?rw==?=", "Я"},
		"glued":            {"x=?utf-8?q?a?=y", "xay"},
		"blank in a word":  {"=?utf-8?q?a b?=", "a b"},
		"without padding":  {"=?utf-8?b?0K8?=", "Я"},
		"language":         {"=?utf-8*ru?q?=D0=AF?=", "Я"},
		"windows-1251":     {"=?windows-1251?q?=DF?=", "Я"},
		"koi8-r":           {"=?koi8-r?b?8Q==?=", "Я"},
		"iso-2022-jp":      {"=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "日本"},
		"gb18030":          {"=?gb18030?b?1tDOxA==?=", "中文"},
		"utf-7":            {"=?utf-7?q?+BC8-?=", "Я"},
		"equals first":     {"=?utf-8?q?=D0=AF?=", "Я"},
		"no word":          {"=?utf-8?x?a?= =? ?=", "=?utf-8?x?a?= =? ?="},
		"never ends":       {"a =?utf-8?q?b", "a =?utf-8?q?b"},
		"unknown charset":  {"=?odd?q?=D0=AF?=", "Я"},
		"raw utf-8":        {"Я", "Я"},
		"raw windows-1251": {"\xc7\xe0\xea\xe0\xe7", "Заказ"},
		"raw koi8-r":       {"\xfa\xc1\xcb\xc1\xda \xd3\xcf\xc2\xd2\xc1\xce", "Заказ собран"},
		"raw western":      {"Gr\xfc\xdfe aus M\xfcnchen", "Grüße aus München"},
		"line break":       {"=?utf-8?q?a=0D=0ABcc:_b?=", "a  Bcc: b"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := message.Parse(strings.NewReader("Subject: "+c.field+"\n\n"), message.ParseOptions{})
			require.NoError(t, err)
			assert.Equal(t, c.want, p.Subject)
		})
	}
}

func TestFileNames(t *testing.T) {
	for name, c := range map[string]struct{ disposition, want string }{
		"plain":             {`attachment; filename=a.pdf`, "a.pdf"},
		"quoted":            {`attachment; filename="a b; c.pdf"`, "a b; c.pdf"},
		"escaped":           {`attachment; filename="a \"b\".pdf"`, `a "b".pdf`},
		"blanks, no quotes": {`attachment; filename=a b.pdf; size=3`, "a b.pdf"},
		"open quote":        {`attachment; filename="a.pdf; size=3`, "a.pdf"},
		"extended":          {`attachment; filename*=utf-8'ru'%D0%AF.pdf`, "Я.pdf"},
		"koi8-r":            {`attachment; filename*=koi8-r''%F1.pdf`, "Я.pdf"},
		"continued":         {`attachment; filename*1*=%AF.pdf; filename*0*=utf-8''%D0`, "Я.pdf"},
		"mixed":             {`attachment; filename*0*=utf-8''%D0%AF; filename*1=".pdf"`, "Я.pdf"},
		"plain continued":   {`attachment; filename*0="a."; filename*1="pdf"`, "a.pdf"},
		"both":              {`attachment; filename="x.pdf"; filename*=utf-8''%D0%AF.pdf`, "Я.pdf"},
		"encoded words":     {`attachment; filename="=?utf-8?b?0K8ucGRm?="`, "Я.pdf"},
		"raw":               {"attachment; filename=\"\xdf\xdf.pdf\"", "ЯЯ.pdf"},
		"comment":           {`attachment (x); filename=a.pdf (y)`, "a.pdf"},
		"upper case":        {`ATTACHMENT; FILENAME=a.pdf`, "a.pdf"},
		"of the media type": {`attachment`, "type.pdf"},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := message.Parse(strings.NewReader("Content-Type: application/pdf; name=type.pdf\nContent-Disposition: "+c.disposition+"\n\nx"), message.ParseOptions{})
			require.NoError(t, err)
			require.Len(t, p.Attachments, 1)
			assert.Equal(t, c.want, p.Attachments[0].Name)
		})
	}
}

func TestDates(t *testing.T) {
	for field, want := range map[string]string{
		"Wed, 04 Mar 2026 10:15:00 +0300":       "2026-03-04T07:15:00Z",
		"4 Mar 2026 10:15 +0300":                "2026-03-04T07:15:00Z",
		"Wed, 04 Mar 26 10:15:00 +0300":         "2026-03-04T07:15:00Z",
		"Wed, 04 Mar 2026 10:15:00 +0300 (MSK)": "2026-03-04T07:15:00Z",
		"Wed, 04 Mar 2026 10:15:00 (MSK) +0300": "2026-03-04T07:15:00Z",
		"Wed, 04 Mar 2026 10:15:00 EDT":         "2026-03-04T14:15:00Z",
		"Wed, 04 Mar 2026 10:15:00 GMT":         "2026-03-04T10:15:00Z",
		"Wed, 04 Mar 2026 10:15:00":             "2026-03-04T10:15:00Z",
		"Wed 04 Mar 2026 10:15:00 PM PDT":       "2026-03-05T05:15:00Z",
		"Wed Mar  4 10:15:00 2026":              "2026-03-04T10:15:00Z",
		"2026-03-04T10:15:00+03:00":             "2026-03-04T07:15:00Z",
		"2026-03-04 10:15:00":                   "2026-03-04T10:15:00Z",
		"":                                      "0001-01-01T00:00:00Z",
		"GMT":                                   "0001-01-01T00:00:00Z",
	} {
		p, err := message.Parse(strings.NewReader("Date: "+field+"\n\n"), message.ParseOptions{})
		require.NoError(t, err)
		assert.Equal(t, want, p.Date.UTC().Format(time.RFC3339), field)
	}
}

func TestHeaderAccess(t *testing.T) {
	p, err := message.Parse(strings.NewReader("Delivered-To: a@b.example\nX: one\n two\ndelivered-to: c@d.example\nX-Nul: a\x00b\n\n"), message.ParseOptions{})
	require.NoError(t, err)
	assert.Equal(t, []string{"a@b.example", "c@d.example"}, p.Headers("Delivered-TO"))
	assert.Equal(t, "one two", p.Header("x"))
	assert.Equal(t, "a\ufffdb", p.Header("X-Nul"))
	assert.Empty(t, p.Header("Y"))
	assert.Nil(t, p.Headers("Y"))
}

// TestBudgetOfPreambles: what stands in a multipart that has no parts is text, and counts as such; other parts may follow.
func TestBudgetOfPreambles(t *testing.T) {
	raw := "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\nfirst line\n--a\n\nsecond\n--a--\n"
	for limit, want := range map[int64]string{1: "f\n", 11: "first line\n\n", 14: "first line\n\nsec", 100: "first line\n\nsecond"} {
		p, err := message.Parse(strings.NewReader(raw), message.ParseOptions{MaxDecoded: limit})
		require.NoError(t, err)
		assert.Equal(t, want, p.Text)
		assert.Equal(t, limit < 100, slices.Contains(p.Defects, "limit.decoded"))
	}
}
