package charset_test

import (
	"testing"
	"unicode/utf8"

	"github.com/crmmail/crmmail/email/message/internal/charset"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecode(t *testing.T) {
	for name, c := range map[string]struct{ charset, in, want string }{
		"utf-8":                {"utf-8", "Я", "Я"},
		"byte order mark":      {"UTF-8", "\xef\xbb\xbfЯ", "Я"},
		"windows-1251":         {"windows-1251", "\xdf", "Я"},
		"cp1251":               {"cp1251", "\xdf", "Я"},
		"win-1251":             {"Win-1251", "\xdf", "Я"},
		"koi8-r":               {"KOI8-R", "\xf1", "Я"},
		"koi8-u":               {"koi8-u", "\xb4", "Є"},
		"quoted name":          {"\"koi8-r\"", "\xf1", "Я"},
		"iso-8859-5":           {"ISO_8859-5", "\xcf", "Я"},
		"iso8859-1":            {"iso8859-1", "\xe9", "é"},
		"latin1":               {"latin1", "\xe9", "é"},
		"cp866":                {"cp866", "\x9f", "Я"},
		"iso-2022-jp":          {"iso-2022-jp", "\x1b$BF|K\\\x1b(B", "日本"},
		"iso-2022-kr":          {"iso-2022-kr", "\x1b$)C\x0eGQ1[\x0f!", "한글!"},
		"shift_jis":            {"x-sjis", "\x93\xfa", "日"},
		"euc-kr":               {"ks_c_5601-1987", "\xc7\xd1", "한"},
		"gb2312":               {"gb2312", "\xd6\xd0", "中"},
		"gbk":                  {"x-gbk", "\xd6\xd0", "中"},
		"gb18030":              {"gb18030", "\xd6\xd0", "中"},
		"hz":                   {"hz-gb-2312", "~{VP~}", "中"},
		"big5":                 {"big5", "\xa4\xa4", "中"},
		"utf-16 with mark":     {"utf-16", "\xff\xfe\x2f\x04", "Я"},
		"utf-16 without":       {"utf-16", "\x04\x2f", "Я"},
		"utf-16le":             {"utf-16le", "\x2f\x04", "Я"},
		"utf-7":                {"utf-7", "a+BC8-b +- c+2D3eAA-", "aЯb + c😀"},
		"utf-7 broken":         {"utf-7", "+ +", "+ +"},
		"none":                 {"", "\xc7\xe0\xea\xe0\xe7", "Заказ"},
		"ascii that is not":    {"us-ascii", "\xc7\xe0\xea\xe0\xe7", "Заказ"},
		"unknown":              {"odd", "Я", "Я"},
		"utf-8 that is not":    {"utf-8", "Gr\xfc\xdfe", "Grüße"},
		"utf-8 with one wrong": {"utf-8", "Яя\xffЯ", "Яя\ufffdЯ"},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, _ := charset.Decode(c.charset, []byte(c.in))
			assert.Equal(t, c.want, got)
		})
	}
}

func TestGuess(t *testing.T) {
	for in, want := range map[string]string{
		"plain": "plain",
		"\xcf\xf0\xe8\xe2\xe5\xf2, \xea\xe0\xea \xe4\xe5\xeb\xe0?": "Привет, как дела?",
		"\xf0\xd2\xc9\xd7\xc5\xd4, \xcb\xc1\xcb \xc4\xc5\xcc\xc1?": "Привет, как дела?",
		"na\xefve caf\xe9 \x93quoted\x94":                          "naïve café “quoted”",
	} {
		text, known, clean := charset.Decode("", []byte(in))
		assert.Equal(t, want, text)
		assert.True(t, known && clean, want)
	}
}

// FuzzDecode: whatever the charset and the octets, the result is UTF-8.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"", "utf-8", "utf-7", "iso-2022-jp", "iso-2022-kr", "gb18030", "utf-16", "odd"} {
		f.Add(name, []byte("\x1b$B\xff\xfe+BC8-"))
	}
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		text, _, _ := charset.Decode(name, b)
		require.True(t, utf8.ValidString(text))
		require.LessOrEqual(t, len(text), 6*len(b)+6)
	})
}
