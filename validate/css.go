package validate

import (
	"strings"
	"unicode/utf8"
)

// cssThreat finds CSS that runs code: expression(), behavior, -moz-binding, script URLs, @import of
// a data: sheet. It returns the range of the construct in css. Escapes and comments are seen
// through; entities must be decoded already.
func cssThreat(css string) (span, bool) {
	if !cssSuspicious(css) {
		return span{}, false
	}
	for _, join := range []bool{false, true} {
		plain, _ := plainCSS(css, join, nil)
		if at, found := threatIn(plain); found {
			_, offsets := plainCSS(css, join, []int{})
			return span{offsets[at.start], offsets[at.end]}, true
		}
	}
	return span{}, false
}

// cssSuspicious reports whether css could hold a threat: one pass that lets nearly all real style
// sheets go. A NUL, an escaped letter, a comment inside a word, an @import of data and the words in
// front of "(" and ":" are enough.
func cssSuspicious(css string) bool {
	for i := 0; i < len(css); i++ {
		switch css[i] {
		case 0:
			return true
		case '\\':
			if r, _ := cssEscape(css[i:]); r == 0 || r < utf8.RuneSelf && (isIdent(byte(r)) || r == '(' || r == ':' || r == '/' || r == '*') {
				return true
			}
		case '*':
			if i > 1 && css[i-1] == '/' && isIdent(css[i-2]) {
				return true // a comment inside a word
			}
		case '(', ':':
			if i > 0 && wordEnds[css[i-1]] && cssWordBefore(css[:i]) {
				return true
			}
		case '@':
			if _, ok := dataImport(lower(css[i:min(len(css), i+maxImport)])); ok {
				return true
			}
		}
	}
	return false
}

// maxImport is how much of an @import is looked at.
const maxImport = 32

// wordEnds marks what may stand in front of "(" or ":" behind a threatening word: the word's own
// last letter, or space.
var wordEnds = [256]bool{
	'n': true, 'N': true, 'r': true, 'R': true, 'g': true, 'G': true, 'k': true, 'K': true, 't': true, 'T': true,
	'a': true, 'A': true, ' ': true, '\t': true, '\n': true, '\r': true, '\f': true,
}

// cssWordBefore reports whether css ends in one of the threatening words.
func cssWordBefore(css string) bool {
	css = strings.TrimRight(css, " \t\r\n\f")
	for _, word := range threatWords {
		if from := len(css) - len(word); from >= 0 && strings.EqualFold(css[from:], word) {
			return true
		}
	}
	return false
}

var threatWords = []string{"expression", "behavior", "behaviour", "-binding", "-link", "script", "mocha"}

// plainCSS undoes what hides a word in css: comments, escapes, NULs and upper case. A comment
// separates words (CSS Syntax Level 3 §4.3.2) and is none in a string; with join set it is read as
// old Internet Explorer did, that is, dropped wherever it stands. With a non-nil offsets plainCSS
// also returns the offset in css of each byte of the result, and of its end.
func plainCSS(css string, join bool, offsets []int) (string, []int) {
	var out strings.Builder
	out.Grow(len(css))
	emit := func(r rune, at int) {
		before := out.Len()
		out.WriteRune(r)
		for ; offsets != nil && before < out.Len(); before++ {
			offsets = append(offsets, at)
		}
	}
	var quote rune // the string or the bare url( that i is in, where "/*" starts no comment
	for i := 0; i < len(css); {
		r, size := utf8.DecodeRuneInString(css[i:])
		switch {
		case (quote == 0 || join) && strings.HasPrefix(css[i:], "/*"):
			size = commentLength(css[i:])
			if !join {
				emit(' ', i)
			}
		case r == '\\':
			if r, size = cssEscape(css[i:]); r > 0 {
				emit(foldCSS(r), i)
			}
		case r == 0:
		default:
			quote = nextQuote(quote, r, css[:i])
			emit(foldCSS(r), i)
		}
		i += size
	}
	if offsets != nil {
		offsets = append(offsets, len(css))
	}
	return out.String(), offsets
}

// commentLength returns the length of the comment that css starts with.
func commentLength(css string) int {
	if end := strings.Index(css[2:], "*/"); end >= 0 {
		return end + 4
	}
	return len(css)
}

