package twig

import (
	"strings"

	"github.com/crmmail/crmmail/template"
)

func parseImport(p *parser, at pos) node {
	n := &importNode{at: at, from: p.expression(0)}
	p.expect(tName, "as", "")
	name := p.expect(tName, "", "").text
	p.endTag()
	n.self = isSelf(n.from)
	n.index = p.newImport()
	p.scopes[len(p.scopes)-1]["t:"+name] = imported{index: n.index}
	return n
}

func isSelf(e expr) bool {
	s, ok := e.(*specialExpr)
	return ok && s.name == "_self"
}

func (p *parser) newImport() int {
	p.unit.imports++
	return p.unit.imports - 1
}

func parseFrom(p *parser, at pos) node {
	n := &importNode{at: at, from: p.expression(0)}
	p.expect(tName, "import", "")
	n.self = isSelf(n.from)
	n.index = p.newImport()
	names := map[string]imported{}
	for {
		name := p.expect(tName, "", "").text
		alias := name
		if p.accept(tName, "as") {
			t := p.expect(tName, "", "")
			alias = t.text
			p.checkAlias(t)
		}
		names["f:"+alias] = imported{index: n.index, macro: name}
		if !p.accept(tPunctuation, ",") {
			break
		}
	}
	p.endTag()
	for name, im := range names {
		p.scopes[len(p.scopes)-1][name] = im
	}
	return n
}

func (p *parser) checkAlias(t token) {
	switch strings.ToLower(t.text) {
	case "true", "false", "none", "null":
		p.fail(t.pos, `You cannot assign a value to "`+t.text+`".`)
	}
}

func parseMacro(p *parser, at pos) node {
	m := &macro{unit: p.unit, name: p.expect(tName, "", "").text}
	p.macroParams(m)
	p.endTag()
	was, loops, fors, targets, stack := p.escape, p.loops, p.fors, p.targets, p.blockStack
	p.escape, p.loops, p.fors, p.targets = p.initial, nil, nil, nil
	p.pushScope()
	p.macroDepth++
	m.body = p.inner("macro", at, "endmacro")
	p.next()
	p.endName("macro", m.name)
	p.macroDepth--
	p.popScope()
	p.endTag()
	p.escape, p.loops, p.fors, p.targets, p.blockStack = was, loops, fors, targets, stack
	p.printed = false
	p.checkMacro(m)
	p.unit.macros[m.name] = m
	folded := foldedMacro(m.name)
	if other, ok := p.unit.macros[folded]; !ok || other.name == m.name {
		p.unit.macros[folded] = m
	}
	return nil
}

// maxParams is how many parameters a macro may have.
const maxParams = 64

func (p *parser) macroParams(m *macro) {
	p.expect(tOperator, "(", "A list of arguments must begin with an opening parenthesis")
	rest := "varargs"
	for first := true; !p.at(tPunctuation, ")"); first = false {
		if !first {
			p.expect(tPunctuation, ",", "Arguments must be separated by a comma")
			if p.at(tPunctuation, ")") {
				break
			}
		}
		if p.accept(tOperator, "...") {
			rest = p.variadic(m)
			break
		}
		t := p.expect(tName, "", "An argument must be a name")
		p.unit.own(t.text)
		param := macroParam{name: t.text, slot: p.slot(t.text), def: &constExpr{place{p.current().pos}, null}}
		if eq := p.current(); p.accept(tOperator, "=") {
			param.def = p.expression(0)
			if !isConstant(param.def) {
				p.fail(eq.pos, "A default value for an argument must be a constant (a boolean, a string, a number, a sequence, or a mapping).")
			}
		}
		if m.params = append(m.params, param); len(m.params) > maxParams {
			p.abort(t.pos, template.KindLimit, "The macro has too many arguments.")
		}
	}
	p.expect(tPunctuation, ")", "A list of arguments must be closed by a parenthesis")
	m.rest = p.slot(rest)
	p.unit.own(rest)
}

// variadic parses the name after "..." and returns it.
func (p *parser) variadic(m *macro) string {
	t := p.expect(tName, "", "A variadic argument must be a name")
	m.variadic = true
	if p.at(tOperator, "=") {
		p.fail(t.pos, `The variadic argument "`+t.text+`" in macro "`+m.name+`" cannot have a default value.`)
	}
	if p.accept(tPunctuation, ",") && !p.at(tPunctuation, ")") {
		p.fail(t.pos, `The variadic argument "`+t.text+`" in macro "`+m.name+`" must be the last one.`)
	}
	return t.text
}

func (p *parser) checkMacro(m *macro) {
	seen := map[string]bool{}
	for _, param := range m.params {
		at := param.def.where()
		switch {
		case param.name == "varargs":
			p.report(at, `The argument "varargs" in macro "`+m.name+`" cannot be defined because the variable "varargs" is reserved for arbitrary arguments.`)
		case m.variadic && param.slot == m.rest:
			p.report(at, `The variadic argument "`+param.name+`" in macro "`+m.name+`" cannot have the same name as another argument.`)
		case seen[param.name]:
			p.report(at, `Argument "`+param.name+`" is defined twice for macro "`+m.name+`".`)
		}
		seen[param.name] = true
	}
}

// isConstant reports that e is made of constants only.
func isConstant(e expr) bool {
	switch e := e.(type) {
	case *constExpr:
		return true
	case *unaryExpr:
		return e.op != '!' && isConstant(e.e)
	case *arrayExpr:
		for i, v := range e.vals {
			if !isConstant(v) || e.keys != nil && e.keys[i] != nil && !isConstant(e.keys[i]) {
				return false
			}
		}
		return true
	}
	return false
}
