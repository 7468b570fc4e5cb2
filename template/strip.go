package template

import (
	"regexp"
	"strings"

	"golang.org/x/net/html/atom"
)

// fillerRun matches ten or more units of padding, as characters or as entities, with the white space that programs
// put between them.
var fillerRun = regexp.MustCompile(`(?i)(?:(?:` +
	figureSpace + blanks + graphemeJoiner + `|` + softHyphen + `|` + nonJoiner + blanks + noBreakSpace +
	`)` + blanks + `){10,}`)

const (
	blanks         = `[ \t\r\n]*`
	figureSpace    = `(?:\x{2007}|&#0*8199;?|&#x0*2007;?|&numsp;)`
	graphemeJoiner = `(?:\x{034F}|&#0*847;?|&#x0*34F;?)`
	softHyphen     = `(?:\x{00AD}|&#0*173;?|&#x0*AD;?|&shy;?)`
	nonJoiner      = `(?:\x{200C}|&#0*8204;?|&#x0*200C;?|&zwnj;)`
	noBreakSpace   = `(?:\x{00A0}|&#0*160;?|&#x0*A0;?|&nbsp;?)`
)

// StripPreheader returns doc without the preheader that [InsertPreheader] put in, for quoting a letter and for a
// message that quotes ours: elements with its class, also with the prefixes that mail programs give to classes, and
// every run of ten or more characters of padding in the text, because some programs rewrite classes. All else stays
// byte for byte, and an element that is never closed stays whole.
func StripPreheader(doc string) string {
	if !strings.Contains(doc, preheaderClass) && !fillerRun.MatchString(doc) {
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
	inRaw    bool // inside the text of a script, a style sheet …
	skipFrom int  // where the element begins that is being skipped, or -1
	skipTag  atom.Atom
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
			token = fillerRun.ReplaceAllString(token, "")
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
	case s.skipFrom >= 0 && s.tag == s.skipTag:
		s.depth++
	case s.skipFrom < 0 && s.traits&void == 0 && s.isPreheader():
		s.skipFrom, s.skipTag, s.depth = s.begin, s.tag, 1
	}
}

// close reports whether an end tag ends the element that is being skipped.
func (s *stripper) close() bool {
	if s.skipFrom < 0 || s.tag != s.skipTag {
		return false
	}
	s.depth--
	if s.depth > 0 {
		return false
	}
	s.skipFrom = -1
	return true
}
