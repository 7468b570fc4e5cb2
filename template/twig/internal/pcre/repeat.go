package pcre

import (
	"strconv"
	"strings"
)

// quantifiers compiles the repetition of the code from start on.
func (c *compiler) quantifiers(start, pending int) {
	for c.flags.extended && c.i < len(c.src) && c.skipExtended() {
	}
	low, high, ok := c.quantifier()
	if !ok {
		return
	}
	lazy := c.flags.lazy
	possessive := false
	if c.take("?") {
		lazy = !lazy
	} else if c.take("+") {
		possessive = true
	}
	if c.peek() == '*' || c.peek() == '+' || c.peek() == '?' {
		c.fail("quantifier does not follow a repeatable item")
	}
	body := append([]inst(nil), c.prog[start:]...)
	var marks []int
	for _, at := range c.pending[pending:] {
		marks = append(marks, at-start)
	}
	c.prog, c.pending = c.prog[:start], c.pending[:pending]
	at := -1
	if possessive {
		at = c.emit(inst{op: opAtomic})
	}
	for range low {
		c.copyOf(body, marks, start)
	}
	c.rest(body, marks, start, low, high, lazy)
	if possessive {
		c.emit(inst{op: opMatch})
		c.prog[at].x = len(c.prog)
	}
}

// rest compiles the repetitions beyond the least number.
func (c *compiler) rest(body []inst, marks []int, from, low, high int, lazy bool) {
	split := func() int {
		pc := c.emit(inst{op: opSplit})
		c.prog[pc].x = pc + 1
		return pc
	}
	closeSplit := func(pc int) {
		c.prog[pc].y = len(c.prog)
		if lazy {
			c.prog[pc].x, c.prog[pc].y = c.prog[pc].y, c.prog[pc].x
		}
	}
	if high < 0 {
		slot := c.loops
		c.loops++
		pc := split()
		c.pending = append(c.pending, c.emit(inst{op: opSave, x: slot}))
		c.copyOf(body, marks, from)
		check := c.emit(inst{op: opLoop, y: slot})
		c.pending = append(c.pending, check)
		c.emit(inst{op: opJump, x: pc})
		c.prog[check].x = len(c.prog)
		closeSplit(pc)
		return
	}
	var open []int
	for range high - low {
		open = append(open, split())
		c.copyOf(body, marks, from)
	}
	for _, pc := range open {
		closeSplit(pc)
	}
}

// copyOf appends a copy of code that was compiled at from.
func (c *compiler) copyOf(body []inst, marks []int, from int) {
	shift := len(c.prog) - from
	for _, in := range body {
		switch in.op {
		case opSplit:
			in.x, in.y = in.x+shift, in.y+shift
		case opJump, opLoop, opLook, opAtomic:
			in.x += shift
		}
		c.emit(in)
	}
	for _, m := range marks {
		c.pending = append(c.pending, m+from+shift)
	}
}

// quantifier reads *, +, ? or {n,m}; high -1 is no upper bound.
func (c *compiler) quantifier() (low, high int, ok bool) {
	switch c.peek() {
	case '*':
		c.i++
		return 0, -1, true
	case '+':
		c.i++
		return 1, -1, true
	case '?':
		c.i++
		return 0, 1, true
	case '{':
		return c.counted()
	}
	return 0, 0, false
}

func (c *compiler) counted() (low, high int, ok bool) {
	end := strings.IndexByte(c.src[c.i:], '}')
	if end < 0 {
		return 0, 0, false
	}
	a, b, comma := strings.Cut(c.src[c.i+1:c.i+end], ",")
	low, err := strconv.Atoi(a)
	if err != nil || low < 0 || a[0] == '+' {
		return 0, 0, false
	}
	high = low
	if comma {
		high = -1
		if b != "" {
			if high, err = strconv.Atoi(b); err != nil || high < 0 || b[0] == '+' {
				return 0, 0, false
			}
		}
	}
	if low > 65535 || high > 65535 {
		c.fail("number too big in {} quantifier")
	}
	if high >= 0 && high < low {
		c.fail("numbers out of order in {} quantifier")
	}
	c.i += end + 1
	return low, high, true
}
