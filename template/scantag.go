package template

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// attribute is an attribute of a tag, as written.
type attribute struct{ name, value string }

// startTag reads a start tag. After some, text follows that holds no markup.
func (s *scanner) startTag() tokenKind {
	if !s.readTag(s.begin + len("<")) {
		return tokenEOF
	}
	if s.traits&raw != 0 {
		s.rawIn = s.tag
	}
	if s.closesItself() {
		return tokenSelfClosingTag
	}
	return tokenStartTag
}

func (s *scanner) endTag() tokenKind {
	if !s.readTag(s.begin + len("</")) {
		return tokenEOF
	}
	return tokenEndTag
}

// readTag reads the tag whose name begins at offset at, to its '>'; it reports false where the document ends before.
func (s *scanner) readTag(at int) bool {
	from := at
	for at < len(s.doc) && !endsName(s.doc[at]) {
		at++
	}
	s.name, s.attrs = s.doc[from:at], s.attrs[:0]
	for {
		for at < len(s.doc) && (isSpace(s.doc[at]) || s.doc[at] == '/') {
			at++
		}
		if at >= len(s.doc) {
			s.end = len(s.doc)
			return false
		}
		if s.doc[at] == '>' {
			s.end = at + 1
			s.tag, s.traits = elementOf(s.name)
			return true
		}
		at = s.readAttribute(at)
	}
}

// readAttribute reads the attribute at offset from and returns the offset after it.
func (s *scanner) readAttribute(from int) int {
	at := from + 1 // a '=' that comes first belongs to the name (HTML §13.2.5.32)
	for at < len(s.doc) && !endsName(s.doc[at]) && s.doc[at] != '=' {
		at++
	}
	a := attribute{name: s.doc[from:at]}
	if equals := skipSpace(s.doc, at); equals < len(s.doc) && s.doc[equals] == '=' {
		a.value, at = s.readValue(skipSpace(s.doc, equals+1))
	}
	s.attrs = append(s.attrs, a)
	return at
}

// readValue returns the value of an attribute at offset from, and the offset after it.
func (s *scanner) readValue(from int) (string, int) {
	if from >= len(s.doc) {
		return "", from
	}
	if quote := s.doc[from]; quote == '"' || quote == '\'' {
		from++
		length := strings.IndexByte(s.doc[from:], quote)
		if length < 0 {
			return "", len(s.doc)
		}
		return s.doc[from : from+length], from + length + 1
	}
	at := from
	for at < len(s.doc) && !isSpace(s.doc[at]) && s.doc[at] != '>' {
		at++
	}
	s.bareEnd = at
	return s.doc[from:at], at
}

// closesItself reports whether a tag ends with "/>" and the '/' is not the end of a value: <a href=/>.
func (s *scanner) closesItself() bool {
	slash := s.end - len("/>")
	return s.doc[slash] == '/' && (s.bareEnd != slash+1 || s.isRepeated(len(s.attrs)-1))
}

// isRepeated reports whether an attribute before the i-th has its name.
func (s *scanner) isRepeated(i int) bool {
	name := lower(s.attrs[i].name)
	for _, before := range s.attrs[:i] {
		if lower(before.name) == name {
			return true
		}
	}
	return false
}

// attr returns what the value of a start tag's attribute says, and whether there is one. Of an attribute given twice the
// first counts.
func (s *scanner) attr(name string) (string, bool) {
	for i := range s.attrs {
		if a := &s.attrs[i]; len(a.name) == len(name) && (a.name == name || lower(a.name) == name) {
			return a.decoded(), true
		}
	}
	return "", false
}

// elementName returns the name of a tag in lower case.
func (s *scanner) elementName() string { return visibleNulls(lower(s.name)) }

// identity tells an element from others: by its name where HTML does not know it.
type identity struct {
	tag  atom.Atom
	name string
}

// identity returns the element of a tag.
func (s *scanner) identity() identity {
	if s.tag != 0 {
		return identity{tag: s.tag}
	}
	return identity{name: s.elementName()}
}

// decoded returns what the value of an attribute says.
func (a *attribute) decoded() string {
	return unescape(visibleNulls(a.value), true)
}

// visibleNulls puts U+FFFD for each null, as the tokenizer does everywhere but in ordinary text.
func visibleNulls(s string) string { return strings.ReplaceAll(s, "\x00", "\uFFFD") }

func skipSpace(doc string, at int) int {
	for at < len(doc) && isSpace(doc[at]) {
		at++
	}
	return at
}

// endsName reports the characters that end the name of a tag or an attribute.
func endsName(c byte) bool { return c <= '>' && (isSpace(c) || c == '/' || c == '>') }
