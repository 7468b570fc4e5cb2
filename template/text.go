package template

import (
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// maxDepth bounds the open elements that are remembered; deeper ones are passed over.
const maxDepth = 512

// maxIndent bounds nested quotes and nested lists: each line of the text repeats them.
const maxIndent = 8

// TextFromHTML returns what a person reads in an HTML letter, for its text/plain part: paragraphs parted by blank
// lines, rows of tables on lines, "- " and "1. " before the items of lists, "> " before quotes, "text (address)" for
// links, and the alternative text of pictures. Hidden elements, preheaders and their padding, scripts, style sheets and
// comments are left out. Lines end with "\n" and are not wrapped; no white space begins or ends the text.
//
// Doc need not be well formed. The work is linear in its length.
func TextFromHTML(doc string) string {
	t := texter{scanner: scanner{doc: unifyNewlines(doc)}, open: make([]element, 0, 16)}
	t.out.Grow(len(doc) / 2)
	for {
		switch t.next() {
		case tokenEOF:
			t.closeAll()
			return strings.TrimSpace(t.out.String())
		case tokenText:
			t.words()
		case tokenStartTag, tokenSelfClosingTag:
			t.start()
		case tokenEndTag:
			t.endElement()
		}
	}
}

// element is an open element.
type element struct {
	tag    atom.Atom
	hidden bool
	name   string // where tag is 0
	href   string // of a link
	from   int    // where a link's text begins in out
	number int    // of the next item, in an ordered list
}

// texter is the tree that a browser would build, as far as text needs it, over a lineWriter.
type texter struct {
	scanner
	lineWriter
	open   []element
	over   int // elements open beyond maxDepth
	hidden int // how many of open are hidden
}

func (t *texter) words() {
	if t.hidden > 0 {
		return
	}
	text := t.text()
	if holdsFiller(text) { // spares ordinary text the regular expression
		text = fillerRun.ReplaceAllString(text, "")
	}
	t.write(text)
}

// holdsFiller reports whether text holds one of the characters of which fillerRun wants several.
func holdsFiller(text string) bool {
	const least = 20 // octets of the shortest run: ten soft hyphens
	if len(text) < least {
		return false
	}
	return strings.Contains(text, "\u034F") || strings.Contains(text, "\u00AD") || strings.Contains(text, "\u200C")
}

func (t *texter) start() {
	t.closeImplied(t.tag)
	hidden := isDropped(t.tag) || t.isHidden()
	if isVoid(t.tag) {
		if t.hidden == 0 && !hidden {
			t.void()
		}
		return
	}
	if len(t.open) == maxDepth {
		t.over++
		return
	}
	e := element{tag: t.tag, hidden: hidden}
	if e.tag == 0 {
		e.name = t.elementName()
	}
	if t.hidden == 0 && !hidden {
		t.show(&e)
	}
	if hidden {
		t.hidden++
	}
	t.open = append(t.open, e)
}

func (t *texter) void() {
	switch t.tag {
	case atom.Br:
		t.newLine()
	case atom.Hr:
		t.breakLine(2)
		t.write("----------")
		t.breakLine(2)
	case atom.Img:
		alt, _ := t.attr("alt")
		t.write(alt)
	}
}

// show does what the start of a visible element does to the text.
func (t *texter) show(e *element) {
	t.breakLine(t.breaksOf(e.tag))
	switch e.tag {
	case atom.Td, atom.Th:
		t.cell()
	case atom.Blockquote:
		t.quote++
	case atom.Pre, atom.Xmp, atom.Listing, atom.Plaintext:
		t.pre++
	case atom.Ul, atom.Ol:
		t.indent++
		if e.tag == atom.Ol {
			e.number = t.firstNumber()
		}
	case atom.Li:
		t.marker = t.nextMarker()
	case atom.A:
		href, _ := t.attr("href")
		e.href, e.from = linkAddress(href), t.out.Len()
	}
}

// finish does what the end of a visible element does.
func (t *texter) finish(e *element) {
	switch e.tag {
	case atom.Blockquote:
		t.quote--
	case atom.Pre, atom.Xmp, atom.Listing, atom.Plaintext:
		t.pre--
	case atom.Ul, atom.Ol:
		t.indent--
	case atom.Li:
		t.marker = ""
	case atom.A:
		t.finishLink(e)
	}
	t.breakLine(t.breaksOf(e.tag))
}

// breaksOf keeps the items of nested lists together.
func (t *texter) breaksOf(tag atom.Atom) int {
	if (tag == atom.Ul || tag == atom.Ol) && t.indent > 0 {
		return 1
	}
	return lineBreaks(tag)
}

// finishLink puts the address after the text of a link, unless the text says it already.
func (t *texter) finishLink(e *element) {
	if e.href == "" {
		return
	}
	switch {
	case e.from == t.out.Len():
		t.space() // text next to it would become a part of the address
		t.write(e.href)
		t.space()
	case !sameLink(t.out.String()[max(e.from, t.lineText):], e.href):
		t.append(" (")
		t.append(e.href)
		t.append(")")
	}
}

// nextMarker returns what stands before the next item of the innermost list.
func (t *texter) nextMarker() string {
	for i := len(t.open) - 1; i >= 0; i-- {
		switch t.open[i].tag {
		case atom.Ol:
			number := t.open[i].number
			t.open[i].number++
			return strconv.Itoa(number) + ". "
		case atom.Ul, atom.Menu, atom.Dir:
			return "- "
		}
	}
	return "- "
}

// firstNumber returns the number of the first item of the ordered list that begins.
func (t *texter) firstNumber() int {
	start, _ := t.attr("start")
	if n, err := strconv.ParseInt(strings.TrimSpace(start), 10, 32); err == nil {
		return int(n)
	}
	return 1
}
