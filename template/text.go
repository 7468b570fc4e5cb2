package template

import (
	"bytes"
	"strconv"
	"strings"

	"golang.org/x/net/html"
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
	z := html.NewTokenizer(strings.NewReader(doc))
	var t texter
	t.out, t.open = make([]byte, 0, len(doc)/2), make([]element, 0, 16)
	for {
		switch z.Next() {
		case html.ErrorToken:
			t.closeAll()
			return strings.TrimSpace(string(t.out))
		case html.TextToken:
			t.words(z.Text())
		case html.StartTagToken, html.SelfClosingTagToken:
			tag, name := tagOf(z)
			t.start(tag, name, readAttrs(z))
		case html.EndTagToken:
			tag, name := tagOf(z)
			t.end(tag, name)
		}
	}
}

// element is an open element.
type element struct {
	tag    atom.Atom
	name   string // where tag is 0
	hidden bool
	href   string // of a link
	from   int    // where a link's text begins in out
	number int    // of the next item, in an ordered list
}

// texter is the tree that a browser would build, as far as text needs it, over a lineWriter.
type texter struct {
	lineWriter
	open   []element
	over   int // elements open beyond maxDepth
	hidden int // how many of open are hidden
}

func (t *texter) words(text []byte) {
	if t.hidden > 0 {
		return
	}
	if holdsFiller(text) { // spares ordinary text the regular expression
		text = fillerRun.ReplaceAll(text, nil)
	}
	t.write(text)
}

// holdsFiller reports whether text holds one of the characters of which fillerRun wants several.
func holdsFiller(text []byte) bool {
	return bytes.Contains(text, []byte("\u034F")) || bytes.Contains(text, []byte("\u00AD")) || bytes.Contains(text, []byte("\u200C"))
}

func (t *texter) start(tag atom.Atom, name []byte, attrs tagAttrs) {
	t.closeImplied(tag)
	hidden := isDropped(tag) || attrs.isHidden()
	if isVoid(tag) {
		if t.hidden == 0 && !hidden {
			t.void(tag, attrs)
		}
		return
	}
	if len(t.open) == maxDepth {
		t.over++
		return
	}
	e := element{tag: tag, hidden: hidden}
	if tag == 0 {
		e.name = string(name)
	}
	if t.hidden == 0 && !hidden {
		t.begin(&e, attrs)
	}
	if hidden {
		t.hidden++
	}
	t.open = append(t.open, e)
}

func (t *texter) void(tag atom.Atom, attrs tagAttrs) {
	switch tag {
	case atom.Br:
		t.newLine()
	case atom.Hr:
		t.breakLine(2)
		t.write([]byte("----------"))
		t.breakLine(2)
	case atom.Img:
		t.write(attrs.alt)
	}
}

// begin does what the start of a visible element does to the text.
func (t *texter) begin(e *element, attrs tagAttrs) {
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
			e.number = firstNumber(string(attrs.start))
		}
	case atom.Li:
		t.marker = t.nextMarker()
	case atom.A:
		e.href, e.from = linkAddress(string(attrs.href)), len(t.out)
	}
}

// finish does what the end of a visible element does.
func (t *texter) finish(e element) {
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
func (t *texter) finishLink(e element) {
	if e.href == "" {
		return
	}
	switch {
	case e.from == len(t.out):
		t.space() // text next to it would become a part of the address
		t.write([]byte(e.href))
		t.space()
	case !sameLink(string(t.out[max(e.from, t.lineText):]), e.href):
		t.append(" (" + e.href + ")")
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

func firstNumber(start string) int {
	if n, err := strconv.ParseInt(strings.TrimSpace(start), 10, 32); err == nil {
		return int(n)
	}
	return 1
}
