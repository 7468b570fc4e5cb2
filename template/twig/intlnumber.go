package twig

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decimal is a number in decimal digits: 0.d₁d₂d₃… × 10^point. It is what ICU rounds: the shortest digits that a float
// is read back from, not the float itself.
type decimal struct {
	negative bool
	digits   string // without zeros at either end
	point    int
}

func decimalOf(v Value) decimal {
	if v.k == kInt {
		return decimalText(strconv.FormatInt(v.int(), 10), 0)
	}
	text, exponent, _ := strings.Cut(strconv.FormatFloat(v.float(), 'e', -1, 64), "e")
	exp, _ := strconv.Atoi(exponent)
	return decimalText(text, exp)
}

func decimalText(text string, exp int) decimal {
	var d decimal
	text, d.negative = strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(text, ".")
	d.digits, d.point = whole+fraction, len(whole)+exp
	trimmed := strings.TrimLeft(d.digits, "0")
	d.point -= len(d.digits) - len(trimmed)
	d.digits = strings.TrimRight(trimmed, "0")
	if d.digits == "" {
		d.point = 0
	}
	return d
}

// round keeps places digits after the point.
func (d decimal) round(places int, mode string) decimal {
	keep := d.point + places
	if keep >= len(d.digits) {
		return d
	}
	up := d.roundsUp(keep, mode)
	kept := ""
	if keep > 0 {
		kept = d.digits[:keep]
	}
	if up {
		kept = increment(kept)
		if len(kept) > max(keep, 0) {
			d.point++
		}
		if keep < 0 {
			d.point = 1 - places
		}
	}
	d.digits = strings.TrimRight(kept, "0")
	if d.digits == "" {
		d.point = 0
	}
	return d
}

// roundsUp reports that dropping the digits from keep on moves the number away from zero. The digits dropped are
// never all zeros.
func (d decimal) roundsUp(keep int, mode string) bool {
	half := -1 // the digits dropped against one half
	if keep >= 0 {
		half = strings.Compare(d.digits[keep:], "5")
	}
	odd := keep > 0 && (d.digits[keep-1]-'0')%2 == 1
	switch mode {
	case "ceiling":
		return !d.negative
	case "floor":
		return d.negative
	case "up":
		return true
	case "down":
		return false
	case "halfup":
		return half >= 0
	case "halfdown":
		return half > 0
	}
	return half > 0 || half == 0 && odd
}

func increment(digits string) string {
	b := []byte(digits)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] != '9' {
			b[i]++
			return string(b)
		}
		b[i] = '0'
	}
	return "1" + string(b)
}

// numberStyle says how a number is laid out.
type numberStyle struct {
	least, most, whole int // digits after the point, and least before it
	grouped            bool
	mode               string
	percent            bool // a hundred times the number
}

// text lays out a number without its sign.
func (d decimal) text(l *locale, s numberStyle) string {
	whole, fraction := "", ""
	switch {
	case d.point <= 0:
		fraction = strings.Repeat("0", -d.point) + d.digits
	case d.point >= len(d.digits):
		whole = d.digits + strings.Repeat("0", d.point-len(d.digits))
	default:
		whole, fraction = d.digits[:d.point], d.digits[d.point:]
	}
	if n := max(s.whole, 0); len(whole) < n {
		whole = strings.Repeat("0", n-len(whole)) + whole
	}
	if len(fraction) < s.least {
		fraction += strings.Repeat("0", s.least-len(fraction))
	}
	if s.grouped {
		whole = grouped(whole, l.group)
	}
	if fraction == "" {
		if whole == "" {
			return "0"
		}
		return whole
	}
	return whole + l.decimal + fraction
}

func grouped(digits, sep string) string {
	var b strings.Builder
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteString(sep)
		}
		b.WriteByte(digits[i])
	}
	return b.String()
}

// formatNumber writes a number, or a hundred times it in a percent style, in a locale's way between prefix and suffix.
func (l *locale) formatNumber(v Value, s numberStyle, prefix, suffix string) string {
	sign, text := "", l.nan
	f := v.numberAsFloat()
	switch {
	case math.IsNaN(f):
	case math.IsInf(f, 0):
		text = "∞"
	default:
		d := decimalOf(v)
		if s.percent && d.digits != "" {
			d.point += 2
		}
		text = d.round(s.most, s.mode).text(l, s)
	}
	if math.Signbit(f) && !math.IsNaN(f) {
		sign = "-"
	}
	return sign + prefix + text + suffix
}

func (l *locale) currency(v Value, code string, s numberStyle) string {
	symbol, ok := l.symbols[code]
	if !ok {
		symbol = code
	}
	if !l.symbolFirst {
		return l.formatNumber(v, s, "", nbsp+symbol)
	}
	if last, _ := utf8.DecodeLastRuneInString(symbol); !unicode.IsSymbol(last) {
		symbol += nbsp
	}
	return l.formatNumber(v, s, symbol, "")
}
