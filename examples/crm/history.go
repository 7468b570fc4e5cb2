package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	letters "github.com/crmmail/crmmail/template"
)

// historyPage is a part of what was written to and by a customer, newest first.
type historyPage struct {
	CustomerID string
	Entries    []entry
	Next       string // the cursor of older messages; empty: there are none
	Open       bool   // something is on its way: the page's script asks again
	Sent       *entry // what was just sent and can still be taken back
}

// entry is one message.
type entry struct {
	email.Message
	Reply, Quoted string // what was written, and the tail that it quotes
	Archive       bool   // download all gives one archive
	Cancelable    bool
	Seconds       int // until it goes out
}

// history is one page of a customer's messages.
func (a *app) history(r *http.Request, customerID string) (historyPage, error) {
	page, err := a.mail.History.Messages(r.Context(), customerID, r.FormValue("cursor"), 20)
	if err != nil {
		return historyPage{}, err
	}
	h := historyPage{CustomerID: customerID, Next: page.Next}
	for _, listed := range page.Items {
		msg, err := a.mail.History.Message(r.Context(), listed.ID) // with its time line
		if err != nil {
			return historyPage{}, err
		}
		one := a.entry(msg)
		h.Entries = append(h.Entries, one)
		h.Open = h.Open || msg.State == email.StateSending || one.Cancelable && one.Seconds < 60
		if msg.ID == r.FormValue("sent") && one.Cancelable {
			h.Sent = &one
		}
	}
	return h, nil
}

func (a *app) entry(msg email.Message) entry {
	e := entry{Message: msg, Cancelable: msg.State == email.StateQueued, Archive: msg.AsArchive()}
	e.Seconds = max(0, int(msg.SendAt.Sub(a.now()).Round(time.Second)/time.Second))
	text := msg.Text
	if strings.TrimSpace(text) == "" {
		text = letters.TextFromHTML(letters.StripPreheader(msg.HTML))
	}
	e.Reply = text
	if msg.Received != nil && msg.Received.Reply != "" {
		e.Reply = msg.Received.Reply
		_, e.Quoted, _ = strings.Cut(text, strings.TrimSpace(e.Reply))
	} else if at := tail(text); at >= 0 {
		e.Reply, e.Quoted = text[:at], text[at:]
	}
	e.Reply, e.Quoted = strings.TrimSpace(e.Reply), strings.TrimSpace(e.Quoted)
	return e
}

// tail is where the quotation in an answer of ours begins, with the line that says whose it is; -1: there is none.
func tail(text string) int {
	at := strings.Index(text, "\n> ")
	if at < 0 {
		return -1
	}
	before := strings.TrimRight(text[:at], "\n ")
	if strings.HasSuffix(before, ":") {
		return strings.LastIndexByte(before, '\n') + 1
	}
	return at
}

// historyPart is the history alone, for the page's script.
func (a *app) historyPart(w http.ResponseWriter, r *http.Request) error {
	h, err := a.history(r, r.PathValue("customer"))
	if err != nil {
		return err
	}
	return a.part(w, r, http.StatusOK, "history", h)
}

func (a *app) message(r *http.Request) (email.Message, error) {
	return a.mail.History.Message(r.Context(), r.PathValue("message"))
}

// messageBody is the frame with a message as it was written. Pictures that came with it are shown, others are not fetched.
func (a *app) messageBody(w http.ResponseWriter, r *http.Request) error {
	msg, err := a.message(r)
	if err != nil {
		return err
	}
	doc := msg.InlineHTML(func(place int) string {
		return fmt.Sprintf("/messages/%s/files/%d?show=1", url.PathEscape(msg.ID), place)
	})
	if doc == "" {
		doc = typed(msg.Text)
	}
	showLetter(w, doc)
	return nil
}

// messageSource is a message octet for octet: as it came, or as it went out.
func (a *app) messageSource(w http.ResponseWriter, r *http.Request) error {
	source, err := a.mail.History.Source(r.Context(), r.PathValue("message"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	if _, err := source.WriteTo(w); err != nil {
		panic(http.ErrAbortHandler) // half a message must not look like a whole one
	}
	return nil
}

// messageFiles downloads all files of a message: those of an answer as one archive, others each by itself.
func (a *app) messageFiles(w http.ResponseWriter, r *http.Request) error {
	all, err := a.mail.History.DownloadAll(r.Context(), r.PathValue("message"))
	if errors.Is(err, attach.ErrNoFiles) {
		return email.ErrNotFound
	}
	if err != nil {
		return err
	}
	if all.Archive != "" || len(all.Files) == 1 {
		a.mail.History.ServeAll(w, r, r.PathValue("message"))
		return nil
	}
	msg, err := a.message(r)
	if err != nil {
		return err
	}
	return a.show(w, r, http.StatusMultipleChoices, "files", "files", msg)
}

// messageFile hands over one file. The CRM's users may see all customers here; one that keeps them apart asks first.
func (a *app) messageFile(w http.ResponseWriter, r *http.Request) error {
	place, err := strconv.Atoi(r.PathValue("place"))
	if err != nil {
		return email.ErrNotFound
	}
	a.mail.History.ServeAttachment(w, r, r.PathValue("message"), place, r.FormValue("show") != "")
	return nil
}

// viewPicture is a picture large, with the ways to the next one and back.
func (a *app) viewPicture(w http.ResponseWriter, r *http.Request) error {
	msg, err := a.message(r)
	if err != nil {
		return err
	}
	place, err := strconv.Atoi(r.PathValue("place"))
	if err != nil || place < 0 || place >= len(msg.Attachments) || !attach.Viewable(msg.Attachments[place].MediaType) {
		return email.ErrNotFound
	}
	previous, next := -1, -1
	for i, file := range msg.Attachments {
		if attach.Viewable(file.MediaType) && i < place {
			previous = i
		}
		if attach.Viewable(file.MediaType) && i > place && next < 0 {
			next = i
		}
	}
	return a.show(w, r, http.StatusOK, "picture", msg.Attachments[place].Name, map[string]any{
		"Message": msg, "Place": place, "File": msg.Attachments[place], "Previous": previous, "Next": next,
	})
}
