package pcre

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// atom compiles one item and reports whether it may be repeated.
func (c *compiler) atom() bool {
	switch ch := c.peek(); ch {
	case '(':
		return c.group()
	case '[':
		c.i++
		c.emit(inst{op: opClass, cls: c.class()})
		return true
	case '.':
		c.i++
		if c.flags.dotAll {
			c.emit(inst{op: opAnyNL})
		} else {
			c.emit(inst{op: opAny})
		}
		return true
	case '^':
		c.i++
		if c.flags.multi {
			c.emit(inst{op: opLineStart})
		} else {
			c.emit(inst{op: opBegin})
		}
		return true
	case '$':
		c.i++
		c.emit(inst{op: c.dollar()})
		return true
	case '*', '+', '?':
		c.fail("quantifier does not follow a repeatable item")
	case '\\':
		return c.escape()
	}
	c.literal(c.char())
	return true
}

func (c *compiler) dollar() op {
	switch {
	case c.flags.multi:
		return opLineEnd
	case c.strict:
		return opEnd
	}
	return opEndLine
}

// char reads one character of the pattern: a code point with the flag u, else a byte.
func (c *compiler) char() rune {
	if c.utf {
		r, n := utf8.DecodeRuneInString(c.src[c.i:])
		c.i += n
		return r
	}
	c.i++
	return rune(c.src[c.i-1])
}

func (c *compiler) literal(r rune) {
	c.emit(inst{op: opChar, r: r, fold: c.flags.fold && (c.utf || r < utf8.RuneSelf)})
}

func (c *compiler) group() bool {
	c.i++
	switch {
	case c.take("?#"):
		n := strings.IndexByte(c.src[c.i:], ')')
		if n < 0 {
			c.fail("missing ) after (?# comment")
		}
		c.i += n + 1
		return false
	case c.take("*"):
		c.refuse("control verbs")
	case !c.take("?"):
		c.capture("")
		return true
	}
	switch {
	case c.take(":"):
		c.inner(c.flags)
	case c.take("|"):
		c.refuse("branch reset groups")
	case c.take(">"):
		c.wrapped(inst{op: opAtomic})
	case c.take("="):
		c.wrapped(inst{op: opLook})
	case c.take("!"):
		c.wrapped(inst{op: opLook, y: 1})
	case c.take("<="):
		c.wrapped(inst{op: opLook, y: 2})
	case c.take("<!"):
		c.wrapped(inst{op: opLook, y: 3})
	case c.take("P<"), c.take("<"):
		c.capture(c.name('>'))
	case c.take("'"):
		c.capture(c.name('\''))
	case c.take("P="):
		c.back(c.name(')'))
	case c.has("("), c.has("R"), c.has("&"), c.has("P>"), c.has("C"), c.peek() >= '0' && c.peek() <= '9':
		c.refuse("conditions, recursion and callouts")
	default:
		return c.options()
	}
	return true
}

func (c *compiler) name(end byte) string {
	n := strings.IndexByte(c.src[c.i:], end)
	if n <= 0 {
		c.fail("subpattern name expected")
	}
	name := c.src[c.i : c.i+n]
	c.i += n + 1
	return name
}

func (c *compiler) capture(name string) {
	g := c.groups
	c.groups++
	if name != "" {
		c.names[name] = g
	}
	c.emit(inst{op: opSave, x: 2 * g})
	c.inner(c.flags)
	c.emit(inst{op: opSave, x: 2*g + 1})
}

// inner compiles up to the closing parenthesis under flags; those of outside hold again after it.
func (c *compiler) inner(f flags) {
	was := c.flags
	c.flags = f
	c.alternatives()
	c.flags = was
	if !c.take(")") {
		c.fail("missing closing parenthesis")
	}
}

func (c *compiler) wrapped(in inst) {
	pc := c.emit(in)
	c.inner(c.flags)
	c.emit(inst{op: opMatch})
	c.prog[pc].x = len(c.prog)
}

// options compiles (?i) and (?i:…).
func (c *compiler) options() bool {
	f := c.flags
	on := true
	for ; c.i < len(c.src); c.i++ {
		switch c.peek() {
		case '-':
			on = false
		case 'i':
			f.fold = on
		case 'm':
			f.multi = on
		case 's':
			f.dotAll = on
		case 'x':
			f.extended = on
		case 'U':
			f.lazy = on
		case ')':
			c.i++
			c.flags = f
			return false
		case ':':
			c.i++
			c.inner(f)
			return true
		default:
			c.fail("unrecognized character after (? or (?-")
		}
	}
	c.fail("missing closing parenthesis")
	return false
}

func (c *compiler) back(name string) {
	g, err := strconv.Atoi(name)
	if err != nil {
		var ok bool
		if g, ok = c.names[name]; !ok {
			c.fail("reference to non-existent subpattern")
		}
	}
	if g < 0 {
		g += c.groups
	}
	if g < 1 {
		c.fail("reference to non-existent subpattern")
	}
	c.backs = append(c.backs, g)
	c.emit(inst{op: opBack, x: g, fold: c.flags.fold})
}
