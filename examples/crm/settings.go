package main

import (
	"crypto/rand"
	"errors"
	"net/http"
	"net/mail"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
)

// senderRow is one address in the settings.
type senderRow struct {
	sender.Ref
	sender.Identity
	Alignment *sender.Alignment
}

// settings is everything about mail: the user's own address, the additional ones, what may be attached, whom no mailing
// reaches.
func (a *app) settings(w http.ResponseWriter, r *http.Request) error {
	text, err := a.policy.text()
	if err != nil {
		return err
	}
	return a.showSettings(w, r, http.StatusOK, text, nil)
}

func (a *app) showSettings(w http.ResponseWriter, r *http.Request, status int, policy string, wrong *attach.PolicyError) error {
	own, err := a.store.UserIdentity(r.Context(), actor(r))
	if err != nil {
		return err
	}
	additional, err := a.store.AdditionalIdentities(r.Context())
	if err != nil {
		return err
	}
	rows := []senderRow{{Ref: sender.Ref{Kind: sender.User, ID: own.ID}, Identity: own}}
	for _, one := range additional {
		rows = append(rows, senderRow{Ref: sender.Ref{Kind: sender.Additional, ID: one.ID}, Identity: one})
	}
	for i := range rows {
		alignment, err := a.mail.Senders.Alignment(r.Context(), rows[i].Mailbox.Address)
		if err != nil {
			return err
		}
		rows[i].Alignment = &alignment
	}
	suppressed, err := a.mail.Suppressions.List(r.Context(), "", 200)
	if err != nil {
		return err
	}
	return a.show(w, r, status, "settings", "settings", map[string]any{
		"Own": rows[0], "Additional": rows[1:], "Policy": policy, "Wrong": wrong, "Suppressed": suppressed.Items,
	})
}

// changeSender adds an additional address, sends the letter that confirms one, or allows one as a sender.
func (a *app) changeSender(w http.ResponseWriter, r *http.Request) error {
	ref := sender.Ref{Kind: sender.Kind(r.FormValue("kind")), ID: r.FormValue("id")}
	done := r.FormValue("do")
	var err error
	switch done {
	case "add":
		err = a.addSender(r)
	case "confirm":
		err = a.mail.Senders.RequestConfirmation(r.Context(), ref, a.languageOf(r))
	case "allow", "disallow":
		err = a.mail.Senders.Allow(r.Context(), ref, done == "allow")
	default:
		err = errBadRequest
	}
	if refused := new(sender.RefusedError); errors.As(err, &refused) {
		return a.refuse(w, r, email.Refusals{{Code: refused.Code(), Err: refused}})
	}
	if fault := new(email.TransportError); errors.As(err, &fault) {
		done, err = "confirm-failed", nil // as /_faults wants it: the letter goes straight out
	}
	if err != nil {
		return err
	}
	return again(w, r, "/settings/mail", done)
}

func (a *app) addSender(r *http.Request) error {
	box := mail.Address{Name: r.FormValue("name"), Address: r.FormValue("address")}
	if parsed, err := mail.ParseAddress(box.Address); err != nil || parsed.Address != box.Address {
		return &sender.RefusedError{Reason: sender.Reason{Code: sender.CodeBadAddress, Address: box.Address}}
	}
	return a.store.SaveIdentity(r.Context(), sender.Additional, sender.Identity{ID: rand.Text(), Mailbox: box})
}

// changePolicy puts another attachment policy into the configuration file; what is none comes back with its place.
func (a *app) changePolicy(w http.ResponseWriter, r *http.Request) error {
	text := r.PostForm.Get("policy")
	err := a.policy.write(text)
	if wrong := new(attach.PolicyError); errors.As(err, &wrong) {
		return a.showSettings(w, r, http.StatusUnprocessableEntity, text, wrong)
	}
	if err != nil {
		return err
	}
	return again(w, r, "/settings/mail", "policy")
}

// changeSuppressions keeps an address out of mailings, or lets it in again.
func (a *app) changeSuppressions(w http.ResponseWriter, r *http.Request) error {
	address, done := r.FormValue("address"), "suppressed"
	var err error
	if reason := email.SuppressionReason(r.FormValue("reason")); reason != "" {
		done = "unsuppressed"
		err = a.mail.Suppressions.Remove(r.Context(), actor(r), address, reason)
	} else {
		err = a.mail.Suppressions.Add(r.Context(), actor(r), address)
	}
	if refused := new(email.RefusedError); errors.As(err, &refused) {
		return a.refuse(w, r, email.Refusals{refused})
	}
	if err != nil {
		return err
	}
	return again(w, r, "/settings/mail", done)
}

// confirmPage is what the link in the letter opens: it asks for a click, since programs that scan mail follow every link.
func (a *app) confirmPage(w http.ResponseWriter, r *http.Request) error {
	return a.show(w, r, http.StatusOK, "confirm", "confirm", nil)
}

// confirm takes the token and confirms the address.
func (a *app) confirm(w http.ResponseWriter, r *http.Request) error {
	_, err := a.mail.Senders.Confirm(r.Context(), r.PathValue("token"))
	if bad := new(sender.ConfirmError); errors.As(err, &bad) {
		return a.show(w, r, http.StatusUnprocessableEntity, "confirm", "confirm", bad)
	}
	if err != nil {
		return err
	}
	return again(w, r, "/settings/mail", "confirmed")
}
