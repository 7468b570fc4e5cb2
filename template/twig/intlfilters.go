package twig

import (
	"math"
	"slices"
	"strings"
)

// intlFilters are those of Twig's intl extra that letters are written with.
func intlFilters(f *callables) {
	attrs, loc := opt("attrs", arrayValue(&array{})), opt("locale", null)
	f.add("format_currency", filterCurrency, req("currency"), attrs, loc)
	f.add("format_number", filterNumber, attrs, opt("style", String("decimal")), opt("type", String("default")), loc)
	for _, style := range []string{"decimal", "percent"} {
		f.add("format_"+style+"_number", func(r *run, args []Value) Value {
			return filterNumber(r, []Value{args[0], args[1], String(style), args[2], args[3]})
		}, attrs, opt("type", String("default")), loc)
	}
	pattern, zone, calendar := opt("pattern", empty), opt("timezone", null), opt("calendar", null)
	f.add("format_datetime", filterDateTime, opt("dateFormat", null), opt("timeFormat", null), pattern, zone, calendar, loc)
	f.add("format_date", func(r *run, args []Value) Value {
		return filterDateTime(r, slices.Insert(slices.Clone(args), 2, String("none")))
	}, opt("dateFormat", null), pattern, zone, calendar, loc)
	f.add("format_time", func(r *run, args []Value) Value {
		return filterDateTime(r, slices.Insert(slices.Clone(args), 1, String("none")))
	}, opt("timeFormat", null), pattern, zone, calendar, loc)
}

// locale finds the locale that an argument names, null for the engine's own.
func (r *run) locale(v Value) *locale {
	if v.isNull() {
		return r.eng.locale
	}
	name := r.textArg(v, "Locale")
	l, ok := localeNames[name]
	if !ok {
		throw(`The locale "` + name + `" is not supported, known locales are: "` + strings.Join(knownLocales(), `", "`) + `".`)
	}
	return l
}

func knownLocales() []string {
	return slices.DeleteFunc(names(localeNames), func(s string) bool { return strings.Contains(s, "-") })
}

// amount is the number that a formatter is given.
func (r *run) amount(v Value, what string) Value {
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
	throwPHP(what + ", " + v.typeName() + " given")
	return null
}

func filterCurrency(r *run, args []Value) Value {
	code := r.textArg(args[1], `Twig\Extra\Intl\IntlExtension::formatCurrency(): Argument #2 ($currency)`)
	l := r.locale(args[3])
	amount := r.amount(args[0], "NumberFormatter::formatCurrency(): Argument #1 ($amount) must be of type float")
	code = strings.ToUpper(code)
	switch {
	case code == "":
		code = "XXX"
	case len(code) < 3:
		throw("Unable to format the given number as a currency.")
	default:
		code = code[:3]
	}
	digits, ok := currencyDigits[code]
	if !ok {
		digits = 2
	}
	s := r.numberStyle(args[2], numberStyle{least: digits, most: digits, whole: 1, grouped: true})
	return String(l.currency(Float(amount.numberAsFloat()), code, s))
}

var (
	numberTypes  = []string{"default", "int32", "int64", "double"}
	numberStyles = []string{"decimal", "currency", "percent", "scientific", "spellout", "ordinal", "duration"}
)

func filterNumber(r *run, args []Value) Value {
	style, kind := r.str(args[2]), r.str(args[3])
	if !slices.Contains(numberTypes, kind) {
		throw(`The type "` + kind + `" does not exist, known types are: "` + strings.Join(numberTypes, `", "`) + `".`)
	}
	if !slices.Contains(numberStyles, style) {
		throw(`The style "` + style + `" does not exist, known styles are: "` + strings.Join(numberStyles, `", "`) + `".`)
	}
	l := r.locale(args[4])
	s := numberStyle{most: 3, whole: 1, grouped: true}
	suffix := ""
	switch style {
	case "decimal":
	case "percent":
		s.most, s.percent, suffix = 0, true, l.percent+"%"
	default:
		throw(`The style "` + style + `" is not supported.`)
	}
	s = r.numberStyle(args[1], s)
	v := ofType(r.amount(args[0], "NumberFormatter::format(): Argument #1 ($num) must be of type int|float"), kind)
	return String(l.formatNumber(v, s, "", suffix))
}

