package template

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// readRawText reads the text of the element that has just begun, to the end tag of that element; it reports whether
// there is any.
func (s *scanner) readRawText() bool {
	switch s.rawIn {
	case atom.Plaintext:
		s.end = len(s.doc)
	case atom.Script:
		s.end = scriptEnd(s.doc, s.begin)
	default:
		s.end = rawTextEnd(s.doc, s.begin, s.rawIn.String())
	}
	return s.begin < s.end
}

// rawTextEnd returns the offset of the end tag of an element, or that of the document's end.
func rawTextEnd(doc string, at int, element string) int {
	for ; at < len(doc); at++ {
		lt := strings.IndexByte(doc[at:], '<')
		if lt < 0 {
			break
		}
		at += lt
		if isTag(doc[at:], "</", element) {
			return at
		}
	}
	return len(doc)
}

// isTag reports whether text begins with a tag of an element: with open, its name and what ends a name.
func isTag(text, open, element string) bool {
	name, ok := strings.CutPrefix(text, open)
	return ok && len(name) > len(element) && endsName(name[len(element)]) && lower(name[:len(element)]) == element
}

// scriptState is how far the text of a script hides its end tag, as scripts in <!-- comments --> do that write scripts.
type scriptState uint8

const (
	scriptData scriptState = iota
	scriptEscaped
	scriptDoubleEscaped
)

// scriptEnd returns the offset of a script's end tag, or that of the document's end (HTML §13.2.5.4 and 15 to 31).
func scriptEnd(doc string, at int) int {
	for state := scriptData; at < len(doc); {
		rest := doc[at:]
		switch {
		case rest[0] == '>' && state != scriptData && strings.HasSuffix(doc[:at], "--"):
			state = scriptData
		case rest[0] != '<':
		case isTag(rest, "</", "script"):
			if state != scriptDoubleEscaped {
				return at
			}
			state = scriptEscaped
		case state == scriptData && strings.HasPrefix(rest, "<!--"):
			state = scriptEscaped
			at += len("!--")
		case state == scriptEscaped && isTag(rest, "<", "script"):
			state = scriptDoubleEscaped
		case state == scriptEscaped && len(rest) > 1 && rest[1] != '/' && !isLetter(rest[1]):
			state = scriptData
		}
		at++
	}
	return len(doc)
}
