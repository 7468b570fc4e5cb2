package twig

import "slices"

// elements is the array that a filter works on; anything else is refused in Twig's words.
func elements(v Value, filter string) *array {
	if v.k != kArray {
		throw(`The "` + filter + `" filter expects a sequence or a mapping, got "` + v.typeName() + `".`)
	}
	return v.arr().settled()
}

// callback is the arrow function that a filter was given.
func callback(v Value, what string) *closure {
	if v.k != kClosure {
		throw(`The callable passed to the ` + what + ` must be a Closure in sandbox mode.`)
	}
	return v.closure()
}

func filterMerge(r *run, args []Value) Value {
	count := r.growArray
	for i, v := range args {
		if v.k != kArray {
			throw(`The "merge" filter expects a sequence or a mapping, got "` + v.typeName() + `" for argument ` + Int(int64(i+1)).String() + ".")
		}
		if v.arr().settled().keys != nil {
			count = r.growMap
		}
	}
	out := &array{}
	for _, v := range args {
		count(v.arr().len())
		out.appendAll(v.arr())
	}
	return arrayValue(out)
}

// appendAll adds the elements of from as array_merge does: integer keys are renumbered.
func (a *array) appendAll(from *array) {
	if from.keys == nil && a.keys == nil {
		a.vals = append(a.vals, from.vals...)
		a.next = int64(len(a.vals))
		return
	}
	for i, v := range from.vals {
		if k := from.keyAt(i); k.isText {
			a.set(k, v)
		} else {
			a.push(v)
		}
	}
}

func filterBatch(r *run, args []Value) Value {
	a := elements(args[0], "batch")
	size := toInt(ceil(args[1]))
	if size < 1 {
		throwPHP("array_chunk(): Argument #2 ($length) must be greater than 0")
	}
	fill, preserve := args[2], r.boolArg(args[3], "array_chunk(): Argument #3 ($preserve_keys)")
	r.step(len(a.vals))
	out := &array{}
	for i := 0; i < len(a.vals); i += int(min(size, int64(len(a.vals)))) {
		r.grow(valueSize + arraySize + int(min(size, int64(len(a.vals))))*keyedSize)
		row := &array{}
		for j := i; j < len(a.vals) && int64(j-i) < size; j++ {
			if preserve {
				row.set(a.keyAt(j), a.vals[j])
			} else {
				row.push(a.vals[j])
			}
		}
		out.push(arrayValue(row))
	}
	if n := len(out.vals); !fill.isNull() && n > 0 {
		row := out.vals[n-1].arr()
		missing := size - int64(len(row.vals))
		r.growArray(int(min(missing, 1<<31)))
		for range missing {
			row.push(fill)
		}
	}
	return arrayValue(out)
}

func filterColumn(r *run, args []Value) Value {
	a := elements(args[0], "column")
	for i, name := range []string{"($column_key)", "($index_key)"} {
		if v := args[i+1]; v.k == kArray || v.isObject() {
			throwPHP("array_column(): Argument #" + Int(int64(i+2)).String() + " " + name + " must be of type string|int|null, " + v.typeName() + " given")
		}
	}
	if args[2].isNull() {
		r.growArray(len(a.vals))
	} else {
		r.growMap(len(a.vals))
	}
	out := &array{}
	for _, row := range a.vals {
		if row.k != kArray {
			continue
		}
		v, ok := row.arr().get(r.arrayKey(args[1]))
		if args[1].isNull() {
			v, ok = row, true
		}
		if !ok {
			continue
		}
		if !args[2].isNull() {
			if k, ok := row.arr().get(r.arrayKey(args[2])); ok {
				if k.k == kArray {
					throwPHP("Illegal offset type")
				}
				out.set(r.arrayKey(k), v)
				continue
			}
		}
		out.push(v)
	}
	return arrayValue(out)
}

func filterReverse(r *run, args []Value) Value {
	if args[0].k != kArray {
		chars := r.characters(r.str(args[0]), "reverse")
		slices.Reverse(chars)
		return String(string(chars))
	}
	a := args[0].arr().settled()
	preserve := r.boolArg(args[1], "array_reverse(): Argument #2 ($preserve_keys)")
	if preserve {
		r.growMap(len(a.vals))
	} else {
		r.growLike(a, len(a.vals))
	}
	out := newArray(len(a.vals))
	for i := len(a.vals) - 1; i >= 0; i-- {
		if k := a.keyAt(i); k.isText || preserve {
			out.set(k, a.vals[i])
		} else {
			out.push(a.vals[i])
		}
	}
	return arrayValue(out)
}

