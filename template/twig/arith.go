package twig

import (
	"math"
	"math/bits"
)

// thrown is the payload of the panics that unwind a rendering: a fault with a message, whose place is where the
// rendering was. A php fault is worded by PHP and wrapped in Twig's sentence.
type thrown struct {
	message string
	php     bool
}

func throw(message string) { panic(thrown{message: message}) }

func throwPHP(message string) { panic(thrown{message: message, php: true}) }

func unsupported(a Value, op string, b Value) {
	throwPHP("Unsupported operand types: " + a.typeName() + " " + op + " " + b.typeName())
}

// operand converts an operand of an arithmetic operator to an integer or a float.
func operand(v Value) (Value, bool) {
	switch v.k {
	case kInt, kFloat:
		return v, true
	case kNull, kUndefined:
		return Int(0), true
	case kBool:
		return Int(v.int()), true
	case kString:
		n, _, size := parseNumber(v.str())
		return n, size > 0
	}
	return null, false
}

func operands(a Value, op string, b Value) (Value, Value) {
	x, okX := operand(a)
	y, okY := operand(b)
	if !okX || !okY {
		unsupported(a, op, b)
	}
	return x, y
}

func add(a, b Value) Value {
	if a.k == kArray && b.k == kArray {
		return arrayValue(union(a.arr(), b.arr()))
	}
	x, y := operands(a, "+", b)
	if x.k == kInt && y.k == kInt {
		sum := x.int() + y.int()
		if (sum > x.int()) == (y.int() > 0) {
			return Int(sum)
		}
	}
	return Float(x.numberAsFloat() + y.numberAsFloat())
}

func union(a, b *array) *array {
	a.settled()
	b.settled()
	out := newArray(len(a.vals) + len(b.vals))
	for i, v := range a.vals {
		out.set(a.keyAt(i), v)
	}
	for i, v := range b.vals {
		if out.find(b.keyAt(i)) < 0 {
			out.set(b.keyAt(i), v)
		}
	}
	return out
}

func sub(a, b Value) Value {
	x, y := operands(a, "-", b)
	if x.k == kInt && y.k == kInt {
		diff := x.int() - y.int()
		if (diff < x.int()) == (y.int() > 0) {
			return Int(diff)
		}
	}
	return Float(x.numberAsFloat() - y.numberAsFloat())
}

func mul(a, b Value) Value {
	x, y := operands(a, "*", b)
	if x.k == kInt && y.k == kInt {
		if n, ok := mulInts(x.int(), y.int()); ok {
			return Int(n)
		}
	}
	return Float(x.numberAsFloat() * y.numberAsFloat())
}

func mulInts(a, b int64) (int64, bool) {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(lo), true
	}
	return int64(lo), true
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}

func div(a, b Value) Value {
	x, y := operands(a, "/", b)
	if y.numberAsFloat() == 0 {
		throwPHP("Division by zero")
	}
	if x.k == kInt && y.k == kInt && y.int() != -1 && x.int()%y.int() == 0 {
		return Int(x.int() / y.int())
	}
	if x.k == kInt && y.k == kInt && y.int() == -1 && x.int() != math.MinInt64 {
		return Int(-x.int())
	}
	return Float(x.numberAsFloat() / y.numberAsFloat())
}

func floorDiv(a, b Value) Value { return Int(floatToInt(math.Floor(div(a, b).numberAsFloat()))) }

func mod(a, b Value) Value {
	x, y := operands(a, "%", b)
	n, m := toInt(x), toInt(y)
	if m == 0 {
		throwPHP("Modulo by zero")
	}
	if m == -1 {
		return Int(0)
	}
	return Int(n % m)
}

func pow(a, b Value) Value {
	x, y := operands(a, "**", b)
	if x.k == kInt && y.k == kInt && y.int() >= 0 {
		if n, ok := powInts(x.int(), y.int()); ok {
			return Int(n)
		}
	}
	return Float(math.Pow(x.numberAsFloat(), y.numberAsFloat()))
}

func powInts(base, exp int64) (int64, bool) {
	result := int64(1)
	for exp > 0 {
		var ok bool
		if exp&1 == 1 {
			if result, ok = mulInts(result, base); !ok {
				return 0, false
			}
		}
		if exp >>= 1; exp == 0 {
			break
		}
		if base, ok = mulInts(base, base); !ok {
			return 0, false
		}
	}
	return result, true
}

func negate(v Value) Value {
	if v.k == kFloat {
		return Float(-v.float())
	}
	return mul(v, Int(-1))
}

func bitwise(op string, a, b Value) Value {
	if a.k == kString && b.k == kString {
		return bitwiseText(op, a.str(), b.str())
	}
	x, y := operands(a, op, b)
	n, m := toInt(x), toInt(y)
	switch op {
	case "&":
		return Int(n & m)
	case "|":
		return Int(n | m)
	}
	return Int(n ^ m)
}

func bitwiseText(op, a, b string) Value {
	short, long := a, b
	if len(short) > len(long) {
		short, long = long, short
	}
	out := []byte(short)
	for i := range out {
		switch op {
		case "&":
			out[i] &= long[i]
		case "|":
			out[i] |= long[i]
		default:
			out[i] ^= long[i]
		}
	}
	if op == "|" {
		out = append(out, long[len(short):]...)
	}
	return String(string(out))
}
