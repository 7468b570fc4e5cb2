package template

import (
	"unicode"
	"unicode/utf8"
)

// lineWriter writes text with white space collapsed. Spaces and line breaks are owed until text follows them, so that
// none begins or ends a line.
type lineWriter struct {
	out    []byte
	breaks int    // line breaks owed: at most 2
	spaces int    // spaces owed
	quote  int    // open quotes
	indent int    // open lists
	pre    int    // open <pre>: white space counts
	marker string // of a list, owed at the start of the next line
	quoted int    // how deep the last line was quoted

	lineText int // where the text of the last line begins in out, behind quotes and marker
}

// breakLine sees to it that what follows stands n line breaks below.
func (w *lineWriter) breakLine(n int) {
	if n > 0 {
		w.breaks, w.spaces = max(w.breaks, n), 0
	}
}

// newLine adds one line break.
func (w *lineWriter) newLine() { w.breaks, w.spaces = min(w.breaks+1, 2), 0 }

// space parts words.
func (w *lineWriter) space() { w.spaces = max(w.spaces, 1) }

// cell parts the cells of a row.
func (w *lineWriter) cell() {
	if w.breaks == 0 {
		w.spaces = 2
	}
}

// append adds to the line that was written last, before what is owed.
func (w *lineWriter) append(s string) { w.out = append(w.out, s...) }

func (w *lineWriter) write(s string) {
	for len(s) > 0 {
		if n := plainRun(s); n > 0 {
			w.pay()
			w.append(s[:n])
			s = s[n:]
			continue
		}
		r, size := utf8.DecodeRuneInString(s)
		w.special(r)
		s = s[size:]
	}
}

// isPlain reports whether s is written as it is.
func isPlain(s string) bool { return plainRun(s) == len(s) }

// plainRun returns the length of the text at the start of s that is written as it is: characters that are shown, and
// single spaces between them.
func plainRun(s string) int {
	i := 0
	for i < len(s) {
		switch c := s[i]; {
		case c > ' ' && c < 0x7F:
			i++
		case c == ' ' && i > 0 && s[i-1] != ' ':
			i++
		case c >= 0xCE && c <= 0xD7 && i+1 < len(s) && s[i+1]&0xC0 == 0x80: // Greek to Hebrew: all of it is shown
			i += 2
		default:
			n := shownLength(s[i:])
			if n == 0 {
				return withoutSpace(s[:i])
			}
			i += n
		}
	}
	return withoutSpace(s)
}

// withoutSpace returns the length of s without a space at its end.
func withoutSpace(s string) int {
	if n := len(s); n > 0 && s[n-1] == ' ' {
		return n - 1
	}
	return len(s)
}

// shownLength returns the length of the character that begins s, or 0 if it is not written as it is.
func shownLength(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	if r < utf8.RuneSelf || r == utf8.RuneError || unicode.IsSpace(r) || dropsFromText(r) {
		return 0
	}
	return size
}

// dropsFromText reports runes that a reader does not see but a search or a plain terminal would.
func dropsFromText(r rune) bool { return r == 0x00AD || r == 0x200B || invisible(r) }

// special writes a rune that is not written as it is.
func (w *lineWriter) special(r rune) {
	switch {
	case r == '\n' && w.pre > 0:
		w.newLine()
	case unicode.IsSpace(r) && w.pre > 0:
		w.spaces++
	case unicode.IsSpace(r):
		w.space()
	case r == utf8.RuneError:
		w.pay()
		w.append(string(utf8.RuneError))
	}
}

// pay writes the breaks and spaces that are owed.
func (w *lineWriter) pay() {
	if len(w.out) == 0 || w.breaks > 0 {
		w.nextLine()
	} else {
		w.pad(w.spaces)
	}
	w.breaks, w.spaces = 0, 0
}

// nextLine begins a line with its quotes, indent and marker.
func (w *lineWriter) nextLine() {
	quote := min(w.quote, maxIndent)
	if len(w.out) > 0 {
		w.append("\n")
		if w.breaks > 1 {
			w.quotes(min(quote, w.quoted), ">")
			w.append("\n")
		}
	}
	w.quoted = quote
	w.quotes(quote, "> ")
	w.pad(2 * min(max(w.indent-1, 0), maxIndent))
	if w.marker == "" && w.indent > 0 {
		w.pad(2) // under the text of the item
	}
	w.append(w.marker)
	w.marker = ""
	if w.pre > 0 {
		w.pad(w.spaces)
	}
	w.lineText = len(w.out)
}

// quotes writes the marks of n quotes, with last for the innermost.
func (w *lineWriter) quotes(n int, last string) {
	for range n - 1 {
		w.append("> ")
	}
	if n > 0 {
		w.append(last)
	}
}

func (w *lineWriter) pad(n int) {
	for range n {
		w.out = append(w.out, ' ')
	}
}
