package twig

import "cmp"

func filterFilter(r *run, args []Value) Value {
	if args[0].k != kArray {
		throw(`The "filter" filter expects a sequence/mapping or "Traversable", got "` + args[0].typeName() + `".`)
	}
	a := args[0].arr().settled()
	f := callback(args[1], `"filter" filter`)
	r.growMap(len(a.vals))
	out := &array{}
	for i, v := range a.vals {
		if objectTruth(f.call(r, v, a.keyAt(i).value())) {
			out.set(a.keyAt(i), v)
		}
	}
	return arrayValue(out)
}

func filterMap(r *run, args []Value) Value {
	a := elements(args[0], "map")
	f := callback(args[1], `"map" filter`)
	r.growLike(a, len(a.vals))
	out := newArray(len(a.vals))
	for i, v := range a.vals {
		out.set(a.keyAt(i), f.call(r, v, a.keyAt(i).value()))
	}
	return arrayValue(out)
}

func filterReduce(r *run, args []Value) Value {
	a := elements(args[0], "reduce")
	f := callback(args[1], `"reduce" filter`)
	acc := args[2]
	for i, v := range a.vals {
		acc = f.call(r, acc, v, a.keyAt(i).value())
	}
	return acc
}

func filterFind(r *run, args []Value) Value {
	a := elements(args[0], "find")
	f := callback(args[1], `"find" filter`)
	for i, v := range a.vals {
		if objectTruth(f.call(r, v, a.keyAt(i).value())) {
			return v
		}
	}
	return null
}

func hasSome(r *run, v, arrow Value) Value { return quantify(r, v, arrow, "has some", true) }

func hasEvery(r *run, v, arrow Value) Value { return quantify(r, v, arrow, "has every", false) }

// quantify looks for an element for which the arrow function gives wanted.
func quantify(r *run, v, arrow Value, name string, wanted bool) Value {
	if v.k != kArray {
		throw(`The "` + name + `" test expects a sequence or a mapping, got "` + v.typeName() + `".`)
	}
	a := v.arr().settled()
	f := callback(arrow, `"`+name+`" operator`)
	for i, e := range a.vals {
		if objectTruth(f.call(r, e, a.keyAt(i).value())) == wanted {
			return Bool(wanted)
		}
	}
	return Bool(!wanted)
}

func sign(n int64) int { return cmp.Compare(n, 0) }

func filterSort(r *run, args []Value) Value {
	a := elements(args[0], "sort")
	compare := func(x, y Value) int { return looseCompare(r, x, y) }
	if !args[1].isNull() {
		f := callback(args[1], `"sort" filter`)
		compare = func(x, y Value) int {
			if v := f.call(r, x, y); v.k != kBool || v.truth() {
				return sign(toInt(v))
			}
			return -sign(toInt(f.call(r, y, x))) // false may mean equal or below
		}
	}
	r.growMap(len(a.vals))
	order := make([]int, len(a.vals))
	for i := range order {
		order[i] = i
	}
	sortAs(order, func(i, j int) int {
		r.step(1)
		return compare(a.vals[i], a.vals[j])
	})
	out := newArray(len(a.vals))
	for _, i := range order {
		out.set(a.keyAt(i), a.vals[i])
	}
	return arrayValue(out)
}
