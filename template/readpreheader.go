package template

import "strings"

// Preheader returns the preheader that [InsertPreheader] put into doc, or none.
func Preheader(doc string) string {
	if !strings.Contains(doc, preheaderClass) {
		return ""
	}
	for s := (scanner{doc: doc}); ; {
		switch s.next() {
		case tokenEOF:
			return ""
		case tokenStartTag:
			if s.isPreheader() {
				return s.oneLine()
			}
		}
	}
}

// oneLine returns the text up to the next tag, on one line.
func (s *scanner) oneLine() string {
	if s.next() != tokenText {
		return ""
	}
	text, _ := CleanPreheader(s.text())
	return text
}
