package twig

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// htmlEntities are what the characters that HTML means become.
var htmlEntities = [utf8.RuneSelf]string{'&': "&amp;", '<': "&lt;", '>': "&gt;", '"': "&quot;", '\'': "&#039;"}

// appendHTML appends s as PHP's htmlspecialchars with ENT_QUOTES and ENT_SUBSTITUTE gives it.
func appendHTML(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			if c >= 0xc2 && c < 0xe0 && i+1 < len(s) && s[i+1]&0xc0 == 0x80 { // two bytes, as Cyrillic has
				i += 2
				continue
			}
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				return appendBrokenHTML(append(b, s[start:i]...), s[i:])
			}
			i += n
			continue
		}
		i++
		if entity := htmlEntities[c]; entity != "" {
			b = append(b, s[start:i-1]...)
			b = append(b, entity...)
			start = i
		}
	}
	return append(b, s[start:]...)
}

// appendBrokenHTML is appendHTML for text that is not valid UTF-8: what is broken becomes U+FFFD.
func appendBrokenHTML(b []byte, s string) []byte {
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		var rep string
		size := 1
		switch {
		case c == '&':
			rep = "&amp;"
		case c == '<':
			rep = "&lt;"
		case c == '>':
			rep = "&gt;"
		case c == '"':
			rep = "&quot;"
		case c == '\'':
			rep = "&#039;"
		case c < utf8.RuneSelf:
			i++
			continue
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r != utf8.RuneError || n > 1 {
				i += n
				continue
			}
			rep, size = "\ufffd", badSize(s[i:])
		}
		b = append(b, s[start:i]...)
		b = append(b, rep...)
		i += size
		start = i
	}
	return append(b, s[start:]...)
}

// badSize is how many bytes of an invalid sequence PHP replaces by one U+FFFD.
func badSize(s string) int {
	want := 0
	switch c := s[0]; {
	case c >= 0xc2 && c < 0xe0:
		want = 2
	case c >= 0xe0 && c < 0xf0:
		want = 3
	case c >= 0xf0 && c < 0xf5:
		want = 4
	default:
		return 1
	}
	n := 1
	for n < want && n < len(s) && s[n]&0xc0 == 0x80 {
		n++
	}
	if n >= want {
		return want
	}
	return n
}

var strategies = []string{"html", "js", "url", "css", "html_attr", "html_attr_relaxed"}

// checkEscapable refuses a strategy that does not exist, and text that it cannot escape.
func checkEscapable(strategy, s string) {
	checkStrategy(strategy)
	if strategy != "html" && strategy != "url" && !utf8.ValidString(s) {
		throw("The string to escape is not a valid UTF-8 string.")
	}
}

// appendEscaped appends s escaped by a strategy that it can be escaped by.
func appendEscaped(b []byte, strategy, s string) []byte {
	switch strategy {
	case "html":
		return appendHTML(b, s)
	case "url":
		return appendURL(b, s)
	}
	for _, r := range s {
		if r < utf8.RuneSelf && (isAlnum(byte(r)) || plainIn(strategy, byte(r))) {
			b = append(b, byte(r))
			continue
		}
		switch strategy {
		case "js":
			b = appendJS(b, r)
		case "css":
			b = append(appendHex(append(b, '\\'), uint32(r), 1), ' ')
		default:
			b = appendAttr(b, r)
		}
	}
	return b
}

// maxPart is how much text is escaped between two looks at the limits: it may become many times as long.
const maxPart = 1 << 16

// part is the beginning of a long text that is escaped alone as it is with what follows.
func part(s string) string {
	if len(s) <= maxPart {
		return s
	}
	for n := maxPart; n > maxPart-utf8.UTFMax; n-- {
		if utf8.RuneStart(s[n]) {
			return s[:n]
		}
	}
	return s[:maxPart] // in the middle of bytes that belong to no character
}

// checkStrategy refuses a strategy that does not exist.
func checkStrategy(name string) {
	if name == noStrategy {
		name = ""
	}
	if !slices.Contains(strategies, name) {
		throw(`Invalid escaping strategy "` + name + `" (valid ones: "` + strings.Join(strategies, `", "`) + `").`)
	}
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func plainIn(strategy string, c byte) bool {
	switch strategy {
	case "js":
		return strings.IndexByte(",._", c) >= 0
	case "html_attr":
		return strings.IndexByte(",.-_", c) >= 0
	case "html_attr_relaxed":
		return strings.IndexByte(",.-_:@[]", c) >= 0
	}
	return false
}

func appendJS(b []byte, r rune) []byte {
	if i := strings.IndexByte("\\/\b\f\n\r\t", byte(r)); r < utf8.RuneSelf && i >= 0 {
		return append(b, '\\', "\\/bfnrt"[i])
	}
	if r >= 0x10000 {
		u := uint32(r - 0x10000)
		b = appendHex(append(b, '\\', 'u'), 0xd800|u>>10, 4)
		return appendHex(append(b, '\\', 'u'), 0xdc00|u&0x3ff, 4)
	}
	return appendHex(append(b, '\\', 'u'), uint32(r), 4)
}

func appendAttr(b []byte, r rune) []byte {
	switch {
	case r <= 0x1f && r != '\t' && r != '\n' && r != '\r', r == 0x7f:
		return append(b, "&#xFFFD;"...)
	case r == '"':
		return append(b, "&quot;"...)
	case r == '&':
		return append(b, "&amp;"...)
	case r == '<':
		return append(b, "&lt;"...)
	case r == '>':
		return append(b, "&gt;"...)
	case r < utf8.RuneSelf:
		return append(appendHex(append(b, "&#x"...), uint32(r), 2), ';')
	}
	return append(appendHex(append(b, "&#x"...), uint32(r), 4), ';')
}

// appendHex appends n in upper-case hexadecimal with at least width digits.
func appendHex(b []byte, n uint32, width int) []byte {
	const digits = "0123456789ABCDEF"
	for shift := 28; shift >= 0; shift -= 4 {
		if d := n >> shift; d != 0 || shift < 4*width {
			b = append(b, digits[d&0xf])
		}
	}
	return b
}

// appendURL appends s in RFC 3986 percent-encoding.
func appendURL(b []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; isAlnum(c) || strings.IndexByte("-_.~", c) >= 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&0xf])
		}
	}
	return b
}

func rawURLEncode(s string) string { return string(appendURL(make([]byte, 0, len(s)+16), s)) }

// filterEscape is the filter escape; its third argument tells that the engine called it.
func filterEscape(r *run, args []Value) Value {
	const escape = `Twig\Runtime\EscaperRuntime::escape(): Argument `
	if args[1].isNull() {
		throwPHP(escape + "#2 ($strategy) must be of type string, null given")
	}
	v, strategy := args[0], r.textArg(args[1], escape+"#2 ($strategy)")
	if !args[2].isNull() {
		r.textArg(args[2], escape+"#3 ($charset)")
	}
	if r.boolArg(args[3], escape+"#4 ($autoescape)") && v.k == kMarkup || v.isText() && v.n == 0 {
		return v
	}
	if v.k != kString && v.k != kMarkup {
		checkStrategy(strategy)
		return v
	}
	checkEscapable(strategy, v.str())
	b := make([]byte, 0, v.n+16)
	for rest := v.str(); rest != ""; {
		p, before := part(rest), len(b)
		b = appendEscaped(b, strategy, p)
		r.growText(len(b)-before, len(b))
		rest = rest[len(p):]
	}
	return String(string(b))
}