func filterShuffle(r *run, args []Value) Value {
	v := args[0]
	switch v.k {
	case kString:
		chars := r.characters(v.str(), "shuffle")
		shuffle(r, len(chars), func(i, j int) { chars[i], chars[j] = chars[j], chars[i] })
		return String(string(chars))
	case kArray:
		r.growArray(v.arr().len())
		vals := slices.Clone(v.arr().settled().vals)
		shuffle(r, len(vals), func(i, j int) { vals[i], vals[j] = vals[j], vals[i] })
		return List(vals)
	}
	return v
}

func shuffle(r *run, n int, swap func(i, j int)) {
	for i := n - 1; i > 0; i-- {
		swap(i, int(r.eng.random(int64(i+1))))
	}
}

func filterLength(_ *run, args []Value) Value {
	v := args[0]
	switch v.k {
	case kNull, kUndefined:
		return Int(0)
	case kArray:
		return Int(int64(v.arr().len()))
	case kDate, kInterval, kClosure, kTemplate:
		return Int(1)
	}
	s, _ := v.text()
	return Int(int64(runeCount(s)))
}

func filterSlice(r *run, args []Value) Value {
	length := args[2]
	if args[0].k != kArray {
		s := r.str(args[0])
		from := r.intArg(args[1], "mb_substr(): Argument #2 ($start)")
		if !length.isNull() {
			length = Int(r.intArg(length, "mb_substr(): Argument #3 ($length)"))
		}
		lo, hi := sliceBounds(runeCount(s), from, length)
		return String(runeSlice(s, lo, hi))
	}
	a := args[0].arr().settled()
	from := r.intArg(args[1], "array_slice(): Argument #2 ($offset)")
	if !length.isNull() {
		length = Int(r.intArg(length, "array_slice(): Argument #3 ($length)"))
	}
	preserve := r.boolArg(args[3], "array_slice(): Argument #4 ($preserve_keys)")
	lo, hi := sliceBounds(len(a.vals), from, length)
	if preserve {
		r.growMap(hi - lo)
	} else {
		r.growLike(a, hi-lo)
	}
	out := newArray(hi - lo)
	for i := lo; i < hi; i++ {
		if k := a.keyAt(i); k.isText || preserve {
			out.set(k, a.vals[i])
		} else {
			out.push(a.vals[i])
		}
	}
	return arrayValue(out)
}

// sliceBounds applies PHP's rules for negative starts and lengths.
func sliceBounds(n int, start int64, length Value) (int, int) {
	size := int64(n)
	if start < 0 {
		start = max(0, start+size)
	}
	start = min(start, size)
	end := size
	if !length.isNull() {
		l := toInt(length)
		if l < 0 {
			end = max(start, size+l)
		} else if l < size-start {
			end = start + l
		}
	}
	return int(start), int(end)
}

func filterFirst(r *run, args []Value) Value { return edge(r, args[0], 0) }

func filterLast(r *run, args []Value) Value { return edge(r, args[0], -1) }

func edge(r *run, v Value, start int64) Value {
	if v.k != kArray {
		s := r.str(v)
		lo, hi := sliceBounds(runeCount(s), start, Int(1))
		return String(runeSlice(s, lo, hi))
	}
	vals := v.arr().settled().vals
	switch {
	case len(vals) == 0:
		return vNo
	case start == 0:
		return vals[0]
	}
	return vals[len(vals)-1]
}

func filterKeys(r *run, args []Value) Value {
	if args[0].k != kArray {
		return List(nil)
	}
	a := args[0].arr().settled()
	r.growArray(len(a.vals))
	out := make([]Value, len(a.vals))
	for i := range out {
		out[i] = a.keyAt(i).value()
	}
	return List(out)
}

func filterInvoke(r *run, args []Value) Value {
	if args[0].k != kClosure {
		throwPHP(`Twig\Extension\CoreExtension::invoke(): Argument #1 ($arrow) must be of type Closure, ` + args[0].typeName() + " given")
	}
	return args[0].closure().call(r, args[1:]...)
}
