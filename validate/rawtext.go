package validate

import "strings"

// rawKind tells how the text behind a start tag is read.
type rawKind uint8

const (
	rawNone      rawKind = iota
	rawText              // to the end tag, no entities
	rawRCDATA            // to the end tag, with entities
	rawScript            // to the end tag, but not inside <!-- <script>
	rawPlaintext         // to the end
)

// rawKindOf returns how HTML reads the content of the element called name. What noscript holds is
// live wherever scripts do not run, as in mail clients: see pass.noscript.
func rawKindOf(name string) rawKind {
	switch name {
	case "style", "xmp", "iframe", "noembed", "noframes":
		return rawText
	case "title", "textarea":
		return rawRCDATA
	case "script":
		return rawScript
	case "plaintext":
		return rawPlaintext
	}
	return rawNone
}

// skipRaw moves the scanner behind the raw text of the element just opened, in front of its end
// tag, and returns the range of that text.
func (s *scanner) skipRaw() span {
	from := s.pos
	switch s.raw {
	case rawPlaintext:
		s.pos = s.end
	case rawScript:
		s.pos = scriptEnd(s.src[:s.end], from)
	default:
		s.pos = endTag(s.src[:s.end], from, s.tag.name)
	}
	s.raw = rawNone
	return span{from, s.pos}
}

// endTag returns the offset of the first end tag called name at or after from, or len(src).
func endTag(src string, from int, name string) int {
	for at := from; ; {
		lt := strings.Index(src[at:], "</")
		if lt < 0 {
			return len(src)
		}
		at += lt
		if tagAt(src, at+2, name) {
			return at
		}
		at += 2
	}
}

// tagAt reports whether a tag name at offset at is name.
func tagAt(src string, at int, name string) bool {
	after := at + len(name)
	return after < len(src) && endsName[src[after]] && strings.EqualFold(src[at:after], name)
}

// scriptEnd returns the offset of the end tag of a script whose text starts at from: the double
// escaped state of the HTML standard, where "<!--<script>" hides one "</script>".
func scriptEnd(src string, from int) int {
	escaped, double := false, false
	for at := from; at < len(src); {
		next := strings.IndexAny(src[at:], "<-")
		if next < 0 {
			return len(src)
		}
		at += next
		rest := src[at:]
		switch {
		case strings.HasPrefix(rest, "-->"):
			escaped, double = false, false
			at += 3
		case !escaped && strings.HasPrefix(rest, "<!--"):
			escaped = true
			at += 2 // "<!-->" ends at once
		case escaped && !double && tagAt(src, at+1, "script"):
			double = true
			at += len("<script")
		case strings.HasPrefix(rest, "</") && tagAt(src, at+2, "script"):
			if !double {
				return at
			}
			double = false
			at += len("</script")
		default:
			at++
		}
	}
	return len(src)
}
