package template

import (
	"slices"

	"golang.org/x/net/html/atom"
)

// closeImplied closes the elements that a start tag ends without an end tag of their own (HTML §13.1.2.4).
func (t *texter) closeImplied(tag atom.Atom) {
	switch tag {
	case atom.Li:
		t.closeWithin(lists|cells|tables, atom.Li)
	case atom.Dt, atom.Dd:
		t.closeWithin(definitions|cells|tables, atom.Dt, atom.Dd)
	case atom.Td, atom.Th:
		t.closeWithin(rows|tables, atom.Td, atom.Th)
	case atom.Tr:
		t.closeWithin(tables, atom.Tr)
	case atom.Tbody, atom.Thead, atom.Tfoot:
		t.closeWithin(tables, atom.Tbody, atom.Thead, atom.Tfoot)
	case atom.A:
		t.closeWithin(cells|tables, atom.A)
	case atom.Body:
		t.closeWithin(0, atom.Head)
	}
	if lineBreaks(tag) > 0 {
		t.closeWithin(boxes|cells|tables, atom.P)
	}
}

// bounds is a set of elements beyond which a tag closes nothing.
type bounds uint8

const (
	lists bounds = 1 << iota
	definitions
	cells
	rows
	tables
	boxes // that hold paragraphs of their own
)

// boundOf returns the bound that an element is, or none.
func boundOf(tag atom.Atom) bounds {
	switch tag {
	case atom.Ul, atom.Ol, atom.Menu, atom.Dir:
		return lists
	case atom.Dl:
		return definitions
	case atom.Td, atom.Th:
		return cells
	case atom.Tr:
		return rows
	case atom.Table:
		return tables
	case atom.Button, atom.Caption:
		return boxes
	}
	return 0
}

// closeWithin closes the innermost of tags that is open, with all it holds, unless a bound lies between.
func (t *texter) closeWithin(limit bounds, tags ...atom.Atom) {
	for i := len(t.open) - 1; i >= 0; i-- {
		tag := t.open[i].tag
		if slices.Contains(tags, tag) {
			t.closeTo(i)
			return
		}
		if limit&boundOf(tag) != 0 {
			return
		}
	}
}

// endElement closes the innermost open element of an end tag, with all it holds.
func (t *texter) endElement() {
	if t.tag == atom.Br { // HTML §13.2.6.4.7: </br> is <br>
		t.attrs = t.attrs[:0]
		t.start()
		return
	}
	if isVoid(t.tag) {
		return
	}
	if t.over > 0 {
		t.over--
		return
	}
	limit, name := endBounds(t.tag), ""
	if t.tag == 0 {
		name = t.elementName()
	}
	for i := len(t.open) - 1; i >= 0; i-- {
		if e := &t.open[i]; e.tag == t.tag && e.name == name {
			t.closeTo(i)
			return
		}
		if limit&boundOf(t.open[i].tag) != 0 {
			return
		}
	}
}

// endBounds returns the elements that an end tag does not reach across: a </div> in a cell closes nothing outside it.
func endBounds(tag atom.Atom) bounds {
	switch {
	case isDropped(tag), tag == atom.Table, tag == atom.Body, tag == atom.Html, tag == atom.Head:
		return 0
	case tag == atom.Td, tag == atom.Th, tag == atom.Tr, tag == atom.Tbody, tag == atom.Thead, tag == atom.Tfoot:
		return tables
	}
	return cells | tables
}

func (t *texter) closeAll() { t.closeTo(0) }

// closeTo closes the open elements from the innermost to the i-th.
func (t *texter) closeTo(i int) {
	for n := len(t.open) - 1; n >= i; n-- {
		e := &t.open[n]
		t.open = t.open[:n]
		if e.hidden {
			t.hidden--
			continue
		}
		if t.hidden == 0 {
			t.finish(e)
		}
	}
}
