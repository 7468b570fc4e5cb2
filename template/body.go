package template

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// bodyStart returns the offset in doc where the first node inside body goes: after the <body> tag or, where a browser
// would begin the body without one, after the last thing that belongs before it: doctype, <html>, </head>, <style>…
// Never inside a comment, an attribute or the text of a script, whatever doc is.
func bodyStart(doc string) int {
	z := html.NewTokenizer(strings.NewReader(doc))
	var s bodyScan
	for offset := 0; ; {
		kind := z.Next()
		begin := offset
		offset += len(z.Raw()) // before anything that converts the token in place
		switch s.step(z, kind, begin, offset) {
		case bodyFound:
			return afterConditional(doc, offset)
		case bodyImplied:
			return s.anchor
		}
	}
}

// bodyScan walks through what stands before a body.
type bodyScan struct {
	anchor    int  // where the body would go if it began with the next token
	raw       bool // inside <title>, <style>, <script> …
	templates int  // open <template> elements: what they hold is not part of the document
}

type bodyStep int

const (
	before bodyStep = iota
	bodyFound
	bodyImplied
)

func (s *bodyScan) step(z *html.Tokenizer, kind html.TokenType, begin, end int) bodyStep {
	switch kind {
	case html.ErrorToken:
		return bodyImplied
	case html.DoctypeToken:
		if bytes.HasSuffix(z.Raw(), []byte(">")) { // one that never ends would swallow what comes after it
			s.move(end)
		}
	case html.TextToken:
		if !s.raw && s.templates == 0 && !blank(z.Raw(), begin == 0) {
			return bodyImplied
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		tag, _ := tagOf(z)
		return s.start(tag, end)
	case html.EndTagToken:
		tag, _ := tagOf(z)
		return s.end(tag, end)
	}
	return before
}

func (s *bodyScan) start(tag atom.Atom, end int) bodyStep {
	switch tag {
	case atom.Html, atom.Head, atom.Meta, atom.Link, atom.Base, atom.Basefont, atom.Bgsound:
		s.move(end)
	case atom.Title, atom.Style, atom.Script, atom.Noscript, atom.Noframes:
		s.raw = true
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

func (s *bodyScan) end(tag atom.Atom, end int) bodyStep {
	switch tag {
	case atom.Head:
		s.move(end)
	case atom.Title, atom.Style, atom.Script, atom.Noscript, atom.Noframes:
		s.raw = false
		s.move(end)
	case atom.Template:
		s.templates = max(0, s.templates-1)
		s.move(end)
	case atom.Body, atom.Html, atom.Br:
		if s.templates == 0 {
			return bodyImplied
		}
	}
	return before
}

func (s *bodyScan) move(end int) {
	if s.templates == 0 {
		s.anchor = end
	}
}

// blank reports whether text is white space; a byte order mark may begin a document.
func blank(text []byte, first bool) bool {
	if first {
		text = bytes.TrimPrefix(text, []byte("\uFEFF"))
	}
	return len(bytes.Trim(text, " \t\r\n\f")) == 0
}

// afterConditional moves an offset behind the end of a conditional comment that follows at once, as in
// <!--[if !mso]><!--><body><!--<![endif]-->: Outlook would not see what stands before that end.
func afterConditional(doc string, offset int) int {
	if !strings.HasPrefix(strings.TrimSpace(doc[offset:]), "<!") { // spares most letters another tokenizer
		return offset
	}
	z := html.NewTokenizer(strings.NewReader(doc[offset:]))
	for at := offset; ; {
		kind := z.Next()
		raw := string(z.Raw())
		at += len(raw)
		switch {
		case kind == html.TextToken && strings.TrimSpace(raw) == "":
		case kind == html.CommentToken && (raw == "<!--<![endif]-->" || raw == "<![endif]-->" || raw == "<![endif]>"):
			return at
		default:
			return offset
		}
	}
}
