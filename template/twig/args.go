package twig

import (
	"math"
	"strconv"
)

// noText reports a value that PHP cannot convert to a string.
func (r *run) noText(v Value) {
	throwPHP("Object of class " + v.typeName() + " could not be converted to string")
}

// str converts v to text, as PHP does where a string is asked for.
func (r *run) str(v Value) string {
	s, ok := v.text()
	if !ok {
		r.noText(v)
	}
	return s
}

// textArg is v as the text that a PHP function asks for: arrays and objects are refused where a conversion would
// make "Array" of them. what is the function and its argument, as in "trim(): Argument #1 ($string)".
func (r *run) textArg(v Value, what string) string {
	if v.k >= kArray {
		throwPHP(what + " must be of type string, " + v.typeName() + " given")
	}
	return r.str(v)
}

// intArg is v as the integer that a PHP function asks for: text has to be a number.
func (r *run) intArg(v Value, what string) int64 {
	switch v.k {
	case kNull, kUndefined, kBool, kInt:
		return toInt(v)
	case kFloat:
		if f := v.float(); f >= math.MinInt64 && f < math.MaxInt64 {
			return int64(f)
		}
	case kString:
		if n, ok := numeric(v.str()); ok {
			return r.intArg(n, what)
		}
	}
	throwPHP(what + " must be of type int, " + v.typeName() + " given")
	return 0
}

// boolArg is v as the boolean that a PHP function asks for.
func (r *run) boolArg(v Value, what string) bool {
	if v.k == kArray || v.isObject() {
		throwPHP(what + " must be of type bool, " + v.typeName() + " given")
	}
	return v.truth()
}

// atMost refuses more arguments than a function of PHP's own takes.
func atMost(most int, function string, args []Value) {
	if len(args) > most {
		throwPHP(function + "() expects at most " + strconv.Itoa(most) + " arguments, " + strconv.Itoa(len(args)) + " given")
	}
}