// ofType is a number as the formatter's type asks for it.
func ofType(v Value, kind string) Value {
	switch kind {
	case "int32":
		return Int(int64(int32(toInt(v))))
	case "int64":
		return Int(toInt(v))
	case "double":
		return Float(v.numberAsFloat())
	}
	return v
}

var roundingModes = []string{"ceiling", "floor", "down", "up", "halfeven", "halfdown", "halfup"}

// maxFraction bounds the digits that a template may ask for.
const maxFraction = 100

// numberStyle applies the attributes of a call, in the order of their names, as the extra does.
func (r *run) numberStyle(attrs Value, s numberStyle) numberStyle {
	if attrs.k != kArray {
		throwPHP(`Argument ($attrs) must be of type array, ` + attrs.typeName() + " given")
	}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		attrs.Each(func(key string, _ Value) bool { return yield(key) })
	}) {
		v := attrs.Key(name)
		n := int(min(max(toInt(v), 0), maxFraction))
		switch name {
		case "fraction_digit":
			s.least, s.most = n, n
		case "max_fraction_digit":
			s.most, s.least = n, min(s.least, n)
		case "min_fraction_digit":
			s.least, s.most = n, max(s.most, n)
		case "min_integer_digit":
			s.whole = n
		case "grouping_used":
			s.grouped = v.truth()
		case "rounding_mode":
			s.mode = r.str(v)
			if !slices.Contains(roundingModes, s.mode) {
				throw(`The number formatter rounding mode "` + s.mode + `" does not exist, known modes are: "` + strings.Join(roundingModes, `", "`) + `".`)
			}
		default:
			throw(`The number formatter attribute "` + name + `" is not supported.`)
		}
	}
	return s
}

// dateFormats are the formats that dates know; times know the first five, and no relative one is supported here.
var dateFormats = []string{"none", "short", "medium", "long", "full", "relative_short", "relative_medium", "relative_long", "relative_full"}

// dateStyle is the index of a format in a locale's tables, -1 for none.
func (r *run) dateStyle(v Value, what string) int {
	name := "medium"
	if !v.isNull() {
		name = r.str(v)
	}
	known := dateFormats
	if what == "time" {
		known = known[:5]
	}
	i := slices.Index(known, name)
	switch {
	case i < 0:
		throw("The " + what + ` format "` + name + `" does not exist, known formats are: "` + strings.Join(known, `", "`) + `".`)
	case i > 4:
		throw("The " + what + ` format "` + name + `" is not supported.`)
	case i == 0:
		return -1
	}
	return 4 - i
}

func filterDateTime(r *run, args []Value) Value {
	date, clock := r.dateStyle(args[1], "date"), r.dateStyle(args[2], "time")
	pattern := r.str(args[3])
	if c := args[5]; !c.isNull() && r.str(c) != "gregorian" {
		throw(`Only the calendar "gregorian" is supported.`)
	}
	l := r.locale(args[6])
	if pattern == "" {
		pattern = l.datePattern(date, clock)
	}
	d := r.date(args[0], args[4])
	r.grow(32 * len(pattern))
	return String(l.formatDate(d.t, pattern))
}

func (l *locale) datePattern(date, clock int) string {
	switch {
	case date < 0 && clock < 0:
		return "yMMdd hh:mm a"
	case date < 0:
		return l.times[clock]
	case clock < 0:
		return l.dates[date]
	}
	return l.dates[date] + l.joins[date] + l.times[clock]
}

// functionPlural is ru_plural: the form of a Russian word that goes with a number.
func functionPlural(r *run, args []Value) Value {
	n := r.amount(args[0], "ru_plural(): the number must be of type int|float")
	if n.k == kFloat && n.float() != math.Trunc(n.float()) {
		return args[2] // полтора товара
	}
	last := magnitude(toInt(n)) % 100
	switch {
	case last%10 == 1 && last != 11:
		return args[1]
	case last%10 >= 2 && last%10 <= 4 && (last < 12 || last > 14):
		return args[2]
	}
	return args[3]
}
