package twig

// tagParser parses a tag after its name.
type tagParser func(p *parser, at pos) node

// tag is a tag by its name.
type tag struct {
	name  string
	parse tagParser
}

// coreTags are the tags of Twig 3.30 and RetailCRM's cancel, in the order in which Twig has them: of names that resemble an
// unknown one as much, the first is suggested first. verbatim and line are the lexer's.
func coreTags() []tag {
	return []tag{
		{"apply", parseApply}, {"for", parseFor}, {"if", parseIf}, {"extends", parseExtends}, {"include", parseIncludeTag},
		{"block", parseBlock}, {"use", parseUse}, {"macro", parseMacro}, {"import", parseImport}, {"from", parseFrom},
		{"set", parseSet}, {"types", parseTypes}, {"flush", parseFlush}, {"do", parseDo}, {"embed", parseEmbed},
		{"with", parseWith}, {"deprecated", parseDeprecated}, {"guard", parseGuard}, {"autoescape", parseAutoescape},
		{"cancel", parseCancel}, {"sandbox", parseSandbox},
	}
}

func parseIf(p *parser, at pos) node {
	n := &ifNode{}
	n.tests = append(n.tests, p.expression(0))
	p.endTag()
	n.bodies = append(n.bodies, p.inner("if", at, "elseif", "else", "endif"))
	for {
		switch p.next().text {
		case "else":
			p.endTag()
			n.orElse = p.inner("if", at, "endif")
		case "elseif":
			n.tests = append(n.tests, p.expression(0))
			p.endTag()
			n.bodies = append(n.bodies, p.inner("if", at, "elseif", "else", "endif"))
		default:
			p.endTag()
			return n
		}
	}
}

func parseFor(p *parser, at pos) node {
	targets := p.names()
	p.targets = append(p.targets, targets)
	p.expect(tOperator, "in", "")
	n := &forNode{seq: p.expression(0), loop: p.slot("loop")}
	p.endTag()
	if len(p.loops) == 0 {
		p.assigned = nil
	}
	scope := &loopScope{start: len(p.assigned), seen: map[int]bool{}}
	p.loops = append(p.loops, scope)
	p.fors = append(p.fors, n)
	n.key = -1
	value := targets[0]
	if len(targets) > 1 {
		value = targets[1]
		n.key = p.assign(targets[0].pos, targets[0].text)
	} else if i, ok := p.unit.slots["_key"]; ok {
		n.key = i
	}
	n.val = p.assign(value.pos, value.text)
	n.body = p.inner("for", at, "else", "endfor")
	if p.next().text == "else" {
		p.endTag()
		n.orElse = p.inner("for", at, "endfor")
		p.next()
	}
	p.loops = p.loops[:len(p.loops)-1]
	p.fors = p.fors[:len(p.fors)-1]
	p.targets = p.targets[:len(p.targets)-1]
	if i, ok := p.unit.slots["_key"]; ok && len(targets) == 1 {
		n.key = i
	}
	n.assigned = p.assigned[scope.start:len(p.assigned):len(p.assigned)]
	p.endTag()
	return n
}

// names parses the names before "in" or "=", which may spell operators.
func (p *parser) names() []token {
	var out []token
	for {
		t := p.current()
		if t.kind == tOperator && isNameStart(t.text[0]) {
			p.next()
		} else {
			p.expect(tName, "", "Only variables can be assigned to")
		}
		out = append(out, t)
		if !p.accept(tPunctuation, ",") {
			return out
		}
	}
}

func parseSet(p *parser, at pos) node {
	names := p.names()
	slots := make([]int, len(names))
	if p.accept(tOperator, "=") {
		n := &setNode{slots: slots}
		for {
			n.values = append(n.values, p.expression(0))
			if !p.accept(tPunctuation, ",") {
				break
			}
		}
		p.endTag()
		if len(n.values) != len(names) {
			p.fail(p.current().pos, "When using set, you must have the same number of variables and assignments.")
		}
		for i, t := range names {
			slots[i] = p.assign(t.pos, t.text)
		}
		return n
	}
	if len(names) > 1 {
		p.fail(p.current().pos, "When using set with a block, you cannot have a multi-target.")
	}
	p.endTag()
	slot := p.assign(names[0].pos, names[0].text)
	n := &captureNode{slot: slot, body: p.captured("set", at, "endset")}
	return n
}

// captured parses a body whose output does not go where it stands.
func (p *parser) captured(tag string, at pos, end string) node {
	p.captures++
	body := p.inner(tag, at, end)
	p.captures--
	p.printed = false
	p.next()
	p.endTag()
	return body
}

func parseDo(p *parser, _ pos) node {
	n := &doNode{p.expression(0)}
	p.endTag()
	return n
}

func parseWith(p *parser, at pos) node {
	n := &withNode{}
	if !p.atKind(tBlockEnd) {
		n.vars = p.expression(0)
		n.only = p.accept(tName, "only")
	}
	p.endTag()
	n.body = p.inner("with", at, "endwith")
	p.next()
	p.endTag()
	return n
}

func parseApply(p *parser, at pos) node {
	before := p.delayed
	var e expr = &heldExpr{place{at}}
	for {
		e = p.filter(e)
		if !p.accept(tOperator, "|") {
			break
		}
	}
	p.endTag()
	n := &applyNode{print: p.printer(e, p.escape)}
	late := p.delayed
	p.delayed = before
	n.body = p.captured("apply", at, "endapply")
	if p.delayed == nil { // Twig looks at the filters after the body
		p.delayed = late
	}
	p.printed = true
	return n
}

// applyNode is {% apply filter %}: the filters get what the body printed, as markup.
type applyNode struct {
	print node
	body  node
}

// heldExpr gives the innermost text captured by an apply tag.
type heldExpr struct{ place }

func (*heldExpr) eval(r *run, _ *frame) Value { return r.held }

func (n *applyNode) exec(r *run, c *frame) {
	text := Markup(r.capture(n.body, c))
	was := r.held
	r.held = text
	n.print.exec(r, c)
	r.held = was
}

func parseAutoescape(p *parser, at pos) node {
	was := p.escape
	p.escape = "html"
	if !p.atKind(tBlockEnd) {
		e, ok := p.expression(0).(*constExpr)
		if !ok {
			p.fail(p.current().pos, "An escaping strategy must be a string or false.")
		}
		p.escape = escapeName(e.v)
	}
	p.endTag()
	body := p.inner("autoescape", at, "endautoescape")
	p.next()
	p.endTag()
	p.escape = was
	return body
}

// escapeName is the strategy that a constant names; false is none, and what PHP takes for "" or "1" fails at use.
func escapeName(v Value) string {
	if v.k == kBool && v.n == 0 {
		return ""
	}
	if s := v.String(); s != "" {
		return s
	}
	return noStrategy
}

// noStrategy stands for the strategy "", which is not the same as none.
const noStrategy = "\x00"
