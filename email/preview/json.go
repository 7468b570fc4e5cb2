package preview

import (
	"encoding/json"
	"net/http"
	"net/mail"
	"slices"
	"strings"
	"time"
)

// Summary is what mails.json tells of one mail.
type Summary struct {
	ID         string    `json:"id"`
	At         time.Time `json:"at"`
	From       string    `json:"from"`
	ReturnPath string    `json:"returnPath"`
	Recipients []string  `json:"recipients"` // of the envelope, blind copies among them
	Subject    string    `json:"subject"`
	Preheader  string    `json:"preheader,omitempty"`
	MessageID  string    `json:"messageId"`
	Size       int64     `json:"size"` // octets over the wire
	Files      []File    `json:"files"`
	Findings   []Finding `json:"findings,omitempty"`
}

// Detail is mails/ID.json.
type Detail struct {
	Summary
	To     []string `json:"to"`
	Cc     []string `json:"cc"`
	Text   string   `json:"text"`
	HTML   string   `json:"html"`
	Header []Field  `json:"header"`
	// Unsubscribe is the https:// address of List-Unsubscribe, and OneClick tells that a POST to it is enough (RFC 8058).
	Unsubscribe string `json:"unsubscribe,omitempty"`
	OneClick    bool   `json:"oneClick,omitempty"`
	Inbox       []Row  `json:"inbox"`
}

// Blind tells of an address of the envelope that it stands neither in To nor in Cc.
func (d Detail) Blind(address string) bool {
	address = strings.ToLower(address)
	return !slices.ContainsFunc(slices.Concat(d.To, d.Cc), func(box string) bool {
		box = strings.ToLower(box)
		return box == address || strings.HasSuffix(box, " <"+address+">")
	})
}

// File is one attachment.
type File struct {
	Name      string `json:"name"`
	MediaType string `json:"mediaType"`
	ContentID string `json:"contentId,omitempty"`
	Inline    bool   `json:"inline,omitempty"`
	Size      int64  `json:"size"`
}

// Field is one header field.
type Field struct {
	Name string `json:"name"`
	Body string `json:"body"`
	Note string `json:"note,omitempty"` // what the field is for
}

// Finding is one thing that the validators object to.
type Finding struct {
	Code     string `json:"code"`
	Severity string `json:"severity"`
	Part     string `json:"part"`
	Line     int    `json:"line"`
	Column   int    `json:"column"`
	Snippet  string `json:"snippet"`
	Text     string `json:"text"`
}

// Row is what one program's list of mails shows.
type Row struct {
	Client  string `json:"client"`
	Subject string `json:"subject"`
	Preview string `json:"preview"`
}

func (h Handler) listJSON(w http.ResponseWriter, r *http.Request) {
	mails := h.Mailbox.Mails()
	list := make([]Summary, len(mails))
	for i, mail := range mails {
		list[i] = h.detail(r, mail).Summary
	}
	writeJSON(w, list)
}

func (h Handler) mailJSON(w http.ResponseWriter, r *http.Request, mail *Mail) {
	writeJSON(w, h.detail(r, mail))
}

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	_ = encoder.Encode(value) // the client is gone
}

// detail is all that there is to say about a mail, for JSON and for the page.
func (h Handler) detail(r *http.Request, kept *Mail) Detail {
	p, language := kept.Parsed, h.language(r)
	d := Detail{
		Summary: Summary{
			ID: kept.ID, At: kept.At, From: strings.Join(boxes(p.From), ", "), ReturnPath: kept.Envelope.ReturnPath,
			Recipients: kept.Envelope.Recipients, Subject: p.Subject, MessageID: p.MessageID, Size: int64(len(kept.Raw)),
			Files: []File{},
		},
		To: boxes(p.To), Cc: boxes(p.Cc), Text: p.Text, HTML: p.HTML,
	}
	for _, file := range p.Attachments {
		d.Files = append(d.Files, File{file.Name, file.MediaType, file.ContentID, file.Inline, file.Size})
	}
	for _, field := range p.Fields {
		d.Header = append(d.Header, Field{field.Name, field.Body, explain(field.Name, language)})
		switch strings.ToLower(field.Name) {
		case "list-unsubscribe":
			d.Unsubscribe = wayOut(field.Body)
		case "list-unsubscribe-post":
			d.OneClick = true
		}
	}
	if h.Service != nil {
		h.inspect(r, kept, &d, language)
	}
	return d
}

// wayOut is the first address of the web in List-Unsubscribe (RFC 2369 §3.2); empty: there is none.
func wayOut(body string) string {
	for one := range strings.SplitSeq(body, ",") {
		if link := strings.Trim(one, " \t\r\n<>"); strings.HasPrefix(link, "https://") {
			return link
		}
	}
	return ""
}

func (h Handler) inspect(r *http.Request, kept *Mail, d *Detail, language string) {
	found, err := h.Service.Inspect(r.Context(), kept.Parsed)
	if err != nil {
		return // the request has ended
	}
	d.Preheader = found.Preheader
	for _, row := range found.Inbox {
		d.Inbox = append(d.Inbox, Row{string(row.Client), row.Subject, row.Preview})
	}
	for _, f := range found.Findings {
		d.Findings = append(d.Findings, Finding{f.Code, string(f.Severity), string(f.Part), f.Line, f.Column, f.Snippet, f.Text(language)})
	}
}

func boxes(list []mail.Address) []string {
	texts := make([]string, len(list))
	for i, box := range list {
		texts[i] = plain(box)
	}
	return texts
}

// plain is a mailbox for a person's eyes: not encoded.
func plain(box mail.Address) string {
	if box.Name == "" {
		return box.Address
	}
	return box.Name + " <" + box.Address + ">"
}
