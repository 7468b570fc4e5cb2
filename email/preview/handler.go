package preview

import (
	"net/http"
	"strings"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/weblang"
)

// Handler shows a Mailbox; nil is an empty one. It uses relative links alone, so that it can be mounted anywhere by
// http.StripPrefix, at a path that ends in a slash. It is safe for concurrent use.
type Handler struct {
	Mailbox *Mailbox
	// Service tells what lists of mails show and what the validators say; nil: neither is shown.
	Service *email.Service
	// Language is "ru" or "en"; empty: as the browser asks.
	Language string
	// Home is where the list has a link back to, such as "/"; empty: there is none.
	Home string
}

// ServeHTTP implements http.Handler.
func (h Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h.Mailbox == nil {
		h.Mailbox = New(Options{})
	}
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Content-Security-Policy", pagePolicy)
	path := strings.TrimPrefix(r.URL.Path, "/")
	switch {
	case r.Method == http.MethodPost && path == "clear" && sameOrigin(r):
		h.Mailbox.Clear()
		redirect(w, "./", http.StatusSeeOther)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
	case path == "":
		h.list(w, r)
	case path == "mails.json":
		h.listJSON(w, r)
	case path == "changes":
		h.changes(w, r)
	case path == "style.css" || path == "script.js":
		http.ServeFileFS(w, r, assets, "page/"+path)
	default:
		h.mail(w, r, path)
	}
}

// mail serves mails/ID and what hangs below it.
func (h Handler) mail(w http.ResponseWriter, r *http.Request, path string) {
	rest, ok := strings.CutPrefix(path, "mails/")
	id, below, _ := strings.Cut(rest, "/")
	id, isJSON := strings.CutSuffix(id, ".json")
	mail := h.Mailbox.Mail(id)
	if !ok || mail == nil || isJSON && below != "" {
		http.NotFound(w, r)
		return
	}
	part, number, _ := strings.Cut(below, "/")
	switch {
	case isJSON:
		h.mailJSON(w, r, mail)
	case rest == id+"/":
		h.page(w, r, mail)
	case rest == id:
		redirect(w, id+"/", http.StatusMovedPermanently)
	case below == "html":
		serveBody(w, r, mail)
	case below == "text":
		serveText(w, r, mail.Parsed.Text)
	case below == "source":
		serveText(w, r, string(mail.Raw))
	case below == "message.eml":
		serveFile(w, r, "message.eml", mail.Raw)
	case part == "files":
		serveAttachment(w, r, mail, number)
	case part == "cid":
		serveInline(w, r, mail, number)
	default:
		http.NotFound(w, r)
	}
}

// redirect leads to a relative place: http.Redirect would make it absolute without the prefix that was stripped.
func redirect(w http.ResponseWriter, to string, status int) {
	w.Header().Set("Location", to)
	w.WriteHeader(status)
}

// sameOrigin refuses forms that another site has posted.
func sameOrigin(r *http.Request) bool {
	site := r.Header.Get("Sec-Fetch-Site")
	return site == "" || site == "same-origin" || site == "none"
}

// language is the Handler's, or the one that the browser asks for.
func (h Handler) language(r *http.Request) string {
	if h.Language != "" {
		return h.Language
	}
	return weblang.Of(r)
}
