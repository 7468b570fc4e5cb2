package template

import (
	"bytes"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"
)

// linkAddress returns what a reader of plain text can use of a link: the URL of the web, or the bare address or number
// of mailto: and tel:. Anything else, such as an anchor, is "".
func linkAddress(href string) string {
	if !isGraphic(href) {
		href = cleanAddress(href)
	}
	scheme, rest, ok := strings.Cut(href, ":")
	if !ok || rest == "" {
		return ""
	}
	switch strings.ToLower(scheme) {
	case "http", "https":
		return strings.ReplaceAll(href, " ", "%20")
	case "mailto", "tel":
		rest, _, _ = strings.Cut(rest, "?")
		if plain, err := url.PathUnescape(rest); err == nil {
			rest = collapse(plain, invisible)
		}
		return rest
	}
	return ""
}

// cleanAddress drops what an address does not show: tabs and line breaks too, as the URL standard §4.4 does.
func cleanAddress(addr string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || invisible(r) {
			return -1
		}
		return r
	}, addr))
}

// isGraphic reports whether an address is of ASCII's graphic characters, as most are: nothing to clean.
func isGraphic(addr string) bool {
	for i := range len(addr) {
		if addr[i] <= ' ' || addr[i] >= 0x7F {
			return false
		}
	}
	return true
}

// sameLink reports whether the text of a link says its address.
func sameLink(text []byte, addr string) bool {
	if isNumber(addr) {
		return digits(string(text)) == digits(addr)
	}
	const most = len("https://http://mailto:www./") // of what bare takes off
	if isGraphic(addr) && (len(text) > len(addr)+most || bytes.ContainsFunc(text, func(r rune) bool { return r >= utf8.RuneSelf })) {
		return false
	}
	return strings.EqualFold(bare(strings.TrimSpace(string(text))), bare(addr))
}

// isNumber reports whether an address is that of a telephone.
func isNumber(addr string) bool {
	return !strings.ContainsFunc(addr, func(r rune) bool { return !strings.ContainsRune("+0123456789-() ", r) })
}

// bare returns an address without the parts that people leave out.
func bare(addr string) string {
	for _, prefix := range []string{"https://", "http://", "mailto:", "www."} {
		if len(addr) >= len(prefix) && addr[0]|0x20 == prefix[0] && strings.EqualFold(addr[:len(prefix)], prefix) {
			addr = addr[len(prefix):]
		}
	}
	return strings.TrimSuffix(addr, "/")
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
