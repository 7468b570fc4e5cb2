package email

import (
	"errors"
	"fmt"
	"html"
	"net/http"

	"github.com/crmmail/crmmail/email/internal/weblang"
)

// maxUnsubscribeBody is much more than the form has, in octets.
const maxUnsubscribeBody = 16 << 10

// UnsubscribeHandler is behind the links of Config.Unsubscribe. A GET shows a small page in Russian or English with one
// button, and changes nothing, because virus scanners and mail services open every link. The button, and a mail service by
// One-Click (RFC 8058), POST: that unsubscribes, once or more, without a login and without a cookie.
//
// The token is the query parameter token, or what the pattern has for {token}:
//
//	mux.Handle("/unsubscribe/{token}", svc.Suppressions.UnsubscribeHandler())
func (s SuppressionService) UnsubscribeHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := r.PathValue("token")
		if token == "" {
			token = r.URL.Query().Get("token")
		}
		status, page := s.answer(w, r, token)
		page.write(w, status)
	})
}

// answer says what becomes of a request.
func (s SuppressionService) answer(w http.ResponseWriter, r *http.Request, token string) (int, unsubscribePage) {
	page := unsubscribePage{language: weblang.Of(r)}
	switch r.Method {
	case http.MethodGet, http.MethodHead:
		if _, _, ok := s.service.config.readUnsubscribeToken(token); !ok {
			return http.StatusNotFound, page.saying(CodeUnsubscribeInvalid)
		}
		return http.StatusOK, page.asking()
	case http.MethodPost:
	default:
		w.Header().Set("Allow", "GET, HEAD, POST")
		return http.StatusMethodNotAllowed, page.saying(CodeUnsubscribeInvalid)
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxUnsubscribeBody)
	if r.PostFormValue(oneClickField) != oneClickValue {
		return http.StatusBadRequest, page.asking()
	}
	err := s.Unsubscribe(r.Context(), token)
	var refused *RefusedError
	switch {
	case errors.As(err, &refused):
		return http.StatusNotFound, page.saying(refused.Code)
	case err != nil:
		s.service.config.Logger.ErrorContext(r.Context(), "unsubscribe", "tenant", s.service.config.Tenant, "error", redact(err))
		return http.StatusInternalServerError, page.saying(pageUnsubscribeFailed)
	}
	return http.StatusOK, page.saying(pageUnsubscribed)
}

// unsubscribePage holds nothing that comes from outside.
type unsubscribePage struct {
	language string
	heading  string
	button   string // empty: there is nothing to do
}

func (p unsubscribePage) saying(code string) unsubscribePage {
	p.heading = text(code, p.language, "")
	return p
}

func (p unsubscribePage) asking() unsubscribePage {
	p.button = text(pageUnsubscribeButton, p.language, "")
	return p.saying(pageUnsubscribeAsk)
}

func (p unsubscribePage) write(w http.ResponseWriter, status int) {
	header := w.Header()
	header.Set("Content-Type", "text/html; charset=utf-8")
	header.Set("Content-Language", p.language)
	header.Set("Vary", "Accept-Language")
	header.Set("Cache-Control", "no-store")
	header.Set("Content-Security-Policy", "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'")
	header.Set("Referrer-Policy", "no-referrer")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Robots-Tag", "noindex")
	w.WriteHeader(status)
	heading, form := html.EscapeString(p.heading), ""
	if p.button != "" { // without an action the form goes to the page's own address, token and all
		form = fmt.Sprintf("<form method=\"post\"><button name=%q value=%q>%s</button></form>\n", oneClickField, oneClickValue,
			html.EscapeString(p.button))
	}
	fmt.Fprintf(w, "<!DOCTYPE html>\n<html lang=%q>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n"+
		"<title>%s</title>\n<h1>%[2]s</h1>\n%[3]s</html>\n", p.language, heading, form)
}
