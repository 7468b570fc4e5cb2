// Package weblang tells in which of the languages that pages of this library have a browser wants them.
package weblang

import (
	"net/http"

	"golang.org/x/text/language"
)

// Of is "ru" or "en", whichever the request's Accept-Language (RFC 9110 §12.5.4) gives more weight; "en" where it names
// neither, or is none.
func Of(r *http.Request) string {
	wanted, _, err := language.ParseAcceptLanguage(r.Header.Get("Accept-Language")) // the most wanted first
	if err != nil {
		return "en"
	}
	for _, tag := range wanted {
		switch base, _ := tag.Base(); base.String() {
		case "ru":
			return "ru"
		case "en":
			return "en"
		}
	}
	return "en"
}
