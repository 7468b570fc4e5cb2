package template

import (
	"strings"
	"unicode"
)

// oneLine collapses white space and control characters to single spaces and trims them, for a subject: a customer
// called "Анна\n" must not stop a letter. Invalid UTF-8 becomes U+FFFD.
func oneLine(s string) string {
	return collapse(s, func(rune) bool { return false })
}

// collapse turns each run of white space and controls into one space, trims, and drops the runes that drop names, which
// are invisible.
func collapse(s string, drop func(rune) bool) string {
	if isPlain(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		switch {
		case drop(r):
		case unicode.IsSpace(r) || unicode.IsControl(r):
			space = true
		default:
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		}
	}
	return b.String()
}

// invisible reports runes that cost a preheader its place: controls that are no white space, and marks of direction
// and byte order, which Outlook holds against a message.
func invisible(r rune) bool {
	switch {
	case unicode.IsControl(r) && !unicode.IsSpace(r):
		return true
	case r == 0x200E, r == 0x200F, r == 0xFEFF, r == 0x061C: // LRM, RLM, BOM, ALM
		return true
	case r >= 0x202A && r <= 0x202E, r >= 0x2066 && r <= 0x2069: // embeddings, overrides, isolates
		return true
	}
	return false
}
