package validate

import "sort"

// What a template prints is escaped for HTML text and quoted attributes. The rules here report
// output in places where that escaping does not hold; whether a value does harm there, only the
// rendering can tell.

// dynamicAttributes reports output in handlers, style attributes and attributes without quotes.
func dynamicAttributes(p *pass, t *tag) {
	if p.template == nil {
		return
	}
	for i := range t.attrs {
		switch a := &t.attrs[i]; {
		case a.kind == handlerAttribute && p.v.isHandler(a.name, p.text(a.value)):
			p.dynamic("template.output-in-script", SeverityWarning, a.value)
		case a.kind == styleAttribute:
			p.dynamic("template.output-in-style", SeverityNote, a.value)
		case a.bare:
			p.dynamic("template.unquoted-output", SeverityWarning, a.value)
		}
	}
}

// dynamicScript reports output in a script.
func dynamicScript(p *pass, _ *tag, where span) {
	p.dynamic("template.output-in-script", SeverityWarning, where)
}

// dynamicStyle reports output in a style sheet.
func dynamicStyle(p *pass, where span) {
	p.dynamic("template.output-in-style", SeverityNote, where)
}

// dynamic reports the first output of the template within the given offsets.
func (p *pass) dynamic(code string, severity Severity, where span) {
	if p.template == nil || p.anchor != nil {
		return
	}
	outputs := p.template.outputs
	first := sort.Search(len(outputs), func(i int) bool { return outputs[i].end > where.start })
	if first < len(outputs) && outputs[first].start < where.end {
		p.add(Finding{Code: code, Severity: severity, Undecided: true}, outputs[first], "")
	}
}
