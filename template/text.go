package template

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

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
	t := texters.Get().(*texter)
	defer t.rest()
	return t.textOf(unifyNewlines(doc))
}

func (t *texter) textOf(doc string) string {
	for t.doc = doc; ; {
		switch t.next() {
		case tokenEOF:
			t.closeAll()
			return string(bytes.TrimSpace(t.out))
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
	identity
	traits traits
	hidden bool
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

// texters are at rest: a letter's text is written into the memory of an earlier one.
var texters = sync.Pool{New: func() any { return new(texter) }}

// rest keeps the memory for another letter, but nothing that refers to this one.
func (t *texter) rest() {
	const most = 64 << 10 // octets of text; of a larger letter nothing is kept
	if cap(t.out) > most || cap(t.attrs) > maxDepth {
		return
	}
	clear(t.attrs[:cap(t.attrs)])
	clear(t.open[:cap(t.open)])
	*t = texter{scanner: scanner{attrs: t.attrs[:0]}, lineWriter: lineWriter{out: t.out[:0]}, open: t.open[:0]}
	texters.Put(t)
}

func (t *texter) words() {
	if t.hidden > 0 {
		return
	}
	switch text := t.token(); {
	case len(text) == 1 && isSpace(text[0]) && t.pre == 0: // between two tags
		t.space()
	case t.raw:
		t.write(t.text())
	default:
		for before := ""; text != ""; {
			before, text = cutFiller(text)
			t.references(before) // what stands on both sides of padding is no reference together
		}
	}
}

// references writes text with its character references replaced.
func (t *texter) references(text string) {
	for {
		at := strings.IndexByte(text, '&')
		if at < 0 {
			t.write(text)
			return
		}
		t.write(text[:at])
		said, length := characterReference(text[at:], false)
		t.write(said)
		text = text[at+length:]
	}
}

func (t *texter) start() {
	t.closeImplied()
	hidden := t.traits&dropped != 0 || t.isHidden()
	if t.traits&void != 0 {
		if t.hidden == 0 && !hidden {
			t.void()
		}
		return
	}
	if len(t.open) == maxDepth {
		t.over++
		return
	}
	e := element{identity: t.identity(), traits: t.traits, hidden: hidden}
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
	t.breakLine(t.breaksOf(e.traits))
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
		e.href, e.from = linkAddress(href), len(t.out)
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
	t.breakLine(t.breaksOf(e.traits))
}

// breaksOf returns how many line breaks part an element from what stands around it; 2 leave a blank line. The items of
// nested lists stay together.
func (t *texter) breaksOf(traits traits) int {
	switch {
	case traits&(line|paragraph) == 0:
		return 0
	case traits&line != 0, traits&lists != 0 && t.indent > 0:
		return 1
	}
	return 2
}

// finishLink puts the address after the text of a link, unless the text says it already.
func (t *texter) finishLink(e *element) {
	if e.href == "" {
		return
	}
	switch {
	case e.from == len(t.out):
		t.space() // text next to it would become a part of the address
		t.write(e.href)
		t.space()
	case !sameLink(t.out[max(e.from, t.lineText):], e.href):
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
