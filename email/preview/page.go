package preview

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"regexp"
	"time"
)

//go:embed page
var assets embed.FS

var pages = template.Must(template.New("").Funcs(template.FuncMap{
	"t":      text,
	"size":   size,
	"linked": linked,
	"time":   func(at time.Time) string { return at.Format("2006-01-02 15:04:05") },
}).ParseFS(assets, "page/*.html"))

// view is what a page is made of.
type view struct {
	Language string
	Root     string // the way to the list
	Home     string // the way back to the program; empty: none
	Mails    []Detail
	Mail     *Detail
}

func (h Handler) list(w http.ResponseWriter, r *http.Request) {
	v := view{Language: h.language(r), Root: "./", Home: h.Home}
	for _, mail := range h.Mailbox.Mails() {
		v.Mails = append(v.Mails, h.detail(r, mail))
	}
	h.render(w, "list.html", v)
}

func (h Handler) page(w http.ResponseWriter, r *http.Request, mail *Mail) {
	detail := h.detail(r, mail)
	h.render(w, "mail.html", view{Language: h.language(r), Root: "../../", Mail: &detail})
}

func (h Handler) render(w http.ResponseWriter, name string, v view) {
	var page bytes.Buffer
	if err := pages.ExecuteTemplate(&page, name, v); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = page.WriteTo(w) // the client is gone
}

// piece is a part of a text: an address of the web, or what stands between two.
type piece struct {
	Text string
	Link bool
}

var link = regexp.MustCompile(`https?://[^\s<>"]*[^\s<>".,:;!?)\]]`)

// linked finds the links in a text, as mail programs do: those in the letter's frame lead nowhere.
func linked(text string) (pieces []piece) {
	at := 0
	for _, found := range link.FindAllStringIndex(text, -1) {
		pieces = append(pieces, piece{Text: text[at:found[0]]}, piece{text[found[0]:found[1]], true})
		at = found[1]
	}
	return append(pieces, piece{Text: text[at:]})
}

// size is a number of octets for a person.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	case n >= 1<<10:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%d B", n)
}
