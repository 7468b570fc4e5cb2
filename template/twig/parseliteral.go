package twig

import "strings"

// literal parses a literal or a variable.
func (p *parser) literal() expr {
	t := p.current()
	at := place{t.pos}
	switch {
	case t.kind == tName:
		p.next()
		switch t.text {
		case "true", "TRUE":
			return &constExpr{at, vTrue}
		case "false", "FALSE":
			return &constExpr{at, vNo}
		case "none", "NONE", "null", "NULL":
			return &constExpr{at, null}
		}
		return p.name(t)
	case t.kind == tNumber:
		p.next()
		return &constExpr{at, t.number()}
	case t.kind == tString, t.kind == tInterpolationStart:
		return p.stringLiteral(at)
	case t.is(tPunctuation, "{"):
		return p.mapLiteral()
	case t.is(tOperator, "["):
		return p.listLiteral()
	case t.kind == tOperator && isNameStart(t.text[0]) && !strings.ContainsAny(t.text, " -"):
		p.next()
		return p.name(t)
	}
	p.fail(t.pos, `Unexpected token "`+t.kind.String()+`" of value "`+t.value()+`".`)
	return nil
}

// name is the variable that t names.
func (p *parser) name(t token) expr {
	switch t.text {
	case "_self", "_context", "_charset":
		return &specialExpr{place{t.pos}, t.text}
	}
	if t.text == "loop" {
		p.needLoop()
	}
	return &nameExpr{place: place{t.pos}, name: t.text, slot: p.slot(t.text), strict: p.eng.strict && !p.loopSets(t.text), loop: t.text == "loop"}
}

// loopSets reports a name that the loops around set; as in Twig, it is never missed in them, wherever it is gone.
func (p *parser) loopSets(name string) bool {
	for _, targets := range p.targets {
		for _, t := range targets {
			if t.text == name {
				return true
			}
		}
	}
	return name == "loop" && len(p.fors) > 0
}

// stringLiteral parses a string with its interpolations.
func (p *parser) stringLiteral(at place) expr {
	var parts []expr
	wasString := false
	for {
		t := p.current()
		if t.kind == tString && !wasString {
			p.next()
			parts = append(parts, &constExpr{place{t.pos}, String(t.text)})
			wasString = true
			continue
		}
		if t.kind != tInterpolationStart {
			break
		}
		p.next()
		parts = append(parts, p.expression(0))
		p.expect(tInterpolationEnd, "", "")
		wasString = false
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return &concatExpr{at, parts}
}

func (p *parser) listLiteral() expr {
	p.next()
	e := &arrayExpr{place: place{p.current().pos}, list: true}
	for first := true; !p.at(tPunctuation, "]"); first = false {
		if !first {
			p.expect(tPunctuation, ",", "A sequence element must be followed by a comma")
			if p.at(tPunctuation, "]") {
				break
			}
		}
		if t := p.current(); t.is(tPunctuation, ",") {
			e.add(nil, &hole{place{t.pos}})
			continue
		}
		e.add(nil, p.item())
	}
	p.expect(tPunctuation, "]", "An opened sequence is not properly closed")
	if !p.at(tOperator, "=") {
		p.noHoles(e)
	}
	if !e.list {
		e.keys = make([]expr, len(e.vals))
	}
	return e
}

func (e *arrayExpr) add(k, v expr) {
	if _, ok := v.(*spreadExpr); ok {
		e.list = false
	}
	e.keys = append(e.keys, k)
	e.vals = append(e.vals, v)
}

func (p *parser) noHoles(e *arrayExpr) {
	for _, v := range e.vals {
		if h, ok := v.(*hole); ok {
			p.later(p.fault(h.at, syntaxKind, "Empty array elements are only allowed in destructuring assignments."), h.at)
		}
	}
}

func (p *parser) mapLiteral() expr {
	p.next()
	e := &arrayExpr{place: place{p.current().pos}}
	for first := true; !p.at(tPunctuation, "}"); first = false {
		if !first {
			p.expect(tPunctuation, ",", "A mapping value must be followed by a comma")
			if p.at(tPunctuation, "}") {
				break
			}
		}
		if p.at(tOperator, "...") {
			e.add(nil, p.item())
			continue
		}
		k, done := p.mapKey(e)
		if done {
			continue
		}
		p.expect(tPunctuation, ":", "A mapping key must be followed by a colon (:)")
		e.add(k, p.expression(0))
	}
	p.expect(tPunctuation, "}", "An opened mapping is not properly closed")
	return e
}

// mapKey parses the key of a mapping's element; done reports the shorthand {a}, which is complete with it.
func (p *parser) mapKey(e *arrayExpr) (k expr, done bool) {
	t := p.current()
	switch {
	case t.kind == tName:
		p.next()
		k = &constExpr{place{t.pos}, String(t.text)}
		if p.at(tPunctuation, ",") || p.at(tPunctuation, "}") {
			e.add(k, p.name(t))
			return nil, true
		}
		return k, false
	case t.kind == tString:
		p.next()
		return &constExpr{place{t.pos}, String(t.text)}, false
	case t.kind == tNumber:
		p.next()
		v := t.number()
		if v.k == kFloat {
			v = Int(floatToInt(v.float()))
		}
		return &constExpr{place{t.pos}, v}, false
	case t.is(tOperator, "("):
		return p.computedKey(), false
	}
	p.fail(t.pos, `A mapping key must be a quoted string, a number, a name, or an expression enclosed in parentheses (unexpected token "`+t.kind.String()+`" of value "`+t.value()+`".`)
	return nil, false
}

// computedKey parses "(e)" as a key; a constant number or boolean becomes the integer PHP makes of it.
func (p *parser) computedKey() expr {
	k := p.expression(0)
	if c, ok := k.(*constExpr); ok {
		switch c.v.k {
		case kFloat, kBool:
			return &constExpr{c.place, Int(toInt(c.v))}
		}
	}
	return k
}
