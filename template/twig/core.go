package twig

import (
	"maps"
	"slices"
)

// callables are the filters, the functions or the tests, in the order in which Twig has them: of names that resemble an
// unknown one as much, the first is suggested first.
type callables struct {
	byName map[string]*callable
	order  []string
}

// put adds c, in the place of what had its name.
func (cs *callables) put(c *callable) *callable {
	if cs.byName == nil {
		cs.byName = map[string]*callable{}
	}
	if cs.byName[c.name] == nil {
		cs.order = append(cs.order, c.name)
	}
	cs.byName[c.name] = c
	return c
}

func (cs *callables) add(name string, fn builtin, params ...param) *callable {
	return cs.put(&callable{name: name, params: params, fn: fn})
}

// special adds what is more than a call.
func (cs *callables) special(name string, node func(*parser, pos, expr, []argument) expr) {
	cs.put(&callable{name: name, node: node})
}

// leaveOut adds what Twig has and this engine refuses by name.
func (cs *callables) leaveOut(what, name string) {
	cs.special(name, notSupported(what, name))
	cs.byName[name].leftOut = true
}

// has reports that there is something by a name that can be used.
func (cs *callables) has(name string) bool {
	c := cs.byName[name]
	return c != nil && !c.leftOut
}

// coreFilters are the filters of Twig 3.30.
func coreFilters() *callables {
	f := &callables{}
	f.add("date", filterDate, opt("format", null), opt("timezone", null))
	f.add("date_modify", filterDateModify, req("modifier"))
	format := f.add("format", filterFormat)
	format.variadic, format.rest = true, "values"
	f.add("replace", filterReplace, req("from"))
	f.add("number_format", filterNumberFormat, opt("decimal", null), opt("decimalPoint", null), opt("thousandSep", null))
	f.add("abs", filterAbs)
	f.add("round", filterRound, opt("precision", Int(0)), opt("method", String("common")))

	f.add("url_encode", filterURLEncode)
	f.add("json_encode", filterJSON, opt("flags", Int(0)), opt("depth", Int(512)))
	f.add("convert_encoding", filterConvert, req("to"), req("from"))

	f.add("title", filterTitle)
	f.add("capitalize", filterCapitalize)
	f.add("upper", filterUpper)
	f.add("lower", filterLower)
	f.add("striptags", filterStriptags, opt("allowable_tags", null))
	f.add("trim", filterTrim, opt("characterMask", null), opt("side", String("both")))
	nl2br := f.add("nl2br", filterNl2br)
	nl2br.preHTML, nl2br.safe = true, safeHTML
	spaceless := f.add("spaceless", filterSpaceless)
	spaceless.preHTML, spaceless.safe = true, safeHTML

	f.add("join", filterJoin, opt("glue", empty), opt("and", null))
	f.add("split", filterSplit, req("delimiter"), opt("limit", null))
	f.add("sort", filterSort, opt("arrow", null))
	f.add("merge", filterMerge).variadic = true
	f.add("batch", filterBatch, req("size"), opt("fill", null), opt("preserveKeys", vTrue))
	f.add("column", filterColumn, req("name"), opt("index", null))
	f.add("filter", filterFilter, req("arrow"))
	f.add("map", filterMap, req("arrow"))
	f.add("reduce", filterReduce, req("arrow"), opt("initial", null))
	f.add("find", filterFind, req("arrow"))

	f.add("reverse", filterReverse, opt("preserveKeys", vNo))
	f.add("shuffle", filterShuffle)
	f.add("length", filterLength)
	f.add("slice", filterSlice, req("start"), opt("length", null), opt("preserveKeys", vNo))
	f.add("first", filterFirst)
	f.add("last", filterLast)

	f.special("default", parseDefault)
	f.add("keys", filterKeys)
	f.add("invoke", filterInvoke).variadic = true

	for _, name := range []string{"escape", "e"} {
		f.add(name, filterEscape, opt("strategy", String("html")), opt("charset", null), opt("autoescape", vNo))
	}
	f.special("raw", parseRaw)
	intlFilters(f)
	return f
}

// coreFunctions are the functions of Twig 3.30 and ru_plural; those that are left out are refused by name.
func coreFunctions() *callables {
	f := &callables{}
	f.special("parent", parseParent)
	f.special("block", parseBlockCall)
	f.special("attribute", parseAttributeCall)
	for _, c := range []*callable{f.add("max", functionMax, req("value")), f.add("min", functionMin, req("value"))} {
		c.variadic, c.rest = true, "values"
	}
	f.add("range", functionRange, param{name: "low", php: "start"}, param{name: "high", php: "end"}, opt("step", Int(1)))
	f.special("constant", parseConstant)
	f.add("cycle", functionCycle, req("values"), req("position"))
	f.add("random", functionRandom, opt("values", null), opt("max", null))
	f.add("date", functionDate, opt("date", null), opt("timezone", null))
	f.special("include", parseInclude)
	f.special("include_only", parseIncludeOnly)
	f.add("source", functionSource, req("name"), opt("ignoreMissing", vNo)).safe = safeAll
	f.leaveOut("function", "enum_cases")
	f.leaveOut("function", "enum")
	f.leaveOut("function", "dump")
	f.add("ru_plural", functionPlural, req("number"), req("one"), req("few"), req("many"))
	return f
}

// coreTests are the tests of Twig 3.30.
func coreTests() *callables {
	t := &callables{}
	add := func(name string, is func(r *run, v, arg Value) bool, params ...param) {
		t.add(name, func(r *run, args []Value) Value {
			arg := null
			if len(args) > 1 {
				arg = args[1]
			}
			return Bool(is(r, args[0], arg))
		}, params...)
	}
	isNull := func(_ *run, v, _ Value) bool { return v.isNull() }
	add("even", func(_ *run, v, _ Value) bool { return mod(v, Int(2)).int() == 0 })
	add("odd", func(_ *run, v, _ Value) bool { return mod(v, Int(2)).int() != 0 })
	t.special("defined", parseDefined)
	add("same as", func(r *run, v, other Value) bool { return identical(r, v, other) }, req("value"))
	add("none", isNull)
	add("null", isNull)
	add("divisible by", func(_ *run, v, by Value) bool { return mod(v, by).int() == 0 }, req("by"))
	t.leaveOut("test", "constant")
	add("empty", func(_ *run, v, _ Value) bool { return isEmpty(v) })
	add("iterable", func(_ *run, v, _ Value) bool { return v.k == kArray })
	add("sequence", func(r *run, v, _ Value) bool { return v.k == kArray && r.isList(v.arr()) })
	add("mapping", func(r *run, v, _ Value) bool { return v.isObject() || v.k == kArray && !r.isList(v.arr()) })
	t.add("true", func(_ *run, args []Value) Value { // as in Twig, the value itself
		if args[0].k == kMarkup {
			return String(args[0].str())
		}
		return args[0]
	})
	return t
}

// names are the keys of m in alphabetical order.
func names[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
