package pcre

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// compiler turns a pattern into a program in one pass.
type compiler struct {
	src     string
	i       int
	prog    []inst
	groups  int
	loops   int // slots for loops, numbered after the groups' in the end
	names   map[string]int
	depth   int
	backs   []int // the groups referred to
	flags   flags
	utf     bool
	strict  bool // D: "$" only at the very end
	anchor  bool
	pending []int // instructions whose loop slot is to be numbered
}

// flags are those that a group may change.
type flags struct{ fold, multi, dotAll, extended, lazy bool }

// fault unwinds the compiler.
type fault struct{ err error }

func (c *compiler) fail(what string) {
	panic(fault{patternError("Compilation failed: " + what + " at offset " + strconv.Itoa(c.i))})
}

func (c *compiler) refuse(what string) { panic(fault{patternError(what + " are not supported")}) }

func (c *compiler) setFlags(s string) error {
	for _, f := range s {
		switch f {
		case 'i':
			c.flags.fold = true
		case 'm':
			c.flags.multi = true
		case 's':
			c.flags.dotAll = true
		case 'x':
			c.flags.extended = true
		case 'U':
			c.flags.lazy = true
		case 'u':
			c.utf = true
		case 'D':
			c.strict = true
		case 'A':
			c.anchor = true
		case 'S', 'X', ' ', '\n', '\r':
		default:
			return patternError("Unknown modifier '" + string(f) + "'")
		}
	}
	if c.utf && !utf8.ValidString(c.src) {
		return patternError("Compilation failed: UTF-8 error at offset 0")
	}
	return nil
}

func (c *compiler) compile() (re *Regexp, err error) {
	defer func() {
		if x := recover(); x != nil {
			f, ok := x.(fault)
			if !ok {
				panic(x)
			}
			re, err = nil, f.err
		}
	}()
	c.groups = 1
	c.alternatives()
	if c.i < len(c.src) {
		c.fail("unmatched closing parenthesis")
	}
	c.emit(inst{op: opMatch})
	for _, g := range c.backs {
		if g >= c.groups {
			c.fail("reference to non-existent subpattern")
		}
	}
	for _, pc := range c.pending {
		in := &c.prog[pc]
		if in.op == opSave {
			in.x += 2 * c.groups
		} else {
			in.y += 2 * c.groups
		}
	}
	return &Regexp{prog: c.prog, slots: 2*c.groups + c.loops, anchored: c.anchor, utf: c.utf}, nil
}

func (c *compiler) emit(in inst) int {
	if len(c.prog) >= maxProgram {
		c.fail("regular expression is too large")
	}
	c.prog = append(c.prog, in)
	return len(c.prog) - 1
}

func (c *compiler) peek() byte {
	if c.i < len(c.src) {
		return c.src[c.i]
	}
	return 0
}

func (c *compiler) has(prefix string) bool { return strings.HasPrefix(c.src[c.i:], prefix) }

func (c *compiler) take(prefix string) bool {
	if c.has(prefix) {
		c.i += len(prefix)
		return true
	}
	return false
}

// alternatives compiles a|b|c up to a ")" or the end.
func (c *compiler) alternatives() {
	if c.depth++; c.depth > maxDepth {
		c.fail("parentheses are too deeply nested")
	}
	start := len(c.prog)
	c.sequence()
	var ends []int
	for c.take("|") {
		c.insert(start, inst{op: opSplit, x: start + 1})
		ends = append(ends, c.emit(inst{op: opJump}))
		c.prog[start].y = len(c.prog)
		start = len(c.prog)
		c.sequence()
	}
	for _, e := range ends {
		c.prog[e].x = len(c.prog)
	}
	c.depth--
}

// insert puts an instruction at pc and moves what pointed behind it.
func (c *compiler) insert(pc int, in inst) {
	c.emit(inst{})
	copy(c.prog[pc+1:], c.prog[pc:])
	for i := pc + 1; i < len(c.prog); i++ {
		switch p := &c.prog[i]; p.op {
		case opSplit:
			p.x, p.y = moved(p.x, pc), moved(p.y, pc)
		case opJump, opLoop, opLook, opAtomic:
			p.x = moved(p.x, pc)
		}
	}
	for i, at := range c.pending {
		c.pending[i] = moved(at, pc)
	}
	c.prog[pc] = in
}

func moved(target, pc int) int {
	if target >= pc {
		return target + 1
	}
	return target
}

func (c *compiler) sequence() {
	for c.i < len(c.src) && c.peek() != '|' && c.peek() != ')' {
		if c.flags.extended && c.skipExtended() {
			continue
		}
		start := len(c.prog)
		pending := len(c.pending)
		if c.atom() {
			c.quantifiers(start, pending)
		}
	}
}

// skipExtended passes over white space and comments of a pattern with the flag x.
func (c *compiler) skipExtended() bool {
	if strings.IndexByte(" \t\n\v\f\r", c.peek()) >= 0 {
		c.i++
		return true
	}
	if c.peek() != '#' {
		return false
	}
	n := strings.IndexByte(c.src[c.i:], '\n')
	if n < 0 {
		n = len(c.src) - c.i
	}
	c.i += n
	return true
}
