package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// pages are what the CRM gets of the library: a form, a history, and the door that mail comes in by.
type pages struct {
	crm  *crm
	mail *email.Service
}

// register adds the pages to the CRM's own. token is asked of whoever brings mail in.
func (p pages) register(mux *http.ServeMux, token string) {
	mux.Handle("/clients/{client}/write", form(p.write))
	mux.Handle("GET /clients/{client}/messages", page(p.history))
	mux.Handle("GET /clients/{client}/messages/{message}/files/{place}", page(p.files))
	mux.Handle("POST /inbound", bearer(token, p.inbound))
}

// write shows the form, sends what was filled in, and where that is refused shows the form again with every reason. The
// form's key makes a second click the same message.
func (p pages) write(w http.ResponseWriter, r *http.Request) error {
	status, refusals := http.StatusOK, email.Refusals(nil)
	if r.Method == http.MethodPost {
		_, err := p.mail.Send(r.Context(), p.draft(r))
		if err == nil || errors.Is(err, email.ErrDuplicate) {
			http.Redirect(w, r, "messages", http.StatusSeeOther)
			return nil
		}
		if !errors.As(err, &refusals) {
			return err
		}
		status = http.StatusUnprocessableEntity
	}
	form, err := p.mail.Form(r.Context(), p.crm.loggedIn(r), r.PathValue("client"))
	if err != nil {
		return err
	}
	return show(w, status, "write", map[string]any{"Form": form, "Filled": r, "Refusals": refusals, "Key": rand.Text()})
}

// draft is what was filled in.
func (p pages) draft(r *http.Request) email.Draft {
	from, _ := sender.ParseChoice(r.FormValue("from")) // what is no choice is refused by Send
	draft := email.Draft{
		ActorID: p.crm.loggedIn(r), CustomerID: r.PathValue("client"), From: from, To: r.PostForm["to"],
		TemplateID: r.FormValue("template"), InReplyTo: r.FormValue("reply"), IdempotencyKey: r.FormValue("key"),
	}
	if draft.TemplateID == "" {
		draft.Letter = template.Letter{Subject: r.FormValue("subject"), Text: r.FormValue("text")}
	}
	for _, file := range uploads(r, "files") {
		draft.Attachments = append(draft.Attachments, attach.Upload(file, time.Now()))
	}
	return draft
}

func (p pages) history(w http.ResponseWriter, r *http.Request) error {
	messages, err := p.mail.History.Messages(r.Context(), r.PathValue("client"), r.FormValue("cursor"), 20)
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "history", messages)
}

// files hands over one file of a message, or "all". Whoever may see the client that the path names may see his messages,
// and no others.
func (p pages) files(w http.ResponseWriter, r *http.Request) error {
	msg, err := p.mail.History.Message(r.Context(), r.PathValue("message"))
	if err != nil {
		return err
	}
	if msg.CustomerID != r.PathValue("client") {
		return email.ErrNotFound
	}
	if r.PathValue("place") == "all" {
		p.mail.History.ServeAll(w, r, msg.ID)
		return nil
	}
	place, err := strconv.Atoi(r.PathValue("place"))
	if err != nil {
		return email.ErrNotFound
	}
	p.mail.History.ServeAttachment(w, r, msg.ID, place, r.FormValue("show") != "")
	return nil
}

// inbound takes what a mail server hands over: the message as it came, and its envelope in the query.
func (p pages) inbound(w http.ResponseWriter, r *http.Request) error {
	envelope := r.URL.Query()
	_, err := p.mail.Receive(r.Context(), email.Inbound{Mailbox: envelope.Get("mailbox"), Recipients: envelope["to"],
		ReturnPath: envelope.Get("from"), Raw: r.Body})
	return err // one that came before, too, is taken: see page
}
