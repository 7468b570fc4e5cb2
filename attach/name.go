package attach

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	maxName  = 255 // octets, the bound of common file systems
	maxMarks = 4   // combining marks on one letter: what scripts need, and no more
)

// CleanName is a name that is safe on every system, in a header field and in an archive, and still the sender's: letters
// of any script, spaces inside, quotes and emoji stay. Path parts, controls, invisible and direction-changing
// characters go; : < > | ? and *, which Windows forbids, become "_"; a name that Windows keeps for a device gets one in front; what is
// longer than 255 octets is cut before the extension. It is never empty; applied twice it changes nothing more.
func CleanName(name string) string {
	name = strings.ToValidUTF8(name, "\ufffd")
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = norm.NFC.String(replaceRunes(name))
	name = trimName(limitMarks(name))
	if strings.Trim(name, ".") == "" {
		return "file"
	}
	if name[0] == '.' {
		name = onlyExtension(name)
	}
	if isDevice(name) {
		name = "_" + name
	}
	return shorten(foldExtension(name))
}

// replaceRunes drops what is not seen and replaces what file systems forbid.
func replaceRunes(name string) string {
	runes := []rune(name)
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		switch {
		case strings.ContainsRune(`:<>|?*`, r):
			out = append(out, '_')
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
		case r == '\u200c' || r == '\u200d':
			if joins(runes, i) {
				out = append(out, r)
			}
		case invisible(r):
		default:
			out = append(out, r)
		}
	}
	return string(out)
}

// invisible tells format characters that change how a name looks or compares, and are nothing themselves. The Arabic
// signs of number and the tags of flag emoji are seen.
func invisible(r rune) bool {
	if r >= 0xe0020 && r <= 0xe007f {
		return false
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		r == '\u034f' || r == '\u115f' || r == '\u1160' || r == '\u3164' || r == '\uffa0'
}

// joins tells a joiner that spells: between the parts of an emoji, or inside a word of a script that joins letters.
func joins(runes []rune, i int) bool {
	if i == 0 || i+1 == len(runes) {
		return false
	}
	return spells(runes[i-1]) && spells(runes[i+1])
}

func spells(r rune) bool {
	if unicode.Is(unicode.So, r) || unicode.Is(unicode.Sk, r) && r > 0x1f000 || r == '\ufe0f' {
		return true
	}
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && !unicode.In(r, unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Common, unicode.Inherited)
}

// limitMarks keeps the first few combining marks of each letter.
func limitMarks(name string) string {
	run := 0
	return strings.Map(func(r rune) rune {
		if !unicode.In(r, unicode.Mn, unicode.Me) {
			run = 0
			return r
		}
		if run++; run > maxMarks {
			return -1
		}
		return r
	}, name)
}

// foldExtension writes a full-width extension in ASCII. Letters of other alphabets that look alike stay what they are.
func foldExtension(name string) string {
	dot := strings.LastIndexByte(name, '.')
	if dot < 0 {
		return name
	}
	return name[:dot] + strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９', r >= 'Ａ' && r <= 'Ｚ', r >= 'ａ' && r <= 'ｚ':
			return r - 0xfee0
		}
		return r
	}, name[dot:])
}

// trimName drops white space at both ends and dots at the end, which Windows drops too.
func trimName(name string) string {
	return strings.TrimLeftFunc(strings.TrimRightFunc(name, func(r rune) bool {
		return r == '.' || unicode.IsSpace(r)
	}), unicode.IsSpace)
}

// onlyExtension mends a name that begins with a dot: ".pdf" is a file without a name, ".profile.pdf" a hidden one.
func onlyExtension(name string) string {
	bare := strings.TrimLeftFunc(name, func(r rune) bool { return r == '.' || unicode.IsSpace(r) })
	if strings.Contains(bare, ".") {
		return bare
	}
	return "file." + bare
}

