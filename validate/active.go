package validate

import "strings"

// activeElement reports elements that are active by themselves.
func activeElement(p *pass, t *tag) {
	switch t.name {
	case "script":
		p.script(t)
	case "iframe", "fencedframe", "portal":
		p.element("active.iframe", t)
	case "frame", "frameset":
		p.element("active.frame", t)
	case "applet":
		p.element("active.applet", t)
	case "object", "embed":
		p.element("active.object", t)
		if strings.HasPrefix(p.clean(t, "classid"), "clsid:") || strings.HasPrefix(p.clean(t, "type"), "application/x-oleobject") {
			p.element("active.activex", t)
		}
	case "meta":
		p.meta(t)
	case "bgsound", "layer", "ilayer":
		p.element("active.other", t)
	case "xml":
		if t.has("src") || t.has("id") {
			p.element("active.other", t) // a data island
		}
	case "link":
		if hasToken(p.clean(t, "rel"), "import") {
			p.element("active.other", t)
		}
	case "set", "animate", "animatetransform", "animatemotion", "animatecolor":
		p.animation(t)
	case "use", "feimage":
		p.embedded(t)
	}
}

// element reports the start tag of t.
func (p *pass) element(code string, t *tag) {
	p.reportActive(code, t.whole, treeKey(t.name, "", ""))
}

// attribute reports one attribute of t.
func (p *pass) attribute(code string, t *tag, a *attribute) {
	key := ""
	if p.doubtful {
		key = treeKey(t.name, a.name, treeValue(p.text(a.value)))
	}
	p.reportActive(code, a.whole, key)
}

// text returns what stands at the given offsets of src.
func (p *pass) text(at span) string { return p.src[at.start:at.end] }

// decoded returns the value of an attribute, its character references decoded. Several rules ask for it; it is made once.
func (p *pass) decoded(a *attribute) string {
	if !a.isDecoded {
		a.decoded, a.isDecoded = unescape(p.text(a.value)), true
	}
	return a.decoded
}

// clean returns the value of an attribute, decoded, trimmed and in lower case.
func (p *pass) clean(t *tag, name string) string {
	return lower(trimURL(unescape(t.attr(p.src, name))))
}

// has reports whether t has an attribute of that name.
func (t *tag) has(name string) bool {
	for i := range t.attrs {
		if t.attrs[i].name == name {
			return true
		}
	}
	return false
}

// hasToken reports whether list, separated by spaces, has token.
func hasToken(list, token string) bool {
	for field := range strings.FieldsSeq(list) {
		if field == token {
			return true
		}
	}
	return false
}

// script reports a script by its language.
func (p *pass) script(t *tag) {
	kind := p.clean(t, "type")
	if kind == "" {
		kind = p.clean(t, "language")
	}
	switch {
	case strings.Contains(kind, "vbs"):
		p.element("active.vbscript", t)
	case p.v.opts.AllowDataBlocks && kind == "application/ld+json" && !t.has("src"):
	case p.v.opts.AllowAMP && p.isAMP(t):
	default:
		p.element("active.script", t)
	}
}

// isAMP reports whether t loads a component of AMP for Email.
func (p *pass) isAMP(t *tag) bool {
	to, ok := targetOf(unescape(t.attr(p.src, "src")))
	return ok && to.host == "cdn.ampproject.org"
}

// activeXName is how JScript calls for an ActiveX control.
const activeXName = "ActiveXObject"

// activeScript reports ActiveX inside a script.
func activeScript(p *pass, t *tag, where span) {
	for _, name := range [...]string{activeXName, "CreateObject"} {
		if at := strings.Index(p.text(where), name); at >= 0 {
			at += where.start
			p.reportActive("active.activex", span{at, at + len(name)}, treeKey(t.name, "", ""))
		}
	}
}

// meta reports a meta element that does more than describe.
func (p *pass) meta(t *tag) {
	switch p.clean(t, "http-equiv") {
	case "refresh":
		if t.has("content") {
			p.element("active.meta-refresh", t)
		}
		if i := strings.IndexByte(p.clean(t, "content"), '='); i >= 0 {
			p.refreshTarget(t, unescape(t.attr(p.src, "content")))
		}
	case "set-cookie", "link":
		p.element("active.other", t)
	}
	charset := p.clean(t, "charset")
	if content := p.clean(t, "content"); charset == "" && strings.Contains(content, "charset") {
		_, charset, _ = strings.Cut(content, "charset")
		charset = strings.TrimLeft(charset, "= \t\"'")
	}
	switch charset, _, _ = strings.Cut(strings.TrimRight(charset, "\"' "), ";"); charset {
	case "utf-7", "utf7", "unicode-1-1-utf-7", "x-imap4-modified-utf7", "x-mac-farsi", "mac-farsi", "x-user-defined", "hz-gb-2312":
		p.element("active.other", t) // turns harmless bytes into markup
	}
}

// refreshTarget reports a script URL in the content of a meta refresh.
func (p *pass) refreshTarget(t *tag, content string) {
	_, url, _ := strings.Cut(content, "=")
	switch dangerOf(strings.Trim(url, "'\" \t\r\n\f")) {
	case runsJavaScript:
		p.element("active.javascript-url", t)
	case runsVBScript:
		p.element("active.vbscript", t)
	case carriesDocument:
		p.element("active.other", t)
	}
}

// animation reports SVG animation that sets a handler or a link to something active.
func (p *pass) animation(t *tag) {
	name := p.clean(t, "attributename")
	switch name {
	case "href", "xlink:href", "src", "from", "to", "values":
	default:
		if strings.HasPrefix(name, "on") && p.v.isHandler(name, "") {
			p.element("active.svg", t)
		}
		return
	}
	for _, attr := range [...]string{"to", "from", "by", "values"} {
		for value := range strings.SplitSeq(unescape(t.attr(p.src, attr)), ";") {
			if dangerOf(value) != harmless || dangerOf(unescape(t.attr(p.src, attr))) != harmless {
				p.element("active.svg", t)
				return
			}
		}
	}
}

// embedded reports an SVG reference to a document in a data: URL.
func (p *pass) embedded(t *tag) {
	for _, name := range [...]string{"href", "xlink:href"} {
		if dangerOf(unescape(t.attr(p.src, name))) != harmless {
			p.element("active.svg", t)
		}
	}
}

// activeDeclaration reports the processing instructions that old browsers acted upon.
func activeDeclaration(p *pass, where span) {
	text := p.text(where)
	if !strings.HasPrefix(text, "<?") {
		return
	}
	text = lower(text)
	switch {
	case strings.HasPrefix(text, "<?import"):
	case strings.HasPrefix(text, "<?xml-stylesheet") && hasActiveHref(text):
	default:
		return
	}
	p.reportActive("active.other", where, "")
}

// hasActiveHref reports whether the href of an instruction runs something.
func hasActiveHref(instruction string) bool {
	_, rest, ok := strings.Cut(instruction, "href")
	if !ok {
		return false
	}
	rest = strings.TrimLeft(rest, " \t\r\n\f=\"'")
	scheme, _ := schemeOf(unescape(rest))
	return scheme == "data" || dangerOf(unescape(rest)) != harmless
}
