package pcre_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/template/twig/internal/pcre"
)

// budget is a spend function that allows n reports.
func budget(n int) func(int) bool {
	return func(k int) bool {
		n -= k
		return n >= 0
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, text string
		want          bool
	}{
		{"/^a+$/", "aaa", true}, {"/^a+$/", "aab", false}, {"/^a+$/", "aaa\n", true}, {"/^a+$/D", "aaa\n", false},
		{"/b/", "abc", true}, {"/B/", "abc", false}, {"/B/i", "abc", true}, {"{b}", "abc", true}, {"#a/b#", "a/b", true},
		{"/a|b|cd/", "xcdy", true}, {"/^(a|ab)(c|bcd)(d*)$/", "abcd", true}, {"/^(?:a|ab)c$/", "abc", true},
		{"/^a{2,3}$/", "aa", true}, {"/^a{2,3}$/", "aaaa", false}, {"/^a{2,}$/", "aaaa", true}, {"/a{,3}/", "a{,3}", true},
		{"/^.$/", "т", false}, {"/^.$/u", "т", true}, {`/^\w+$/`, "тест", false}, {`/^\w+$/u`, "тест", true},
		{"/привет/iu", "ПРИВЕТ", true}, {"/^[а-я]+$/u", "тест", true}, {"/^[^а-я]+$/u", "тест", false},
		{`/^\p{L}+$/u`, "Привет", true}, {`/^\p{Cyrillic}+$/u`, "abc", false}, {`/^\P{L}+$/u`, "123", true},
		{"/foo(?!baz)/", "foobar", true}, {"/foo(?!bar)/", "foobar", false}, {"/a(?=X)/", "aX", true},
		{"/(?<=a)b/", "ab", true}, {"/(?<!a)b/", "ab", false}, {`/(ab)\1/`, "abab", true}, {`/(ab)\1/`, "abba", false},
		{`/(?<q>['"]).*?\k<q>/`, `x "y" z`, true}, {"/(?P<n>a)(?P=n)/", "aa", true}, {"/(?>a+)ab/", "aaab", false},
		{"/a++ab/", "aaab", false}, {"/a+ab/", "aaab", true}, {"/(a*)*$/", "aaab", true}, {"/(a*)+b/", "aaab", true},
		{"/^x$/m", "a\nx\nb", true}, {"/a.b/", "a\nb", false}, {"/a.b/s", "a\nb", true}, {"/a  b # c/x", "ab", true},
		{"/(?i)A/", "a", true}, {"/(?i:A)b/", "aB", false}, {"/a(?#c)b/", "ab", true}, {`/\bfoo\b/`, "a foo b", true},
		{`/^\Qa.b\E$/`, "a.b", true}, {"/[[:alpha:]]+/", "1a", true}, {`/^[\w.-]+@[\w-]+\.\w+$/`, "a.b@c-d.ru", true},
		{"/[]a]/", "]", true}, {`/[\]a]/`, "]", true}, {"/[a-]/", "-", true}, {`/\x41\x{42}/`, "AB", true}, {`/a\Rb/`, "a\r\nb", true},
		{"/^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.(?!$)|$)){4}$/", "192.168.0.1", true}, {"/a*?b/", "aab", true},
		{"/^(a)?b$/", "b", true}, {"//", "", true}, {"/a/A", "ba", false}, {"~^(\\d{4})-(\\d\\d)$~", "2026-05", true},
		{"/(x|y(?=z))+z/", "xyz", true}, {"/^((a|b)c)*$/", "acbc", true}, {"/(?:a{2}){2}/", "aaaa", true}, {"/(?:a?){3}b/", "ab", true},
	} {
		re, err := pcre.Compile(c.pattern)
		require.NoError(t, err, c.pattern)
		got, err := re.Match(c.text, budget(10_000))
		require.NoError(t, err, c.pattern)
		assert.Equal(t, c.want, got, "%s on %q", c.pattern, c.text)
	}
}

func TestCompileRefuses(t *testing.T) {
	for pattern, want := range map[string]string{
		"":        "Empty regular expression",
		"abc":     "Delimiter must not be alphanumeric, backslash, or NUL",
		"/abc":    "No ending delimiter '/' found",
		"{abc":    "No ending matching delimiter '}' found",
		"/a/k":    "Unknown modifier 'k'",
		"/(/":     "Compilation failed: missing closing parenthesis at offset 1",
		"/[/":     "Compilation failed: missing terminating ] for character class at offset 1",
		"/a)/":    "Compilation failed: unmatched closing parenthesis at offset 1",
		"/*/":     "Compilation failed: quantifier does not follow a repeatable item at offset 0",
		"/(?R)/":  "conditions, recursion and callouts are not supported",
		`/(a)\2/`: "Compilation failed: reference to non-existent subpattern at offset 5",
	} {
		_, err := pcre.Compile(pattern)
		assert.EqualError(t, err, want, pattern)
	}
}

func TestBudget(t *testing.T) {
	re, err := pcre.Compile("/(a+)+$/")
	require.NoError(t, err)
	_, err = re.Match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", budget(10_000))
	assert.ErrorIs(t, err, pcre.ErrBudget)
	_, err = pcre.Compile("/((((a{1,100}){1,100}){1,100}){1,100}){1,100}/")
	assert.ErrorContains(t, err, "too large")
}

// FuzzMatch holds that any pattern is compiled or refused, and that any match ends within its budget.
func FuzzMatch(f *testing.F) {
	for _, p := range []string{"/a(b|c)*?(?=d)\\1/iu", "/[^[:alpha:]\\d-]{2,3}+/x", "/(?<=a|bc)(?i:x)\\p{L}/", "/(a*)*(?>b)\\R$/m"} {
		f.Add(p, "abcabcdeаб")
	}
	f.Fuzz(func(t *testing.T, pattern, text string) {
		re, err := pcre.Compile(pattern)
		if err != nil {
			return
		}
		_, _ = re.Match(text, budget(200))
	})
}
