package twig

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// simpleCase is the code point from which a letter may change into several; below it only ß, ŉ and ǰ do.
const simpleCase = 0x370

func isSimple(s string) bool {
	for i := 0; i < len(s); {
		c, n := utf8.DecodeRuneInString(s[i:])
		if c == 0xdf || c == 0x130 || c == 0x149 || c == 0x1f0 || c >= simpleCase && !(c >= 0x400 && c < 0x530) {
			return false
		}
		i += n
	}
	return true
}

func toUpper(s string) string {
	if isSimple(s) {
		return mapRunes(s, unicode.ToUpper)
	}
	return cases.Upper(language.Und).String(s)
}

func toLower(s string) string {
	if isSimple(s) {
		return mapRunes(s, unicode.ToLower)
	}
	return cases.Lower(language.Und, cases.HandleFinalSigma(false)).String(s)
}

func mapRunes(s string, to func(rune) rune) string {
	b := make([]byte, 0, len(s)+4)
	for _, c := range s {
		b = utf8.AppendRune(b, to(c))
	}
	return string(b)
}

// toTitle upper-cases the first letter of every word and lower-cases the others.
func toTitle(s string) string {
	b := make([]byte, 0, len(s)+4)
	inWord := false
	for _, c := range s {
		switch {
		case inWord && isCased(c):
			b = append(b, toLower(string(c))...)
		case isCased(c):
			b = append(b, titleRune(c)...)
			inWord = true
		default:
			b = utf8.AppendRune(b, c)
			inWord = inWord && isIgnorable(c)
		}
	}
	return string(b)
}

func titleRune(c rune) string {
	if up := unicode.ToTitle(c); up != c {
		return string(up)
	}
	return cases.Title(language.Und, cases.NoLower).String(string(c))
}

func isCased(c rune) bool { return unicode.IsUpper(c) || unicode.IsLower(c) || unicode.IsTitle(c) }

// isIgnorable reports the characters that stand inside a word without ending it.
func isIgnorable(c rune) bool {
	return c == '\'' || c == '.' || c == 0x2019 || c == ':' || c == '^' || c == '`' || c == 0xb7 || unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}

func filterUpper(r *run, args []Value) Value {
	return recase(r, args[0], "mb_strtoupper(): Argument #1 ($string)", toUpper)
}

func filterLower(r *run, args []Value) Value {
	return recase(r, args[0], "mb_strtolower(): Argument #1 ($string)", toLower)
}

func filterTitle(r *run, args []Value) Value {
	return recase(r, args[0], "mb_convert_case(): Argument #1 ($string)", toTitle)
}

func filterCapitalize(r *run, args []Value) Value {
	return recase(r, args[0], "mb_substr(): Argument #1 ($string)", func(s string) string {
		_, n := utf8.DecodeRuneInString(s)
		return toUpper(s[:n]) + toLower(s[n:])
	})
}

func recase(r *run, v Value, what string, to func(string) string) Value {
	s := r.textArg(v, what)
	r.grow(2 * len(s))
	return String(to(s))
}
