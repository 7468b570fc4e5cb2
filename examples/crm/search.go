package main

import (
	"net/http"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// search finds customers by a name, a phone number, an e-mail, an external id or a messenger's username.
func (a *app) search(w http.ResponseWriter, r *http.Request) error {
	query := strings.TrimSpace(r.FormValue("q"))
	found, err := a.mail.Customers.Search(r.Context(), query, 50)
	if err != nil {
		return err
	}
	rows := make([]foundRow, len(found))
	for i, match := range found {
		rows[i] = foundRow{match, marked(match, query)}
	}
	return a.show(w, r, http.StatusOK, "search", "search", map[string]any{"Query": query, "Rows": rows})
}

// foundRow is a customer and what he was found by.
type foundRow struct {
	email.Match
	Marked mark
}

// mark is a text of which a part is the one that was looked for.
type mark struct{ Before, Found, After string }

// marked marks what was looked for in the matched value; the whole value where it is written otherwise, as phone numbers
// are.
func marked(match email.Match, query string) mark {
	value := match.Value
	for word := range strings.FieldsSeq(query) {
		word = strings.TrimPrefix(word, "@")
		if at := indexFold(value, word); at >= 0 && match.Attribute != email.ByPhone {
			return mark{value[:at], value[at : at+len(word)], value[at+len(word):]}
		}
	}
	return mark{Found: value}
}

// indexFold is where a word is in a text, whatever their case; -1: it is not, letter by letter.
func indexFold(text, word string) int {
	for at := range text {
		if len(text)-at >= len(word) && strings.EqualFold(text[at:at+len(word)], word) {
			return at
		}
	}
	return -1
}