// nextQuote returns what ends the string or bare url( that stands open behind r, 0 for none. before
// is what precedes r.
func nextQuote(quote, r rune, before string) rune {
	switch {
	case quote == 0 && (r == '"' || r == '\''):
		return r
	case quote == 0 && r == '(' && len(before) >= 3 && strings.EqualFold(before[len(before)-3:], "url"):
		return ')'
	case quote == ')' && (r == '"' || r == '\'') && before[len(before)-1] == '(':
		return r
	case r == quote, r == '\n':
		return 0
	}
	return quote
}

// foldCSS lowers ASCII letters.
func foldCSS(r rune) rune {
	if 'A' <= r && r <= 'Z' {
		r |= 0x20
	}
	return r
}

// cssEscape decodes the escape that css starts with (CSS Syntax Level 3 §4.3.7) and returns its
// length; the rune is 0 where the escape stands for nothing.
func cssEscape(css string) (rune, int) {
	value, n := rune(0), 1
	for n < len(css) && n <= 6 {
		digit, ok := hexDigit(css[n])
		if !ok {
			break
		}
		value = value<<4 | digit
		n++
	}
	if n > 1 {
		if strings.HasPrefix(css[n:], "\r\n") {
			n += 2
		} else if n < len(css) && isSpace(css[n]) {
			n++
		}
		if !utf8.ValidRune(value) {
			value = utf8.RuneError
		}
		return value, n
	}
	if n == len(css) {
		return 0, n
	}
	if strings.HasPrefix(css[n:], "\r\n") {
		return 0, 3
	}
	r, size := utf8.DecodeRuneInString(css[n:])
	if r == '\n' || r == '\r' || r == '\f' {
		r = 0
	}
	return r, n + size
}

func hexDigit(c byte) (rune, bool) {
	switch {
	case '0' <= c && c <= '9':
		return rune(c - '0'), true
	case 'a' <= c|0x20 && c|0x20 <= 'f':
		return rune(c|0x20-'a') + 10, true
	}
	return 0, false
}

// threatIn finds the first threat in normalised CSS.
func threatIn(css string) (span, bool) {
	for i := 0; i < len(css); i++ {
		switch css[i] {
		case '(':
			if at, ok := wordBefore(css, i, "expression"); ok {
				return span{at, i + 1}, true
			}
		case ':':
			if at, ok := threatBeforeColon(css, i); ok {
				return span{at, i + 1}, true
			}
		case '@':
			if at, ok := dataImport(css[i:]); ok {
				return span{i, i + at}, true
			}
		}
	}
	return span{}, false
}

// threatBeforeColon looks at the word in front of the colon at offset i.
func threatBeforeColon(css string, i int) (int, bool) {
	for _, word := range [...]string{"javascript", "vbscript", "livescript", "mocha", "-moz-binding", "-o-link"} {
		if at, ok := wordBefore(css, i, word); ok {
			return at, true
		}
	}
	for _, word := range [...]string{"behavior", "behaviour", "-ms-behavior", "_behavior"} {
		if at, ok := wordBefore(css, i, word); ok && !isVML(css[i+1:]) {
			return at, true
		}
	}
	return 0, false
}

// wordBefore reports whether css has word, as a whole word, in front of offset i, spaces between
// allowed, and where it starts.
func wordBefore(css string, i int, word string) (int, bool) {
	end := len(strings.TrimRight(css[:i], " \t\r\n\f"))
	start := end - len(word)
	if start < 0 || css[start:end] != word || start > 0 && isIdent(css[start-1]) {
		return 0, false
	}
	return start, true
}

// isIdent reports whether c belongs to an ASCII CSS identifier.
func isIdent(c byte) bool { return isLetter(c) || '0' <= c && c <= '9' || c == '-' || c == '_' }

// isVML reports whether a behavior's value is Outlook's own url(#default#VML), which draws shapes
// and runs nothing.
func isVML(value string) bool {
	value = strings.TrimLeft(value, " \t\r\n\f")
	value, ok := strings.CutPrefix(value, "url(")
	return ok && strings.HasPrefix(strings.TrimLeft(value, " \t\r\n\f'\""), "#default#vml")
}

// dataImport reports whether css starts with an @import of a data: URL, and the length of that.
func dataImport(css string) (int, bool) {
	rest, ok := strings.CutPrefix(css, "@import")
	if !ok {
		return 0, false
	}
	rest = strings.TrimLeft(rest, " \t\r\n\f")
	rest = strings.TrimPrefix(rest, "url(")
	rest = strings.TrimLeft(rest, " \t\r\n\f'\"")
	if !strings.HasPrefix(rest, "data:") {
		return 0, false
	}
	return len(css) - len(rest) + len("data:"), true
}
