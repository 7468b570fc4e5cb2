package validate

import "strings"

// MessageCodes returns all codes that have texts.
func MessageCodes() []string {
	var codes []string
	for code := range messages {
		codes = append(codes, code)
	}
	return codes
}

// MessageTemplates returns the texts of a code with their parameters unfilled.
func MessageTemplates(code string) (ru, en string) { return messages[code].ru, messages[code].en }

// StartTags returns the start tags that the scanner reads: names, then names of attributes.
func StartTags(html string) [][]string {
	var tags [][]string
	s := scanner{src: html, end: len(html)}
	for {
		switch kind, _ := s.next(); kind {
		case tokenEOF:
			return tags
		case tokenStart:
			list := []string{s.tag.name}
			for _, a := range s.tag.attrs {
				list = append(list, a.name)
			}
			tags = append(tags, list)
		}
	}
}

// ListedHosts returns the hosts of the built-in table by tier: known, suspect, parked, branded.
func ListedHosts() [][]string {
	var tiers [][]string
	for _, hosts := range []string{knownHosts, suspectHosts, parkedHosts, brandedHosts} {
		tiers = append(tiers, strings.Fields(hosts))
	}
	return tiers
}

// CanonicalHost is canonicalHost.
func CanonicalHost(host string) (string, bool) { return canonicalHost(host) }

// TwigSpan is a tag, a print statement or a comment in the source of a template, from the first byte of its delimiter to
// behind the last one.
type TwigSpan struct{ Start, End int }

// TwigSpans returns what Check takes for template syntax in source, in order; the rest is text that is printed as it
// stands. Of a verbatim block the two tags are listed and not what is between. What never ends reaches to the end of
// source, where Twig itself refuses it. White space that "-" and "~" remove belongs to no span.
func TwigSpans(source string) []TwigSpan {
	m := &twigMask{src: source, record: true}
	m.mask()
	var list []TwigSpan
	for _, s := range m.spans {
		list = append(list, TwigSpan{s.start, s.end})
	}
	return list
}