// isDevice tells the names that Windows keeps, with any extension.
func isDevice(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$", "CLOCK$":
		return true
	}
	rest, ok := strings.CutPrefix(stem, "COM")
	if !ok {
		rest, ok = strings.CutPrefix(stem, "LPT")
	}
	return ok && utf8.RuneCountInString(rest) == 1 && strings.ContainsAny(rest, "0123456789¹²³")
}

// shorten cuts a long name on the edge of a letter and keeps its extension.
func shorten(name string) string {
	if len(name) <= maxName {
		return name
	}
	stem, ext := cutExtension(name)
	stem = cutLetters(stem, maxName-len(ext))
	return strings.TrimRightFunc(stem, func(r rune) bool { return r == '.' || unicode.IsSpace(r) || r == '\u200d' || r == '\u200c' }) + ext
}

// cutExtension splits a name before its last dot, where what follows is as short as an extension.
func cutExtension(name string) (stem, ext string) {
	if dot := strings.LastIndexByte(name, '.'); dot > 0 && len(name)-dot <= 32 {
		return name[:dot], name[dot:]
	}
	return name, ""
}

// cutLetters is the beginning of s of at most n octets, cut on the edge of a letter.
func cutLetters(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !letterEdge(s[n:]) {
		n--
	}
	return s[:n]
}

// letterEdge tells that s does not begin within a letter.
func letterEdge(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return utf8.RuneStart(s[0]) && !unicode.IsMark(r) && r != '\u200d' && !(r >= 0xe0020 && r <= 0xe007f)
}

// extensionOf is what follows the last dot, in ASCII lower case.
func extensionOf(clean string) string {
	dot := strings.LastIndexByte(clean, '.')
	if dot < 0 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, clean[dot+1:])
}

// foldKey is equal for names that some file system takes for the same.
func foldKey(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
			least = min(least, f)
		}
		return least
	}, norm.NFC.String(name))
}

// isInvalid tells a name that is no mistake: one that would end a header field or a C string, and one that names no file.
func isInvalid(name string) bool {
	if strings.ContainsRune(name, 0) || strings.Contains(name, "\r\n") {
		return true
	}
	for rest := name; ; {
		i := strings.IndexAny(rest, "\r\n")
		if i < 0 {
			break
		}
		rest = rest[i+1:]
		if beginsField(rest) {
			return true
		}
	}
	base := strings.TrimFunc(name[strings.LastIndexAny(name, `/\`)+1:], unicode.IsSpace)
	return strings.Trim(base, ".") == ""
}

// beginsField tells that s could begin with a header field: a field name and a colon (RFC 5322 §2.2).
func beginsField(s string) bool {
	for i, r := range s {
		if r == ':' {
			return i > 0
		}
		if r <= ' ' || r > '~' {
			return false
		}
	}
	return false
}

// isDeceptive tells overrides and isolates, which show a name in another order than it is read: "exe.fdp" as "pdf.exe".
func isDeceptive(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool {
		return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
	})
}

// dangerous are extensions that run when opened. Mail filters look for them before the last one.
var dangerous = map[string]bool{
	"exe": true, "com": true, "scr": true, "pif": true, "bat": true, "cmd": true, "msi": true, "js": true, "jse": true, "vbs": true,
	"vbe": true, "wsf": true, "wsh": true, "hta": true, "ps1": true, "jar": true, "lnk": true, "reg": true, "cpl": true, "dll": true,
	"sh": true, "app": true, "html": true, "htm": true, "svg": true, "iso": true, "chm": true, "apk": true, "docm": true, "xlsm": true,
}

// hiddenExtension is the dangerous extension before the last one, "" where there is none.
func hiddenExtension(clean string) string {
	dot := strings.LastIndexByte(clean, '.')
	if dot < 0 {
		return ""
	}
	if ext := extensionOf(strings.TrimRightFunc(clean[:dot], unicode.IsSpace)); dangerous[ext] {
		return ext
	}
	return ""
}
