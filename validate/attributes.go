package validate

import "strings"

// attributeKind tells what the value of an attribute is.
type attributeKind uint8

const (
	plainAttribute attributeKind = iota
	urlAttribute                 // a URL that a click or the page itself follows
	imageAttribute               // a URL that shows a picture: a data: document runs nothing there
	animatedValue                // a value that SVG animation may make a URL
	srcsetAttribute
	styleAttribute
	srcdocAttribute
	handlerAttribute // begins with "on"
	shownAttribute   // text that a reader may see
	bindingAttribute // Internet Explorer's data binding
	paintAttribute   // an SVG attribute that may hold url()
)

// kindOfAttribute classifies an attribute by its name, whatever its element: old clients and
// parsers read URLs where the standard has none.
func kindOfAttribute(name string) attributeKind {
	switch name {
	case "style":
		return styleAttribute
	case "href", "src", "action", "formaction", "xlink:href", "data", "cite", "longdesc", "codebase", "code",
		"profile", "manifest", "ping", "folder", "o:href", "archive", "implementation", "usemap", "icon", "pluginspage", "content:href":
		return urlAttribute
	case "background", "poster", "lowsrc", "dynsrc":
		return imageAttribute
	case "from", "to", "values", "by", "value":
		return animatedValue
	case "srcset", "imagesrcset":
		return srcsetAttribute
	case "srcdoc":
		return srcdocAttribute
	case "alt", "title", "placeholder":
		return shownAttribute
	case "fill", "stroke", "filter", "mask", "clip-path", "cursor", "marker", "marker-start", "marker-mid", "marker-end":
		return paintAttribute
	case "datasrc", "datafld", "dataformatas":
		return bindingAttribute
	}
	if len(name) > 2 && name[0] == 'o' && name[1] == 'n' || isOldHandler(name) {
		return handlerAttribute
	}
	return plainAttribute
}

// activeAttributes reports handlers, script URLs and what srcdoc holds.
func activeAttributes(p *pass, t *tag) {
	for i := range t.attrs {
		switch a := &t.attrs[i]; a.kind {
		case handlerAttribute:
			p.handler(t, a)
		case urlAttribute, imageAttribute, animatedValue:
			p.urlDanger(t, a)
		case srcsetAttribute:
			candidates(p.decoded(a), func(url string) { p.reportDanger(t, a, dangerOf(url)) })
		case srcdocAttribute:
			if t.name == "iframe" {
				p.within(a.whole, p.decoded(a))
			}
		case bindingAttribute:
			p.attribute("active.other", t, a)
		}
	}
}

// activeLiteral reports a literal of a template that is a script URL. One that ends at its colon
// is a pattern to look for, not an address.
func activeLiteral(p *pass, l literal) {
	text := string(l.text)
	if p.part != HTML || !l.startsURL() || strings.HasSuffix(text, ":") {
		return
	}
	switch dangerOf(text) {
	case runsJavaScript:
		p.reportActive("active.javascript-url", l.at, "")
	case runsVBScript:
		p.reportActive("active.vbscript", l.at, "")
	case carriesDocument:
		p.reportActive("active.other", l.at, "")
	}
}

// handler reports an event handler, and its language if that is VBScript.
func (p *pass) handler(t *tag, a *attribute) {
	value := p.decoded(a)
	if !p.v.isHandler(a.name, value) {
		return
	}
	p.attribute("active.handler", t, a)
	if strings.Contains(value, activeXName) {
		p.attribute("active.activex", t, a)
	}
	if dangerOf(value) == runsVBScript {
		p.attribute("active.vbscript", t, a)
	}
}

// urlDanger reports a URL that runs something. A value of <param> or an animation counts, one of a
// form field does not.
func (p *pass) urlDanger(t *tag, a *attribute) {
	if a.plain || a.name == "value" && t.name != "param" {
		return
	}
	for _, value := range p.values(a) {
		d := dangerOf(value)
		if d == carriesDocument && (a.kind == imageAttribute || showsPicture(t, a)) {
			d = harmless
		}
		p.reportDanger(t, a, d)
	}
}

// reportDanger reports what the URL in a does.
func (p *pass) reportDanger(t *tag, a *attribute, d danger) {
	switch d {
	case runsJavaScript:
		p.attribute("active.javascript-url", t, a)
	case runsVBScript:
		p.attribute("active.vbscript", t, a)
	case carriesDocument:
		if a.kind != srcsetAttribute {
			p.attribute("active.other", t, a)
		}
	}
}

// showsPicture reports whether a is shown as a picture or played, so that nothing in it runs.
func showsPicture(t *tag, a *attribute) bool {
	switch t.name {
	case "img", "image", "source", "video", "audio", "input", "track", "feimage", "v:fill", "v:imagedata":
		return a.name == "src" || strings.HasSuffix(a.name, "href")
	case "link":
		return !strings.Contains(a.name, "import")
	case "q", "blockquote", "ins", "del":
		return a.name == "cite"
	}
	return false
}

// activeStyles reports active CSS in style attributes.
func activeStyles(p *pass, t *tag) {
	for i := range t.attrs {
		if a := &t.attrs[i]; a.kind == styleAttribute || a.kind == paintAttribute {
			if _, found := cssThreat(p.decoded(a)); found {
				p.attribute("active.css", t, a)
			}
		}
	}
}

// activeStyleSheet reports active CSS in a style element.
func activeStyleSheet(p *pass, where span) {
	if at, found := cssThreat(p.text(where)); found {
		p.reportActive("active.css", span{where.start + at.start, where.start + at.end}, treeKey("style", "", ""))
	}
}
