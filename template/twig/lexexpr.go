package twig

import (
	"strconv"
	"strings"
)

// symbols are the operators made of signs, each before its own prefixes.
var symbols = [...]string{
	"...", "<=>", "===", "!==", "?:", "??", "==", "!=", ">=", "<=", "..", "//", "**", "?.", "=>",
	"-", "+", "<", ">", "~", "*", "/", "%", "?", "=", "|", "(", ".", "[",
}

// symbolStarts are the signs that they begin with.
const symbolStarts = ".<=!?>/*-+~%|(["

// words are the operators made of words, each before its own prefixes.
var words = [...]string{
	"starts with", "ends with", "has every", "has some", "matches", "is not", "not in", "b-and", "b-xor",
	"b-or", "not", "and", "xor", "or", "in", "is",
}

func isNameStart(c byte) bool {
	return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x7f
}

func isNameByte(c byte) bool { return isNameStart(c) || c >= '0' && c <= '9' }

func isSpace(c byte) bool { return strings.IndexByte(space, c) >= 0 }

// expression reads one token of an expression.
func (l *lexer) expression() {
	if n := len(l.code) - l.at - len(strings.TrimLeft(l.code[l.at:], space)); n > 0 {
		l.skip(n)
		if l.at >= len(l.code) {
			what := "variable"
			if l.state == inBlock {
				what = "block"
			}
			l.fail(l.opened, `Unclosed "`+what+`".`)
		}
	}
	if op, n := l.operator(); n > 0 {
		if op == "(" || op == "[" {
			l.open(op)
		}
		l.push(tOperator, op)
		l.skip(n)
		return
	}
	c := l.code[l.at]
	switch {
	case isNameStart(c):
		end := l.at
		for end < len(l.code) && isNameByte(l.code[end]) {
			end++
		}
		l.push(tName, l.code[l.at:end])
		l.skip(end - l.at)
	case c >= '0' && c <= '9':
		l.number()
	case strings.IndexByte("{})]:,", c) >= 0:
		l.punctuation(c)
	case c == '"' || c == '\'':
		l.quoted(c)
	case c == '#':
		n := strings.IndexAny(l.code[l.at:], "\r\n")
		if n < 0 {
			n = len(l.code) - l.at
		}
		l.skip(n)
	default:
		l.fail(l.pos(), `Unexpected character "`+string(c)+`".`)
	}
}

// operator recognises the operator at the cursor and returns it with single spaces and its length in the source.
func (l *lexer) operator() (string, int) {
	rest := l.code[l.at:]
	if c := rest[0]; c >= 'a' && c <= 'z' {
		if l.afterAccess() {
			return "", 0
		}
		for _, op := range words {
			if op[0] == c {
				if n := matchWords(rest, op); n > 0 {
					return op, n
				}
			}
		}
		return "", 0
	}
	if strings.IndexByte(symbolStarts, rest[0]) < 0 {
		return "", 0
	}
	if rest[0] == '?' {
		if tail := strings.TrimLeft(rest[1:], space); len(tail) < len(rest)-1 && strings.HasPrefix(tail, ":") {
			return "? :", len(rest) - len(tail) + 1
		}
	}
	for _, op := range symbols {
		if strings.HasPrefix(rest, op) {
			return op, len(op)
		}
	}
	return "", 0
}

// afterAccess reports that a "." or "|" precedes: what follows it is a name even where it spells an operator.
func (l *lexer) afterAccess() bool {
	access := func(i int) bool { return i >= 0 && (l.code[i] == '.' || l.code[i] == '|') }
	if l.at >= 2 && isSpace(l.code[l.at-1]) {
		return access(l.at - 2)
	}
	return l.at >= 2 && access(l.at-1)
}

// matchWords measures op at the start of s, any white space between its words; what follows has to end a word.
func matchWords(s, op string) int {
	i := 0
	for j := 0; j < len(op); j++ {
		if op[j] == ' ' {
			n := len(s[i:]) - len(strings.TrimLeft(s[i:], space))
			if n == 0 {
				return 0
			}
			i += n
			continue
		}
		if i >= len(s) || s[i] != op[j] {
			return 0
		}
		i++
	}
	if i < len(s) && (isSpace(s[i]) || strings.IndexByte("()[{", s[i]) >= 0) {
		return i
	}
	return 0
}

