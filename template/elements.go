package template

import "golang.org/x/net/html/atom"

// isVoid reports elements without content (HTML §13.1.2).
func isVoid(tag atom.Atom) bool {
	switch tag {
	case atom.Area, atom.Base, atom.Basefont, atom.Bgsound, atom.Br, atom.Col, atom.Embed, atom.Frame, atom.Hr, atom.Img,
		atom.Input, atom.Keygen, atom.Link, atom.Meta, atom.Param, atom.Source, atom.Track, atom.Wbr:
		return true
	}
	return false
}

// isRaw reports elements whose content is text to the tokenizer, whatever it looks like.
func isRaw(tag atom.Atom) bool {
	switch tag {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Plaintext, atom.Script, atom.Style,
		atom.Textarea, atom.Title, atom.Xmp:
		return true
	}
	return false
}

// isDropped reports elements whose content a reader of mail does not see.
func isDropped(tag atom.Atom) bool {
	switch tag {
	case atom.Iframe, atom.Noembed, atom.Noframes, atom.Noscript, atom.Script, atom.Style, atom.Textarea, atom.Title,
		atom.Template, atom.Svg, atom.Object, atom.Audio, atom.Video, atom.Canvas, atom.Datalist, atom.Select:
		return true
	}
	return false
}

// lineBreaks returns how many line breaks part an element from what stands around it: 2 leave a blank line, 0 is for
// elements within a line.
func lineBreaks(tag atom.Atom) int {
	switch tag {
	case atom.P, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Xmp, atom.Listing,
		atom.Plaintext, atom.Ul, atom.Ol, atom.Dl, atom.Hr:
		return 2
	case atom.Address, atom.Article, atom.Aside, atom.Body, atom.Caption, atom.Center, atom.Dd, atom.Details, atom.Dir,
		atom.Div, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer, atom.Form, atom.Head, atom.Header,
		atom.Hgroup, atom.Html, atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Option, atom.Section,
		atom.Summary, atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr:
		return 1
	}
	return 0
}
