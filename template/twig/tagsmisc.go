package twig

func parseTypes(p *parser, _ pos) node {
	enclosed := p.accept(tPunctuation, "{")
	done := func() bool { return p.at(tPunctuation, "}") || p.atKind(tBlockEnd) }
	for first := true; !done(); first = false {
		if !first {
			p.expect(tPunctuation, ",", "A type string must be followed by a comma")
			if done() {
				break
			}
		}
		p.expect(tName, "", "")
		if !p.accept(tOperator, "?:") {
			p.accept(tOperator, "?")
			p.expect(tPunctuation, ":", "A type name must be followed by a colon (:)")
		}
		p.expect(tString, "", "")
	}
	if enclosed {
		p.expect(tPunctuation, "}", "An opened mapping is not properly closed")
	}
	p.endTag()
	return emptyNode{}
}

func parseGuard(p *parser, at pos) node {
	what := p.expect(tName, "", "")
	name := ""
	known := false
	switch what.text {
	case "function":
		name = p.expect(tName, "", "").text
		known = p.eng.functions.has(name)
	case "filter":
		name = p.expect(tName, "", "").text
		known = p.eng.filters.has(name)
	case "test":
		name = p.expect(tName, "", "").text
		if p.atKind(tName) {
			name += " " + p.next().text
		}
		known = p.eng.tests.has(name)
	default:
		p.fail(what.pos, `Supported guard types are function, filter and test, "`+what.text+`" given.`)
	}
	p.endTag()
	was, printed := p.lenient, p.printed
	p.lenient = was || !known
	var body, other node = p.inner("guard", at, "else", "endguard"), emptyNode{}
	p.lenient = was
	if !known {
		p.printed = printed
	}
	if p.next().text == "else" {
		p.endTag()
		other = p.inner("guard", at, "endguard")
		p.next()
	}
	p.endTag()
	if known {
		return body
	}
	return other
}

func parseDeprecated(p *parser, _ pos) node {
	p.expression(0)
	for p.atKind(tName) {
		option := p.next()
		p.expect(tOperator, "=", "")
		if option.text != "package" && option.text != "version" {
			p.fail(p.current().pos, `Unknown "`+option.text+`" option.`)
		}
		p.expression(0)
	}
	p.endTag()
	return emptyNode{}
}

func parseFlush(p *parser, _ pos) node {
	p.endTag()
	return emptyNode{}
}

func parseCancel(p *parser, _ pos) node {
	n := &cancelNode{}
	if !p.atKind(tBlockEnd) {
		n.message = p.expression(0)
	}
	p.endTag()
	return n
}

func parseSandbox(p *parser, at pos) node {
	p.endTag()
	body := p.statements(openTag{"sandbox", at}, []string{"endsandbox"}, false)
	p.next()
	p.endTag()
	nodes := make(seq, 0, len(body))
	for _, s := range body {
		if s.blank {
			continue
		}
		inc, ok := s.node.(*includeNode)
		if !ok {
			p.fail(s.at, `Only "include" tags are allowed within a "sandbox" section.`)
		}
		inc.sandboxed = p.eng.policy != nil
		nodes = append(nodes, inc)
	}
	return nodes
}

// notSupported refuses what Twig has and this engine leaves out.
func notSupported(what, name string) func(p *parser, at pos, on expr, args []argument) expr {
	return func(p *parser, at pos, _ expr, _ []argument) expr {
		if !p.lenient {
			p.report(at, "The "+what+` "`+name+`" is not supported.`)
		}
		return &constExpr{place{at}, null}
	}
}
