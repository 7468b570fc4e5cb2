package twig

// guard notes the paths that expressions ask about, and returns what forgets them.
func (w *walker) guard(es ...expr) func() {
	var asked []string
	for _, e := range es {
		asked = guards(asked, e)
	}
	if asked == nil {
		return func() {}
	}
	for _, p := range asked {
		w.optional[p]++
	}
	return func() {
		for _, p := range asked {
			w.optional[p]--
		}
	}
}

func guards(asked []string, e expr) []string {
	all := func(es ...expr) []string {
		for _, x := range es {
			asked = guards(asked, x)
		}
		return asked
	}
	switch e := e.(type) {
	case *definedTest:
		return allow(asked, e.e)
	case *coalesceExpr:
		return guards(allow(asked, e.l), e.r)
	case *defaultExpr:
		return allow(asked, e.on)
	case *unaryExpr:
		return all(e.e)
	case *binaryExpr:
		return all(e.l, e.r)
	case *andExpr:
		return all(e.l, e.r)
	case *elvisExpr:
		return all(e.l, e.r)
	case *condExpr:
		return all(e.test, e.yes, e.no)
	case *callExpr:
		return all(e.on)
	}
	return asked
}

// allow adds e, and all that it is read from, to what need not exist.
func allow(asked []string, e expr) []string {
	for {
		if p := written(e); p != "" {
			asked = append(asked, p)
		}
		a, ok := e.(*attrExpr)
		if !ok {
			return asked
		}
		e = a.obj
	}
}

func (w *walker) asksFor(e expr) bool {
	if len(w.optional) == 0 {
		return false
	}
	p := written(e)
	return p != "" && w.optional[p] > 0
}

// written is a chain of names as it is written, "" for anything else.
func written(e expr) string {
	switch e := e.(type) {
	case *nameExpr:
		return e.name
	case *attrExpr:
		if of := written(e.obj); of != "" && e.constant {
			return of + "." + e.key.text()
		}
	}
	return ""
}
