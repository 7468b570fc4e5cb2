package validate

import "strings"

// advice are the rules about what else a sender wants to know. None of their findings is an error.
func advice() []rule {
	return []rule{
		{
			Rule: Rule{Name: "placeholder", Doc: "placeholders that nobody filled in, and greetings without a name", Rendered: true,
				Codes: []string{"placeholder.unresolved", "placeholder.gap"}},
			part: findPlaceholders, tag: placeholderTag, text: placeholderText, style: placeholderStyle,
		},
		{
			Rule: Rule{Name: "link-form", Doc: "links that do not work in mail, or look like those of a fraud",
				Codes: []string{"link.empty", "link.invalid", "link.relative", "link.insecure", "link.userinfo", "link.local", "link.ip",
					"link.port", "link.file", "link.cid", "link.invisible", "link.mixed-script", "link.look-alike"}},
			tag: linkForms, attributes: true, text: plainLinkForms,
		},
		{
			Rule: Rule{Name: "link-text", Doc: "links whose text shows another domain than they lead to", Codes: []string{"link.mismatch"}},
			tag:  openLink, text: linkText, blanks: true, end: closeLink,
		},
		{
			Rule: Rule{Name: "picture", Doc: "pictures without an alternative text", Codes: []string{"image.no-alt"}},
			tag:  pictureText,
		},
		{
			Rule: Rule{Name: "document", Doc: "whole documents without a language or a title", Codes: []string{"document.no-lang", "document.no-title"}},
			tag:  documentTag, text: documentText, letter: documentTitle,
		},
		{
			Rule: Rule{Name: "clipping", Doc: "HTML that Gmail cuts off", Codes: []string{"size.clipped", "size.near-clipping"}, Rendered: true},
			part: checkClipping,
		},
		{
			Rule: Rule{Name: "unsubscribe", Doc: "mass mailings without a link to unsubscribe", Codes: []string{"bulk.no-unsubscribe"}, Rendered: true},
			tag:  unsubscribeTag, attributes: true, text: unsubscribeText, letter: checkUnsubscribe,
		},
		{
			Rule: Rule{Name: "image-only", Doc: "letters that consist of pictures", Codes: []string{"content.image-only"}, Rendered: true},
			tag:  countPicture, text: countWords, end: countEnd, letter: checkImageOnly,
		},
		{
			Rule: Rule{Name: "preheader", Doc: "preheaders that repeat what stands beside them", Codes: []string{"preheader.repeated"}, Rendered: true},
			text: compareOpening, blanks: true, letter: checkPreheader,
		},
	}
}

// reading is what the rules of advice remember of the part being read.
type reading struct {
	inTitle bool // the text being read is a document's title

	placeholders []span // in the order of their places
	greeting     span   // a greeting that the next text may go on with

	opened linkState

	document span // the html tag
	titled   bool

	unsubscribe bool // has a way out

	words   wordCount
	picture span // the first one

	opening opening
}

// inBody reports whether what is being read stands in the letter as its reader sees it: not in a
// text within the text, nor in what Outlook alone shows.
func (p *pass) inBody() bool { return !p.nested && p.part == HTML }

// varies reports whether template output or a template tag stands within the given offsets, so that only
// the rendering tells what stands there.
func (p *pass) varies(where span) bool {
	return p.template != nil && (overlaps(p.template.outputs, where, func(s span) span { return s }) ||
		overlaps(p.template.tags, where, func(b branchTag) span { return b.at }))
}

// ending returns where a finding about the end of the part stands: its last tag, or its last word.
func (p *pass) ending() span {
	end := len(strings.TrimRight(p.given, " \t\r\n"))
	if end == 0 {
		return span{0, len(p.given)}
	}
	start := strings.LastIndexAny(p.given[:end], "< \t\r\n")
	if start < 0 || start == end-1 || p.given[start] != '<' {
		start++
	}
	if end-start > maxEnding {
		start = end - maxEnding
		for start < end-1 && p.given[start]&0xC0 == 0x80 {
			start++
		}
	}
	return span{min(start, end-1), end}
}

// maxEnding bounds the bytes of an ending.
const maxEnding = 60
