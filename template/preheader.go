package template

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxPreheader is how many characters (runes) of a preheader are kept. Mail programs show fewer: what matters goes in
// the first 40.
const MaxPreheader = 150

// padded is how many characters text and padding make together, so that no list shows what follows: Gmail's shows up
// to about 200.
const padded = 200

const (
	preheaderClass = "crm-preheader"
	preheaderStyle = "display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;color:transparent;mso-hide:all;"
	textDiv        = `<div class="` + preheaderClass + `" style="` + preheaderStyle + `">`
	paddingDiv     = `<div class="` + preheaderClass + `" aria-hidden="true" style="` + preheaderStyle + `">`
	// Numeric entities: the raw pair costs more in quoted-printable.
	paddingPair   = "&#8199;&#847;" // figure space, combining grapheme joiner
	paddingHyphen = "&shy;"
)

var paddingPairs, paddingHyphens = strings.Repeat(paddingPair, padded), strings.Repeat(paddingHyphen, padded)

// CleanPreheader returns a preheader as mail programs can show it: on one line, without controls, marks of direction
// and padding of its own, and at most [MaxPreheader] characters long; when it was longer, a note says so.
func CleanPreheader(preheader string) (string, []Note) {
	clean := collapse(withoutFiller(preheader), invisible)
	length := utf8.RuneCountInString(clean)
	if length <= MaxPreheader {
		return clean, nil
	}
	return shorten(clean), []Note{{Code: CodePreheaderLong, Severity: SeverityWarning, Length: length}}
}

// shorten cuts a text to MaxPreheader runes, or a few less where the cut would part a letter from its marks or an
// emoji from its modifiers.
func shorten(text string) string {
	const most = 20 // marks on one letter; beyond that it is no letter
	runes := []rune(text)
	end := MaxPreheader
	for end > MaxPreheader-most && joins(runes[end-1], runes[end]) {
		end--
	}
	if end == MaxPreheader-most {
		end = MaxPreheader
	}
	return strings.TrimRight(string(runes[:end]), " ")
}

// joins reports whether no character ends between two runes.
func joins(before, after rune) bool {
	const joiner = 0x200D
	return before == joiner || after == joiner || unicode.Is(unicode.M, after) || after >= 0x1F3FB && after <= 0x1F3FF
}

// InsertPreheader returns the rendered HTML doc with preheader as the first node inside its body: hidden, escaped
// once, and followed by hidden padding, so that lists of mails show it and nothing after it. The preheader is plain
// text and is cleaned as [CleanPreheader] does, with its notes.
//
// Nothing else of doc changes. Without HTML there is no place for a preheader, as a note says. An empty preheader leaves doc as it is; one inserted before is replaced; and where the
// body begins with a preheader that the author made himself, a note says that none was inserted. Doc need not be well
// formed: without a body the preheader goes where browsers would begin one.
func InsertPreheader(doc, preheader string) (string, []Note) {
	text, notes := CleanPreheader(preheader)
	if text == "" {
		return doc, notes
	}
	if strings.TrimSpace(doc) == "" {
		return doc, append(notes, Note{Code: CodePreheaderNoHTML, Severity: SeverityWarning})
	}
	at := bodyStart(doc)
	rest := withoutBlock(doc[at:])
	if hasOwnPreheader(doc[:at], rest) {
		return doc, append(notes, Note{Code: CodePreheaderOwn, Severity: SeverityWarning})
	}
	return withBlock(doc[:at], text, rest), notes
}

// withBlock puts the two divisions, one on each line, between the parts of a letter.
func withBlock(before, text, after string) string {
	n := max(0, padded-utf8.RuneCountInString(text))
	var b strings.Builder
	b.Grow(len(before) + len(textDiv) + 2*len(text) + len(paddingDiv) + n*(len(paddingPair)+len(paddingHyphen)) + 16 + len(after))
	b.WriteString(before)
	b.WriteString(textDiv)
	b.WriteString(html.EscapeString(text))
	b.WriteString("</div>\n")
	b.WriteString(paddingDiv)
	b.WriteString(paddingPairs[:n*len(paddingPair)])
	b.WriteString(paddingHyphens[:n*len(paddingHyphen)])
	b.WriteString("</div>\n")
	b.WriteString(after)
	return b.String()
}

// withoutBlock returns body without the block that it begins with, if it does.
func withoutBlock(body string) string {
	rest := body
	for _, div := range []string{textDiv, paddingDiv} {
		inner, ok := strings.CutPrefix(rest, div)
		if !ok {
			return body
		}
		var closed bool
		if _, rest, closed = strings.Cut(inner, "</div>\n"); !closed {
			return body
		}
	}
	return rest
}
