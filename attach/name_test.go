package attach_test

import (
	"mime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/text/unicode/norm"

	"github.com/crmmail/crmmail/attach"
)

func TestCleanName(t *testing.T) {
	for name, want := range map[string]string{
		"a.pdf": "a.pdf", "отчёт 😀.docx": "отчёт 😀.docx", "שלום.pdf": "שלום.pdf", "A.PDF": "A.PDF", "a (1).pdf": "a (1).pdf",
		`a"b;c.pdf`: `a"b;c.pdf`, "a'*UTF-8''x.pdf": "a'_UTF-8''x.pdf", "=?UTF-8?Q?x?=.pdf": "=_UTF-8_Q_x_=.pdf", "~a.pdf": "~a.pdf", "-a.pdf": "-a.pdf",
		"a%00.pdf": "a%00.pdf", "a\ufffd.pdf": "a\ufffd.pdf", "noext": "noext", "a b.tar.gz": "a b.tar.gz",
		`C:\fakepath\a.pdf`: "a.pdf", `..\..\win.pdf`: "win.pdf", "/abs/a.pdf": "a.pdf", "../../a.pdf": "a.pdf", "C:a.pdf": "C_a.pdf",
		"a\n.pdf": "a.pdf", "a\x00\x1b\x7f\u0085\u2028.pdf": "a.pdf", "a\u200f.pdf": "a.pdf", "a\u200b\ufeff\u2060.pdf": "a.pdf", "a.p\u200ddf": "a.pdf",
		"a.pdf ": "a.pdf", "a.pdf.": "a.pdf", "a.pdf\u00a0. .": "a.pdf", "  a.pdf": "a.pdf", ".pdf": "file.pdf", "..pdf": "file.pdf", " .pdf": "file.pdf",
		".profile.pdf": "profile.pdf", "a:b.pdf": "a_b.pdf", "a<b>|?*.pdf": "a_b____.pdf", "a.pdf::$DATA": "a.pdf__$DATA",
		"CON": "_CON", "nul.tar.pdf": "_nul.tar.pdf", "com1 .pdf": "_com1 .pdf", "COM¹.pdf": "_COM¹.pdf", "lpt10.pdf": "lpt10.pdf", "console.pdf": "console.pdf",
		"a.ＰＤＦ": "a.PDF", "ａ.pdf": "ａ.pdf", "a.рdf": "a.рdf", "Отче\u0308т и\u0306.pdf": "Отчёт й.pdf",
		"e" + strings.Repeat("\u0301", 60) + ".pdf": "é\u0301\u0301\u0301\u0301.pdf", "exe\u202efdp.pdf": "exefdp.pdf",
		"": "file", "..": "file", "/": "file", " ": "file", "a\xff.pdf": "a\ufffd.pdf", "👨\u200d👩\u200d👧.png": "👨\u200d👩\u200d👧.png",
		"می\u200cخواهم.pdf": "می\u200cخواهم.pdf", "a\u200cb.pdf": "ab.pdf",
		strings.Repeat("a", 300) + ".pdf":                   strings.Repeat("a", 251) + ".pdf",
		strings.Repeat("ж", 200) + ".docx":                  strings.Repeat("ж", 125) + ".docx",
		strings.Repeat("a", 300):                            strings.Repeat("a", 255),
		strings.Repeat("a", 250) + "\u0435\u0301\u0301.pdf": strings.Repeat("a", 250) + ".pdf",
	} {
		assert.Equal(t, want, attach.CleanName(name), "%q", name)
	}
}

// FuzzCleanName holds that a cleaned name is safe to store, to show and to unpack, and that cleaning it again changes nothing.
func FuzzCleanName(f *testing.F) {
	for _, name := range []string{"a.pdf", `C:\fakepath\a.pdf`, "..", "nul.tar.pdf", "e\u0301\u0301.pdf", ".pdf", "a\u202e.pdf", strings.Repeat("ж", 200) + ".docx",
		"👨\u200d👩.png", "a.ＰＤＦ", "\u212a.pdf", "a\xff", "ab\u0308\u200d.p", " . .x", "CON .x"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		clean := attach.CleanName(name)
		require.NotEmpty(t, clean)
		require.LessOrEqual(t, len(clean), 255)
		require.True(t, utf8.ValidString(clean))
		require.True(t, norm.NFC.IsNormalString(clean))
		require.False(t, strings.ContainsAny(clean, `/\:<>|?*`))
		require.False(t, strings.HasPrefix(clean, ".") || strings.HasSuffix(clean, "."))
		require.Equal(t, strings.TrimSpace(clean), clean)
		require.False(t, strings.ContainsFunc(clean, func(r rune) bool {
			return unicode.IsControl(r) || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\u200b'
		}))
		require.Equal(t, clean, attach.CleanName(clean))
	})
}

func TestContentDisposition(t *testing.T) {
	for _, test := range []struct{ kind, name, want string }{
		{"attachment", "a.pdf", `attachment; filename="a.pdf"`},
		{"inline", "a b.jpg", `inline; filename="a b.jpg"`},
		{"form-data", "a.pdf", `attachment; filename="a.pdf"`},
		{"attachment", "отчёт.pdf", `attachment; filename="_____.pdf"; filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82.pdf`},
		{"attachment", `a"b.pdf`, `attachment; filename="a\"b.pdf"; filename*=UTF-8''a%22b.pdf`},
		{"attachment", "a%20.pdf", `attachment; filename="a_20.pdf"; filename*=UTF-8''a%2520.pdf`},
		{"attachment", "a.pdf\r\nSet-Cookie: x", `attachment; filename="a.pdfSet-Cookie_ x"`},
	} {
		assert.Equal(t, test.want, attach.ContentDisposition(test.kind, test.name))
	}
}

// FuzzContentDisposition holds that the field is one line of ASCII which reads back as the cleaned name.
func FuzzContentDisposition(f *testing.F) {
	for _, name := range []string{"a.pdf", "отчёт.pdf", `a"\b.pdf`, "a%41.pdf", "a'*UTF-8''x.pdf", "a;b=c.pdf", "x\r\ny: z"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		field := attach.ContentDisposition("attachment", name)
		require.False(t, strings.ContainsFunc(field, func(r rune) bool { return r < ' ' || r > '~' }))
		kind, params, err := mime.ParseMediaType(field)
		require.NoError(t, err)
		require.Equal(t, "attachment", kind)
		require.Equal(t, attach.CleanName(name), params["filename"])
	})
}

// A name is read in linear time, whatever it is made of.
func TestLongNames(t *testing.T) {
	for _, unit := range []string{"\n", "a\n", "\r", "../", ". ", "\u0301", "\u202e", ":", "\u00a0", "Ａ."} {
		began := time.Now()
		name := strings.Repeat(unit, 1<<19) + "a:b.pdf"
		_, err := attach.Default().Check(t.Context(), []attach.File{attach.Bytes(name, []byte("%PDF-1.4"), began)}, attach.Options{})
		require.NoError(t, err)
		assert.Less(t, time.Since(began), 20*time.Second, "%q: quadratic work would take minutes", unit)
	}
}