func (l *lexer) number() {
	digits := func(i int) int {
		for {
			j := skipDigits(l.code, i)
			if j == i {
				return i
			}
			i = j
			if i+1 < len(l.code) && l.code[i] == '_' && l.code[i+1] >= '0' && l.code[i+1] <= '9' {
				i++
				continue
			}
			return i
		}
	}
	end := digits(l.at)
	if end < len(l.code) && l.code[end] == '.' {
		if n := digits(end + 1); n > end+1 {
			end = n
		}
	}
	if end < len(l.code) && (l.code[end] == 'e' || l.code[end] == 'E') {
		j := end + 1
		if j < len(l.code) && (l.code[j] == '+' || l.code[j] == '-') {
			j++
		}
		if n := digits(j); n > j {
			end = n
		}
	}
	l.push(tNumber, l.code[l.at:end])
	l.skip(end - l.at)
}

func (l *lexer) punctuation(c byte) {
	switch c {
	case '{':
		l.open("{")
	case '}', ')', ']':
		if len(l.brackets) == 0 {
			l.fail(l.pos(), `Unexpected "`+string(c)+`".`)
		}
		last := l.brackets[len(l.brackets)-1]
		l.brackets = l.brackets[:len(l.brackets)-1]
		if strings.IndexByte("})]", c) != strings.Index("{([", last.text) || len(last.text) != 1 {
			l.unclosed(last)
		}
	}
	l.push(tPunctuation, l.code[l.at:l.at+1])
	l.skip(1)
}

// quoted reads a whole string, or enters a double-quoted one that has an interpolation.
func (l *lexer) quoted(quote byte) {
	for i := l.at + 1; i < len(l.code); i++ {
		switch c := l.code[i]; {
		case c == '\\':
			i++
		case c == quote:
			l.push(tString, unescape(newlines(l.code[l.at+1:i])))
			l.skip(i + 1 - l.at)
			return
		case c == '#' && quote == '"':
			l.openString()
			return
		}
	}
	if quote == '\'' {
		l.fail(l.pos(), `Unexpected character "'".`)
	}
	l.openString()
}

func (l *lexer) openString() {
	l.open(`"`)
	l.enter(inString)
	l.skip(1)
}

func (l *lexer) stringPart() {
	rest := l.code[l.at:]
	if strings.HasPrefix(rest, "#{") {
		l.open("#{")
		l.push(tInterpolationStart, "")
		l.skip(len(rest) - len(strings.TrimLeft(rest[2:], space)))
		l.enter(inInterpolation)
		return
	}
	n := 0
	for n < len(rest) && rest[n] != '"' && !strings.HasPrefix(rest[n:], "#{") {
		if rest[n] == '\\' {
			n++
		}
		n++
	}
	switch {
	case n > len(rest):
		l.fail(l.pos(), `Unexpected character "\".`)
	case n > 0:
		l.push(tString, unescape(newlines(rest[:n])))
		l.skip(n)
	default:
		l.brackets = l.brackets[:len(l.brackets)-1]
		l.leave()
		l.skip(1)
	}
}

func (l *lexer) interpolation() {
	if last := l.brackets[len(l.brackets)-1]; last.text == "#{" {
		rest := l.code[l.at:]
		n := len(rest) - len(strings.TrimLeft(rest, space))
		if strings.HasPrefix(rest[n:], "}") {
			l.brackets = l.brackets[:len(l.brackets)-1]
			l.close(tInterpolationEnd, n+1)
			return
		}
	}
	l.expression()
}

// unescape resolves the escapes of a string literal; there is no \u.
func unescape(s string) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		switch c := s[i]; {
		case strings.IndexByte("fnrtv", c) >= 0:
			b = append(b, "\f\n\r\t\v"[strings.IndexByte("fnrtv", c)])
		case c == '#' && strings.HasPrefix(s[i:], "#{"):
			b = append(b, "#{"...)
			i++
		case c == 'x' && i+1 < len(s) && isHex(s[i+1]):
			n := 1
			if i+2 < len(s) && isHex(s[i+2]) {
				n = 2
			}
			code, _ := strconv.ParseUint(s[i+1:i+1+n], 16, 8)
			b = append(b, byte(code))
			i += n
		case c >= '0' && c <= '7':
			n := 1
			for n < 3 && i+n < len(s) && s[i+n] >= '0' && s[i+n] <= '7' {
				n++
			}
			code, _ := strconv.ParseUint(s[i:i+n], 8, 16)
			b = append(b, byte(code))
			i += n - 1
		default:
			b = append(b, c)
		}
	}
	return string(b)
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
