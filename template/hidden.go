package template

import (
	"bytes"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// tagAttrs are the attributes that matter to this package. They are views of the tokenizer's buffer, good until its
// next token.
type tagAttrs struct {
	class, id, href, alt, start []byte
	hidden                      bool // by its style or by the attribute "hidden"
}

// readAttrs reads the attributes of the start tag that z stands on. Of an attribute given twice the first counts.
func readAttrs(z *html.Tokenizer) tagAttrs {
	var a tagAttrs
	styled := false
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		switch string(key) {
		case "class":
			first(&a.class, value)
		case "id":
			first(&a.id, value)
		case "href":
			first(&a.href, value)
		case "alt":
			first(&a.alt, value)
		case "start":
			first(&a.start, value)
		case "hidden":
			a.hidden = true
		case "style":
			a.hidden = a.hidden || !styled && hides(string(value))
			styled = true
		}
	}
	return a
}

func first(into *[]byte, value []byte) {
	if *into == nil {
		*into = value
	}
}

// isHidden reports whether an element with these attributes is not shown.
func (a tagAttrs) isHidden() bool { return a.hidden || a.isPreheader() }

// isPreheader reports whether an element is a part of our block; mail programs put prefixes before classes.
func (a tagAttrs) isPreheader() bool {
	if !bytes.Contains(a.class, []byte(preheaderClass)) {
		return false
	}
	for class := range bytes.FieldsSeq(a.class) {
		if bytes.HasSuffix(class, []byte(preheaderClass)) {
			return true
		}
	}
	return false
}

// hides reports whether a style attribute hides its element. Neither "mso-hide:all" nor "font-size:0" does by itself:
// the one is for Outlook alone, the other is common around cells that set a size of their own.
func hides(style string) bool {
	var clipped, flat bool
	for declaration := range strings.SplitSeq(style, ";") {
		property, value, _ := strings.Cut(declaration, ":")
		value = strings.ToLower(strings.TrimSpace(value))
		value = strings.TrimSpace(strings.TrimSuffix(value, "!important"))
		switch strings.ToLower(strings.TrimSpace(property)) {
		case "display":
			if value == "none" {
				return true
			}
		case "visibility":
			if value == "hidden" {
				return true
			}
		case "opacity":
			if zero(value) {
				return true
			}
		case "overflow":
			clipped = value == "hidden"
		case "max-height", "height":
			flat = flat || zero(value)
		}
	}
	return clipped && flat
}

// zero reports whether a CSS value is a zero of any unit.
func zero(value string) bool {
	number := strings.TrimRight(value, "abcdefghijklmnopqrstuvwxyz%")
	f, err := strconv.ParseFloat(number, 64)
	return err == nil && f == 0
}

// hasOwnPreheader reports whether body begins, before anything that can be seen, with a hidden element that holds
// text and nothing but text: what authors write as a preheader. A hidden block with pictures or links is something
// else. Head is what stands before body, with its style sheets.
func hasOwnPreheader(head, body string) bool {
	const most = 50 // elements in front of a preheader
	z := html.NewTokenizer(strings.NewReader(body))
	for elements := 0; elements < most; {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.TextToken:
			if visible(z.Text()) {
				return false
			}
		case html.StartTagToken:
			elements++
			tag, _ := tagOf(z)
			attrs := readAttrs(z)
			switch {
			case isVoid(tag):
			case isDropped(tag):
				holdsTextOnly(z, tag)
			case attrs.isHidden() || hiddenBySheet(head, attrs):
				if holdsTextOnly(z, tag) {
					return true
				}
			}
		}
	}
	return false
}

// holdsTextOnly reads on to the end of an element and reports whether it held text, and no pictures, links or tables.
func holdsTextOnly(z *html.Tokenizer, tag atom.Atom) bool {
	text, only := false, true
	for depth := 1; depth > 0; {
		switch z.Next() {
		case html.ErrorToken:
			return false
		case html.TextToken:
			text = text || visible(z.Text())
		case html.StartTagToken:
			switch inner, _ := tagOf(z); {
			case inner == tag && !isVoid(tag):
				depth++
			case inner == atom.A, inner == atom.Img, inner == atom.Table, inner == atom.Input:
				only = false
			}
		case html.EndTagToken:
			if inner, _ := tagOf(z); inner == tag {
				depth--
			}
		}
	}
	return text && only
}

// visible reports whether text shows anything: it is not blank and no mere padding.
func visible(text []byte) bool {
	return bytes.ContainsFunc(text, func(r rune) bool {
		switch {
		case unicode.IsSpace(r), invisible(r), r >= 0x200B && r <= 0x200D, r == 0x034F, r == 0x00AD:
			return false
		}
		return true
	})
}

// hiddenBySheet reports whether a style sheet in head hides an element whose class or id says that it is a preheader:
// ".preheader { display: none !important }".
func hiddenBySheet(head string, attrs tagAttrs) bool {
	const longest = 200 // of a list of classes; each is sought in head
	if len(attrs.class)+len(attrs.id) > longest {
		return false
	}
	for _, names := range []struct{ mark, list string }{{".", string(attrs.class)}, {"#", string(attrs.id)}} {
		for name := range strings.FieldsSeq(names.list) {
			if named := strings.ToLower(name); !strings.Contains(named, "prehead") && !strings.Contains(named, "preview") {
				continue
			}
			_, rule, found := strings.Cut(head, names.mark+name)
			_, rule, opened := strings.Cut(rule, "{")
			declarations, _, closed := strings.Cut(rule, "}")
			if found && opened && closed && hides(declarations) {
				return true
			}
		}
	}
	return false
}
