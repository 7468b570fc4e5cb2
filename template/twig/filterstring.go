package twig

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
)

func runeCount(s string) int { return utf8.RuneCountInString(s) }

// runeSlice is the runes from lo up to hi of s.
func runeSlice(s string, lo, hi int) string {
	if lo >= hi {
		return ""
	}
	start, end, n := len(s), len(s), 0
	for i := range s {
		if n == lo {
			start = i
		}
		if n == hi {
			end = i
			break
		}
		n++
	}
	return s[start:end]
}

// characters are the code points of text that has to be valid UTF-8.
func (r *run) characters(s, filter string) []rune {
	if !utf8.ValidString(s) {
		throw(`Unable to split the string passed to "` + filter + `" into characters: Malformed UTF-8 characters, possibly incorrectly encoded.`)
	}
	r.grow(4 * len(s))
	return []rune(s)
}

// trimNames are the functions of PHP that trim the sides.
var trimNames = map[string]string{"both": "trim", "left": "ltrim", "right": "rtrim"}

func filterTrim(r *run, args []Value) Value {
	side := args[2].String()
	name, ok := trimNames[side]
	if !ok {
		throw(`Trimming side must be "left", "right" or "both".`)
	}
	s, mask := r.textArg(args[0], name+"(): Argument #1 ($string)"), trimSpace
	if !args[1].isNull() {
		mask = r.textArg(args[1], name+"(): Argument #2 ($characters)")
	}
	in := byteSet(mask)
	i, j := 0, len(s)
	for side != "right" && i < j && in[s[i]] {
		i++
	}
	for side != "left" && j > i && in[s[j-1]] {
		j--
	}
	if args[0].k == kMarkup && mask == trimSpace {
		return Markup(s[i:j])
	}
	return String(s[i:j])
}

// byteSet is the bytes of a mask, in which "a..z" is a range.
func byteSet(mask string) (set [256]bool) {
	for i := 0; i < len(mask); i++ {
		if i+3 < len(mask) && mask[i+1] == '.' && mask[i+2] == '.' && mask[i+3] >= mask[i] {
			for c := int(mask[i]); c <= int(mask[i+3]); c++ {
				set[c] = true
			}
			i += 3
			continue
		}
		set[mask[i]] = true
	}
	return set
}

func filterNl2br(r *run, args []Value) Value {
	s := r.textArg(args[0], "nl2br(): Argument #1 ($string)")
	breaks := len("<br />") * (strings.Count(s, "\n") + strings.Count(s, "\r"))
	r.growText(breaks, breaks+len(s))
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\r' && c != '\n' {
			b.WriteByte(c)
			continue
		}
		b.WriteString("<br />")
		b.WriteByte(c)
		if i+1 < len(s) && (s[i+1] == '\r' || s[i+1] == '\n') && s[i+1] != c {
			i++
			b.WriteByte(s[i])
		}
	}
	r.grow(len(s))
	return String(b.String())
}

func filterSpaceless(r *run, args []Value) Value {
	s := r.textArg(args[0], "trim(): Argument #1 ($string)")
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		b = append(b, s[i])
		if s[i] != '>' {
			continue
		}
		rest := strings.TrimLeft(s[i+1:], space)
		if n := len(s) - i - 1 - len(rest); n > 0 && strings.HasPrefix(rest, "<") {
			i += n
		}
	}
	r.grow(len(b))
	return String(strings.Trim(string(b), trimSpace))
}

func filterReplace(r *run, args []Value) Value {
	if args[1].k != kArray {
		throw(`The "replace" filter expects a sequence or a mapping, got "` + args[1].typeName() + `".`)
	}
	s := r.textArg(args[0], "strtr(): Argument #1 ($string)")
	return String(replacePairs(r, s, args[1].arr().settled()))
}

// replacePairs is PHP's strtr: one pass, the longest key first.
func replacePairs(r *run, s string, pairs *array) string {
	byKey := make(map[string]string, len(pairs.vals))
	sizes := map[int]bool{}
	for i, v := range pairs.vals {
		k := pairs.keyAt(i).text()
		if k == "" {
			continue
		}
		byKey[k] = r.str(v)
		sizes[len(k)] = true
	}
	r.step(len(pairs.vals))
	if len(byKey) == 0 {
		return s
	}
	lengths := slices.SortedFunc(maps.Keys(sizes), func(a, b int) int { return b - a })
	var b []byte
	for i := 0; i < len(s); {
		size := 0
		for _, n := range lengths {
			if n > len(s)-i {
				continue
			}
			r.step(n / textPerStep)
			if to, ok := byKey[s[i:i+n]]; ok {
				r.growText(len(to), len(b)+len(to))
				b = append(b, to...)
				size = n
				break
			}
		}
		if i%16 == 0 {
			r.step(1 + len(lengths)/4)
		}
		if size == 0 {
			b = append(b, s[i])
			size = 1
		}
		i += size
	}
	r.grow(len(s))
	return string(b)
}

