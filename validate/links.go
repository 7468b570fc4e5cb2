package validate

import "strings"

// linkAttributes reports short links in the attributes of t.
func linkAttributes(p *pass, t *tag) {
	for i := range t.attrs {
		a := &t.attrs[i]
		if a.value.end-a.value.start < minLink {
			continue
		}
		switch a.kind {
		case urlAttribute, imageAttribute:
			if t.name == "base" {
				p.baseLink(a)
				continue
			}
			if a.plain { // a reference stands behind the host, where it makes no difference
				p.link(a.whole, p.text(a.value))
				continue
			}
			for _, value := range p.values(a) {
				p.link(a.whole, value)
			}
		case srcsetAttribute:
			candidates(p.decoded(a), func(url string) { p.link(a.whole, url) })
		case styleAttribute:
			if strings.IndexByte(p.text(a.value), '(') >= 0 {
				cssLinks(p, a.value)
			}
		case plainAttribute:
			if t.name == "meta" && a.name == "content" && p.clean(t, "http-equiv") == "refresh" {
				textLinks(p, a.value, true)
			}
		case shownAttribute, animatedValue:
			if strings.IndexByte(p.text(a.value), '/') >= 0 {
				textLinks(p, a.value, true)
			}
		}
	}
}

// minLink is the length of the shortest link, t.co/x.
const minLink = 6

// link reports url, found at the given offsets of src, if it is a short link.
func (p *pass) link(at span, url string) {
	if to, ok := targetOf(url); ok {
		p.target(at, to)
	}
}

// baseLink reports a base at a listed host: every relative link of the letter is a short link then.
func (p *pass) baseLink(a *attribute) {
	if to, ok := targetOf(p.decoded(a)); ok {
		to.path = "/-"
		p.target(a.whole, to)
	}
}

// target reports a link to a listed host.
func (p *pass) target(at span, to target) {
	host, tier := p.v.hosts.find(to)
	switch tier {
	case branded:
		p.reportLink("link.branded", SeverityNote, at, host)
	case suspect:
		p.reportLink("link.short", SeverityNote, at, host)
	case known, parked:
		p.reportLink("link.short", SeverityWarning, at, host)
	}
}

// cssLinks reports short links in url() and @import of CSS, comments left out.
func cssLinks(p *pass, where span) {
	css := p.text(where)
	if !strings.Contains(css, "//") && !strings.ContainsAny(css, `\&`) {
		return
	}
	for i := 0; i < len(css); i++ {
		switch {
		case css[i] == '/' && strings.HasPrefix(css[i:], "/*"):
			end := strings.Index(css[i+2:], "*/")
			if end < 0 {
				return
			}
			i += end + 3
		case css[i] == '(' && i >= 3 && strings.EqualFold(css[i-3:i], "url"):
			i = p.cssURL(where.start, css, i+1, ")")
		case css[i] == '@' && i+7 < len(css) && strings.EqualFold(css[i+1:i+7], "import"):
			i = p.cssURL(where.start, css, i+7, ";")
		}
	}
}

// cssURL reports the URL that starts at offset from of css, quoted or not, and returns the offset
// of its last byte.
func (p *pass) cssURL(base int, css string, from int, stop string) int {
	at := from
	for at < len(css) && isSpace(css[at]) {
		at++
	}
	if at < len(css) && (css[at] == '"' || css[at] == '\'') {
		stop = css[at : at+1]
		at++
	} else if stop == ";" {
		return from - 1 // @import url(…) is met as url()
	}
	length := strings.IndexAny(css[at:], stop+"\n")
	if length < 0 {
		length = len(css) - at
	}
	if length > 0 {
		url, _ := plainCSS(unescape(css[at:at+length]), false, nil)
		p.link(span{base + at, base + at + length}, strings.Trim(url, `"'`))
	}
	return at + length
}
