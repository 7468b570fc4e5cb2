package main

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/crmmail/crmmail/email"
)

// deliveryAction is what a person decides about a message that was queued: to take it back, to send it once more, or that
// it has arrived.
func (a *app) deliveryAction(w http.ResponseWriter, r *http.Request) error {
	msg, err := a.message(r)
	if err != nil {
		return err
	}
	done := r.PathValue("action")
	switch done {
	case "cancel":
		err = a.mail.Cancel(r.Context(), actor(r), msg.ID)
	case "resend":
		err = a.mail.Resend(r.Context(), actor(r), msg.ID)
	case "confirm":
		done, err = "arrived", a.mail.ConfirmSent(r.Context(), actor(r), msg.ID)
	default:
		return email.ErrNotFound
	}
	if refused := new(email.RefusedError); errors.As(err, &refused) {
		return a.refuse(w, r, email.Refusals{refused})
	}
	if err != nil {
		return err
	}
	return again(w, r, "/customers/"+url.PathEscape(msg.CustomerID), done)
}

// refuse is a page that says why something was not done.
func (a *app) refuse(w http.ResponseWriter, r *http.Request, refusals email.Refusals) error {
	return a.show(w, r, status(refusals), "refused", "refused", refusals)
}
