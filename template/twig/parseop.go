package twig

// levels is how tightly each operator binds that can follow an operand: Twig's table since 3.21.
var levels = map[string]int{
	"=": 0, "?": 0, "?:": 5, "? :": 5, "or": 10, "xor": 12, "and": 15, "b-or": 16, "b-xor": 17, "b-and": 18,
	"==": 20, "!=": 20, "<=>": 20, "<": 20, ">": 20, ">=": 20, "<=": 20, "not in": 20, "in": 20, "matches": 20,
	"starts with": 20, "ends with": 20, "has some": 20, "has every": 20, "===": 20, "!==": 20, "..": 25,
	"+": 30, "-": 30, "~": 40, "*": 60, "/": 60, "//": 60, "%": 60, "is": 100, "is not": 100, "**": 200,
	"=>": 250, "??": 300, "|": 512, "(": 512, ".": 512, "?.": 512, "[": 512,
}

// binaries are the operators that always evaluate both operands.
var binaries = map[string]binaryOp{
	"b-or": opBitOr, "b-xor": opBitXor, "b-and": opBitAnd, "xor": opXor, "==": opEqual, "!=": opNotEqual,
	"<=>": opSpaceship, "<": opLess, ">": opGreater, ">=": opGreaterEqual, "<=": opLessEqual, "not in": opNotIn,
	"in": opIn, "starts with": opStarts, "ends with": opEnds, "has some": opHasSome, "has every": opHasEvery,
	"===": opIdentical, "!==": opNotIdentical, "..": opRange, "+": opAdd, "-": opSub, "*": opMul, "/": opDiv,
	"//": opFloorDiv, "%": opMod,
}

// infix parses what follows the operator t, whose left operand is l.
func (p *parser) infix(l expr, t token, level int) expr {
	if op, ok := binaries[t.text]; ok {
		if op == opRange {
			p.use(usedFunction, "range", t.pos)
		}
		return &binaryExpr{place{t.pos}, op, l, p.expression(level + 1)}
	}
	at := place{t.pos}
	switch t.text {
	case "=":
		return p.assignment(l, t)
	case "?":
		return p.ternary(l, t)
	case "?:", "? :":
		return &elvisExpr{at, l, p.expression(5)}
	case "or":
		return &andExpr{at, l, p.expression(11), true}
	case "and":
		return &andExpr{at, l, p.expression(16), false}
	case "~":
		return concat(at, l, p.expression(41))
	case "**":
		return power(at, l, p.expression(200))
	case "matches":
		return p.matches(l, t, p.expression(21))
	case "??":
		return p.coalesce(l, t)
	case "=>":
		return p.arrow(l, t)
	case "is":
		return p.test(l, t)
	case "is not":
		return &unaryExpr{place: at, op: '!', e: p.test(l, t)}
	case "|":
		return p.filter(l)
	case "(":
		return p.function(l, t)
	case "[":
		return p.bracket(l, t)
	}
	return p.dot(l, t)
}

// power puts a sign or "is not" without parentheses in front of the whole power, as PHP does: -2 ** 2 is -4.
func power(at place, l, r expr) expr {
	if u, ok := l.(*unaryExpr); ok && !u.grouped {
		return &unaryExpr{place: u.place, op: u.op, e: power(at, u.e, r)}
	}
	return &binaryExpr{at, opPow, l, r}
}

// concat joins chains of "~" into one node.
func concat(at place, l, r expr) expr {
	if c, ok := l.(*concatExpr); ok {
		return &concatExpr{at, append(c.parts, r)}
	}
	return &concatExpr{at, []expr{l, r}}
}

// bracket parses a[b] and the slice a[b:c].
func (p *parser) bracket(l expr, t token) expr {
	var attr expr = &constExpr{place{t.pos}, Int(0)}
	slice := p.at(tPunctuation, ":")
	if !slice {
		attr = p.expression(0)
	}
	if p.accept(tPunctuation, ":") {
		slice = true
	}
	if !slice {
		p.expect(tPunctuation, "]", "")
		return p.attr(&attrExpr{place: place{t.pos}, obj: l, attr: attr, kind: keyAccess})
	}
	var length expr = &constExpr{place{t.pos}, null}
	if !p.at(tPunctuation, "]") {
		length = p.expression(0)
	}
	e := p.filterCall("slice", t.pos, l, []argument{{e: attr}, {e: length}})
	p.expect(tPunctuation, "]", "")
	return e
}

// attr finishes an attribute expression whose parts are parsed.
func (p *parser) attr(e *attrExpr) expr {
	e.strict = p.eng.strict
	if c, ok := e.attr.(*constExpr); ok {
		switch c.v.k {
		case kString, kInt, kFloat, kBool, kNull:
			e.constant, e.name = true, c.v
			e.key = (*run)(nil).arrayKey(c.v)
		}
	}
	p.readsParent(e)
	return e
}

// dot parses a.b, a.(b), a?.b and the calls of macros.
func (p *parser) dot(l expr, t token) expr {
	nullSafe := t.text == "?."
	first := p.current()
	var attr expr
	last := first
	if p.accept(tOperator, "(") {
		attr = p.expression(0)
		p.expect(tPunctuation, ")", "")
	} else {
		last = p.next()
		switch {
		case last.kind == tNumber:
			attr = &constExpr{place{last.pos}, last.number()}
		case last.kind == tName, last.kind == tOperator && isNameStart(last.text[0]):
			attr = &constExpr{place{last.pos}, String(last.text)}
		default:
			p.fail(last.pos, `Expected name or number, got value "`+last.value()+`" of type "`+last.kind.String()+`".`)
		}
	}
	if target, ok := p.macroTarget(l); ok {
		m := &macroCall{place: place{l.where()}, target: target, name: attr}
		if p.accept(tOperator, "(") {
			m.args = p.arguments()
		}
		return m
	}
	e := &attrExpr{place: place{first.pos}, obj: l, attr: attr, nullSafe: nullSafe}
	if p.accept(tOperator, "(") {
		e.kind = methodAccess
		for _, a := range p.arguments() {
			e.args = append(e.args, a.e)
		}
	}
	return p.attr(e)
}
