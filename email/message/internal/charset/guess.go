package charset

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// guess turns text of an unknown charset into UTF-8. Valid UTF-8 is UTF-8; else words all of octets of the upper half
// are Cyrillic (windows-1251 or KOI8-R, by where the small letters are), and such octets among letters of ASCII are
// western (windows-1252).
func guess(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	out, err := guessed(b).NewDecoder().Bytes(b)
	if err != nil {
		return string(bytes.ToValidUTF8(b, []byte("\ufffd")))
	}
	return string(out)
}

func guessed(b []byte) encoding.Encoding {
	var high, among, lowC0, highE0 int // octets of the upper half; of them next to ASCII letters; 0xC0–0xDF; 0xE0–0xFF
	for i, c := range b {
		if c < 0x80 {
			continue
		}
		high++
		if i > 0 && isLetter(b[i-1]) || i+1 < len(b) && isLetter(b[i+1]) {
			among++
		}
		switch {
		case c >= 0xe0:
			highE0++
		case c >= 0xc0:
			lowC0++
		}
	}
	switch {
	case 2*among > high || 2*(lowC0+highE0) < high:
		return charmap.Windows1252
	case lowC0 > 2*highE0 && lowC0 > 3:
		return charmap.KOI8R
	}
	return charmap.Windows1251
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }
