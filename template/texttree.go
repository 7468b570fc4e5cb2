package template

import "golang.org/x/net/html/atom"

// closeImplied closes the elements that a start tag ends without an end tag of their own (HTML §13.1.2.4).
func (t *texter) closeImplied(tag atom.Atom) {
	switch tag {
	case atom.Li:
		t.closeWithin(bounds{atom.Ul, atom.Ol, atom.Menu, atom.Dir, atom.Td, atom.Th, atom.Table}, atom.Li)
	case atom.Dt, atom.Dd:
		t.closeWithin(bounds{atom.Dl, atom.Td, atom.Th, atom.Table}, atom.Dt, atom.Dd)
	case atom.Td, atom.Th:
		t.closeWithin(bounds{atom.Tr, atom.Table}, atom.Td, atom.Th)
	case atom.Tr:
		t.closeWithin(bounds{atom.Table}, atom.Tr)
	case atom.Tbody, atom.Thead, atom.Tfoot:
		t.closeWithin(bounds{atom.Table}, atom.Tbody, atom.Thead, atom.Tfoot)
	case atom.A:
		t.closeWithin(bounds{atom.Td, atom.Th, atom.Table}, atom.A)
	case atom.Body:
		t.closeWithin(nil, atom.Head)
	}
	if lineBreaks(tag) > 0 {
		t.closeWithin(bounds{atom.Button, atom.Td, atom.Th, atom.Caption, atom.Table}, atom.P)
	}
}

// bounds are the elements beyond which no tag closes anything.
type bounds []atom.Atom

func (b bounds) has(tag atom.Atom) bool {
	for _, bound := range b {
		if bound == tag {
			return true
		}
	}
	return false
}

// closeWithin closes the innermost of tags that is open, with all it holds, unless a bound lies between.
func (t *texter) closeWithin(limit bounds, tags ...atom.Atom) {
	for i := len(t.open) - 1; i >= 0; i-- {
		switch tag := t.open[i].tag; {
		case bounds(tags).has(tag):
			t.closeTo(i)
			return
		case limit.has(tag):
			return
		}
	}
}

// endElement closes the innermost open element of an end tag, with all it holds.
func (t *texter) endElement() {
	if t.tag == atom.Br { // HTML §13.2.6.4.7: </br> is <br>
		t.attrs = nil
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
		if limit.has(t.open[i].tag) {
			return
		}
	}
}

// endBounds returns the elements that an end tag does not reach across: a </div> in a cell closes nothing outside it.
func endBounds(tag atom.Atom) bounds {
	switch {
	case isDropped(tag), tag == atom.Table, tag == atom.Body, tag == atom.Html, tag == atom.Head:
		return nil
	case tag == atom.Td, tag == atom.Th, tag == atom.Tr, tag == atom.Tbody, tag == atom.Thead, tag == atom.Tfoot:
		return bounds{atom.Table}
	}
	return bounds{atom.Td, atom.Th, atom.Table}
}

func (t *texter) closeAll() { t.closeTo(0) }

// closeTo closes the open elements from the innermost to the i-th.
func (t *texter) closeTo(i int) {
	for n := len(t.open) - 1; n >= i; n-- {
		e := t.open[n]
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
