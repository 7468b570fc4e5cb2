package validate

import (
	"sort"
	"strings"
)

// findPlaceholders notes where the part has placeholders, in the notations of template languages and
// mailing services: {{ name }}, {% tag %}, *|NAME|*, %NAME%, %%name%%.
func findPlaceholders(p *pass) {
	text := p.given
	for _, mark := range [...][2]string{{"{{", "}}"}, {"{%", "%}"}, {"*|", "|*"}} {
		for at := 0; ; {
			found := strings.Index(text[at:], mark[0])
			if found < 0 {
				break
			}
			at += found
			end := placeholderEnd(text, at, mark[1])
			if end < 0 {
				at += len(mark[0])
				continue
			}
			p.placeholders = append(p.placeholders, span{at, end})
			at = end
		}
	}
	for at := 0; ; {
		found := strings.IndexByte(text[at:], '%')
		if found < 0 {
			break
		}
		at += found
		if end := percentName(text, at); end > 0 {
			p.placeholders = append(p.placeholders, span{at, end})
			at = end
			continue
		}
		at++
	}
	sort.Slice(p.placeholders, func(i, j int) bool { return p.placeholders[i].start < p.placeholders[j].start })
}

// maxPlaceholder bounds the length of a placeholder; of a name between percent signs, the fourth of it.
const maxPlaceholder = 240

// placeholderEnd returns the offset behind the placeholder that opens at offset at, or -1.
func placeholderEnd(text string, at int, closing string) int {
	inner := text[at+2 : min(len(text), at+2+maxPlaceholder)]
	end := strings.Index(inner, closing)
	if end < 0 || strings.Trim(inner[:end], " \t\r\n{}-~*|") == "" || closing == "|*" && !isMergeTag(inner[:end]) {
		return -1
	}
	return at + 2 + end + 2
}

// isMergeTag reports whether name is what stands between "*|" and "|*".
func isMergeTag(name string) bool {
	for i := 0; i < len(name); i++ {
		if c := name[i]; !isIdent(c) && strings.IndexByte(":.,%@= ", c) < 0 {
			return false
		}
	}
	return true
}

// percentName returns the offset behind a %NAME% at offset at, or -1. Percent-encoding and "100%" are none:
// a name is in capitals, or has a dot or an underscore, or stands between doubled signs.
func percentName(text string, at int) int {
	from := at + 1
	doubled := from < len(text) && text[from] == '%'
	if doubled {
		from++
	}
	if from >= len(text) || !isLetter(text[from]) || at > 0 && isIdent(text[at-1]) && !doubled && isDigit(text[at-1]) {
		return -1
	}
	end, capitals, joined := from, true, false
	for end < len(text) && end-from < maxPlaceholder/4 && (isIdent(text[end]) || text[end] == '.') {
		capitals = capitals && (text[end] < 'a' || text[end] > 'z')
		joined = joined || text[end] == '_' || text[end] == '.'
		end++
	}
	if end-from < 3 || end >= len(text) || text[end] != '%' || doubled && !strings.HasPrefix(text[end:], "%%") {
		return -1
	}
	if doubled {
		return end + 2
	}
	if !capitals && !joined || isEncoded(text[from:end]) && end+2 < len(text) && isEncoded(text[end+1:]) {
		return -1
	}
	return end + 1
}

// isEncoded reports whether s starts as what follows a percent sign in percent-encoding.
func isEncoded(s string) bool {
	_, one := hexDigit(s[0])
	_, two := hexDigit(s[1])
	return one && two
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// placeholderTag reports placeholders in a start tag.
func placeholderTag(p *pass, t *tag) { p.reportPlaceholders(t.whole) }

// placeholderText reports placeholders and greetings with a gap in a text.
func placeholderText(p *pass, where span, _ bool) {
	p.reportPlaceholders(where)
	if p.anchor == nil && !p.inTitle {
		p.greetingGap(where)
	}
}

// placeholderStyle reports placeholders in a style sheet.
func placeholderStyle(p *pass, where span) { p.reportPlaceholders(where) }

// reportPlaceholders reports the placeholders within the given offsets.
func (p *pass) reportPlaceholders(where span) {
	if len(p.placeholders) == 0 || p.anchor != nil {
		return
	}
	list := p.placeholders
	first := sort.Search(len(list), func(i int) bool { return list[i].start >= where.start })
	for _, at := range list[first:] {
		if at.end > where.end {
			return
		}
		p.report("placeholder.unresolved", at)
	}
}

// hasPlaceholder reports whether a placeholder stands within the given offsets.
func (p *pass) hasPlaceholder(where span) bool {
	return p.anchor == nil && overlaps(p.placeholders, where, func(s span) span { return s })
}

// overlaps reports whether one of the sorted list stands within the given offsets, or reaches into them.
func overlaps[T any](list []T, where span, at func(T) span) bool {
	first := sort.Search(len(list), func(i int) bool { return at(list[i]).end > where.start })
	return first < len(list) && at(list[first]).start < where.end
}
