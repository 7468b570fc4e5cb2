package pcre

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// class compiles a character class after its "[".
func (c *compiler) class() *class {
	cls := &class{fold: c.flags.fold}
	cls.negate = c.take("^")
	for first := true; ; first = false {
		if c.i >= len(c.src) {
			c.fail("missing terminating ] for character class")
		}
		if c.peek() == ']' && !first {
			c.i++
			return cls
		}
		if c.has("[:") && c.posix(cls) {
			continue
		}
		if c.peek() == '\\' && c.i+1 < len(c.src) {
			if c.take(`\E`) || c.take(`\Q`) {
				continue
			}
			if p := c.classEscape(); p != nil {
				cls.preds = append(cls.preds, p)
				continue
			}
		}
		c.classRange(cls)
	}
}

func (c *compiler) classRange(cls *class) {
	low := c.classChar()
	high := low
	if c.peek() == '-' && c.i+1 < len(c.src) && c.src[c.i+1] != ']' {
		start := c.i
		c.i++
		if c.peek() == '\\' && c.classEscape() != nil || c.has("[:") {
			c.i = start
		} else if high = c.classChar(); high < low {
			c.fail("range out of order in character class")
		}
	}
	cls.ranges = append(cls.ranges, low, high)
}

func (c *compiler) classChar() rune {
	if c.peek() != '\\' {
		return c.char()
	}
	if c.i+1 >= len(c.src) {
		c.fail(`\ at end of pattern`)
	}
	if c.src[c.i+1] == 'b' {
		c.i += 2
		return '\b'
	}
	return c.charEscape()
}

// posix reads [:name:] and reports false where it is no such class.
func (c *compiler) posix(cls *class) bool {
	end := strings.Index(c.src[c.i:], ":]")
	if end < 0 {
		return false
	}
	name := c.src[c.i+2 : c.i+end]
	name, negate := strings.CutPrefix(name, "^")
	p := posixClass(name, c.utf)
	if p == nil {
		if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
			return false
		}
		c.fail("unknown POSIX class name")
	}
	c.i += end + 2
	cls.preds = append(cls.preds, func(r rune) bool { return p(r) != negate })
	return true
}

func posixClass(name string, utf bool) func(rune) bool {
	in := func(ascii func(rune) bool, wide func(rune) bool) func(rune) bool {
		return func(r rune) bool { return r < utf8.RuneSelf && ascii(r) || utf && r >= utf8.RuneSelf && wide(r) }
	}
	never := func(rune) bool { return false }
	switch name {
	case "alpha":
		return in(unicode.IsLetter, unicode.IsLetter)
	case "digit":
		return in(unicode.IsDigit, unicode.IsDigit)
	case "alnum":
		return in(func(r rune) bool { return r != '_' && isWord(r, false) }, func(r rune) bool { return isWord(r, true) })
	case "upper":
		return in(unicode.IsUpper, unicode.IsUpper)
	case "lower":
		return in(unicode.IsLower, unicode.IsLower)
	case "space":
		return in(unicode.IsSpace, unicode.IsSpace)
	case "blank":
		return in(func(r rune) bool { return r == ' ' || r == '\t' }, never)
	case "punct":
		return in(func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }, unicode.IsPunct)
	case "xdigit":
		return in(func(r rune) bool { return strings.ContainsRune("0123456789abcdefABCDEF", r) }, never)
	case "word":
		return func(r rune) bool { return isWord(r, utf) }
	case "cntrl":
		return in(unicode.IsControl, never)
	case "print":
		return in(unicode.IsPrint, unicode.IsPrint)
	case "graph":
		return in(unicode.IsGraphic, unicode.IsGraphic)
	case "ascii":
		return func(r rune) bool { return r < utf8.RuneSelf }
	}
	return nil
}
