package validate

import "strings"

// A greeting has a gap where its name should be: «Здравствуйте, !», "Hello ,", "Dear null,".

// emptyValues are how programs write that there is no value.
var emptyValues = [...]string{"null", "undefined", "None", "NaN", "[object Object]"}

// greetings are the words of a greeting that a name follows, in lower case. Those that never stand
// without one, not even before an exclamation mark, end in "+".
var greetings = [...]string{
	"здравствуйте", "здравствуй", "приветствуем", "привет", "добрый день", "добрый вечер", "доброе утро", "доброго дня",
	"уважаемый+", "уважаемая+", "уважаемый(ая)+", "уважаемые+", "дорогой+", "дорогая+", "дорогой(ая)+",
	"hello", "hi", "hey", "dear+", "good morning", "good afternoon", "good evening", "welcome",
}

// greetingGap reports the greeting that a line of the text at the given offsets starts with, if it has a
// gap, be it that nothing stands in the element that should hold the name.
func (p *pass) greetingGap(where span) {
	text := p.text(where)
	if open := p.greeting; open.end > 0 && strings.TrimSpace(text) != "" {
		p.greeting = span{}
		if strings.IndexByte("!,.", text[0]) >= 0 && where.start-open.end < maxGreeting {
			if _, ok := gapIn(p.text(open) + text[:1]); ok {
				p.report("placeholder.gap", span{open.start, where.start + 1})
			}
		}
	}
	for from := 0; from < len(text); {
		line := text[from:]
		if end := strings.IndexByte(line, '\n'); end >= 0 {
			line = line[:end]
		}
		if mayGreet(line) {
			line := line[:cut(line, maxGreeting)]
			base := where.start + from
			at, ok := gapIn(line)
			switch {
			case ok:
				p.report("placeholder.gap", span{base + at.start, base + at.end})
			case at.end > 0 && len(line) == len(text)-from && p.inBody():
				p.greeting = span{base + at.start, base + len(line)} // goes on in the next text
			}
		}
		from += len(line) + 1
	}
}

// maxGreeting bounds the bytes of a line in which a greeting is looked for.
const maxGreeting = 120

// cut returns the length of s without what exceeds n bytes, not parting a rune.
func cut(s string, n int) int {
	if len(s) <= n {
		return len(s)
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return n
}

// mayGreet reports whether line starts with a letter that greetings start with.
func mayGreet(line string) bool {
	for line != "" && (isSpace(line[0]) || line[0] == '*') {
		line = line[1:]
	}
	if len(line) < 2 {
		return false
	}
	switch line[0] {
	case 'D', 'd', 'G', 'g', 'H', 'h', 'W', 'w':
		return true
	case 0xD0:
		return strings.IndexByte("\x94\xb4\x97\xb7\x9f\xbf\xa3", line[1]) >= 0 // ДдЗзПпУ
	case 0xD1:
		return line[1] == 0x83 // у
	}
	return false
}

// gapIn returns the greeting at the start of line if it has a gap. Where nothing but a comma follows the
// greeting it is false, with the range of the greeting.
func gapIn(line string) (span, bool) {
	start := len(line) - len(strings.TrimLeft(line, " \t\r*"))
	given := line[start:]
	lowered := strings.ToLower(given)
	if len(lowered) != len(given) {
		return span{}, false
	}
	for _, greeting := range greetings {
		word, named := strings.CutSuffix(greeting, "+")
		after, ok := strings.CutPrefix(lowered, word)
		if !ok {
			continue
		}
		after = strings.ReplaceAll(after, "&nbsp;", "\u00a0    ") // of the same length
		if length := gapLength(after, given[len(word):], named); length > 0 {
			return span{start, start + len(word) + length}, true
		}
		if strings.Trim(after, " ,\t\u00a0") == "" {
			return span{start, start + len(word)}, false
		}
	}
	return span{}, false
}

// gapLength returns how far a gap reaches in what follows a greeting, given in lower case and as it is; 0 if
// there is none. named says that the greeting cannot stand without a name.
func gapLength(after, given string, named bool) int {
	gap := strings.TrimLeft(after, " \t\u00a0")
	spaces := len(after) - len(gap)
	if gap == "" || spaces == 0 && gap[0] != ',' && !(named && gap[0] == '!') {
		return 0
	}
	if value := emptyValue(given[spaces:]); value > 0 && spaces > 0 {
		return spaces + value
	}
	if gap[0] == '!' && named {
		return spaces + 1
	}
	if gap[0] != ',' {
		return 0
	}
	if spaces > 0 {
		return spaces + 1 // "Hello ,"
	}
	rest := gap[1:]
	more := len(rest) - len(strings.TrimLeft(rest, " \t\u00a0"))
	if rest = rest[more:]; rest != "" && strings.IndexByte("!,.", rest[0]) >= 0 && !strings.HasPrefix(rest, "..") {
		return 1 + more + 1 // "Hello, !"
	}
	if value := emptyValue(given[1+more:]); value > 0 && more > 0 {
		return 1 + more + value
	}
	return 0
}

// emptyValue returns the length of an empty value at the start of text, or 0.
func emptyValue(text string) int {
	for _, word := range emptyValues {
		if rest, ok := strings.CutPrefix(text, word); ok && (rest == "" || strings.IndexByte("!,.<", rest[0]) >= 0) {
			return len(word)
		}
	}
	return 0
}
