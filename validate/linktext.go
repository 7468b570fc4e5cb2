package validate

import (
	"bytes"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// linkState is the link whose text is being read.
type linkState struct {
	open  bool
	start int
	href  span
	text  []byte // decoded, its beginning
}

// maxLinkText bounds the bytes of a link's text that are looked at.
const maxLinkText = 256

// openLink notes a link whose text is to be compared with where it leads.
func openLink(p *pass, t *tag) {
	if !p.inBody() {
		return
	}
	if t.name != "a" {
		if p.opened.open && !isInline(t.name) {
			p.opened.add(" ")
		}
		return
	}
	p.opened.open = false
	for i := range t.attrs {
		if a := &t.attrs[i]; a.name == "href" {
			p.opened = linkState{open: true, start: t.whole.start, href: a.value, text: p.opened.text[:0]}
			return
		}
	}
}

// isInline reports whether the element called name leaves the text around it one word.
func isInline(name string) bool {
	switch name {
	case "b", "i", "u", "em", "strong", "span", "font", "small", "big", "code", "tt", "wbr", "mark", "sup", "sub":
		return true
	}
	return false
}

// linkText collects the text of a link.
func linkText(p *pass, where span, entities bool) {
	if !p.opened.open || !p.inBody() || len(p.opened.text) >= maxLinkText {
		return
	}
	text := p.text(where)
	text = text[:cut(text, maxLinkText)]
	if entities {
		text = unescape(text)
	}
	p.opened.add(text)
}

func (l *linkState) add(text string) {
	if len(l.text) < maxLinkText {
		l.text = append(l.text, text...)
	}
}

// closeLink compares the text of a link that ends with where it leads.
func closeLink(p *pass, t *tag, where span) {
	if !p.opened.open || t.name != "a" || !p.inBody() {
		return
	}
	p.opened.open = false
	shown, ok := shownDomain(p.opened.text)
	whole := span{p.opened.start, where.end}
	if !ok || p.varies(whole) {
		return
	}
	url := unescape(p.text(p.opened.href))
	to, ok := targetOf(url)
	if !ok || registrable(to.host) == shown || strings.Contains(to.path, shown) { // the path of a redirection names its target
		return
	}
	p.reportLink("link.mismatch", SeverityWarning, whole, to.host)
}

// shownDomain returns the registrable domain of the address that the text of a link shows: one with a scheme or
// "www.", or a domain name in lower case and nothing else. Names like «Ozon.ru» are brands, not addresses.
func shownDomain(shown []byte) (string, bool) {
	if bytes.IndexByte(shown, '.') < 0 {
		return "", false
	}
	text := strings.TrimFunc(string(shown), func(r rune) bool { return endsLink(r) || isInvisible(r) })
	full := hasPrefixFold(text, "https://") || hasPrefixFold(text, "http://") || hasPrefixFold(text, "www.")
	word := text[:linkLength(text)]
	if !full && (word != text || strings.ToLower(word) != word) {
		return "", false
	}
	if _, rest, ok := strings.Cut(word, "://"); ok && full {
		word = rest
	}
	a := splitAuthority(word)
	if a.user {
		return "", false
	}
	host, ok := canonicalHost(strings.TrimRight(a.host, ".,;:!?…"))
	if !ok {
		return "", false
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	known := icann || strings.IndexByte(suffix, '.') >= 0 // or a private registry
	if !full && (!known || a.path == "" && isFileSuffix(suffix)) || known && suffix == host || isDigit(suffix[0]) {
		return "", false
	}
	return registrable(host), true
}

// hasPrefixFold reports whether s starts with prefix, in whatever case.
func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isFileSuffix reports whether a top-level domain is more often the ending of a file's name.
func isFileSuffix(suffix string) bool {
	switch suffix {
	case "zip", "mov", "md", "sh", "rs", "py", "ps":
		return true
	}
	return false
}

// registrable returns the domain under which host is registered, or host itself.
func registrable(host string) string {
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}
