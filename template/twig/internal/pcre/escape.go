package pcre

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// escape compiles an escape sequence outside a class.
func (c *compiler) escape() bool {
	if c.i+1 >= len(c.src) {
		c.fail(`\ at end of pattern`)
	}
	e := c.src[c.i+1]
	if o, ok := map[byte]op{'A': opBegin, 'G': opBegin, 'z': opEnd, 'Z': opEndLine, 'b': opWord, 'B': opNotWord}[e]; ok {
		c.i += 2
		c.emit(inst{op: o})
		return true
	}
	switch {
	case e == 'Q':
		c.i += 2
		return c.quoted()
	case e == 'E':
		c.i += 2
		return false
	case e == 'K' || e == 'X' || e == 'C':
		c.refuse(`\` + string(rune(e)) + " and its like")
	case e == 'k', e == 'g':
		c.i += 2
		c.reference(e)
		return true
	case e >= '1' && e <= '9':
		c.i++
		start := c.i
		for c.peek() >= '0' && c.peek() <= '9' {
			c.i++
		}
		c.back(c.src[start:c.i])
		return true
	case e == 'R':
		c.i += 2
		c.newline()
		return true
	case e == 'N':
		c.i += 2
		c.emit(inst{op: opAny})
		return true
	}
	if p := c.classEscape(); p != nil {
		c.emit(inst{op: opClass, cls: &class{preds: []func(rune) bool{p}}})
		return true
	}
	c.literal(c.charEscape())
	return true
}

// quoted compiles \Q…\E.
func (c *compiler) quoted() bool {
	any := false
	for c.i < len(c.src) && !c.take(`\E`) {
		c.literal(c.char())
		any = true
	}
	return any
}

func (c *compiler) reference(e byte) {
	for open, end := range map[string]byte{"{": '}', "<": '>', "'": '\''} {
		if c.take(open) {
			c.back(c.name(end))
			return
		}
	}
	start := c.i
	c.take("-")
	for c.peek() >= '0' && c.peek() <= '9' {
		c.i++
	}
	if start == c.i || e == 'k' {
		c.fail(`a numbered reference must not be zero`)
	}
	c.back(c.src[start:c.i])
}

// newline compiles \R.
func (c *compiler) newline() {
	pc := c.emit(inst{op: opAtomic})
	split := c.emit(inst{op: opSplit})
	c.emit(inst{op: opChar, r: '\r'})
	c.emit(inst{op: opChar, r: '\n'})
	jump := c.emit(inst{op: opJump})
	c.prog[split].x, c.prog[split].y = split+1, len(c.prog)
	c.emit(inst{op: opClass, cls: &class{ranges: []rune{'\n', '\r', 0x85, 0x85, 0x2028, 0x2029}}})
	c.prog[jump].x = len(c.prog)
	c.emit(inst{op: opMatch})
	c.prog[pc].x = len(c.prog)
}

// classEscape reads \d, \w, \s, \h, \v, \p and their opposites; nil where there is none.
func (c *compiler) classEscape() func(rune) bool {
	e := c.src[c.i+1]
	var p func(rune) bool
	utf := c.utf
	switch e | 0x20 {
	case 'd':
		p = func(r rune) bool { return r >= '0' && r <= '9' || utf && r >= utf8.RuneSelf && unicode.IsDigit(r) }
	case 'w':
		p = func(r rune) bool { return isWord(r, utf) }
	case 's':
		p = func(r rune) bool {
			return strings.ContainsRune(" \t\n\v\f\r", r) || utf && r >= utf8.RuneSelf && unicode.IsSpace(r)
		}
	case 'h':
		p = func(r rune) bool {
			return r == ' ' || r == '\t' || r == 0xa0 || utf && r >= utf8.RuneSelf && unicode.Is(unicode.Zs, r)
		}
	case 'v':
		p = func(r rune) bool { return r >= '\n' && r <= '\r' || r == 0x85 || r == 0x2028 || r == 0x2029 }
	case 'p':
		c.i += 2
		return c.property(e == 'P')
	default:
		return nil
	}
	c.i += 2
	if e < 'a' {
		return func(r rune) bool { return !p(r) }
	}
	return p
}

// property reads the name of a Unicode property.
func (c *compiler) property(negate bool) func(rune) bool {
	name := ""
	if c.take("{") {
		name = c.name('}')
	} else if c.i < len(c.src) {
		name = c.src[c.i : c.i+1]
		c.i++
	}
	if rest, ok := strings.CutPrefix(name, "^"); ok {
		name, negate = rest, !negate
	}
	table := unicode.Categories[name]
	if table == nil {
		table = unicode.Scripts[name]
	}
	if name == "Any" {
		return func(rune) bool { return !negate }
	}
	if name == "L&" {
		return func(r rune) bool { return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt) != negate }
	}
	if table == nil {
		c.fail(`unknown property after \P or \p`)
	}
	return func(r rune) bool { return unicode.Is(table, r) != negate }
}

// charEscape reads an escape that stands for one character.
func (c *compiler) charEscape() rune {
	c.i++
	e := c.peek()
	if i := strings.IndexByte("tnrfea", e); i >= 0 {
		c.i++
		return rune("\t\n\r\f\x1b\a"[i])
	}
	switch {
	case e == 'x':
		c.i++
		return c.hex()
	case e == 'c' && c.i+1 < len(c.src):
		c.i += 2
		return rune(strings.ToUpper(c.src[c.i-1 : c.i])[0] ^ 64)
	case e >= '0' && e <= '7':
		start := c.i
		for c.i-start < 3 && c.peek() >= '0' && c.peek() <= '7' {
			c.i++
		}
		n, _ := strconv.ParseInt(c.src[start:c.i], 8, 32)
		return rune(n)
	case e >= 'a' && e <= 'z' || e >= 'A' && e <= 'Z':
		c.fail(`unrecognized character follows \`)
	}
	return c.char()
}

func (c *compiler) hex() rune {
	digits := ""
	if c.take("{") {
		digits = c.name('}')
	} else {
		start := c.i
		for c.i-start < 2 && c.i < len(c.src) && strings.IndexByte("0123456789abcdefABCDEF", c.src[c.i]) >= 0 {
			c.i++
		}
		digits = c.src[start:c.i]
	}
	n, err := strconv.ParseUint("0"+digits, 16, 32)
	if err != nil || n > unicode.MaxRune {
		c.fail(`character code point value in \x{} or \o{} is too large`)
	}
	return rune(n)
}
