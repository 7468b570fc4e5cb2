package validate

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// textLinks reports short links in visible text, with a scheme or without; entities says that the
// text has character references.
func textLinks(p *pass, where span, entities bool) {
	text := p.text(where)
	if entities && strings.IndexByte(text, '&') >= 0 {
		p.decodedLinks(where)
		return
	}
	if strings.IndexByte(text, '/') < 0 {
		return
	}
	scanLinks(text, func(at span, to target) {
		p.target(span{where.start + at.start, where.start + at.end}, to)
	})
}

// decodedLinks is textLinks for text with character references.
func (p *pass) decodedLinks(where span) {
	text := p.text(where)
	if strings.IndexByte(text, '/') < 0 && !refersToSlash(text) {
		return
	}
	plain, offsets := decodeText(text)
	scanLinks(plain, func(at span, to target) {
		p.target(span{where.start + offsets[at.start], where.start + offsets[at.end]}, to)
	})
}

// refersToSlash reports whether a character reference in text may be a slash. The padding behind a preheader is hundreds of
// references that are not.
func refersToSlash(text string) bool {
	for {
		at := strings.IndexByte(text, '&')
		if at < 0 || at+3 >= len(text) {
			return false
		}
		text = text[at+1:]
		if text[0] != '#' {
			if strings.HasPrefix(text, "sol") {
				return true
			}
			continue
		}
		text = text[1:]
		for text != "" && (text[0] == '0' || text[0]|0x20 == 'x') {
			text = text[1:]
		}
		if strings.HasPrefix(text, "47") || strings.HasPrefix(text, "2f") || strings.HasPrefix(text, "2F") {
			return true
		}
	}
}

// decodeText decodes character references and returns the offset in text of every byte of the
// result, and of its end.
func decodeText(text string) (string, []int) {
	var out strings.Builder
	offsets := make([]int, 0, len(text)+1)
	for i := 0; i < len(text); {
		piece := text[i : i+1]
		if text[i] == '&' {
			piece = text[i : i+referenceLength(text[i:])]
		}
		decoded := unescape(piece)
		out.WriteString(decoded)
		for range len(decoded) {
			offsets = append(offsets, i)
		}
		i += len(piece)
	}
	return out.String(), append(offsets, len(text))
}

// referenceLength returns how far a character reference at the start of text may reach.
func referenceLength(text string) int {
	n := 1
	for n < len(text) && n < 34 && (isIdent(text[n]) && text[n] != '-' || text[n] == '#') {
		n++
	}
	if n < len(text) && text[n] == ';' {
		n++
	}
	return n
}

// scanLinks calls found for each link in text that has a host and a path. A link runs to the next
// space, quote or bracket; nothing inside it is another link.
func scanLinks(text string, found func(at span, to target)) {
	for at := 0; at < len(text); {
		slash := strings.IndexByte(text[at:], '/')
		if slash < 0 {
			return
		}
		slash += at
		start := linkStart(text[at:slash]) + at
		end := slash + linkLength(text[slash:])
		if to, ok := textTarget(text, start, slash, end); ok && pathGoesOn(to.path) {
			found(span{start, end}, to)
		}
		at = end
	}
}

// textTarget reads the link text[start:end], whose first slash stands at slash.
func textTarget(text string, start, slash, end int) (target, bool) {
	head := text[start:slash]
	head = head[strings.LastIndexAny(head, "|;,")+1:]
	if cut := strings.LastIndexAny(head, "=?&#"); cut >= 0 {
		if strings.IndexByte(head[:cut], '.') >= 0 {
			return target{}, false // the query of another address
		}
		head = head[cut+1:] // url=bit.ly/x
	}
	if word, ok := strings.CutSuffix(head, ":"); ok {
		if !endsFold(word, "https") && !endsFold(word, "http") {
			return target{}, false
		}
		return authority(strings.TrimLeft(text[slash:end], `/\`))
	}
	if head == "" {
		rest, ok := strings.CutPrefix(text[slash:end], "//")
		if !ok {
			return target{}, false
		}
		return authority(rest)
	}
	if cut := strings.LastIndexByte(head, ':'); cut >= 0 && !isPort(head[cut+1:]) {
		head = head[cut+1:] // «см.:bit.ly/x»
	}
	head = strings.TrimLeft(head, "-_*+!~.^$")
	if strings.IndexByte(head, '@') >= 0 || !strings.ContainsAny(head, ".。．｡") {
		return target{}, false
	}
	return authority(head + text[slash:end])
}

// endsFold reports whether s ends in suffix, in whatever case.
func endsFold(s, suffix string) bool {
	return len(s) >= len(suffix) && strings.EqualFold(s[len(s)-len(suffix):], suffix)
}

// isPort reports whether s consists of digits.
func isPort(s string) bool { return strings.Trim(s, "0123456789") == "" }

// pathGoesOn reports whether path has more than punctuation behind its slash.
func pathGoesOn(path string) bool {
	path = strings.TrimLeft(path, `/\`)
	r, _ := utf8.DecodeRuneInString(path)
	return unicode.IsLetter(r) || unicode.IsDigit(r) || path != "" && strings.IndexByte("-_~%+@!$", path[0]) >= 0
}

// linkStart returns where in text, which a slash follows, the link with that slash starts.
func linkStart(text string) int {
	for i := len(text); i > 0; {
		r, size := utf8.DecodeLastRuneInString(text[:i])
		if endsLink(r) || r > unicode.MaxASCII && !inHost(r) {
			return i
		}
		i -= size
	}
	return 0
}

// linkLength returns the length of the rest of a link.
func linkLength(text string) int {
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			if endsLinkBytes[c] {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if endsLink(r) {
			return i
		}
		i += size
	}
	return len(text)
}

// endsLinkBytes is endsLink of ASCII.
var endsLinkBytes = func() (set [utf8.RuneSelf]bool) {
	for c := range set {
		set[c] = endsLink(rune(c))
	}
	return set
}()

// endsLink reports whether r stands outside of links in running text.
func endsLink(r rune) bool {
	switch r {
	case '"', '\'', '<', '>', '(', ')', '[', ']', '{', '}', '`', '«', '»', '“', '”', '„', '‘', '’', '‹', '›', '…':
		return true
	}
	return r <= ' ' || r > unicode.MaxASCII && unicode.IsSpace(r)
}

// inHost reports whether a rune beyond ASCII may be part of a host as people write it: letters,
// digits, marks, the full stops of UTS #46, invisible characters.
func inHost(r rune) bool {
	switch r {
	case '。', '．', '｡', 0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF:
		return true
	}
	return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r)
}
