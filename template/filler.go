package template

import (
	"strings"
	"unicode/utf8"
)

// What mail programs pad a preheader with, so that no list shows what follows it.
const (
	figureSpace    = '\u2007'
	graphemeJoiner = '\u034F'
	softHyphen     = '\u00AD'
	nonJoiner      = '\u200C'
	noBreakSpace   = '\u00A0'
)

// leastFiller is how many units in a row are padding and no text: a figure space with a grapheme joiner, a soft hyphen, or a
// non-joiner with a no-break space.
const leastFiller = 10

// withoutFiller returns text without its padding, be that characters or references to them, with the white space that
// programs put between them.
func withoutFiller(text string) string {
	before, after := cutFiller(text)
	if before == text {
		return text
	}
	var out strings.Builder
	out.WriteString(before)
	for after != "" {
		before, after = cutFiller(after)
		out.WriteString(before)
	}
	return out.String()
}

// cutFiller returns what stands before the first padding in text, and behind it.
func cutFiller(text string) (before, after string) {
	if len(text) < leastFiller*len("\u00AD") {
		return text, ""
	}
	for at := 0; at < len(text); {
		if c := text[at]; c != '&' && c != 0xC2 && c != 0xE2 { // the first octets of all that padding begins with
			at++
			continue
		}
		units, length := fillerRun(text[at:])
		if units >= leastFiller {
			return text[:at], text[at+length:]
		}
		at += max(length, 1)
	}
	return text, ""
}

// fillerRun returns the units of padding that text begins with, and their length.
func fillerRun(text string) (units, length int) {
	for {
		n := fillerUnit(text[length:])
		if n == 0 {
			return units, length
		}
		units++
		length += n
		length += blanks(text[length:])
	}
}

// fillerUnit returns the length of the unit of padding that begins text, or 0.
func fillerUnit(text string) int {
	first, length := fillerRune(text)
	second := noBreakSpace
	switch first {
	case softHyphen:
		return length
	case figureSpace:
		second = graphemeJoiner
	case nonJoiner:
	default:
		return 0
	}
	length += blanks(text[length:])
	r, more := fillerRune(text[length:])
	if r != second {
		return 0
	}
	return length + more
}

// fillerRune returns the character that begins text, or that a reference there stands for, and its length. Of the references by
// name it knows those that padding is written with, in whatever case.
func fillerRune(text string) (r rune, length int) {
	if !strings.HasPrefix(text, "&") {
		return utf8.DecodeRuneInString(text)
	}
	if strings.HasPrefix(text, "&#") {
		said, length := numericReference(text)
		r, _ := utf8.DecodeRuneInString(said)
		return r, length
	}
	for _, named := range []struct {
		reference string
		r         rune
	}{{"&shy;", softHyphen}, {"&shy", softHyphen}, {"&nbsp;", noBreakSpace}, {"&nbsp", noBreakSpace}, {"&zwnj;", nonJoiner}, {"&numsp;", figureSpace}} {
		if n := len(named.reference); len(text) >= n && strings.EqualFold(text[:n], named.reference) {
			return named.r, n
		}
	}
	return 0, 0
}

// blanks returns the length of the white space that begins text.
func blanks(text string) int { return len(text) - len(strings.TrimLeft(text, " \t\r\n")) }
