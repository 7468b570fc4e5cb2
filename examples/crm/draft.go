package main

import (
	"errors"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// filled is what a person has put into the form of a letter.
type filled struct {
	Token                    string // names the draft, and is its idempotency key
	From                     string
	To                       []string
	Bcc, Template, Reply     string
	Subject, Preheader, Body string
	SendAt                   string // of an <input type=datetime-local>
	do                       string // the button

	has url.Values // which fields came at all
}

// readForm reads a form while it comes: files go to the draft named by the token, which stands before them in the form.
func (a *app) readForm(w http.ResponseWriter, r *http.Request) (filled, error) {
	policy, err := a.policy.read(r.Context())
	if err != nil {
		return filled{}, err
	}
	table := policy.Table()
	limit := 4 * max(table.MaxFile, table.MaxTotal) // what is more is not even looked at
	r.Body = http.MaxBytesReader(w, r.Body, limit+maxForm)
	reader, err := r.MultipartReader()
	if errors.Is(err, http.ErrNotMultipart) {
		err = readFields(w, r)
		return newFilled(r.PostForm), err
	}
	if err != nil {
		return filled{}, badForm(err)
	}
	values := url.Values{}
	for octets := 0; ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return newFilled(values), nil
		}
		if err != nil {
			return filled{}, badForm(err)
		}
		if part.FileName() != "" {
			values.Set("token", newToken(values.Get("token")))
			if err := a.drafts.add(actor(r), values.Get("token"), part.FileName(), part, limit); err != nil {
				return filled{}, badForm(err)
			}
			continue
		}
		value, err := io.ReadAll(io.LimitReader(part, maxForm+1))
		if err != nil {
			return filled{}, badForm(err)
		}
		if octets += len(value); octets > maxForm {
			return filled{}, errTooMuch
		}
		values.Add(part.FormName(), string(value))
	}
}

func newFilled(values url.Values) filled {
	lines := func(name string) string { return strings.ReplaceAll(values.Get(name), "\r\n", "\n") } // as the editor counts
	return filled{
		Token: newToken(values.Get("token")), From: values.Get("from"), To: values["to"], Bcc: values.Get("bcc"),
		Template: values.Get("template"), Reply: values.Get("reply"),
		Subject: lines("subject"), Preheader: lines("preheader"), Body: lines("body"),
		SendAt: values.Get("send-at"), do: values.Get("do"), has: values,
	}
}

// draft is the letter as the library takes it.
func (a *app) draft(r *http.Request, f filled) email.Draft {
	from, _ := sender.ParseChoice(f.From) // what is no choice is refused by the library
	d := email.Draft{
		ActorID: actor(r), CustomerID: r.PathValue("customer"), From: from, To: f.To, InReplyTo: f.Reply,
		Bcc:        strings.FieldsFunc(f.Bcc, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }),
		TemplateID: f.Template, Letter: f.letter(), SendAt: f.sendAt(a.now().Add(a.undo)), IdempotencyKey: "crm/" + actor(r) + "/" + f.Token,
	}
	for _, one := range a.drafts.files(actor(r), f.Token) {
		d.Attachments = append(d.Attachments, one.file())
	}
	return d
}

// sendAt is the time that was chosen, or soon: so long the letter can be taken back.
func (f filled) sendAt(soon time.Time) time.Time {
	chosen, err := time.ParseInLocation("2006-01-02T15:04", f.SendAt, time.Local)
	if err != nil || chosen.Before(soon) {
		return soon
	}
	return chosen
}

// plainPrefix goes before a body without a tag, which is shown as it was typed.
const plainPrefix, plainSuffix = `<pre style="font:inherit;white-space:pre-wrap;margin:0">`, `</pre>`

// bodyPrefix is what stands before the body in the letter's HTML.
func (f filled) bodyPrefix() string {
	if strings.TrimSpace(f.Body) == "" || strings.Contains(f.Body, "<") {
		return ""
	}
	return plainPrefix
}

// letter is what was written. A field that was emptied stays empty also where the template has something for it.
func (f filled) letter() template.Letter {
	l := template.Letter{Subject: f.Subject, Preheader: f.Preheader, HTML: f.Body}
	if prefix := f.bodyPrefix(); prefix != "" {
		l.HTML = prefix + f.Body + plainSuffix
	}
	if f.Template == "" {
		return l
	}
	for name, value := range map[string]*string{"subject": &l.Subject, "preheader": &l.Preheader, "body": &l.HTML} {
		if *value == "" && f.has.Has(name) {
			*value = " "
		}
	}
	return l
}

// fill takes over an answer that the library has begun.
func (f *filled) fill(d email.Draft) {
	f.From, f.To, f.Reply = d.From.String(), d.To, d.InReplyTo
	f.Subject, f.Preheader, f.Body = d.Letter.Subject, d.Letter.Preheader, d.Letter.HTML
}

// first is the first sender who can be picked.
func first(options []sender.Option) string {
	at := slices.IndexFunc(options, func(o sender.Option) bool { return o.Disabled == nil })
	if at < 0 {
		return ""
	}
	return options[at].Choice.String()
}

// typed is a text as HTML.
func typed(text string) string {
	return "<!doctype html>" + plainPrefix + html.EscapeString(text) + plainSuffix
}
