package twig

import (
	"math"
	"strconv"
	"strings"
)

func filterAbs(_ *run, args []Value) Value {
	if len(args) > 1 {
		throwPHP("abs() expects exactly 1 argument, " + strconv.Itoa(len(args)) + " given")
	}
	v := args[0]
	switch v.k {
	case kInt:
		if n := v.int(); n >= 0 {
			return v
		} else if n != math.MinInt64 {
			return Int(-n)
		}
		return Float(-float64(v.int()))
	case kFloat:
		return Float(math.Abs(v.float()))
	case kNull, kUndefined:
		return Int(0)
	case kBool:
		return Int(v.int())
	case kString:
		if n, ok := numeric(v.str()); ok {
			return filterAbs(nil, []Value{n})
		}
	}
	throwPHP("abs(): Argument #1 ($num) must be of type int|float, " + v.typeName() + " given")
	return null
}

func ceil(v Value) Value {
	if v.k == kInt {
		return v
	}
	if v.k == kString {
		n, ok := numeric(v.str())
		if !ok {
			throwPHP("ceil(): Argument #1 ($num) must be of type int|float, string given")
		}
		v = n
	}
	if v.k == kArray || v.isObject() {
		throwPHP("ceil(): Argument #1 ($num) must be of type int|float, " + v.typeName() + " given")
	}
	return Float(math.Ceil(toFloat(v)))
}

func filterRound(r *run, args []Value) Value {
	f, method := toFloat(args[0]), ""
	if args[2].k == kString {
		method = args[2].str()
	}
	switch method {
	case "common":
		return Float(roundHalfUp(f, int(max(-400, min(400, r.intArg(args[1], "round(): Argument #2 ($precision)"))))))
	case "ceil", "floor":
	default:
		throw(`The "round" filter only supports the "common", "ceil", and "floor" methods.`)
	}
	scale := pow(Int(10), args[1]).numberAsFloat()
	if method == "ceil" {
		return Float(math.Ceil(f*scale) / scale)
	}
	return Float(math.Floor(f*scale) / scale)
}

func filterNumberFormat(r *run, args []Value) Value {
	f := r.eng.numbers
	decimals, point, thousands := f.Decimals, f.Point, f.ThousandsSep
	if !args[1].isNull() {
		decimals = int(max(0, min(1000, r.intArg(args[1], "number_format(): Argument #2 ($decimals)"))))
	}
	if !args[2].isNull() {
		point = r.textArg(args[2], "number_format(): Argument #3 ($decimal_separator)")
	}
	if !args[3].isNull() {
		thousands = r.textArg(args[3], "number_format(): Argument #4 ($thousands_separator)")
	}
	f64 := toFloat(args[0])
	if len(point)+len(thousands) > 8 {
		r.grow(len(point) + groups(f64)*len(thousands))
	}
	var buf [64]byte
	b := appendNumber(buf[:0], f64, decimals, point, thousands)
	r.grow(len(b))
	return r.keep(b)
}

// groups is how often a separator may stand between the thousands of f.
func groups(f float64) int {
	_, exponent := math.Frexp(f)
	return max(0, exponent) / 9
}

// appendNumber appends a number the way PHP's number_format lays it out.
func appendNumber(b []byte, f float64, decimals int, point, thousands string) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(b, strings.ToLower(Float(math.Abs(f)).String())...) // as PHP, without a sign
	}
	var buf [64]byte
	digits, negative := roundedDigits(buf[:0], f, decimals)
	whole := len(digits) - decimals
	if negative {
		b = append(b, '-')
	}
	for i, d := range digits[:whole] {
		if i > 0 && (whole-i)%3 == 0 {
			b = append(b, thousands...)
		}
		b = append(b, d)
	}
	if decimals > 0 {
		b = append(b, point...)
		b = append(b, digits[whole:]...)
	}
	return b
}

// roundedDigits appends the digits of f rounded to decimals places, without a point.
func roundedDigits(b []byte, f float64, decimals int) (digits []byte, negative bool) {
	if scaled, ok := roundScaled(f, decimals); ok && f != 0 && decimals < len(tens) {
		n := int64(math.Abs(scaled))
		for limit := decimals; limit > 0 && float64(n) < tens[limit]; limit-- {
			b = append(b, '0')
		}
		return strconv.AppendInt(b, n, 10), scaled < 0
	}
	f = roundHalfUp(f, decimals)
	digits = strconv.AppendFloat(b, math.Abs(f), 'f', decimals, 64)
	if decimals > 0 {
		point := len(digits) - decimals - 1
		digits = append(digits[:point], digits[point+1:]...)
	}
	return digits, f < 0
}
