package template

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// bodyStart returns the offset in doc where the first node inside body goes: after the <body> tag or, where a browser
// would begin the body without one, after the last thing that belongs before it: doctype, <html>, </head>, <style>…
// Never inside a comment, an attribute or the text of a script, whatever doc is.
func bodyStart(doc string) int {
	s := bodyScan{scanner: scanner{doc: doc}}
	for {
		switch s.step(s.next()) {
		case bodyFound:
			return afterConditional(doc, s.end)
		case bodyImplied:
			return s.anchor
		}
	}
}

// bodyScan walks through what stands before a body.
type bodyScan struct {
	scanner
	anchor    int  // where the body would go if it began with the next token
	inRaw     bool // inside <title>, <style>, <script> …
	templates int  // open <template> elements: what they hold is not part of the document
}

type bodyStep int

const (
	before bodyStep = iota
	bodyFound
	bodyImplied
)

func (s *bodyScan) step(kind tokenKind) bodyStep {
	switch kind {
	case tokenEOF:
		return bodyImplied
	case tokenDoctype:
		if strings.HasSuffix(s.token(), ">") { // one that never ends would swallow what comes after it
			s.move()
		}
	case tokenText:
		if !s.inRaw && s.templates == 0 && !blank(s.token(), s.begin == 0) {
			return bodyImplied
		}
	case tokenStartTag, tokenSelfClosingTag:
		return s.opened()
	case tokenEndTag:
		return s.closed()
	}
	return before
}

// opened steps over a start tag.
func (s *bodyScan) opened() bodyStep {
	switch s.tag {
	case atom.Html, atom.Head, atom.Meta, atom.Link, atom.Base, atom.Basefont, atom.Bgsound:
		s.move()
	case atom.Title, atom.Style, atom.Script, atom.Noscript, atom.Noframes:
		s.inRaw = true
	case atom.Template:
		s.templates++
	case atom.Body:
		if s.templates == 0 {
			return bodyFound
		}
	default:
		if s.templates == 0 {
			return bodyImplied
		}
	}
	return before
}

// closed steps over an end tag.
func (s *bodyScan) closed() bodyStep {
	switch s.tag {
	case atom.Head:
		s.move()
	case atom.Title, atom.Style, atom.Script, atom.Noscript, atom.Noframes:
		s.inRaw = false
		s.move()
	case atom.Template:
		s.templates = max(0, s.templates-1)
		s.move()
	case atom.Body, atom.Html, atom.Br:
		if s.templates == 0 {
			return bodyImplied
		}
	}
	return before
}

func (s *bodyScan) move() {
	if s.templates == 0 {
		s.anchor = s.end
	}
}

// blank reports whether text is white space; a byte order mark may begin a document.
func blank(text string, first bool) bool {
	if first {
		text = strings.TrimPrefix(text, "\uFEFF")
	}
	return strings.Trim(text, " \t\r\n\f") == ""
}

// afterConditional moves an offset behind the end of a conditional comment that follows at once, as in
// <!--[if !mso]><!--><body><!--<![endif]-->: Outlook would not see what stands before that end.
func afterConditional(doc string, offset int) int {
	for s := (scanner{doc: doc, end: offset}); ; {
		switch kind, token := s.next(), s.token(); {
		case kind == tokenText && strings.TrimSpace(token) == "":
		case token == "<!--<![endif]-->", token == "<![endif]-->", token == "<![endif]>":
			return s.end
		default:
			return offset
		}
	}
}
