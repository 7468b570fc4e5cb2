package main

import (
	"bytes"
	"embed"
	"errors"
	"html/template"
	"io/fs"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	letters "github.com/crmmail/crmmail/template"
)

// What every page is protected by. A letter in a frame has a policy of its own, see showLetter.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure protects pages: nothing is posted from another site's page, a browser runs no script but ours and guesses no
// media type.
func secure(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// maxForm bounds a form without files, in octets.
const maxForm = 1 << 20

// page is a handler whose error is answered here.
type page func(http.ResponseWriter, *http.Request) error

// Errors that a page may return besides those of the library.
var (
	errBadRequest = errors.New("bad request")
	errTooMuch    = errors.New("more than is taken")
)

// ServeHTTP reads a form and calls p. Forms with files are read by who expects them.
func (p page) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var err error
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		err = r.ParseForm()
	}
	if err == nil {
		err = p(w, r)
	} else if !errors.As(err, new(*http.MaxBytesError)) {
		err = errBadRequest
	}
	switch {
	case err == nil:
	case errors.Is(err, email.ErrNotFound), errors.Is(err, sender.ErrNotFound), errors.Is(err, letters.ErrNotFound), errors.Is(err, fs.ErrNotExist):
		http.NotFound(w, r)
	case errors.As(err, new(*http.MaxBytesError)), errors.Is(err, errTooMuch):
		http.Error(w, "too large", http.StatusRequestEntityTooLarge)
	case errors.Is(err, errBadRequest), errors.Is(err, email.ErrBadCursor):
		http.Error(w, "bad request", http.StatusBadRequest)
	case errors.Is(err, email.ErrConflict):
		http.Error(w, "somebody else was faster", http.StatusConflict)
	default:
		slog.ErrorContext(r.Context(), "request", "method", r.Method, "pattern", r.Pattern, "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
	}
}

//go:embed page
var files embed.FS

func assets() fs.FS {
	folder, _ := fs.Sub(files, "page") // it is there: see above
	return folder
}

// views are the screens in each language; a screen is the layout with its own "main".
var views = map[string]map[string]*template.Template{"ru": parse("ru"), "en": parse("en")}

func parse(language string) map[string]*template.Template {
	common := template.Must(template.New("").Funcs(functions(language)).ParseFS(assets(), "layout.html", "parts.html"))
	screens := map[string]*template.Template{}
	names, _ := fs.Glob(assets(), "*.html") // the pattern is a good one
	for _, name := range names {
		screens[strings.TrimSuffix(name, ".html")] = template.Must(template.Must(common.Clone()).ParseFS(assets(), name))
	}
	return screens
}

// view is what a screen is made of.
type view struct {
	Title    string
	Language string
	Path     string // of this page, to come back to
	Query    string // in the search box
	Notice   string // the key of what was just done; empty: nothing
	Actor    sender.Identity
	Users    []sender.Identity
	Page     any
}

// show writes a screen, whole or not at all. title is one of the words, or a text of its own.
func (a *app) show(w http.ResponseWriter, r *http.Request, status int, screen, title string, content any) error {
	v := view{Title: title, Language: a.languageOf(r), Path: r.URL.RequestURI(), Notice: r.URL.Query().Get("done"), Page: content}
	if r.Method != http.MethodGet {
		v.Path = r.URL.Path
	}
	if r.URL.Path == "/search" {
		v.Query = r.URL.Query().Get("q")
	}
	if _, known := words["done."+v.Notice]; !known {
		v.Notice = ""
	}
	if title, known := words[title]; known {
		v.Title = title.in(v.Language)
	}
	for _, id := range users {
		user, err := a.store.UserIdentity(r.Context(), id)
		if err != nil {
			return err
		}
		v.Users = append(v.Users, user)
		if id == actor(r) {
			v.Actor = user
		}
	}
	return write(w, status, views[v.Language][screen], "layout", v)
}

// part writes a piece of a screen, for a script that puts it in its place.
func (a *app) part(w http.ResponseWriter, r *http.Request, status int, name string, content any) error {
	return write(w, status, views[a.languageOf(r)]["layout"], name, content)
}

func write(w http.ResponseWriter, status int, t *template.Template, name string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the client is gone
	return nil
}

// again leads to a page of ours after something was done, which it says there.
func again(w http.ResponseWriter, r *http.Request, to, done string) error {
	u, err := url.Parse(to)
	if err != nil || u.Host != "" || u.Scheme != "" || !strings.HasPrefix(u.Path, "/") || strings.HasPrefix(u.Path, "//") || strings.Contains(to, "\\") {
		return errBadRequest
	}
	q := u.Query()
	q.Del("done")
	if done != "" {
		q.Set("done", done)
	}
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// actor is the CRM user who acts: a CRM asks its session, the demo a cookie, so that one can be anybody.
func actor(r *http.Request) string {
	if cookie, err := r.Cookie("actor"); err == nil && slices.Contains(users, cookie.Value) {
		return cookie.Value
	}
	return users[0]
}

func (a *app) languageOf(r *http.Request) string {
	if cookie, err := r.Cookie("language"); err == nil && views[cookie.Value] != nil {
		return cookie.Value
	}
	if views[a.language] != nil {
		return a.language
	}
	return "en"
}

// actAs changes who acts, and in which language.
func (a *app) actAs(w http.ResponseWriter, r *http.Request) error {
	for _, name := range []string{"actor", "language"} {
		if value := r.PostForm.Get(name); value != "" {
			http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", HttpOnly: true, SameSite: http.SameSiteLaxMode, MaxAge: 1 << 24})
		}
	}
	return again(w, r, r.PostForm.Get("back"), "")
}
