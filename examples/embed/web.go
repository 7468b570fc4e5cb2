package main

import (
	"bytes"
	"crypto/subtle"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"mime/multipart"
	"net/http"

	"github.com/crmmail/crmmail/email"
	letters "github.com/crmmail/crmmail/template"
)

// The CRM's web server as it was before: pages, errors, and what every one of its pages is protected by.

// maxRequest bounds what anybody can post, in octets: the files of a message and something for the form.
const maxRequest = 64 << 20

// secure protects pages: nothing too large is read, nothing is posted from another site's page, and a browser runs no
// script and guesses no media type.
func secure(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(http.MaxBytesHandler(h, maxRequest))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src 'none'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// bearer lets in who knows the token; an empty token lets in nobody.
func bearer(token string, p page) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		given := []byte(r.Header.Get("Authorization"))
		if token == "" || subtle.ConstantTimeCompare(given, []byte("Bearer "+token)) == 0 {
			return errUnauthorized
		}
		return p(w, r)
	}
}

// form reads what was posted before the page is called, so that FormValue has it all.
func form(p page) page {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := r.ParseMultipartForm(1 << 20) // what is more goes to the disk
		if err != nil && !errors.Is(err, http.ErrNotMultipart) {
			return fmt.Errorf("%w: %w", errBadRequest, err)
		}
		return p(w, r)
	}
}

// page is a handler whose error is answered here.
type page func(http.ResponseWriter, *http.Request) error

// Errors that a page may return besides those of the library.
var (
	errBadRequest   = errors.New("bad request")
	errUnauthorized = errors.New("unauthorized")
)

// ServeHTTP calls p. What had been done before is done: email.ErrDuplicate is a success.
func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	err := p(w, r)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil, errors.Is(err, email.ErrDuplicate):
	case errors.Is(err, email.ErrNotFound):
		http.NotFound(w, r)
	case errors.Is(err, errUnauthorized):
		http.Error(w, "unauthorized", http.StatusUnauthorized)
	case errors.As(err, &tooLarge):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case errors.Is(err, errBadRequest), errors.Is(err, email.ErrBadCursor):
		http.Error(w, "bad request", http.StatusBadRequest)
	default:
		slog.ErrorContext(r.Context(), "request", "method", r.Method, "pattern", r.Pattern, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

//go:embed pages.html
var files embed.FS

var views = template.Must(template.New("").Funcs(template.FuncMap{"plain": plain}).ParseFS(files, "pages.html"))

// plain is what a message says, without any of its HTML.
func plain(msg email.Message) string {
	if msg.Text != "" || msg.HTML == "" {
		return msg.Text
	}
	return letters.TextFromHTML(letters.StripPreheader(msg.HTML))
}

// show writes a page, whole or not at all.
func show(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := views.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w)
	return nil
}

// uploads are the files of a field of a form.
func uploads(r *http.Request, field string) []*multipart.FileHeader {
	if r.MultipartForm == nil {
		return nil
	}
	return r.MultipartForm.File[field]
}
