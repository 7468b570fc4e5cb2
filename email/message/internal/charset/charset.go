// Package charset turns what mail is written in into UTF-8: the charsets of the Encoding Standard and of IANA
// that x/text knows, those it does not (UTF-7, ISO-2022-KR), false names, and text whose charset nobody said.
package charset

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	xunicode "golang.org/x/text/encoding/unicode"
)

// Decode turns b into UTF-8. known is false where name is no charset this package knows; the text is then
// guessed, as it is where name is empty or claims ASCII that it is not. clean is false where octets were not of
// the charset and stand as U+FFFD.
func Decode(name string, b []byte) (text string, known, clean bool) {
	name = normalise(name)
	switch name {
	case "", "us-ascii", "ascii", "ansi_x3.4-1968", "646", "unknown-8bit", "x-unknown", "x-user-defined", "binary":
		text = guess(b)
		return text, true, !strings.ContainsRune(text, utf8.RuneError)
	case "utf-8", "utf8", "unicode-1-1-utf-8":
		if utf8.Valid(b) {
			return string(bytes.TrimPrefix(b, bom)), true, true
		}
		return broken(b), true, false
	case "utf-7", "unicode-1-1-utf-7", "x-unicode-2-0-utf-7":
		return utf7(b), true, true
	case "iso-2022-kr", "csiso2022kr":
		return decodeWith(korean.EUCKR, shiftKR(b))
	}
	enc := lookUp(name)
	if enc == nil {
		return guess(b), false, true
	}
	return decodeWith(enc, b)
}

var bom = []byte("\xef\xbb\xbf")

// broken is text that claims UTF-8 and is not: another charset where hardly anything of it is UTF-8 and the guess
// reads like text, else with its wrong octets replaced.
func broken(b []byte) string {
	good, wrong := 0, 0
	for rest := b; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			wrong++
		} else if size > 1 {
			good++
		}
		rest = rest[size:]
	}
	if wrong > 2*good {
		if text := guess(b); readable(text) {
			return text
		}
	}
	return strings.ToValidUTF8(string(b), "\ufffd")
}

// readable says whether what is not ASCII in text is letters and the marks of written language.
func readable(text string) bool {
	for _, r := range text {
		if r >= utf8.RuneSelf && !unicode.IsLetter(r) && !strings.ContainsRune("\u00a0–—‘’‚“”„•…€«»°§№©®™·´", r) {
			return false
		}
	}
	return true
}

func decodeWith(enc encoding.Encoding, b []byte) (string, bool, bool) {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		return guess(b), true, false
	}
	return string(out), true, !bytes.ContainsRune(out, utf8.RuneError)
}

func normalise(name string) string {
	name = strings.ToLower(strings.Trim(name, " \t\r\n\"'"))
	name, _, _ = strings.Cut(name, "*") // RFC 2231 §5: the language behind the charset
	return strings.ReplaceAll(name, "_", "-")
}

// aliases holds names that occur in mail and in no register. It is only read.
var aliases = map[string]string{
	"cp-850": "ibm850", "cp850": "ibm850", "cp-866": "ibm866", "cp866": "ibm866", "cp437": "ibm437", "dos": "ibm866",
	"win-1251": "windows-1251", "win1251": "windows-1251", "cp-1251": "windows-1251", "ansi": "windows-1252",
	"ks-c-5601-1987": "euc-kr", "ksc5601": "euc-kr", "ks-c-5601": "euc-kr", "cp949": "euc-kr", "ms949": "euc-kr",
	"cp932": "shift_jis", "ms932": "shift_jis", "x-ms-cp932": "shift_jis", "sjis": "shift_jis", "shift-jis": "shift_jis",
	"cp936": "gbk", "ms936": "gbk", "gb2312-80": "gbk", "gb18030-2022": "gb18030", "cp950": "big5", "x-x-big5": "big5",
	"iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "8859-1": "iso-8859-1",
	"latin-1": "iso-8859-1", "latin1": "iso-8859-1", "iso8859": "iso-8859-1", "koi8": "koi8-r", "koi8r": "koi8-r",
	"unicode": "utf-16", "ucs-2": "utf-16", "iso-10646-ucs-2": "utf-16",
	"cp65001": "utf-8", "utf-8-mac": "utf-8", "x-utf-8": "utf-8", "iso-2022-jp-ms": "iso-2022-jp", "cp50220": "iso-2022-jp",
	"iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-2": "iso-2022-jp", "tis620": "tis-620",
}

func lookUp(name string) encoding.Encoding {
	if known, ok := aliases[name]; ok {
		name = known
	}
	switch name {
	case "hz-gb-2312":
		return simplifiedchinese.HZGB2312
	case "utf-16":
		return xunicode.UTF16(xunicode.BigEndian, xunicode.UseBOM) // RFC 2781 §4.3
	}
	for _, try := range []string{name, strings.TrimPrefix(name, "x-"), strings.Replace(name, "iso", "iso-", 1),
		strings.ReplaceAll(name, "-", "_"), strings.Replace(name, "cp", "windows-", 1)} {
		if enc, err := htmlindex.Get(try); err == nil && enc != encoding.Replacement {
			return enc
		}
		if enc, err := ianaindex.MIME.Encoding(try); err == nil && enc != nil {
			return enc
		}
	}
	return nil
}
