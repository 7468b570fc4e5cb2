package twig

func filterJoin(r *run, args []Value) Value {
	v, and := args[0], args[2]
	if v.k != kArray {
		if v.isNull() {
			return empty
		}
		v = r.castArray(v)
	}
	vals := v.arr().settled().vals
	if len(vals) == 0 {
		return empty
	}
	glue := r.textArg(args[1], "implode(): Argument #1 ($separator)")
	last := glue
	if !and.isNull() {
		last = r.str(and)
		if len(vals) == 1 {
			return String(r.textArg(vals[0], `Twig\Extension\CoreExtension::join(): Return value`))
		}
	}
	return String(r.join(vals, glue, last))
}

// castArray is PHP's (array): an object's properties, or a list of the value.
func (r *run) castArray(v Value) Value {
	switch v.k {
	case kMarkup:
		return List([]Value{String(v.str()), String("UTF-8")})
	case kDate:
		return arrayValue(v.date().properties())
	case kInterval:
		return arrayValue(v.interval().properties())
	}
	return List([]Value{v})
}

// join joins values, the last two of them by last.
func (r *run) join(vals []Value, glue, last string) string {
	start := len(r.out)
	for i, e := range vals {
		r.step(1)
		switch {
		case i > 0 && i == len(vals)-1:
			r.build(String(last))
		case i > 0:
			r.build(String(glue))
		}
		r.build(e)
	}
	s := string(r.out[start:])
	r.out = r.out[:start]
	return s
}
