package template

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"
)

// isHidden reports whether the element of a start tag is not shown.
func (s *scanner) isHidden() bool {
	if len(s.attrs) == 0 {
		return false
	}
	if _, hidden := s.attr("hidden"); hidden {
		return true
	}
	if style, styled := s.attr("style"); styled && hides(style) {
		return true
	}
	return s.isPreheader()
}

// isPreheader reports whether an element is a part of our block; mail programs put prefixes before classes.
func (s *scanner) isPreheader() bool {
	classes, _ := s.attr("class")
	if !strings.Contains(classes, preheaderClass) {
		return false
	}
	for class := range strings.FieldsSeq(classes) {
		if strings.HasSuffix(class, preheaderClass) {
			return true
		}
	}
	return false
}

// hides reports whether a style attribute hides its element. Neither "mso-hide:all" nor "font-size:0" does by itself:
// the one is for Outlook alone, the other is common around cells that set a size of their own.
func hides(style string) bool {
	var clipped, flat bool
	for declaration := range strings.SplitSeq(style, ";") {
		property, value, _ := strings.Cut(declaration, ":")
		value = strings.ToLower(strings.TrimSpace(value))
		value = strings.TrimSpace(strings.TrimSuffix(value, "!important"))
		switch strings.ToLower(strings.TrimSpace(property)) {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" {
				return true
			}
		case "opacity":
			if zero(value) {
				return true
			}
		case "overflow":
			clipped = value == "hidden"
		case "max-height", "height":
			flat = flat || zero(value)
		}
	}
	return clipped && flat
}

// zero reports whether a CSS value is a zero of any unit.
func zero(value string) bool {
	number := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz%")
	f, err := strconv.ParseFloat(number, 64)
	return err == nil && f == 0
}

// hasOwnPreheader reports whether body begins, before anything that can be seen, with a hidden element that holds
// text and nothing but text: what authors write as a preheader. A hidden block with pictures or links is something
// else. Head is what stands before body, with its style sheets.
func hasOwnPreheader(head, body string) bool {
	const most = 50 // elements in front of a preheader
	s := scanner{doc: body}
	for elements := 0; elements < most; {
		switch s.next() {
		case tokenEOF:
			return false
		case tokenText:
			if visible(s.text()) {
				return false
			}
		case tokenStartTag:
			elements++
			switch {
			case s.traits&void != 0:
			case s.traits&dropped != 0:
				s.holdsTextOnly()
			case s.isHidden() || s.isHiddenBy(head):
				if s.holdsTextOnly() {
					return true
				}
			}
		}
	}
	return false
}

// holdsTextOnly reads on to the end of the element that begins and reports whether it held text, and no pictures, links or tables.
func (s *scanner) holdsTextOnly() bool {
	element, text, only := s.identity(), false, true
	for depth := 1; depth > 0; {
		switch s.next() {
		case tokenEOF:
			return false
		case tokenText:
			text = text || visible(s.text())
		case tokenStartTag:
			switch {
			case s.identity() == element:
				depth++
			case s.tag == atom.A, s.tag == atom.Img, s.tag == atom.Table, s.tag == atom.Input:
				only = false
			}
		case tokenEndTag:
			if s.identity() == element {
				depth--
			}
		}
	}
	return text && only
}

// visible reports whether text shows anything: it is not blank and no mere padding.
func visible(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool {
		switch {
		case unicode.IsSpace(r), invisible(r), r >= 0x200B && r <= 0x200D, r == 0x034F, r == 0x00AD:
			return false
		}
		return true
	})
}

// isHiddenBy reports whether a style sheet in head hides an element whose class or id says that it is a preheader:
// ".preheader { display: none !important }".
func (s *scanner) isHiddenBy(head string) bool {
	const longest = 200 // of a list of classes; each is sought in head
	class, _ := s.attr("class")
	id, _ := s.attr("id")
	if len(class)+len(id) > longest {
		return false
	}
	for _, names := range []struct{ mark, list string }{{".", class}, {"#", id}} {
		for name := range strings.FieldsSeq(names.list) {
			if named := strings.ToLower(name); !strings.Contains(named, "prehead") && !strings.Contains(named, "preview") {
				continue
			}
			_, rule, found := strings.Cut(head, names.mark+name)
			_, rule, opened := strings.Cut(rule, "{")
			declarations, _, closed := strings.Cut(rule, "}")
			if found && opened && closed && hides(declarations) {
				return true
			}
		}
	}
	return false
}
