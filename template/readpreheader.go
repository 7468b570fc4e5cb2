package template

import (
	"strings"

	"golang.org/x/net/html"
)

// Preheader returns the preheader that [InsertPreheader] put into doc, or none.
func Preheader(doc string) string {
	if !strings.Contains(doc, preheaderClass) {
		return ""
	}
	z := html.NewTokenizer(strings.NewReader(doc))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken:
			if readAttrs(z).isPreheader() {
				return textOf(z)
			}
		}
	}
}

// textOf returns the text up to the next tag, on one line.
func textOf(z *html.Tokenizer) string {
	if z.Next() != html.TextToken {
		return ""
	}
	text, _ := CleanPreheader(string(z.Text()))
	return text
}
