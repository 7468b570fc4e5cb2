package twig

import (
	"errors"
	"math"
	"strings"

	"github.com/crmmail/crmmail/template"
)

func functionMax(r *run, args []Value) Value { return extreme(r, args, "max", 1) }

func functionMin(r *run, args []Value) Value { return extreme(r, args, "min", -1) }

// extreme is PHP's max and min: the first of equal values wins.
func extreme(r *run, args []Value, name string, sign int) Value {
	vals := args
	if len(args) == 1 {
		if args[0].k != kArray {
			throwPHP(name + "(): Argument #1 ($value) must be of type array, " + args[0].typeName() + " given")
		}
		if vals = args[0].arr().settled().vals; len(vals) == 0 {
			throwPHP(name + "(): Argument #1 ($value) must contain at least one element")
		}
	}
	r.step(len(vals))
	best := vals[0]
	for _, v := range vals[1:] {
		if sign*looseCompare(r, v, best) > 0 && (sign > 0 || looseCompare(r, v, best) < 0) {
			best = v
		}
	}
	return best
}

func functionRange(r *run, args []Value) Value {
	atMost(3, "range", args)
	return makeRange(r, args[0], args[1], args[2])
}

// makeRange is PHP's range: of bytes between two texts that are not numbers, else of numbers.
func makeRange(r *run, low, high, step Value) Value {
	s := rangeStep(step)
	if letters(low) && letters(high) {
		return letterRange(r, low.str()[0], high.str()[0], s)
	}
	if s.numberAsFloat() == 0 {
		throwPHP("range(): Argument #3 ($step) must not exceed the specified range")
	}
	if rangesFloats(low, high) || s.k == kFloat && s.float() != math.Trunc(s.float()) {
		return floatRange(r, toFloat(low), toFloat(high), math.Abs(s.numberAsFloat()))
	}
	from, to, by := toInt(low), toInt(high), magnitude(toInt(s))
	span := uint64(to) - uint64(from)
	if to < from {
		span = uint64(from) - uint64(to)
	}
	if by > span && span > 0 {
		throwPHP("range(): Argument #3 ($step) must not exceed the specified range")
	}
	n := span/by + 1
	r.growArray(int(min(n, math.MaxInt32)))
	vals := make([]Value, n)
	for i := range vals {
		if to < from {
			vals[i] = Int(from - int64(uint64(i)*by))
		} else {
			vals[i] = Int(from + int64(uint64(i)*by))
		}
	}
	return List(vals)
}

func letters(v Value) bool {
	if v.k != kString || v.str() == "" {
		return false
	}
	_, ok := numeric(v.str())
	return !ok
}

// rangesFloats reports a range of floats: one end is a float, or both are text and one of them that of a float.
func rangesFloats(low, high Value) bool {
	if low.k == kString && high.k == kString && low.n > 0 && high.n > 0 {
		a, isA := numeric(low.str())
		b, isB := numeric(high.str())
		return isA && a.k == kFloat || isB && b.k == kFloat
	}
	return low.k == kFloat || high.k == kFloat
}

func rangeStep(v Value) Value {
	switch v.k {
	case kInt, kFloat:
		return v
	case kNull, kUndefined, kBool:
		return Int(toInt(v))
	case kString:
		if n, ok := numeric(v.str()); ok {
			return n
		}
	}
	throwPHP("range(): Argument #3 ($step) must be of type int|float, " + v.typeName() + " given")
	return null
}

func letterRange(r *run, from, to byte, step Value) Value {
	by := int(min(256, magnitude(toInt(step))))
	if by == 0 {
		throwPHP("range(): Argument #3 ($step) must not exceed the specified range")
	}
	var vals []Value
	add := func(c int) { vals = append(vals, String(string([]byte{byte(c)}))) }
	if from <= to {
		for c := int(from); c <= int(to); c += by {
			add(c)
		}
	} else {
		for c := int(from); c >= int(to); c -= by {
			add(c)
		}
	}
	r.growArray(len(vals))
	return List(vals)
}

func floatRange(r *run, from, to, by float64) Value {
	span := math.Abs(to - from)
	if math.IsInf(span, 0) || math.IsNaN(span) || by > span && span > 0 {
		throwPHP("range(): Argument #3 ($step) must not exceed the specified range")
	}
	count := math.Floor(roundHalfUp(span/by, 12)) + 1
	r.growArray(int(min(count, math.MaxInt32)))
	vals := make([]Value, int(count))
	for i := range vals {
		if to < from {
			vals[i] = Float(from - float64(i)*by)
		} else {
			vals[i] = Float(from + float64(i)*by)
		}
	}
	return List(vals)
}

