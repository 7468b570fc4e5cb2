package template

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// scanner reads an HTML document token by token, as the tokenizer of HTML §13.2.5 does. A token is a span of the
// document: nothing of it is copied, and nothing decoded before it is asked for. It builds no tree, so in foreign
// content, too, a CDATA section is a comment. Line breaks stay as they are in the document; see unifyNewlines.
type scanner struct {
	doc        string
	begin, end int       // of the token it stands on; the next one begins at end
	raw        bool      // the token is the text of an element that holds no markup
	rawIn      atom.Atom // the element of that text, or the one whose text comes next

	tag     atom.Atom // of a tag; 0 where HTML does not know the element
	traits  traits    // of that element
	name    string    // of a tag, as written
	attrs   []attribute
	bareEnd int // where the last attribute value without quotes ends
}

type tokenKind uint8

const (
	tokenEOF  tokenKind = iota // with the tag, if any, that the document ends in
	tokenText                  // of an element in one piece
	tokenStartTag
	tokenSelfClosingTag
	tokenEndTag
	tokenComment // with what a browser makes a comment: <?…>, <![CDATA[…]]>, </>
	tokenDoctype
)

// next moves to the next token.
func (s *scanner) next() tokenKind {
	s.begin, s.raw = s.end, s.rawIn != 0
	if s.raw && s.readRawText() { // a second time it finds none
		return tokenText
	}
	s.raw, s.rawIn = false, 0
	if s.begin == len(s.doc) {
		return tokenEOF
	}
	s.end = s.textEnd()
	if s.begin < s.end {
		return tokenText
	}
	return s.markup()
}

// textEnd returns where the text that begins the token ends.
func (s *scanner) textEnd() int {
	for at := s.begin; at < len(s.doc); at++ {
		if s.doc[at] != '<' {
			lt := strings.IndexByte(s.doc[at:], '<')
			if lt < 0 {
				break
			}
			at += lt
		}
		if opensMarkup(s.doc[at+1:]) {
			return at
		}
	}
	return len(s.doc)
}

// opensMarkup reports whether rest, which follows a '<', makes it more than text (HTML §13.2.5.6).
func opensMarkup(rest string) bool {
	return rest != "" && (isLetter(rest[0]) || rest[0] == '/' || rest[0] == '!' || rest[0] == '?')
}

// markup reads what begins with '<'.
func (s *scanner) markup() tokenKind {
	rest := s.doc[s.begin:]
	switch {
	case isLetter(rest[1]):
		return s.startTag()
	case rest == "</":
		s.end = len(s.doc)
		return tokenText
	case rest[1] == '/' && isLetter(rest[2]):
		return s.endTag()
	case strings.HasPrefix(rest, "<!--"):
		s.end = commentEnd(s.doc, s.begin+len("<!--"))
		return tokenComment
	}
	s.end = len(s.doc)
	if gt := strings.IndexByte(rest, '>'); gt >= 0 {
		s.end = s.begin + gt + 1
	}
	if len(rest) >= len("<!doctype") && strings.EqualFold(rest[:len("<!doctype")], "<!doctype") {
		return tokenDoctype
	}
	return tokenComment
}

// commentEnd returns the offset after the comment whose text begins at from (HTML §13.2.5.43).
func commentEnd(doc string, from int) int {
	switch rest := doc[from:]; {
	case strings.HasPrefix(rest, ">"):
		return from + len(">")
	case strings.HasPrefix(rest, "->"):
		return from + len("->")
	}
	for at := from; ; {
		dashes := strings.Index(doc[at:], "--")
		if dashes < 0 {
			return len(doc)
		}
		at += dashes + len("--")
		switch rest := doc[at:]; {
		case strings.HasPrefix(rest, ">"):
			return at + len(">")
		case strings.HasPrefix(rest, "!>"):
			return at + len("!>")
		case strings.HasPrefix(rest, "-"):
			at-- // of three dashes the last two count
		}
	}
}

// token returns the token as written.
func (s *scanner) token() string { return s.doc[s.begin:s.end] }

// text returns what a text token says.
func (s *scanner) text() string {
	if !s.raw {
		return unescape(s.token(), false)
	}
	text := visibleNulls(s.token())
	if s.rawIn == atom.Textarea || s.rawIn == atom.Title { // RCDATA (HTML §13.2.5.2)
		text = unescape(text, false)
	}
	return text
}

// unifyNewlines makes every line break of a document a "\n" (HTML §13.2.3.5).
func unifyNewlines(text string) string {
	if strings.IndexByte(text, '\r') < 0 {
		return text
	}
	return strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' }

// lower folds ASCII letters: the names of tags and attributes fold no others.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			return foldFrom(s, i)
		}
	}
	return s
}

func foldFrom(s string, first int) string {
	b := []byte(s)
	for i, c := range b[first:] {
		if 'A' <= c && c <= 'Z' {
			b[first+i] |= 0x20
		}
	}
	return string(b)
}
