package template

import "golang.org/x/net/html/atom"

// traits are what a letter's text depends on in an element: a set of the bits below.
type traits uint32

const (
	void      traits = 1 << iota // has no content (HTML §13.1.2)
	raw                          // its content is text to the tokenizer, whatever it looks like
	dropped                      // its content is not seen by a reader of mail
	line                         // stands on lines of its own
	paragraph                    // is parted by a blank line from what stands around it
	closer                       // its start tag ends other elements, see closeImplied

	// Bounds: elements beyond which a tag closes nothing.
	lists
	definitions
	cells
	rows
	tables
	boxes // that hold paragraphs of their own

	// The bounds that its end tag does not keep to: a </div> in a cell closes nothing outside it, a </td> does.
	leavesCells  = cells << beyond
	leavesTables = tables << beyond
	beyond       = 16
)

// known is an element that HTML knows.
type known struct {
	name   string
	tag    atom.Atom
	traits traits
}

// elements returns the elements of HTML. One that is not among them has no traits, and is known by its name alone.
func elements() []known {
	var all []known
	for _, group := range []struct {
		traits traits
		tags   []atom.Atom
	}{
		{void, []atom.Atom{atom.Area, atom.Base, atom.Basefont, atom.Bgsound, atom.Br, atom.Col, atom.Embed, atom.Frame,
			atom.Img, atom.Input, atom.Keygen, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr}},
		{void | paragraph, []atom.Atom{atom.Hr}},
		{raw | dropped | leavesCells | leavesTables, []atom.Atom{atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Script,
			atom.Style, atom.Textarea, atom.Title}},
		{dropped | leavesCells | leavesTables, []atom.Atom{atom.Template, atom.Svg, atom.Object, atom.Audio, atom.Video, atom.Canvas,
			atom.Datalist, atom.Select}},
		{raw | paragraph, []atom.Atom{atom.Plaintext, atom.Xmp}},
		{paragraph, []atom.Atom{atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Listing}},
		{paragraph | lists, []atom.Atom{atom.Ul, atom.Ol}},
		{paragraph | definitions, []atom.Atom{atom.Dl}},
		{line, []atom.Atom{atom.Address, atom.Article, atom.Aside, atom.Center, atom.Details, atom.Div, atom.Fieldset, atom.Figcaption,
			atom.Figure, atom.Footer, atom.Form, atom.Header, atom.Hgroup, atom.Legend, atom.Main, atom.Nav, atom.Option, atom.Section,
			atom.Summary}},
		{line | leavesCells | leavesTables, []atom.Atom{atom.Html, atom.Head}},
		{line | closer | leavesCells | leavesTables, []atom.Atom{atom.Body}},
		{line | lists, []atom.Atom{atom.Menu, atom.Dir}},
		{line | closer, []atom.Atom{atom.Li, atom.Dt, atom.Dd}},
		{line | boxes, []atom.Atom{atom.Caption}},
		{line | tables | leavesCells | leavesTables, []atom.Atom{atom.Table}},
		{line | closer | leavesCells, []atom.Atom{atom.Tbody, atom.Tfoot, atom.Thead}},
		{line | closer | rows | leavesCells, []atom.Atom{atom.Tr}},
		{closer | cells | leavesCells, []atom.Atom{atom.Td, atom.Th}},
		{closer, []atom.Atom{atom.A}},
		{boxes, []atom.Atom{atom.Button}},
		{0, []atom.Atom{atom.Abbr, atom.Acronym, atom.Applet, atom.B, atom.Bdi, atom.Bdo, atom.Big, atom.Blink, atom.Cite, atom.Code,
			atom.Colgroup, atom.Command, atom.Data, atom.Del, atom.Dfn, atom.Dialog, atom.Em, atom.Font, atom.Frameset, atom.I, atom.Image, atom.Ins,
			atom.Kbd, atom.Label, atom.Map, atom.Mark, atom.Marquee, atom.Math, atom.Meter, atom.Nobr, atom.Optgroup, atom.Output, atom.Picture,
			atom.Progress, atom.Q, atom.Rp, atom.Rt, atom.Ruby, atom.S, atom.Samp, atom.Small, atom.Span, atom.Strike, atom.Strong, atom.Sub,
			atom.Sup, atom.Time, atom.Tt, atom.U, atom.Var}},
	} {
		for _, tag := range group.tags {
			all = append(all, known{tag.String(), tag, group.traits})
		}
	}
	return all
}

// elementTable holds the elements by the hash of their names, each in its place or in one of the next. Three quarters of it are empty.
var elementTable = func() (table [512]known) {
	for _, element := range elements() {
		at := hashName(element.name)
		for table[at%len(table)].tag != 0 {
			at++
		}
		table[at%len(table)] = element
	}
	return table
}()

// hashName is the same for names that differ in case alone.
func hashName(name string) int {
	hash := uint32(0)
	for i := range len(name) {
		hash = hash*31 + uint32(name[i]|0x20)
	}
	return int(hash & 0xFFFF)
}

// elementOf returns the element of a tag's name; the zero one where HTML does not know it.
func elementOf(name string) (atom.Atom, traits) {
	const longest = 10 // "figcaption" and "blockquote"
	if len(name) > longest {
		return 0, 0
	}
	for at := hashName(name); ; at++ {
		switch e := &elementTable[at%len(elementTable)]; {
		case e.tag == 0:
			return 0, 0
		case e.name == name || len(e.name) == len(name) && e.name == lower(name):
			return e.tag, e.traits
		}
	}
}
