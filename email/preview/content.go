package preview

import (
	"bytes"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email/internal/cidlink"
)

// What a letter brings along can run nothing, fetch nothing and send nothing, whatever is in it: pictures come from the
// message itself. The page around it has a style sheet and a script of ours.
const (
	pagePolicy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; " +
		"frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"
	bodyPolicy = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action 'none'; " +
		"base-uri 'none'; frame-ancestors 'self'"
)

// serveBody serves the HTML part, its cid: links led to the parts they mean.
func serveBody(w http.ResponseWriter, r *http.Request, mail *Mail) {
	w.Header().Set("Content-Security-Policy", bodyPolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	doc := cidlink.Lead(mail.Parsed.HTML, func(contentID string) string { return "cid/" + url.PathEscape(contentID) })
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(doc))
}

// serveInline serves a picture of the message by its Content-ID; other files are not shown in a page.
func serveInline(w http.ResponseWriter, r *http.Request, mail *Mail, id string) {
	for _, file := range mail.Parsed.Attachments {
		if file.ContentID == id && shown(file.MediaType) {
			w.Header().Set("Content-Type", file.MediaType)
			w.Header().Set("Content-Security-Policy", bodyPolicy)
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(file.Content))
			return
		}
	}
	http.NotFound(w, r)
}

// shown tells pictures that are safe to show: SVG is not, which can hold a script.
func shown(mediaType string) bool {
	switch mediaType {
	case "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp":
		return true
	}
	return false
}

func serveText(w http.ResponseWriter, r *http.Request, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(text))
}

// serveAttachment serves a file of the message by its place, counted from 0.
func serveAttachment(w http.ResponseWriter, r *http.Request, mail *Mail, number string) {
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(mail.Parsed.Attachments) {
		http.NotFound(w, r)
		return
	}
	file := mail.Parsed.Attachments[n]
	serveFile(w, r, file.Name, file.Content)
}

// serveFile serves something to be saved, never to be opened in the page.
func serveFile(w http.ResponseWriter, r *http.Request, name string, content []byte) {
	name = path.Base(strings.ReplaceAll(name, "\\", "/"))
	if name == "." || name == "/" {
		name = "file"
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Security-Policy", bodyPolicy)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
