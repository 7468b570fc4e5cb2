package validate

import "strings"

// nest applies the rules to markup inside the markup, at the same offsets.
func (p *pass) nest(at span) {
	nested := p.nested
	p.nested = true
	_ = p.walk(at) // check sees the context's error itself
	p.nested = nested
}

// comment reads what stands in a conditional comment, which Outlook and old Internet Explorer show.
func (p *pass) comment(where span) {
	text := p.src[where.start:where.end]
	inner := strings.TrimLeft(strings.TrimPrefix(text, "<!--"), " \t\r\n")
	if len(inner) < len("[if") || !strings.EqualFold(inner[:len("[if")], "[if") {
		return
	}
	open := strings.Index(text, "]>")
	if open < 0 {
		return
	}
	end := strings.LastIndex(text, "<![")
	if end < open {
		end = len(text)
		if strings.HasSuffix(text, "-->") {
			end -= len("-->")
		}
	}
	if open+2 < end && p.comments < maxNesting {
		p.comments++
		p.nest(span{where.start + open + 2, where.start + end})
		p.comments--
	}
}

// within applies the rules to text decoded out of the construct at: a srcdoc, a literal. Everything
// found there is found at that construct.
func (p *pass) within(at span, text string) {
	if p.depth == maxNesting {
		p.report("content.too-deep", at)
		return
	}
	at = p.place(at)
	src, anchor, branches := p.src, p.anchor, p.branches
	p.src, p.anchor, p.branches = text, &at, nil
	p.depth++
	p.nest(span{0, len(text)})
	p.depth--
	p.src, p.anchor, p.branches = src, anchor, branches
}

// place translates offsets into src to offsets into the part as given.
func (p *pass) place(at span) span {
	if p.anchor != nil {
		return *p.anchor
	}
	return at
}

// countOpen counts open elements, roughly: more than maxOpen of them are a finding.
func (p *pass) countOpen(kind tokenKind, t *tag) {
	if kind != tokenStart && kind != tokenEnd || impliedEnd(t.name) {
		return
	}
	if kind == tokenEnd {
		p.open = max(0, p.open-1)
		return
	}
	if p.open++; p.open == maxOpen+1 && !p.tooDeep {
		p.tooDeep = true
		p.report("content.too-deep", t.whole)
	}
}

// impliedEnd reports whether the element called name needs no end tag, so that many open ones say
// nothing about depth.
func impliedEnd(name string) bool {
	switch name {
	case "p", "li", "dd", "dt", "tr", "td", "th", "tbody", "thead", "tfoot", "option", "optgroup", "rt", "rp",
		"colgroup", "col", "img", "br", "hr", "meta", "link", "input", "area", "base", "basefont", "bgsound",
		"embed", "frame", "param", "source", "track", "wbr", "keygen", "image", "html", "head", "body",
		"v:fill", "v:stroke", "v:imagedata", "v:path", "v:textpath", "v:shadow", "w:anchorlock":
		return true
	}
	return false
}
