package twig

import (
	"cmp"
	"math"
	"strings"
)

// maxCompared is how deep two arrays are compared; deeper ones count as different.
const maxCompared = 512

// looseCompare is PHP 8's <=>; what cannot be compared gives 1.
func looseCompare(r *run, a, b Value) int { return compareAt(r, a, b, 0) }

func looseEqual(r *run, a, b Value) bool { return compareAt(r, a, b, 0) == 0 }

func compareAt(r *run, a, b Value, depth int) int {
	switch {
	case a.k == kInt && b.k == kInt:
		return cmp.Compare(a.int(), b.int())
	case a.isNumber() && b.isNumber():
		return compareFloats(a.numberAsFloat(), b.numberAsFloat())
	case a.k == kString && b.k == kString:
		r.read(a)
		r.read(b)
		return compareStrings(a.str(), b.str())
	case a.isNull() && b.isNull():
		return 0
	case a.isNull() && b.k == kString:
		return cmp.Compare(0, len(b.str()))
	case a.k == kString && b.isNull():
		return cmp.Compare(len(a.str()), 0)
	case a.k == kBool || b.k == kBool || a.isNull() || b.isNull():
		return compareBools(objectTruth(a), objectTruth(b))
	case a.isNumber() && b.k == kString:
		r.read(b)
		return compareNumberString(a, b.str())
	case a.k == kString && b.isNumber():
		r.read(a)
		return -compareNumberString(b, a.str())
	}
	return compareComposite(r, a, b, depth)
}

// objectTruth is PHP's truth, to which every object, even an empty Markup, is true.
func objectTruth(v Value) bool { return v.k == kMarkup || v.truth() }

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func compareFloats(a, b float64) int {
	switch {
	case a == b:
		return 0
	case a < b:
		return -1
	}
	return 1
}

func compareStrings(a, b string) int {
	x, okX := numeric(a)
	if okX {
		if y, okY := numeric(b); okY {
			return compareNumericTexts(a, x, b, y)
		}
	}
	return strings.Compare(a, b)
}

// compareNumericTexts compares two numeric texts; two integers too large for 64 bits that are equal as floats are
// compared as text.
func compareNumericTexts(a string, x Value, b string, y Value) int {
	if x.k == kInt && y.k == kInt {
		return cmp.Compare(x.int(), y.int())
	}
	f, g := x.numberAsFloat(), y.numberAsFloat()
	if f == g && math.Abs(f) > 1<<53 && !strings.ContainsAny(a+b, ".eE") {
		return strings.Compare(a, b)
	}
	return compareFloats(f, g)
}

func compareNumberString(n Value, s string) int {
	if x, ok := numeric(s); ok {
		return compareAt(nil, n, x, 0)
	}
	return strings.Compare(n.String(), s)
}

func compareComposite(r *run, a, b Value, depth int) int {
	switch {
	case a.k == kArray && b.k == kArray:
		return compareArrays(r, a.arr(), b.arr(), depth+1)
	case a.k == kArray:
		return compareArrayWith(b, 1)
	case b.k == kArray:
		return compareArrayWith(a, -1)
	case a.isText() && b.isText():
		return compareStrings(a.str(), b.str())
	case a.k == kDate && b.k == kDate:
		return a.date().t.Compare(b.date().t)
	case a.isNumber(), b.isNumber():
		return compareAt(nil, asObjectNumber(a), asObjectNumber(b), 0)
	case a.isText():
		return -1
	case b.isText():
		return 1
	case a.k == b.k && a.same(b):
		return 0
	}
	return 1
}

// compareArrayWith orders an array above every scalar and below every object.
func compareArrayWith(other Value, order int) int {
	if other.isObject() {
		return -order
	}
	return order
}

// asObjectNumber is the number that an object counts as beside a number.
func asObjectNumber(v Value) Value {
	if v.isObject() {
		return Int(1)
	}
	return v
}

func compareArrays(r *run, a, b *array, depth int) int {
	if a == b {
		return 0
	}
	if c := cmp.Compare(a.len(), b.len()); c != 0 {
		return c
	}
	if depth > maxCompared {
		return 1
	}
	a.settled()
	r.step(len(a.vals))
	for i, v := range a.vals {
		w, ok := b.get(a.keyAt(i))
		if !ok {
			return 1
		}
		if c := compareAt(r, v, w, depth); c != 0 {
			return c
		}
	}
	return 0
}

// inCompare is the comparison behind "in": as <=>, but a number equals text only where the text is numeric.
func inCompare(r *run, a, b Value) int {
	switch {
	case a.k == kFloat && b.k == kString && math.IsNaN(a.float()), b.k == kFloat && a.k == kString && math.IsNaN(b.float()):
		return 1
	case a.isNumber() && b.k == kString:
		r.read(b)
		return inNumberString(a, b.str())
	case a.k == kString && b.isNumber():
		r.read(a)
		return -inNumberString(b, a.str())
	}
	return looseCompare(r, a, b)
}

func inNumberString(n Value, s string) int {
	x, ok := numeric(strings.Trim(s, phpSpace))
	if !ok {
		return strings.Compare(n.String(), s)
	}
	return compareAt(nil, n, x, 0)
}

// contains is the operator "in".
func contains(r *run, needle, hay Value) bool {
	if hay.isText() {
		r.read(hay)
		switch needle.k {
		case kString, kMarkup, kInt, kFloat:
			return strings.Contains(hay.str(), needle.String())
		}
		return false
	}
	if hay.k != kArray {
		return false
	}
	if needle.k == kMarkup {
		needle = String(needle.str())
	}
	vals := hay.arr().settled().vals
	r.step(len(vals))
	for _, v := range vals {
		if needle.isObject() {
			if identical(r, needle, v) {
				return true
			}
		} else if inCompare(r, needle, v) == 0 {
			return true
		}
	}
	return false
}

// identical is ===.
func identical(r *run, a, b Value) bool { return identicalAt(r, a, b, 0) }

func identicalAt(r *run, a, b Value, depth int) bool {
	if a.isNull() || b.isNull() {
		return a.isNull() && b.isNull()
	}
	if a.k != b.k || depth > maxCompared {
		return false
	}
	switch a.k {
	case kBool, kInt:
		return a.n == b.n
	case kFloat:
		return a.float() == b.float()
	case kString:
		r.read(a)
		return a.str() == b.str()
	case kArray:
		return identicalArrays(r, a.arr(), b.arr(), depth+1)
	}
	return a.same(b)
}

func identicalArrays(r *run, a, b *array, depth int) bool {
	if a == b {
		return true
	}
	a.settled()
	b.settled()
	if len(a.vals) != len(b.vals) {
		return false
	}
	r.step(len(a.vals))
	for i, v := range a.vals {
		if a.keyAt(i) != b.keyAt(i) || !identicalAt(r, v, b.vals[i], depth) {
			return false
		}
	}
	return true
}
