package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// compose opens the form of a letter: an empty one, one out of a template, or an answer to a message.
func (a *app) compose(w http.ResponseWriter, r *http.Request) error {
	form, err := a.form(r)
	if err != nil {
		return err
	}
	f := newFilled(url.Values{})
	f.From = first(form.From)
	if id := r.FormValue("reply"); id != "" {
		answer, err := a.mail.Reply(r.Context(), actor(r), id)
		if refused := new(email.RefusedError); errors.As(err, &refused) {
			return a.refuse(w, r, email.Refusals{refused})
		}
		if err != nil {
			return err
		}
		if answer.CustomerID != form.Customer.ID {
			return email.ErrNotFound
		}
		f.fill(answer)
	}
	if f.Template = r.FormValue("template"); f.Template != "" {
		f.take(form.Templates)
	}
	return a.showComposer(w, r, http.StatusOK, form, f, nil)
}

// composed does what a button of the form says; without one it sends, as a form that was posted by hand wants.
func (a *app) composed(w http.ResponseWriter, r *http.Request) error {
	form, f, err := a.posted(w, r)
	if err != nil {
		return err
	}
	if f.do != "" && f.do != "send" {
		a.press(r, form, &f)
		return a.showComposer(w, r, http.StatusOK, form, f, nil)
	}
	sent, err := a.send(r, f)
	var refusals email.Refusals
	switch {
	case errors.As(err, &refusals):
		return a.showComposer(w, r, status(refusals), form, f, refusals)
	case errors.Is(err, email.ErrDuplicate):
		return again(w, r, "/customers/"+url.PathEscape(form.Customer.ID), "sent-already")
	case err != nil:
		return err
	}
	return again(w, r, "/customers/"+url.PathEscape(form.Customer.ID)+"?sent="+url.QueryEscape(sent.ID), "queued")
}

// send sends a letter and forgets its draft.
func (a *app) send(r *http.Request, f filled) (email.Message, error) {
	defer a.drafts.lock(actor(r), f.Token)()
	sent, err := a.mail.Send(r.Context(), a.draft(r, f))
	if err == nil || errors.Is(err, email.ErrDuplicate) {
		a.drafts.drop(actor(r), f.Token)
	}
	return sent, err
}

// posted is what came, and the form that it came from.
func (a *app) posted(w http.ResponseWriter, r *http.Request) (email.Form, filled, error) {
	f, err := a.readForm(w, r)
	if err != nil {
		return email.Form{}, filled{}, err
	}
	form, err := a.form(r)
	return form, f, err
}

// status is 403 where the user may not send at all, 422 where the letter has to be mended.
func status(refusals email.Refusals) int {
	if refusals.Has(sender.CodeTransactionalDisabled) {
		return http.StatusForbidden
	}
	return http.StatusUnprocessableEntity
}

// press does what the other buttons of the form say.
func (a *app) press(r *http.Request, form email.Form, f *filled) {
	if f.do == "template" {
		f.take(form.Templates)
	}
	if id, ok := strings.CutPrefix(f.do, "detach:"); ok {
		a.drafts.remove(actor(r), f.Token, id)
	}
}

// take fills the form from the chosen template.
func (f *filled) take(templates []template.Template) {
	at := slices.IndexFunc(templates, func(t template.Template) bool { return t.ID == f.Template })
	if at < 0 {
		return // one that is not offered is refused when it is sent
	}
	l := templates[at].Letter
	f.Subject, f.Preheader, f.Body = l.Subject, l.Preheader, l.HTML
}

// previewed answers the form's script: the pieces of the page that depend on what was filled in.
func (a *app) previewed(w http.ResponseWriter, r *http.Request) error {
	form, f, err := a.posted(w, r)
	if err != nil {
		return err
	}
	a.press(r, form, &f)
	c, err := a.composer(r, form, f, nil)
	if err != nil {
		return err
	}
	return a.part(w, r, http.StatusOK, "judgement", c)
}

// composer is all that the form shows.
type composer struct {
	Form     email.Form
	Filled   filled
	Preview  email.Preview
	Findings []finding
	Files    []judged
	Boxes    []string       // whom it can go to
	Version  string         // of the body in the frame
	Blocked  email.Refusals // what keeps the button from being pressed
	Refused  email.Refusals // why what was just sent did not go; nil: nothing was
	Policy   attach.Table
}

func (a *app) showComposer(w http.ResponseWriter, r *http.Request, status int, form email.Form, f filled, refused email.Refusals) error {
	c, err := a.composer(r, form, f, refused)
	if err != nil {
		return err
	}
	return a.show(w, r, status, "compose", "compose", c)
}

func (a *app) composer(r *http.Request, form email.Form, f filled, refused email.Refusals) (composer, error) {
	draft := a.draft(r, f)
	files := a.drafts.files(actor(r), f.Token)
	p, err := a.mail.Preview(r.Context(), draft)
	if err != nil {
		return composer{}, err
	}
	findings, err := a.findings(r.Context(), f, draft.Letter, p)
	if err != nil {
		return composer{}, err
	}
	body := p.HTML
	if body == "" && p.Letter.Text != "" {
		body = typed(p.Letter.Text)
	}
	if body != "" || len(files) > 0 {
		a.drafts.setBody(actor(r), f.Token, body)
	}
	c := composer{Form: form, Filled: f, Preview: p, Findings: findings, Files: placed(p.Report, files), Boxes: f.To,
		Version: digest(body), Refused: refused, Policy: form.Policy.Table()}
	for _, box := range form.To {
		if !slices.ContainsFunc(c.Boxes, func(one string) bool { return email.AddressKey(one) == email.AddressKey(box.Address) }) {
			c.Boxes = append(c.Boxes, box.Address)
		}
	}
	for _, refusal := range p.Refusals {
		if blocks(refusal.Code) {
			c.Blocked = append(c.Blocked, refusal)
		}
	}
	return c, nil
}

// blocks tells what makes the button unavailable. What is only not filled in yet, or not allowed to this user, is said when
// he presses it.
func blocks(code string) bool {
	switch code {
	case email.CodeAttachmentsBlocked, email.CodeContentBlocked, email.CodeTemplateInvalid, email.CodeMessageTooLarge, email.CodeCustomerNoEmail:
		return true
	}
	return false
}

// digest names a content.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// draftBody is the frame with the letter as it would go out.
func (a *app) draftBody(w http.ResponseWriter, r *http.Request) error {
	showLetter(w, a.drafts.body(actor(r), newToken(r.PathValue("token"))))
	return nil
}
