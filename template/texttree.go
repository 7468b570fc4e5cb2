package template

import (
	"slices"

	"golang.org/x/net/html/atom"
)

// closeImplied closes the elements that a start tag ends without an end tag of their own (HTML §13.1.2.4).
func (t *texter) closeImplied() {
	if t.traits&closer != 0 {
		t.closeSiblings()
	}
	if t.traits&(line|paragraph) != 0 {
		t.closeWithin(boxes|cells|tables, atom.P)
	}
}

func (t *texter) closeSiblings() {
	switch t.tag {
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
}

// closeWithin closes the innermost of tags that is open, with all it holds, unless a bound lies between.
func (t *texter) closeWithin(limit traits, tags ...atom.Atom) {
	for i := len(t.open) - 1; i >= 0; i-- {
		e := &t.open[i]
		if slices.Contains(tags, e.tag) {
			t.closeTo(i)
			return
		}
		if limit&e.traits != 0 {
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
	if t.traits&void != 0 {
		return
	}
	if t.over > 0 {
		t.over--
		return
	}
	limit, ended := (cells|tables)&^(t.traits>>beyond), t.identity()
	for i := len(t.open) - 1; i >= 0; i-- {
		if t.open[i].identity == ended {
			t.closeTo(i)
			return
		}
		if limit&t.open[i].traits != 0 {
			return
		}
	}
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
