package sniff

import "unicode/utf16"

func hasPrefix(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func hexValue(c byte) int {
	switch {
	case isDigit(c):
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// wideText is UTF-16 text as UTF-8, any other as it is. Windows writes pages in UTF-16, with a mark in front or without: what
// begins with '<' or a letter and a zero is such text.
func wideText(b []byte) []byte {
	switch {
	case hasPrefix(b, "\xff\xfe") || hasPrefix(b, "\xfe\xff"):
		return toUTF8(b)
	case len(b) < 4 || b[0] == 0 == (b[1] == 0) || b[2] == 0 != (b[0] == 0) || b[3] == 0 != (b[1] == 0):
		return b
	case b[0] == 0:
		return toUTF8(append([]byte("\xfe\xff"), b...))
	}
	return toUTF8(append([]byte("\xff\xfe"), b...))
}

// toUTF8 turns UTF-16, the other encoding that packages may use, into UTF-8.
func toUTF8(b []byte) []byte {
	var big bool
	switch {
	case hasPrefix(b, "\xff\xfe"):
	case hasPrefix(b, "\xfe\xff"):
		big = true
	default:
		return b
	}
	units := make([]uint16, 0, len(b)/2)
	for i := 2; i+1 < len(b); i += 2 {
		u := uint16(b[i]) | uint16(b[i+1])<<8
		if big {
			u = u>>8 | u<<8
		}
		units = append(units, u)
	}
	return []byte(string(utf16.Decode(units)))
}
