package template

import (
	"html"
	"strconv"
	"strings"
	"unicode"
)

// unescape replaces the character references in a text or in the value of an attribute (HTML §13.2.5.72).
func unescape(s string, inAttribute bool) string {
	at := strings.IndexByte(s, '&')
	if at < 0 {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for ; at >= 0; at = strings.IndexByte(s, '&') {
		b.WriteString(s[:at])
		said, length := characterReference(s[at:], inAttribute)
		b.WriteString(said)
		s = s[at+length:]
	}
	b.WriteString(s)
	return b.String()
}

// characterReference returns what the reference that begins s stands for, and its length. A '&' that begins none stands
// for itself.
func characterReference(s string, inAttribute bool) (string, int) {
	if strings.HasPrefix(s, "&#") {
		return numericReference(s)
	}
	end := len("&")
	for end < len(s) && (isLetter(s[end]) || isDigit(s[end])) {
		end++
	}
	if end < len(s) && s[end] == ';' {
		end++
	}
	switch s[1:end] {
	case "amp;":
		return "&", end
	case "nbsp;":
		return "\u00A0", end
	case "nLt;": // the standard library does not know what is longer than its name
		return "\u226A\u20D2", end
	case "nGt;":
		return "\u226B\u20D2", end
	}
	if inAttribute && !isWhole(s[:end], s[end:]) {
		return "&", len("&")
	}
	return html.UnescapeString(s[:end]), end
}

// isWhole reports whether the reference ref, with rest after it, counts in an attribute: "?a=1&copy=2" and "&notit" are
// no characters there, though in a text they are.
func isWhole(ref, rest string) bool {
	name, closed := strings.CutSuffix(ref, ";")
	bare, full := html.UnescapeString(name), html.UnescapeString(name+";")
	if closed {
		return full != bare+";"
	}
	return full == bare && !strings.HasPrefix(rest, "=")
}

// numericReference is characterReference for "&#8212;" and "&#x2014;" (HTML §13.2.5.75 to 80).
func numericReference(s string) (string, int) {
	base, from := 10, len("&#")
	if len(s) > from && s[from]|0x20 == 'x' {
		base, from = 16, len("&#x")
	}
	code, end := 0, from
	for ; end < len(s); end++ {
		digit, ok := digitOf(s[end], base)
		if !ok {
			break
		}
		code = min(base*code+digit, unicode.MaxRune+1) // one that is too great stays it
	}
	if end == from {
		return "&", len("&")
	}
	if end < len(s) && s[end] == ';' {
		end++
	}
	switch {
	case code == 0:
		return "\uFFFD", end
	case 0x80 <= code && code <= 0x9F: // those of Windows-1252
		return html.UnescapeString("&#" + strconv.Itoa(code) + ";"), end
	}
	return string(rune(code)), end // U+FFFD for what is no character
}

func digitOf(c byte, base int) (int, bool) {
	switch {
	case isDigit(c):
		return int(c - '0'), true
	case base == 16 && 'a' <= c|0x20 && c|0x20 <= 'f':
		return int(c|0x20-'a') + 10, true
	}
	return 0, false
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
