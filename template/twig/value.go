package twig

import (
	"math"
	"strconv"
	"time"
	"unsafe"
)

// kind tells what a Value holds.
type kind uint8

const (
	kNull kind = iota
	kUndefined
	kBool
	kInt
	kFloat
	kString
	kMarkup
	kArray
	kDate
	kInterval
	kClosure
	kTemplate
	kLoop
)

// Value is a value as templates see it: null, a boolean, an integer, a float, a string, safe markup, an ordered
// array, a date or an interval. The zero Value is null. Values are immutable and may be shared between renderings.
type Value struct {
	// It is a tagged word pair rather than an interface so that numbers and strings move without allocation: p points to
	// the bytes of a string or to the object the tag names, n holds a number or the length of a string. The pointer is
	// unsafe but stays in this file and in run.keep: with a string and an interface in its place a Value is twice as large,
	// and rendering the letter of the benchmarks takes 1.6 times the CPU time (19.1 µs against 12.1 µs) and 40 allocations
	// instead of 18. k is set together with p, and only the accessors below read p, each for its own k.
	p unsafe.Pointer
	n uint64
	k kind
}

var (
	null  = Value{}
	undef = Value{k: kUndefined}
	vTrue = Value{k: kBool, n: 1}
	vNo   = Value{k: kBool}
	empty = Value{k: kString}
)

// Null is the null value.
func Null() Value { return null }

// Bool returns b as a Value.
func Bool(b bool) Value {
	if b {
		return vTrue
	}
	return vNo
}

// Int returns n as a Value.
func Int(n int64) Value { return Value{k: kInt, n: uint64(n)} }

// Float returns f as a Value.
func Float(f float64) Value { return Value{k: kFloat, n: math.Float64bits(f)} }

// String returns s as a Value. Its printing is escaped.
func String(s string) Value {
	return Value{k: kString, p: unsafe.Pointer(unsafe.StringData(s)), n: uint64(len(s))}
}

// Markup returns s as text that is already escaped for every strategy. The empty string gives the plain empty
// string, as Twig 3.28 does.
func Markup(s string) Value {
	if s == "" {
		return empty
	}
	return Value{k: kMarkup, p: unsafe.Pointer(unsafe.StringData(s)), n: uint64(len(s))}
}

// List returns an array of the values under the keys 0, 1, 2 … It takes the slice over.
func List(values []Value) Value { return arrayValue(listOf(values)) }

func arrayValue(a *array) Value     { return Value{k: kArray, p: unsafe.Pointer(a)} }
func dateOf(d *date) Value          { return Value{k: kDate, p: unsafe.Pointer(d)} }
func intervalOf(i *interval) Value  { return Value{k: kInterval, p: unsafe.Pointer(i)} }
func closureOf(f *closure) Value    { return Value{k: kClosure, p: unsafe.Pointer(f)} }
func templateOf(t *unit) Value      { return Value{k: kTemplate, p: unsafe.Pointer(t)} }
func loopOf(l *loop) Value          { return Value{k: kLoop, p: unsafe.Pointer(l)} }
func (v Value) same(o Value) bool   { return v.p == o.p && v.n == o.n } // they are one object
func (v Value) int() int64          { return int64(v.n) }
func (v Value) float() float64      { return math.Float64frombits(v.n) }
func (v Value) str() string         { return unsafe.String((*byte)(v.p), int(v.n)) }
func (v Value) arr() *array         { return (*array)(v.p) }
func (v Value) date() *date         { return (*date)(v.p) }
func (v Value) interval() *interval { return (*interval)(v.p) }
func (v Value) closure() *closure   { return (*closure)(v.p) }
func (v Value) template() *unit     { return (*unit)(v.p) }
func (v Value) loop() *loop         { return (*loop)(v.p) }
func (v Value) isNull() bool        { return v.k <= kUndefined }
func (v Value) isText() bool        { return v.k == kString || v.k == kMarkup }
func (v Value) isNumber() bool      { return v.k == kInt || v.k == kFloat }
func (v Value) isObject() bool      { return v.k > kArray || v.k == kMarkup }
func (v Value) numberAsFloat() float64 {
	if v.k == kInt {
		return float64(v.int())
	}
	return v.float()
}

// truth is PHP's conversion to a boolean, with an empty Markup false as since Twig 3.28.
func (v Value) truth() bool {
	switch v.k {
	case kNull, kUndefined:
		return false
	case kBool, kInt:
		return v.n != 0
	case kFloat:
		return v.float() != 0
	case kString, kMarkup:
		return v.n > 1 || (v.n == 1 && v.str() != "0")
	case kArray:
		return v.arr().len() > 0
	}
	return true
}

// typeName is the name PHP's get_debug_type gives.
func (v Value) typeName() string {
	switch v.k {
	case kNull, kUndefined:
		return "null"
	case kBool:
		return "bool"
	case kInt:
		return "int"
	case kFloat:
		return "float"
	case kString:
		return "string"
	case kMarkup:
		return `Twig\Markup`
	case kArray:
		return "array"
	case kDate:
		return v.date().class()
	case kInterval:
		return "DateInterval"
	case kTemplate:
		return `Twig\TemplateWrapper`
	}
	return "Closure"
}

// appendText appends what printing v yields, and false where v has no text.
func (v Value) appendText(b []byte) ([]byte, bool) {
	switch v.k {
	case kNull, kUndefined:
		return b, true
	case kBool:
		if v.n != 0 {
			return append(b, '1'), true
		}
		return b, true
	case kInt:
		return strconv.AppendInt(b, v.int(), 10), true
	case kFloat:
		return appendFloat(b, v.float()), true
	case kString, kMarkup:
		return append(b, v.str()...), true
	case kArray:
		return append(b, "Array"...), true
	}
	return b, false
}

// text is the string PHP converts v to, and false where it cannot.
func (v Value) text() (string, bool) {
	switch v.k {
	case kString, kMarkup:
		return v.str(), true
	case kNull, kUndefined:
		return "", true
	}
	var buf [32]byte
	b, ok := v.appendText(buf[:0])
	return string(b), ok
}

// String is the text that printing the value yields, "" for a value that has none.
func (v Value) String() string {
	s, _ := v.text()
	return s
}

// Truth is what the value counts as in a condition.
func (v Value) Truth() bool { return v.truth() }

// Int is the value converted to an integer as PHP converts it: text by its leading digits, false and null to 0.
func (v Value) Int() int64 { return toInt(v) }

// Float is the value converted to a float as PHP converts it.
func (v Value) Float() float64 { return toFloat(v) }

// Time is the time of a date, in its zone; false for anything else. Text that says a date is none before a template makes it
// one, by the function date.
func (v Value) Time() (time.Time, bool) {
	if v.k != kDate {
		return time.Time{}, false
	}
	return v.date().t, true
}

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.isNull() }

// Len is the number of elements of an array, and 0 of anything else.
func (v Value) Len() int {
	if v.k != kArray {
		return 0
	}
	return v.arr().len()
}

// Key returns the element of an array under key, and null where there is none.
func (v Value) Key(key string) Value {
	if v.k != kArray {
		return null
	}
	e, _ := v.arr().get(keyOf(key))
	return e
}

// Each calls yield for each element of an array in order, until yield returns false. Integer keys are given as
// decimal text.
func (v Value) Each(yield func(key string, element Value) bool) {
	if v.k != kArray {
		return
	}
	a := v.arr().settled()
	for i, e := range a.vals {
		if !yield(a.keyAt(i).text(), e) {
			return
		}
	}
}
