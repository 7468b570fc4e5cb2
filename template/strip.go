package template

import "strings"

// StripPreheader returns doc without the preheader that [InsertPreheader] put in, for quoting a letter and for a
// message that quotes ours: elements with its class, also with the prefixes that mail programs give to classes, and
// every run of ten or more characters of padding in the text, because some programs rewrite classes. All else stays
// byte for byte, and an element that is never closed stays whole.
//
// What stood on both sides of what is left out may be a tag together: of a letter that somebody else wrote, make the
// result safe to show, not doc.
func StripPreheader(doc string) string {
	if !strings.Contains(doc, preheaderClass) && len(withoutFiller(doc)) == len(doc) {
		return doc
	}
	s := stripper{scanner: scanner{doc: doc}, skipFrom: -1}
	for kind := s.next(); kind != tokenEOF; kind = s.next() {
		s.step(kind)
	}
	return s.finish()
}

type stripper struct {
	scanner
	out      strings.Builder
	inRaw    bool     // inside the text of a script, a style sheet …
	skipFrom int      // where the element begins that is being skipped, or -1
	skipping identity // that element
	depth    int
	stripped bool // the element before was ours: the line break after it was too
}

// finish adds what no token covered and the element that was never closed.
func (s *stripper) finish() string {
	tail := s.begin
	if s.skipFrom >= 0 {
		tail = s.skipFrom
	}
	s.out.WriteString(s.doc[tail:])
	return s.out.String()
}

func (s *stripper) step(kind tokenKind) {
	token := s.token()
	switch kind {
	case tokenText:
		if s.stripped {
			token = strings.TrimPrefix(token, "\n")
		}
		if !s.inRaw {
			token = withoutFiller(token)
		}
	case tokenStartTag:
		s.inRaw = s.traits&raw != 0
		s.open()
	case tokenEndTag:
		s.inRaw = false
		if s.close() {
			s.stripped = true
			return
		}
	}
	s.stripped = false
	if s.skipFrom < 0 {
		s.out.WriteString(token)
	}
}

func (s *stripper) open() {
	switch {
	case s.skipFrom >= 0 && s.identity() == s.skipping:
		s.depth++
	case s.skipFrom < 0 && s.traits&void == 0 && s.isPreheader():
		s.skipFrom, s.skipping, s.depth = s.begin, s.identity(), 1
	}
}

// close reports whether an end tag ends the element that is being skipped.
func (s *stripper) close() bool {
	if s.skipFrom < 0 || s.identity() != s.skipping {
		return false
	}
	s.depth--
	if s.depth > 0 {
		return false
	}
	s.skipFrom = -1
	return true
}
