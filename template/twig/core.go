package twig

// coreFilters are the filters of Twig 3.30.
func (e *Engine) coreFilters() map[string]*callable {
	f := map[string]*callable{}
	add := func(name string, fn builtin, params ...param) *callable {
		c := &callable{name: name, params: params, fn: fn}
		f[name] = c
		return c
	}
	for name, node := range map[string]func(*parser, pos, expr, []argument) expr{"default": parseDefault, "raw": parseRaw} {
		f[name] = &callable{name: name, node: node}
	}
	for _, name := range []string{"escape", "e"} {
		add(name, filterEscape, opt("strategy", String("html")), opt("charset", null), opt("autoescape", vNo))
	}
	add("nl2br", filterNl2br).preHTML = true
	add("spaceless", filterSpaceless).preHTML = true
	f["nl2br"].safe, f["spaceless"].safe = safeHTML, safeHTML

	add("upper", filterUpper)
	add("lower", filterLower)
	add("title", filterTitle)
	add("capitalize", filterCapitalize)
	add("striptags", filterStriptags, opt("allowable_tags", null))
	add("trim", filterTrim, opt("characterMask", null), opt("side", String("both")))
	add("replace", filterReplace, req("from"))
	add("split", filterSplit, req("delimiter"), opt("limit", null))
	format := add("format", filterFormat)
	format.variadic, format.rest = true, "values"
	add("url_encode", filterURLEncode)
	add("convert_encoding", filterConvert, req("to"), req("from"))
	add("json_encode", filterJSON, opt("flags", Int(0)), opt("depth", Int(512)))

	add("abs", filterAbs)
	add("round", filterRound, opt("precision", Int(0)), opt("method", String("common")))
	add("number_format", filterNumberFormat, opt("decimal", null), opt("decimalPoint", null), opt("thousandSep", null))
	add("date", filterDate, opt("format", null), opt("timezone", null))
	add("date_modify", filterDateModify, req("modifier"))

	add("join", filterJoin, opt("glue", empty), opt("and", null))
	add("sort", filterSort, opt("arrow", null))
	add("merge", filterMerge).variadic = true
	add("batch", filterBatch, req("size"), opt("fill", null), opt("preserveKeys", vTrue))
	add("column", filterColumn, req("name"), opt("index", null))
	add("filter", filterFilter, req("arrow"))
	add("map", filterMap, req("arrow"))
	add("reduce", filterReduce, req("arrow"), opt("initial", null))
	add("find", filterFind, req("arrow"))
	add("reverse", filterReverse, opt("preserveKeys", vNo))
	add("shuffle", filterShuffle)
	add("length", filterLength)
	add("slice", filterSlice, req("start"), opt("length", null), opt("preserveKeys", vNo))
	add("first", filterFirst)
	add("last", filterLast)
	add("keys", filterKeys)
	add("invoke", filterInvoke).variadic = true
	e.intlFilters(add)
	return f
}

// coreFunctions are the functions of Twig 3.30; those that are left out are refused by name.
func (e *Engine) coreFunctions() map[string]*callable {
	f := map[string]*callable{}
	for name, node := range map[string]func(*parser, pos, expr, []argument) expr{
		"parent": parseParent, "block": parseBlockCall, "attribute": parseAttributeCall, "include": parseInclude,
		"include_only": parseIncludeOnly, "constant": parseConstant,
		"enum": notSupported("function", "enum"), "enum_cases": notSupported("function", "enum_cases"),
		"dump": notSupported("function", "dump"),
	} {
		f[name] = &callable{name: name, node: node}
	}
	add := func(name string, fn builtin, params ...param) *callable {
		c := &callable{name: name, params: params, fn: fn}
		f[name] = c
		return c
	}
	for name, fn := range map[string]builtin{"max": functionMax, "min": functionMin} {
		c := add(name, fn, req("value"))
		c.variadic, c.rest = true, "values"
	}
	add("range", functionRange, param{name: "low", php: "start"}, param{name: "high", php: "end"}, opt("step", Int(1)))
	add("cycle", functionCycle, req("values"), req("position"))
	add("random", functionRandom, opt("values", null), opt("max", null))
	add("date", functionDate, opt("date", null), opt("timezone", null))
	add("ru_plural", functionPlural, req("number"), req("one"), req("few"), req("many"))
	add("source", functionSource, req("name"), opt("ignoreMissing", vNo)).safe = safeAll
	delete(f, "dump")
	return f
}

// coreTests are the tests of Twig 3.30.
func coreTests() map[string]*callable {
	t := map[string]*callable{}
	add := func(name string, is func(r *run, v, arg Value) bool, params ...param) {
		t[name] = &callable{name: name, params: params, fn: func(r *run, args []Value) Value {
			arg := null
			if len(args) > 1 {
				arg = args[1]
			}
			return Bool(is(r, args[0], arg))
		}}
	}
	add("even", func(_ *run, v, _ Value) bool { return mod(v, Int(2)).int() == 0 })
	add("odd", func(_ *run, v, _ Value) bool { return mod(v, Int(2)).int() != 0 })
	add("divisible by", func(_ *run, v, by Value) bool { return mod(v, by).int() == 0 }, req("by"))
	add("same as", func(r *run, v, other Value) bool { return identical(r, v, other) }, req("value"))
	add("empty", func(_ *run, v, _ Value) bool { return isEmpty(v) })
	add("iterable", func(_ *run, v, _ Value) bool { return v.k == kArray })
	add("sequence", func(r *run, v, _ Value) bool { return v.k == kArray && r.isList(v.arr()) })
	add("mapping", func(r *run, v, _ Value) bool { return v.isObject() || v.k == kArray && !r.isList(v.arr()) })
	t["true"] = &callable{name: "true", fn: func(_ *run, args []Value) Value { // as in Twig, the value itself
		if args[0].k == kMarkup {
			return String(args[0].str())
		}
		return args[0]
	}}
	isNull := func(_ *run, v, _ Value) bool { return v.isNull() }
	add("null", isNull)
	add("none", isNull)
	t["defined"] = &callable{name: "defined", node: parseDefined}
	t["constant"] = &callable{name: "constant", node: notSupported("test", "constant")}
	return t
}

func names[T any](m map[string]T) []string {
	out := make([]string, 0, len(m))
	for name := range m {
		out = append(out, name)
	}
	return sorted(out)
}

func (e *Engine) tagNames() []string      { return names(e.tags) }
func (e *Engine) filterNames() []string   { return names(e.filters) }
func (e *Engine) functionNames() []string { return names(e.functions) }
func (e *Engine) testNames() []string     { return names(e.tests) }
