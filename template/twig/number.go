package twig

import (
	"math"
	"strconv"
	"strings"
)

// appendFloat prints a float the way PHP does with precision 14: "0.3", "1.0E+15", "-0", "INF".
func appendFloat(b []byte, f float64) []byte {
	switch {
	case math.IsInf(f, 1):
		return append(b, "INF"...)
	case math.IsInf(f, -1):
		return append(b, "-INF"...)
	case math.IsNaN(f):
		return append(b, "NAN"...)
	}
	if f == math.Trunc(f) && math.Abs(f) < 1e14 && (f != 0 || !math.Signbit(f)) {
		return strconv.AppendInt(b, int64(f), 10)
	}
	return appendDigits(b, strconv.AppendFloat(nil, f, 'e', 13, 64), 14, "E")
}

// appendShortest prints a float with the fewest digits that read back the same, as PHP's json_encode does.
func appendShortest(b []byte, f float64) []byte {
	return appendDigits(b, strconv.AppendFloat(nil, f, 'e', -1, 64), 17, "e")
}

// appendDigits lays out sci ("-1.2345e+06") plainly, or with an exponent where it is below -4 or not below limit.
func appendDigits(b, sci []byte, limit int, e string) []byte {
	text := string(sci)
	if text[0] == '-' {
		b = append(b, '-')
		text = text[1:]
	}
	mantissa, exponent, _ := strings.Cut(text, "e")
	exp, _ := strconv.Atoi(exponent)
	digits := strings.Replace(mantissa, ".", "", 1)
	digits = strings.TrimRight(digits, "0")
	if digits == "" {
		return append(b, '0')
	}
	if exp < -5+1 || exp >= limit {
		return appendScientific(b, digits, exp, e)
	}
	if exp < 0 {
		b = append(b, "0."...)
		b = append(b, strings.Repeat("0", -exp-1)...)
		return append(b, digits...)
	}
	if len(digits) <= exp+1 {
		b = append(b, digits...)
		return append(b, strings.Repeat("0", exp+1-len(digits))...)
	}
	b = append(b, digits[:exp+1]...)
	b = append(b, '.')
	return append(b, digits[exp+1:]...)
}

func appendScientific(b []byte, digits string, exp int, e string) []byte {
	b = append(b, digits[0], '.')
	if len(digits) > 1 {
		b = append(b, digits[1:]...)
	} else {
		b = append(b, '0')
	}
	b = append(b, e...)
	if exp >= 0 {
		b = append(b, '+')
	}
	return strconv.AppendInt(b, int64(exp), 10)
}

const phpSpace = " \t\n\r\v\f"

// parseNumber reads the number s begins with. whole reports that nothing but white space follows it, and n counts the
// bytes of the number with the white space before it, 0 where s does not begin with one.
func parseNumber(s string) (v Value, whole bool, n int) {
	i := 0
	for i < len(s) && strings.IndexByte(phpSpace, s[i]) >= 0 {
		i++
	}
	start := i
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	first := i
	i = skipDigits(s, i)
	digits := i - first
	float := false
	if i < len(s) && s[i] == '.' {
		if end := skipDigits(s, i+1); end-i-1+digits > 0 {
			digits += end - i - 1
			i, float = end, true
		}
	}
	if digits == 0 {
		return null, false, 0
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if end := skipDigits(s, j); end > j {
			i, float = end, true
		}
	}
	number := s[start:i]
	whole = strings.Trim(s[i:], phpSpace) == ""
	if !float {
		if n, err := strconv.ParseInt(number, 10, 64); err == nil {
			return Int(n), whole, i
		}
	}
	f, _ := strconv.ParseFloat(number, 64)
	return Float(f), whole, i
}

func skipDigits(s string, i int) int {
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return i
}

// numeric returns the number that the whole of s is.
func numeric(s string) (Value, bool) {
	if s == "" || s[0] > '9' && s[0] != 'e' {
		return null, false
	}
	v, whole, n := parseNumber(s)
	return v, whole && n > 0
}

// floatToInt is PHP's (int): towards zero, wrapping around 64 bits, 0 for what is not finite.
func floatToInt(f float64) int64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	if f >= math.MinInt64 && f < math.MaxInt64 {
		return int64(f)
	}
	f = math.Mod(math.Trunc(f), 1<<64)
	if f < 0 {
		f += 1 << 64
	}
	return int64(uint64(f))
}

// toInt is PHP's (int); an object such as markup is 1.
func toInt(v Value) int64 {
	switch v.k {
	case kBool, kInt:
		return v.int()
	case kFloat:
		return floatToInt(v.float())
	case kString:
		n, _, size := parseNumber(v.str())
		if size == 0 {
			return 0
		}
		return toInt(n)
	case kArray:
		if v.arr().len() == 0 {
			return 0
		}
		return 1
	case kNull, kUndefined:
		return 0
	}
	return 1
}

func toFloat(v Value) float64 {
	switch v.k {
	case kFloat:
		return v.float()
	case kString:
		n, _, size := parseNumber(v.str())
		if size == 0 {
			return 0
		}
		return n.numberAsFloat()
	}
	return float64(toInt(v))
}

// roundHalfUp is PHP's round(): half away from zero, with the pre-rounding that makes 1.955 round to 1.96.
func roundHalfUp(f float64, places int) float64 {
	if f == 0 || math.IsInf(f, 0) || math.IsNaN(f) {
		return f
	}
	places = max(-400, min(400, places))
	scale := tenTo(max(places, -places))
	if math.IsInf(scale, 0) {
		if places > 0 {
			return f
		}
		return 0
	}
	scaled, ok := roundScaled(f, places)
	if !ok {
		return f
	}
	if places >= 0 && places < 23 {
		return scaled / scale
	}
	if places < 0 && places > -23 {
		return scaled * scale
	}
	out, err := strconv.ParseFloat(strconv.FormatFloat(scaled, 'f', 0, 64)+"e"+strconv.Itoa(-places), 64)
	if err != nil {
		return f
	}
	return out
}

// roundScaled is f times 10 to the power of places, rounded; false where f has no digits to round there.
func roundScaled(f float64, places int) (float64, bool) {
	precise := 14 - log10(math.Abs(f))
	var scaled float64
	if precise > places && precise-15 < places {
		scaled = math.Round(scaleBy(f, max(-4*15, min(4*15, precise))))
		use := max(-4*15, places-precise)
		scaled /= tenTo(max(use, -use))
	} else {
		scaled = scaleBy(f, places)
	}
	if math.Abs(scaled) >= 1e15 {
		return 0, false
	}
	return math.Round(scaled), true
}

func scaleBy(f float64, places int) float64 {
	if places >= 0 {
		return f * tenTo(places)
	}
	return f / tenTo(-places)
}

var tens = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// tenTo is 10 to the power of n, n >= 0.
func tenTo(n int) float64 {
	if n < len(tens) {
		return tens[n]
	}
	return math.Pow(10, float64(n))
}

// log10 is the decimal logarithm of f rounded down.
func log10(f float64) int {
	if f < 1 || f >= 1e15 {
		return int(math.Floor(math.Log10(f)))
	}
	n := 0
	for f >= tens[n+1] {
		n++
	}
	return n
}
