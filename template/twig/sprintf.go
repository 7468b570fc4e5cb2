package twig

import (
	"math"
	"strconv"
	"strings"
)

// filterFormat is PHP's sprintf.
func filterFormat(r *run, args []Value) Value {
	f := &formatter{r: r, format: r.textArg(args[0], "sprintf(): Argument #1 ($format)"), args: args[1:]}
	for f.i < len(f.format) {
		c := f.format[f.i]
		f.i++
		if c != '%' {
			f.out = append(f.out, c)
			continue
		}
		f.verb()
	}
	r.grow(len(f.format))
	return String(string(f.out))
}

type formatter struct {
	r      *run
	format string
	i      int
	args   []Value
	next   int
	out    []byte
}

// spec is one conversion of a format.
type spec struct {
	left, plus bool
	pad        byte
	width      int
	precision  int
}

func (f *formatter) number() (int, bool) {
	end := skipDigits(f.format, f.i)
	if end == f.i {
		return 0, false
	}
	n, err := strconv.Atoi(f.format[f.i:end])
	f.i = end
	if err != nil || n > math.MaxInt32 {
		throwPHP("Width must be between 0 and 2147483647")
	}
	return n, true
}

func (f *formatter) verb() {
	if f.i < len(f.format) && f.format[f.i] == '%' {
		f.out = append(f.out, '%')
		f.i++
		return
	}
	arg := -1
	start := f.i
	if n, ok := f.number(); ok && f.i < len(f.format) && f.format[f.i] == '$' {
		if n == 0 {
			throwPHP("Argument number specifier must be greater than zero and less than 2147483647")
		}
		arg = n - 1
		f.i++
	} else {
		f.i = start
	}
	s := f.flags()
	if f.i >= len(f.format) {
		throwPHP("Missing format specifier at end of string")
	}
	verb := f.format[f.i]
	f.i++
	if arg < 0 {
		arg = f.next
		f.next++
	}
	if arg >= len(f.args) {
		throwPHP(Int(int64(arg+2)).String() + " arguments are required, " + Int(int64(len(f.args)+1)).String() + " given")
	}
	f.convert(verb, s, f.args[arg])
}

func (f *formatter) flags() spec {
	s := spec{pad: ' ', precision: -1}
	for ; f.i < len(f.format); f.i++ {
		switch c := f.format[f.i]; {
		case c == '-':
			s.left = true
			continue
		case c == '+':
			s.plus = true
			continue
		case c == '0' || c == ' ':
			s.pad = c
			continue
		case c == '\'' && f.i+1 < len(f.format):
			f.i++
			s.pad = f.format[f.i]
			continue
		}
		break
	}
	s.width, _ = f.number()
	if f.i < len(f.format) && f.format[f.i] == '.' {
		f.i++
		s.precision, _ = f.number()
	}
	for f.i < len(f.format) && f.format[f.i] == 'l' {
		f.i++
	}
	return s
}

func (f *formatter) convert(verb byte, s spec, v Value) {
	sign := func(text string) string {
		if s.plus && !strings.HasPrefix(text, "-") {
			return "+" + text
		}
		return text
	}
	precision := func(def int) int {
		if s.precision >= 0 {
			return min(s.precision, 500)
		}
		return def
	}
	if f := toFloat(v); strings.IndexByte("fFeEgG", verb) >= 0 && (math.IsInf(f, 0) || math.IsNaN(f)) {
		verb, v, s = 's', String("INF"), spec{precision: -1} // as PHP, without a sign or a width
		if math.IsNaN(f) {
			v = String("NaN")
		}
	}
	switch verb {
	case 's':
		text := f.r.str(v)
		if s.precision >= 0 && s.precision < len(text) {
			text = text[:s.precision]
		}
		f.pad(text, s, false)
	case 'd':
		f.pad(sign(strconv.FormatInt(toInt(v), 10)), s, true)
	case 'u':
		f.pad(strconv.FormatUint(uint64(toInt(v)), 10), s, true)
	case 'b', 'o', 'x', 'X':
		base := map[byte]int{'b': 2, 'o': 8, 'x': 16, 'X': 16}[verb]
		text := strconv.FormatUint(uint64(toInt(v)), base)
		if verb == 'X' {
			text = strings.ToUpper(text)
		}
		f.pad(text, s, false)
	case 'c':
		f.out = append(f.out, byte(toInt(v)))
	case 'f', 'F':
		p := precision(6)
		f.pad(sign(strconv.FormatFloat(unsignedZero(v), 'f', p, 64)), s, true)
	case 'e', 'E', 'g', 'G':
		f.pad(sign(scientific(verb, toFloat(v), precision(6))), s, true)
	default:
		throwPHP(`Unknown format specifier "` + string(verb) + `"`)
	}
}

// unsignedZero is v as a float, zero without a sign.
func unsignedZero(v Value) float64 {
	if f := toFloat(v); f != 0 {
		return f
	}
	return 0
}

func scientific(verb byte, x float64, precision int) string {
	if verb == 'g' || verb == 'G' {
		text := string(appendDigits(nil, strconv.AppendFloat(nil, x, 'e', max(0, precision-1), 64), max(1, precision), string(verb-2)))
		return text
	}
	if x == 0 {
		x = 0 // without its sign
	}
	text := strconv.FormatFloat(x, 'e', precision, 64)
	mantissa, exp, _ := strings.Cut(text, "e")
	n, _ := strconv.Atoi(exp)
	if n >= 0 {
		return mantissa + string(verb) + "+" + strconv.Itoa(n)
	}
	return mantissa + string(verb) + strconv.Itoa(n)
}

// pad appends text filled up to the width of the conversion.
func (f *formatter) pad(text string, s spec, number bool) {
	size := max(s.width, len(text))
	f.r.growText(size, len(f.out)+size)
	n := s.width - len(text)
	switch {
	case n <= 0:
		f.out = append(f.out, text...)
	case s.left:
		f.out = append(f.out, text...)
		f.fill(s.pad, n)
	case s.pad == '0' && number && text != "" && (text[0] == '-' || text[0] == '+'):
		f.out = append(f.out, text[0])
		f.fill('0', n)
		f.out = append(f.out, text[1:]...)
	default:
		f.fill(s.pad, n)
		f.out = append(f.out, text...)
	}
}

func (f *formatter) fill(c byte, n int) {
	for range n {
		f.out = append(f.out, c)
	}
}
