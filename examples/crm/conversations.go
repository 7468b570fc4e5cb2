package main

import (
	"cmp"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// thread is a conversation and with whom.
type thread struct {
	email.Conversation
	Customer email.Customer
}

// conversations lists those that wait for an answer, or those that do not; a word narrows the list.
func (a *app) conversations(w http.ResponseWriter, r *http.Request) error {
	state := email.ConversationState(cmp.Or(r.FormValue("state"), string(email.Active)))
	if state != email.Active && state != email.Completed {
		return errBadRequest
	}
	page, err := a.mail.History.Conversations(r.Context(), state, r.FormValue("cursor"), 100)
	if err != nil {
		return err
	}
	query := strings.TrimSpace(r.FormValue("q"))
	known, wanted := map[string]email.Customer{}, email.ParseQuery(query, 1)
	var threads []thread
	for _, one := range page.Items {
		if _, ok := known[one.CustomerID]; !ok {
			if known[one.CustomerID], err = a.store.Customer(r.Context(), one.CustomerID); err != nil && !errors.Is(err, email.ErrNotFound) {
				return err
			}
		}
		customer := known[one.CustomerID]
		if _, matches := wanted.Match(customer, nil); query == "" || matches || indexFold(one.Subject, query) >= 0 {
			threads = append(threads, thread{one, customer})
		}
	}
	return a.show(w, r, http.StatusOK, "conversations", "conversations", map[string]any{
		"State": state, "Threads": threads, "Next": page.Next, "Query": query,
	})
}

// inbox lists the messages of people whom nobody knows.
func (a *app) inbox(w http.ResponseWriter, r *http.Request) error {
	page, err := a.mail.Inbox.Messages(r.Context(), r.FormValue("cursor"), 50)
	if err != nil {
		return err
	}
	entries := make([]entry, len(page.Items))
	for i, msg := range page.Items {
		entries[i] = a.entry(msg)
	}
	return a.show(w, r, http.StatusOK, "inbox", "inbox", map[string]any{"Entries": entries, "Next": page.Next, "Customers": a.everybody(r)})
}

// assign gives a waiting message to a customer.
func (a *app) assign(w http.ResponseWriter, r *http.Request) error {
	msg, err := a.mail.Inbox.Assign(r.Context(), actor(r), r.PathValue("message"), r.FormValue("customer"))
	if refused := new(email.RefusedError); errors.As(err, &refused) {
		return a.refuse(w, r, email.Refusals{refused})
	}
	if err != nil {
		return err
	}
	return again(w, r, "/customers/"+url.PathEscape(msg.CustomerID), "assigned")
}