func filterSplit(r *run, args []Value) Value {
	s, delimiter := r.textArg(args[0], "explode(): Argument #2 ($string)"), r.textArg(args[1], "explode(): Argument #1 ($separator)")
	limit := args[2]
	if delimiter == "" {
		if toInt(limit) > int64(runeCount(s)) { // as in PHP, what is short enough stays what it is
			if args[0].isNull() {
				return List([]Value{empty})
			}
			return List([]Value{args[0]})
		}
		return splitEvery(r, s, toInt(limit))
	}
	r.growArray(strings.Count(s, delimiter) + 1)
	var parts []string
	n := r.intArg(limit, "explode(): Argument #3 ($limit)")
	switch {
	case limit.isNull():
		parts = strings.Split(s, delimiter)
	case n > 0:
		parts = strings.SplitN(s, delimiter, int(min(n, int64(len(s)+1))))
	case n == 0:
		parts = strings.SplitN(s, delimiter, 1)
	default:
		parts = strings.Split(s, delimiter)
		parts = parts[:max(0, len(parts)+int(max(n, -int64(len(parts)))))]
	}
	vals := make([]Value, len(parts))
	for i, p := range parts {
		vals[i] = String(p)
	}
	return List(vals)
}

// splitEvery splits text into parts of size characters.
func splitEvery(r *run, s string, size int64) Value {
	if size <= 1 && !utf8.ValidString(s) {
		throw(`Unable to split the string passed to "split" into characters: Malformed UTF-8 characters, possibly incorrectly encoded.`)
	}
	n := runeCount(s)
	count := int(min(max(size, 1), int64(max(n, 1))))
	parts := max(1, (n+count-1)/count)
	r.growArray(parts)
	vals := make([]Value, 0, parts)
	start, in := 0, 0
	for i := range s {
		if in == count {
			vals = append(vals, String(s[start:i]))
			start, in = i, 0
		}
		in++
	}
	return List(append(vals, String(s[start:])))
}

func filterURLEncode(r *run, args []Value) Value {
	if args[0].k != kArray {
		s := r.textArg(args[0], "rawurlencode(): Argument #1 ($string)")
		r.grow(3 * len(s))
		return String(rawURLEncode(s))
	}
	var parts []string
	queryParts(r, &parts, "", args[0].arr(), 0)
	return String(strings.Join(parts, "&"))
}

// queryParts lays an array out as PHP's http_build_query does with RFC 3986 encoding.
func queryParts(r *run, parts *[]string, prefix string, a *array, depth int) {
	if depth > maxNesting {
		return
	}
	a.settled()
	r.step(len(a.vals))
	for i, v := range a.vals {
		name := rawURLEncode(a.keyAt(i).text())
		if prefix != "" {
			name = prefix + "%5B" + name + "%5D"
		}
		var text string
		switch v.k {
		case kNull, kUndefined, kDate, kClosure, kTemplate:
			continue
		case kArray:
			r.grow(len(name))
			queryParts(r, parts, name, v.arr(), depth+1)
			continue
		case kBool:
			text = Int(v.int()).String()
		default:
			text, _ = v.text()
		}
		r.grow(len(name) + 3*len(text))
		*parts = append(*parts, name+"="+rawURLEncode(text))
	}
}

// encodingNamed finds an encoding by name; ISO-8859-1 is not the Windows one that the web takes it for.
func encodingNamed(name string) (encoding.Encoding, error) {
	switch strings.ToLower(name) {
	case "iso-8859-1", "latin1":
		return charmap.ISO8859_1, nil
	}
	return htmlindex.Get(name)
}

func filterConvert(r *run, args []Value) Value {
	s, to, from := r.textArg(args[0], "iconv(): Argument #3 ($string)"), r.textArg(args[1], "iconv(): Argument #2 ($to_encoding)"), r.textArg(args[2], "iconv(): Argument #1 ($from_encoding)")
	r.grow(4 * len(s))
	source, err := encodingNamed(from)
	if err != nil {
		throw(`Unable to convert from the unknown encoding "` + from + `".`)
	}
	target, err := encodingNamed(to)
	if err != nil {
		throw(`Unable to convert to the unknown encoding "` + to + `".`)
	}
	text, err := source.NewDecoder().String(s)
	if err == nil {
		text, err = target.NewEncoder().String(text)
	}
	if err != nil {
		throwPHP("iconv(): Detected an illegal character in input string")
	}
	return String(text)
}
