package template

// Texts gives the tests both texts of a code as they stand in the table.
func Texts(code string) (ru, en string) { return texts[code].ru, texts[code].en }

// Token is a token as the tests compare it.
type Token struct {
	Kind      string
	Raw, Text string      // as written; decoded
	Name      string      // of a tag
	Attrs     [][2]string // of a start tag, decoded
}

// Tokens gives the tests what the scanner reads, to the end of the document.
func Tokens(doc string) []Token {
	kinds := map[tokenKind]string{
		tokenEOF: "end", tokenText: "text", tokenStartTag: "start", tokenSelfClosingTag: "self-closing", tokenEndTag: "end tag",
		tokenComment: "comment", tokenDoctype: "doctype",
	}
	var tokens []Token
	for s := (scanner{doc: doc}); ; {
		kind := s.next()
		t := Token{Kind: kinds[kind], Raw: s.token()}
		switch kind {
		case tokenEOF:
			return append(tokens, t)
		case tokenText:
			t.Text = s.text()
		case tokenEndTag:
			t.Name = s.elementName()
		case tokenStartTag, tokenSelfClosingTag:
			t.Name = s.elementName()
			for i, a := range s.attrs {
				if !s.isRepeated(i) {
					t.Attrs = append(t.Attrs, [2]string{visibleNulls(lower(a.name)), a.decoded()})
				}
			}
		}
		tokens = append(tokens, t)
	}
}

// WithoutFiller gives the tests what text is without padding.
func WithoutFiller(text string) string { return withoutFiller(text) }
