package validate

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// linkForms reports links of t that do not work in mail, or look like those of a fraud. Elements that are
// active content have to go as they are.
func linkForms(p *pass, t *tag) {
	if p.anchor != nil {
		return
	}
	switch t.name {
	case "script", "iframe", "frame", "embed", "object", "applet", "html":
		return
	}
	for i := range t.attrs {
		a := &t.attrs[i]
		if a.kind != urlAttribute && a.kind != imageAttribute {
			continue
		}
		switch a.name {
		case "href", "src", "action", "formaction", "background", "poster":
		default:
			continue
		}
		if !a.plain && !p.varies(a.value) {
			p.linkForm(t, a, p.decoded(a))
		}
	}
}

// isPlainLink reports whether url needs no closer look: https to a domain name in lower case, and printable
// ASCII behind it. Nearly all links are so. With references, url is as markup has it, and may have &amp; behind the host.
func isPlainLink(url string, references bool) bool {
	host, ok := strings.CutPrefix(url, "https://")
	if !ok {
		return false
	}
	i, label := 0, 0
	for ; i < len(host) && plainHostBytes[host[i]]; i++ {
		if host[i] == '.' {
			label = i + 1
		}
	}
	if i > maxDomain || label == 0 || i-label < 2 || !isLetter(host[label]) || isLocalSuffix(host[label:i]) || strings.Contains(host[:i], "xn--") {
		return false
	}
	if i < len(host) && host[i] != '/' && host[i] != '?' && host[i] != '#' {
		return false
	}
	for ; i < len(host); i++ {
		if c := host[i]; !plainPathBytes[c] || c == '&' && references && !strings.HasPrefix(host[i:], "&amp;") {
			return false
		}
	}
	return true
}

// plainHostBytes are the bytes of a host in lower case; plainPathBytes the printable ASCII that stands for itself.
var plainHostBytes, plainPathBytes = func() (host, path [256]bool) {
	for c := byte('!'); c <= '~'; c++ {
		path[c] = c != '\\' && c != '<' && c != '>'
		host[c] = 'a' <= c && c <= 'z' || isDigit(c) || c == '-' || c == '.'
	}
	return host, path
}()

// linkForm reports what is wrong with the decoded URL in a.
func (p *pass) linkForm(t *tag, a *attribute, url string) {
	url = stripLineBreaks(trimURL(url))
	follows := a.name == "href" && (t.name == "a" || t.name == "area" || strings.HasPrefix(t.name, "v:"))
	if url == "" || url == "#" {
		if follows || a.name == "src" && t.name == "img" {
			p.report("link.empty", a.whole)
		}
		return
	}
	if p.hasPlaceholder(a.value) {
		return // told as such
	}
	scheme, rest := schemeOf(url)
	switch scheme {
	case "http", "https":
		p.webLink(a.whole, scheme, rest)
	case "":
		p.noScheme(a.whole, url)
	case "cid":
		p.contentID(a.whole, rest)
	case "file":
		p.report("link.file", a.whole)
	default:
		if len(scheme) == 1 { // C:\pictures
			p.report("link.file", a.whole)
		}
	}
}

// noScheme reports a relative reference. A mail has no address of its own to which it could be relative.
func (p *pass) noScheme(at span, url string) {
	switch {
	case strings.HasPrefix(url, `\\`):
		p.report("link.file", at)
	case url[0] == '#': // a place in the letter
	default:
		p.report("link.relative", at)
	}
}

// contentID reports a cid: link to a part that the message will not have.
func (p *pass) contentID(at span, id string) {
	if plain, err := url.PathUnescape(id); err == nil { // RFC 2392 §2
		id = plain
	}
	if !slices.Contains(p.whole.Inline, id) {
		p.note("link.cid", at)
	}
}

// webLink reports what is wrong with an http URL, given what follows its scheme's colon.
func (p *pass) webLink(at span, scheme, rest string) {
	rest = strings.TrimLeft(rest, `/\`)
	a := splitAuthority(rest)
	if strings.ContainsFunc(rest, isInvisible) {
		p.report("link.invisible", at)
	}
	if a.host == "" {
		p.report("link.empty", at)
		return
	}
	host, ok := canonicalHost(a.host)
	kind := kindOfHost(a.host, host, ok)
	if kind == noHost || !ok && kind == namedHost {
		p.report("link.invalid", at)
		return
	}
	if a.user {
		p.reportLink("link.userinfo", SeverityWarning, at, host)
	}
	if isOddPort(scheme, a.port) {
		p.reportLink("link.port", SeverityNote, at, host)
	}
	switch {
	case kind == localHost:
		p.reportLink("link.local", SeverityWarning, at, host)
	case kind == numericHost:
		p.reportLink("link.ip", SeverityWarning, at, host)
	case scheme == "http":
		p.reportLink("link.insecure", SeverityNote, at, host)
	}
	switch lookOf(host) {
	case mixedScript:
		p.reportLink("link.mixed-script", SeverityWarning, at, host)
	case lookAlike:
		p.reportLink("link.look-alike", SeverityWarning, at, host)
	}
}

// isOddPort reports whether port is another than the scheme's own. A port that is no number is odd too.
func isOddPort(scheme, port string) bool {
	if port == "" {
		return false
	}
	number, err := strconv.Atoi(port)
	return err != nil || scheme == "https" && number != 443 || scheme == "http" && number != 80
}

// isInvisible reports whether r cannot be seen in a link: zero-width characters and marks of direction.
func isInvisible(r rune) bool {
	switch {
	case r == 0xAD, r == 0x34F, 0x200B <= r && r <= 0x200F, 0x202A <= r && r <= 0x202E, 0x2060 <= r && r <= 0x2069, r == 0xFEFF:
		return true
	}
	return false
}

// plainLinkForms reports the same of addresses with a scheme in the text part, which mail programs make links.
func plainLinkForms(p *pass, where span, _ bool) {
	if p.part != Text || p.anchor != nil {
		return
	}
	text := p.text(where)
	for at := 0; ; {
		found := strings.Index(text[at:], "://")
		if found < 0 {
			return
		}
		found += at
		at = found + len("://")
		scheme, start := "https", found-len("https")
		if !endsFold(text[:found], scheme) {
			if scheme, start = "http", found-len("http"); !endsFold(text[:found], scheme) {
				continue
			}
		}
		end := at + linkLength(text[at:])
		url := strings.TrimRight(text[at:end], ".,;:!?")
		at = end
		where := span{where.start + start, where.start + found + len("://") + len(url)}
		if url != "" && !isPlainLink(text[start:found+len("://")+len(url)], false) && !p.varies(where) && !p.hasPlaceholder(where) {
			p.webLink(where, scheme, url)
		}
	}
}
