package validate

import (
	"strings"
	"unicode"

	"golang.org/x/net/idna"
)

// look tells how easily a host is taken for another.
type look uint8

const (
	plainLook   look = iota
	mixedScript      // a label with letters of several alphabets
	lookAlike        // a label of another alphabet's letters that all look like Latin ones
)

// lookOf judges a canonical host by the letters that its labels show.
func lookOf(host string) look {
	if len(host) > maxName || !strings.Contains(host, "xn--") {
		return plainLook
	}
	shown, err := idna.Punycode.ToUnicode(host)
	if err != nil {
		return plainLook
	}
	labels := strings.Split(shown, ".")
	last := alphabetsOf(labels[len(labels)-1])
	found := plainLook
	for _, label := range labels {
		switch used := alphabetsOf(label); {
		case used&(used-1) != 0:
			return mixedScript
		case used != last && used&(cyrillic|greek) != 0 && allIn(label, latinLooks), used == latin && strings.ContainsFunc(label, isPhonetic):
			found = lookAlike
		}
	}
	return found
}

// maxName is the length of the longest domain name (RFC 1035 §2.3.4); no longer one can be opened.
const maxName = 253

// alphabets is a set of alphabets whose letters are easily taken for each other.
type alphabets uint8

const (
	latin alphabets = 1 << iota
	cyrillic
	greek
	armenian
	cherokee
	coptic
)

// alphabetsOf returns those alphabets that label has letters of.
func alphabetsOf(label string) alphabets {
	var used alphabets
	for _, r := range label {
		switch {
		case 'a' <= r && r <= 'z':
			used |= latin
		case r <= unicode.MaxASCII:
		case unicode.Is(unicode.Cyrillic, r):
			used |= cyrillic
		case unicode.Is(unicode.Latin, r):
			used |= latin
		case unicode.Is(unicode.Greek, r):
			used |= greek
		case unicode.Is(unicode.Armenian, r):
			used |= armenian
		case unicode.Is(unicode.Cherokee, r):
			used |= cherokee
		case unicode.Is(unicode.Coptic, r):
			used |= coptic
		}
	}
	return used
}

// latinLooks are the small letters of the Cyrillic and Greek alphabets that look like Latin ones, and
// the other characters of a label.
const latinLooks = "асԁеһіјӏорԛѕԝхуѵүґ" + "αινορυ" + "0123456789-"

// allIn reports whether set holds all runes of s.
func allIn(s, set string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !strings.ContainsRune(set, r) }) < 0
}

// isPhonetic reports whether r is a letter of phonetic script, which no language's names need: ɡ, ɑ, ɩ.
func isPhonetic(r rune) bool { return 0x250 <= r && r <= 0x2AF }