func functionCycle(r *run, args []Value) Value {
	if args[0].k != kArray {
		throw(`The "cycle" function expects an array or "ArrayAccess" as first argument.`)
	}
	a := args[0].arr().settled()
	if len(a.vals) == 0 {
		throw(`The "cycle" function expects a non-empty sequence.`)
	}
	v, _ := a.get(intKey(mod(args[1], Int(int64(len(a.vals)))).int()))
	return v
}

// maxRandom is the largest number that random() gives on its own, as PHP's mt_getrandmax.
const maxRandom = math.MaxInt32

func functionRandom(r *run, args []Value) Value {
	v, limit := args[0], args[1]
	switch v.k {
	case kNull, kUndefined:
		if limit.isNull() {
			return between(r, 0, maxRandom)
		}
		return between(r, 0, toInt(limit))
	case kInt, kFloat:
		n := toInt(v)
		switch {
		case !limit.isNull():
			return between(r, n, toInt(limit))
		case n < 0:
			return between(r, n, 0)
		}
		return between(r, 0, n)
	case kString:
		if v.str() == "" {
			return empty
		}
		chars := r.characters(v.str(), "random")
		return String(string(chars[r.eng.random(int64(len(chars)))]))
	case kArray:
		a := v.arr().settled()
		if len(a.vals) == 0 {
			throw(`The "random" function cannot pick from an empty sequence or mapping.`)
		}
		return a.vals[r.eng.random(int64(len(a.vals)))]
	}
	return v
}

func between(r *run, low, high int64) Value {
	if high < low {
		throwPHP("mt_rand(): Argument #2 ($max) must be greater than or equal to argument #1 ($min)")
	}
	if n := high - low + 1; n > 0 {
		return Int(low + r.eng.random(n))
	}
	return Int(low)
}

func functionSource(r *run, args []Value) Value {
	name := r.str(args[0])
	var source string
	err := error(template.ErrNotFound)
	if r.eng.source != nil {
		r.step(loadSteps)
		source, err = r.eng.source.Source(r.ctx, name)
	}
	if err != nil {
		if args[1].truth() && errors.Is(err, template.ErrNotFound) {
			return empty
		}
		panic(loadFault(r.unit, r.pos, name, err))
	}
	r.grow(len(source))
	return String(source)
}

// stringLoader is the function template_from_string.
func stringLoader() *callable {
	return &callable{name: "template_from_string", params: []param{req("template"), opt("name", null)}, fn: func(r *run, args []Value) Value {
		name := "__string_template__"
		if !args[1].isNull() {
			name = r.str(args[1]) + " (string template)"
		}
		r.step(loadSteps)
		u, err := r.eng.parse(name, strings.Clone(r.str(args[0])), r.env)
		if err != nil {
			panic(err)
		}
		return templateOf(u)
	}}
}

var jsonConstants = map[string]int64{
	"JSON_HEX_TAG": jsonHexTag, "JSON_HEX_AMP": jsonHexAmp, "JSON_HEX_APOS": jsonHexApos, "JSON_HEX_QUOT": jsonHexQuot,
	"JSON_FORCE_OBJECT": jsonForceObject, "JSON_NUMERIC_CHECK": jsonNumericCheck, "JSON_UNESCAPED_SLASHES": jsonUnescapedSlashes,
	"JSON_PRETTY_PRINT": jsonPretty, "JSON_UNESCAPED_UNICODE": jsonUnescapedUnicode, "JSON_PARTIAL_OUTPUT_ON_ERROR": 512,
	"JSON_PRESERVE_ZERO_FRACTION": jsonZeroFraction, "JSON_UNESCAPED_LINE_TERMINATORS": 2048, "JSON_THROW_ON_ERROR": 1 << 22,
	"JSON_INVALID_UTF8_IGNORE": 1 << 20, "JSON_INVALID_UTF8_SUBSTITUTE": 1 << 21, "JSON_BIGINT_AS_STRING": 2,
}

// parseConstant is the function constant, of which only PHP's JSON_ constants and those of the host exist here.
func parseConstant(p *parser, at pos, _ expr, args []argument) expr {
	c := &callable{name: "constant", params: []param{req("constant"), opt("object", null), opt("checkDefined", vNo)}}
	ordered, _ := p.bind(at, "function", c, args)
	if k, ok := ordered[0].(*constExpr); ok && len(ordered) == 1 {
		if v, ok := p.eng.constant(k.v.String()); ok {
			return &callExpr{place: place{at}, what: "function", c: &callable{name: "constant", fn: func(*run, []Value) Value { return v }}}
		}
	}
	p.fail(at, `The function "constant" is supported for the JSON_ constants and those of the host only.`)
	return nil
}

func (e *Engine) constant(name string) (Value, bool) {
	if v, ok := e.constants[name]; ok {
		return v, true
	}
	n, ok := jsonConstants[name]
	return Int(n), ok
}
