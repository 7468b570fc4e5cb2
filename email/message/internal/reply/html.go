package reply

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// HTML is Text of what HTML shows, without what mail programs mark as quoted.
func HTML(source string) string {
	w := walker{quotes: true}
	w.walk(source)
	if text := Text(w.text()); text != "" {
		return text
	}
	w = walker{} // the answer stands within the quotation
	w.walk(source)
	return Text(w.text())
}

// walker goes over the tokens of HTML and writes their text.
type walker struct {
	quotes bool // leave quotations out
	out    strings.Builder
	skip   string // the element being left out
	depth  int    // of elements of that name within it
}

func (w *walker) walk(source string) {
	z := html.NewTokenizer(strings.NewReader(source))
	z.SetMaxBuf(1 << 20)
	for {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.TextToken:
			if w.skip == "" {
				w.write(string(z.Text()))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			if !w.start(z.Token()) {
				return
			}
		case html.EndTagToken:
			w.end(z.Token())
		}
	}
}

// start says whether to go on: some marks stand in front of the quotation and not around it.
func (w *walker) start(t html.Token) bool {
	if w.skip != "" {
		if t.Data == w.skip && t.Type == html.StartTagToken {
			w.depth++
		}
		return true
	}
	quoted, rest := mark(t)
	if w.quotes && rest {
		return false
	}
	switch {
	case t.Type != html.StartTagToken || isVoid(t.DataAtom):
	case w.quotes && quoted, isHidden(t):
		w.skip, w.depth = t.Data, 0
		return true
	}
	switch t.DataAtom {
	case atom.Br:
		w.out.WriteByte('\n')
	case atom.P, atom.Div, atom.Tr, atom.Li, atom.Table, atom.Blockquote, atom.H1, atom.H2, atom.H3, atom.H4, atom.Ul, atom.Ol, atom.Hr, atom.Pre:
		w.newline()
	}
	return true
}

func (w *walker) end(t html.Token) {
	switch {
	case w.skip == "":
		switch t.DataAtom {
		case atom.P, atom.H1, atom.H2, atom.H3, atom.H4:
			w.newline()
			w.out.WriteByte('\n')
		case atom.Div, atom.Tr, atom.Li, atom.Table, atom.Blockquote, atom.Ul, atom.Ol, atom.Pre:
			w.newline()
		}
	case t.Data == w.skip && w.depth == 0:
		w.skip = ""
	case t.Data == w.skip:
		w.depth--
	}
}

// write writes text with its white space collapsed, as HTML shows it.
func (w *walker) write(text string) {
	fields := strings.FieldsFunc(text, isHTMLSpace)
	if len(fields) == 0 || isHTMLSpace(rune(text[0])) {
		w.space()
	}
	w.out.WriteString(strings.Join(fields, " "))
	if len(fields) > 0 && isHTMLSpace(rune(text[len(text)-1])) {
		w.space()
	}
}

func isHTMLSpace(r rune) bool { return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\f' }

func (w *walker) space() {
	if s := w.out.String(); s != "" && s[len(s)-1] != '\n' && s[len(s)-1] != ' ' {
		w.out.WriteByte(' ')
	}
}

func (w *walker) newline() {
	if s := w.out.String(); s != "" && s[len(s)-1] != '\n' {
		w.out.WriteByte('\n')
	}
}

// text is what was written, with at most one blank line at a time.
func (w *walker) text() string {
	var out []string
	blank := 0
	for _, l := range strings.Split(w.out.String(), "\n") {
		if l = strings.TrimRight(l, " \u00a0"); l == "" {
			if blank++; blank > 1 {
				continue
			}
		} else {
			blank = 0
		}
		out = append(out, l)
	}
	return strings.Join(out, "\n")
}

func isVoid(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Hr, atom.Img, atom.Input, atom.Meta, atom.Link, atom.Col, atom.Base, atom.Wbr, atom.Area, atom.Source:
		return true
	}
	return false
}

// isHidden says whether an element's content is nothing to read.
func isHidden(t html.Token) bool {
	switch t.DataAtom {
	case atom.Style, atom.Script, atom.Title, atom.Template:
		return true
	}
	return hasWord(attribute(t, "class"), "crm-preheader")
}

// mark says whether an element holds a quotation, or stands in front of one that reaches to the end.
func mark(t html.Token) (quoted, rest bool) {
	class, id := attribute(t, "class"), attribute(t, "id")
	switch {
	case strings.HasSuffix(id, "appendonsend"), strings.HasSuffix(id, "divRplyFwdMsg"), strings.HasSuffix(id, "mail-editor-reference-message-container"):
		return false, true
	case t.DataAtom == atom.Blockquote && (strings.EqualFold(attribute(t, "type"), "cite") || hasWord(class, "gmail_quote")):
		return true, false
	case hasWord(class, "gmail_quote"), hasWord(class, "gmail_quote_container"), hasWord(class, "moz-cite-prefix"), hasWord(class, "yahoo_quoted"),
		hasWord(class, "protonmail_quote"), hasWord(class, "gmail_extra_quote"), strings.HasPrefix(id, "yahoo_quoted_"):
		return true, false
	case hasWord(class, "mail-quote-collapse"), hasWord(class, "js-helper-quote"): // mail.ru
		return true, false
	}
	return false, false
}

func attribute(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func hasWord(list, word string) bool {
	for _, w := range strings.Fields(list) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}
