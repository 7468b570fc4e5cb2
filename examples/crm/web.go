package main

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	letters "github.com/crmmail/crmmail/template"
)

// What every page is protected by. A letter in a frame has a policy of its own, see showLetter.
const pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; " +
	"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// secure protects pages: nothing is posted from another site's page, a browser runs no script but ours and guesses no
// media type. A name that leads to this machine is no way in, since another site's name can be made to: it would then be
// that site's page that reads ours.
func secure(h http.Handler) http.Handler {
	h = http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !byAddress(r.Host) {
			http.Error(w, "open the pages by the address that the program prints", http.StatusMisdirectedRequest)
			return
		}
		w.Header().Set("Content-Security-Policy", pagePolicy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")
		w.Header().Set("Cache-Control", "no-store")
		h.ServeHTTP(w, r)
	})
}

// byAddress tells that a host is an address, or localhost. A CRM with a name of its own asks for that.
func byAddress(hostport string) bool {
	host, _, err := net.SplitHostPort(hostport)
	if err != nil {
		host = hostport
	}
	return host == "localhost" || net.ParseIP(strings.Trim(host, "[]")) != nil
}

// maxForm bounds a form without files, in octets.
const maxForm = 1 << 20

// Errors that a page may return besides those of the library.
var (
	errBadRequest = errors.New("bad request")
	errTooMuch    = errors.New("more than is taken")
)

// handler is a page. What it returns as an error is answered in one place.
type handler func(http.ResponseWriter, *http.Request) error

// page reads a form without files and calls h.
func (a *app) page(h handler) http.Handler {
	return a.stream(func(w http.ResponseWriter, r *http.Request) error {
		if err := readFields(w, r); err != nil {
			return err
		}
		return h(w, r)
	})
}

// readFields reads a form without files.
func readFields(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return badForm(err)
	}
	return nil
}

// stream calls h, which reads its form itself while the files in it come, and bounds it.
func (a *app) stream(h handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := h(w, r)
		if err == nil {
			return
		}
		status := statusOf(err)
		if status == http.StatusInternalServerError {
			slog.ErrorContext(r.Context(), "request", "method", r.Method, "pattern", r.Pattern, "error", err)
		}
		title := fmt.Sprintf("status.%d", status)
		if err := a.show(w, r, status, "failed", title, title); err != nil {
			http.Error(w, http.StatusText(status), status) // the database is away, too
		}
	})
}

// statusOf tells whose fault an error is.
func statusOf(err error) int {
	switch {
	case errors.Is(err, email.ErrNotFound), errors.Is(err, sender.ErrNotFound), errors.Is(err, letters.ErrNotFound):
		return http.StatusNotFound
	case errors.As(err, new(*http.MaxBytesError)), errors.Is(err, errTooMuch):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errBadRequest), errors.Is(err, email.ErrBadCursor):
		return http.StatusBadRequest
	case errors.Is(err, email.ErrConflict):
		return http.StatusConflict
	}
	return http.StatusInternalServerError
}

// badForm is the client's fault, unless it is a limit of ours or a disk.
func badForm(err error) error {
	if errors.As(err, new(*http.MaxBytesError)) || errors.As(err, new(*fs.PathError)) || errors.Is(err, errTooMuch) {
		return err
	}
	return fmt.Errorf("%w: %w", errBadRequest, err)
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

// showLetter serves a letter for a frame, where it can run nothing, fetch nothing and send nothing, whatever is in it.
func showLetter(w http.ResponseWriter, doc string) {
	w.Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; "+
		"form-action 'none'; base-uri 'none'; frame-ancestors 'self'")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, doc) // the client is gone
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
