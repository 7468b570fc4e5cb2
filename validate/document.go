package validate

import "strings"

// documentTag reports an html element without a language, and notes that the part is a whole document.
func documentTag(p *pass, t *tag) {
	if t.name != "html" || !p.inBody() || p.document.end > 0 {
		return
	}
	p.document = t.whole
	if p.clean(t, "lang") == "" && p.clean(t, "xml:lang") == "" && !p.varies(t.whole) {
		p.note("document.no-lang", t.whole)
	}
}

// documentText notes that a document has a title; what a template prints counts.
func documentText(p *pass, where span, _ bool) {
	if p.inTitle && !p.titled && p.inBody() {
		p.titled = strings.TrimSpace(p.given[where.start:where.end]) != ""
	}
}

// documentTitle reports a document without a title.
func documentTitle(l *letter) {
	if p := l.part(HTML); p != nil && p.document.end > 0 && !p.titled {
		p.note("document.no-title", p.document)
	}
}

// pictureText reports a picture without an alternative text. An empty one says that the picture is for
// decoration; pictures of one pixel count openings.
func pictureText(p *pass, t *tag) {
	if t.name != "img" || !p.inBody() || t.has("alt") || isPixel(p, t) || p.clean(t, "aria-hidden") == "true" || p.varies(t.whole) {
		return
	}
	switch p.clean(t, "role") {
	case "presentation", "none":
		return
	}
	p.note("image.no-alt", t.whole)
}

// isPixel reports whether t is a picture of one pixel or none.
func isPixel(p *pass, t *tag) bool {
	for _, name := range [...]string{"width", "height"} {
		switch strings.TrimSuffix(p.clean(t, name), "px") {
		case "0", "1":
			return true
		}
	}
	return false
}
