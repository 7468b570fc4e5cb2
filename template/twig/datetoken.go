package twig

import (
	"strconv"
	"strings"
	"time"
)

// dateToken is a piece of a date whose form is known: it is read from left to right, past what is in between.
type dateToken struct {
	s string
	i int
}

func (t *dateToken) peek() byte {
	if t.i < len(t.s) {
		return t.s[t.i]
	}
	return 0
}

func (t *dateToken) done() bool { return t.i >= len(t.s) }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// skipTo moves to the next byte of which is holds.
func (t *dateToken) skipTo(is func(byte) bool) {
	for !t.done() && !is(t.s[t.i]) {
		t.i++
	}
}

// number reads the next number, of most digits at most; it is unset where there is none.
func (t *dateToken) number(most int) (n, digits int) {
	t.skipTo(isDigit)
	start := t.i
	for t.i-start < most && isDigit(t.peek()) {
		t.i++
	}
	if t.i == start {
		return unset, 0
	}
	n, _ = strconv.Atoi(t.s[start:t.i])
	return n, t.i - start
}

func (t *dateToken) num(most int) int {
	n, _ := t.number(most)
	return n
}

// signed reads the next number with the signs before it, each of which may turn it around.
func (t *dateToken) signed(most int) int {
	t.skipTo(func(c byte) bool { return isDigit(c) || c == '+' || c == '-' })
	sign := 1
	for ; t.peek() == '+' || t.peek() == '-'; t.i++ {
		if t.peek() == '-' {
			sign = -sign
		}
	}
	return sign * t.num(most)
}

// year reads a year, of the century that two digits mean.
func (t *dateToken) year() int {
	y, digits := t.number(4)
	if y == unset || digits >= 4 || y >= 100 {
		return y
	}
	if y < 70 {
		return 2000 + y
	}
	return 1900 + y
}

// nanoseconds reads the fraction of a second, of which microseconds count.
func (t *dateToken) nanoseconds() int {
	t.skipTo(isDigit)
	start := t.i
	for isDigit(t.peek()) {
		t.i++
	}
	n, _ := strconv.Atoi((t.s[start:t.i] + "000000")[:6])
	return n * 1000
}

// word reads the letters that come next, in small letters.
func (t *dateToken) word() string {
	start := t.i
	for !t.done() && (isAlnum(t.peek()) && !isDigit(t.peek()) || t.peek() >= 0x80) {
		t.i++
	}
	return strings.ToLower(t.s[start:t.i])
}

// month reads the name of a month.
func (t *dateToken) month() int {
	for strings.IndexByte(" \t-./", t.peek()) >= 0 && !t.done() {
		t.i++
	}
	return monthNames[t.word()]
}

// daySuffix passes over "st" and its like.
func (t *dateToken) daySuffix() {
	for _, suffix := range []string{"st", "nd", "rd", "th"} {
		if strings.HasPrefix(strings.ToLower(t.s[t.i:]), suffix) {
			t.i += len(suffix)
			return
		}
	}
}

func (t *dateToken) spaces() {
	for t.peek() == ' ' || t.peek() == '\t' {
		t.i++
	}
}

// meridian reads am or pm and returns the hour of the day that h is with it.
func (t *dateToken) meridian(h int) int {
	t.skipTo(func(c byte) bool { return strings.IndexByte("AaPp", c) >= 0 })
	if t.peek()|0x20 == 'p' {
		return h%12 + 12
	}
	return h % 12
}

// zone reads a zone: +03:00, GMT+3, an abbreviation or an identifier; nil where there is no such.
func (t *dateToken) zone() *time.Location {
	for !t.done() && strings.IndexByte(" \t(", t.peek()) >= 0 {
		t.i++
	}
	text := strings.TrimRight(t.s[t.i:], ")")
	t.i = len(t.s)
	if rest, ok := strings.CutPrefix(text, "GMT"); ok && rest != "" && (rest[0] == '+' || rest[0] == '-') {
		text = rest
	}
	loc, err := loadZone(text)
	if err != nil {
		return nil
	}
	return loc
}
