// Package pcre matches regular expressions in the syntax of PCRE as PHP takes them, "/^a+$/iu", where Go's own package
// stops: look-around, back-references, atomic groups and possessive quantifiers, and bytes without the flag u.
//
// It backtracks, so that its time is bounded by a budget and not by the pattern. Conditions, recursion and callouts are
// not supported and are refused by name.
package pcre

import (
	"strings"
)

// ErrBudget is returned by Match when the match takes more steps than allowed.
var ErrBudget error = patternError("Backtrack limit exhausted")

// patternError is an error in PHP's words, which begin with a capital.
type patternError string

func (e patternError) Error() string { return string(e) }

// maxProgram is how many instructions a pattern may compile to, maxDepth how deep its groups may be nested.
const (
	maxProgram = 20_000
	maxDepth   = 100
)

// Regexp is a compiled pattern. It is immutable and safe for concurrent use.
type Regexp struct {
	prog     []inst
	slots    int // positions remembered: two a group, then those of loops
	anchored bool
	utf      bool
}

// Compile compiles a pattern with its delimiters and flags. Errors are worded as PHP words them.
func Compile(s string) (*Regexp, error) {
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	if s == "" {
		return nil, patternError("Empty regular expression")
	}
	open := s[0]
	if open >= '0' && open <= '9' || open >= 'a' && open <= 'z' || open >= 'A' && open <= 'Z' || open == '\\' || open == 0 {
		return nil, patternError("Delimiter must not be alphanumeric, backslash, or NUL")
	}
	closing := open
	if i := strings.IndexByte("([{<", open); i >= 0 {
		closing = ")]}>"[i]
	}
	end := ending(s, open, closing)
	if end < 0 {
		if open == closing {
			return nil, patternError("No ending delimiter '" + string(rune(open)) + "' found")
		}
		return nil, patternError("No ending matching delimiter '" + string(rune(closing)) + "' found")
	}
	c := &compiler{src: s[1:end], names: map[string]int{}}
	if err := c.setFlags(s[end+1:]); err != nil {
		return nil, err
	}
	return c.compile()
}

func ending(s string, open, closing byte) int {
	depth := 0
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == closing && depth == 0:
			return i
		case s[i] == closing:
			depth--
		case s[i] == open && open != closing:
			depth++
		}
	}
	return -1
}

type op uint8

const (
	opChar      op = iota // r
	opAny                 // any but a newline
	opAnyNL               // anything
	opClass               // cls
	opSplit               // try x, then y
	opJump                // x
	opSave                // remember the position in slot x
	opLoop                // leave the loop at x if slot y has not moved
	opBack                // the text of group x again
	opBegin               // \A
	opEnd                 // \z
	opEndLine             // $ without m
	opLineStart           // ^ with m
	opLineEnd             // $ with m
	opWord                // \b
	opNotWord             // \B
	opLook                // what follows is checked ahead (y&1: must not match, y&2: behind); go on at x
	opAtomic              // what follows is matched without a way back; go on at x
	opMatch               // the end of the pattern, of an assertion or of an atomic group
)

type inst struct {
	op   op
	fold bool
	x, y int
	r    rune
	cls  *class
}

// class is a set of characters.
type class struct {
	negate bool
	fold   bool
	ranges []rune // pairs
	preds  []func(r rune) bool
}

func (c *class) has(r rune) bool {
	if c.one(r) {
		return !c.negate
	}
	if c.fold {
		for f := fold(r); f != r; f = fold(f) {
			if c.one(f) {
				return !c.negate
			}
		}
	}
	return c.negate
}

func (c *class) one(r rune) bool {
	for i := 0; i+1 < len(c.ranges); i += 2 {
		if r >= c.ranges[i] && r <= c.ranges[i+1] {
			return true
		}
	}
	for _, p := range c.preds {
		if p(r) {
			return true
		}
	}
	return false
}
