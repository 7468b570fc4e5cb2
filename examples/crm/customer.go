package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// customer is one customer's page: who he is, who looks after him, and what was written.
func (a *app) customer(w http.ResponseWriter, r *http.Request) error {
	form, err := a.form(r)
	if err != nil {
		return err
	}
	history, err := a.history(r, form.Customer.ID)
	if err != nil {
		return err
	}
	return a.show(w, r, http.StatusOK, "customer", form.Customer.Name(), map[string]any{
		"Form": form, "Channel": form.Channels[0], "History": history,
	})
}

// form is what the library offers for the customer in the path; an unknown one is 404.
func (a *app) form(r *http.Request) (email.Form, error) {
	return a.mail.Form(r.Context(), actor(r), r.PathValue("customer"))
}

// outgoing chooses a channel first: those that are not there say why.
func (a *app) outgoing(w http.ResponseWriter, r *http.Request) error {
	form, err := a.form(r)
	if err != nil {
		return err
	}
	if r.FormValue("channel") == "email" && form.Channels[0].Unavailable == nil {
		http.Redirect(w, r, "/customers/"+url.PathEscape(form.Customer.ID)+"/compose", http.StatusSeeOther)
		return nil
	}
	return a.show(w, r, http.StatusOK, "outgoing", "outgoing", map[string]any{
		"Form": form, "Others": []string{"sms", "telegram", "whatsapp"}, // the CRM's other channels, none of them set up
	})
}

// newCustomer is the form for a customer who was not found, filled in from what was looked for.
func (a *app) newCustomer(w http.ResponseWriter, r *http.Request) error {
	return a.show(w, r, http.StatusOK, "new", "new", map[string]any{"Customer": a.mail.Customers.Prefill(r.FormValue("q"))})
}

// createCustomer keeps a new customer. Where others look like him they are shown first.
func (a *app) createCustomer(w http.ResponseWriter, r *http.Request) error {
	customer := a.filledCustomer(r)
	if customer.Name() == "" {
		return a.show(w, r, http.StatusUnprocessableEntity, "new", "new", map[string]any{"Customer": customer, "Wrong": "new.empty"})
	}
	if r.FormValue("anyway") == "" {
		alike, err := a.alike(r.Context(), customer)
		if err != nil {
			return err
		}
		if len(alike) > 0 {
			return a.show(w, r, http.StatusUnprocessableEntity, "new", "new", map[string]any{"Customer": customer, "Alike": alike})
		}
	}
	kept, err := a.mail.Customers.Create(r.Context(), customer)
	if err != nil {
		return err
	}
	return again(w, r, "/customers/"+url.PathEscape(kept.ID), "created")
}

func (a *app) filledCustomer(r *http.Request) email.Customer {
	value := func(name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }
	customer := email.Customer{
		FirstName: value("first"), LastName: value("last"), ExternalID: value("external"),
		ManagerID: "irina", StoreID: "lesnaya", CreatedAt: a.now(),
	}
	if address := value("email"); address != "" {
		customer.Emails = []string{address}
	}
	if phone := value("phone"); phone != "" {
		customer.Phones = []string{phone}
	}
	if handle := value("handle"); handle != "" {
		customer.Handles = []email.Handle{{Network: "telegram", Username: handle}}
	}
	return customer
}

// alike are customers who share an attribute with a new one.
func (a *app) alike(ctx context.Context, customer email.Customer) ([]foundRow, error) {
	queries := append([]string{customer.ExternalID, strings.TrimSpace(customer.FirstName + " " + customer.LastName)}, customer.Emails...)
	queries = append(queries, customer.Phones...)
	for _, handle := range customer.Handles {
		queries = append(queries, handle.Username)
	}
	var rows []foundRow
	seen := map[string]bool{}
	for _, query := range queries {
		found, err := a.mail.Customers.Search(ctx, query, 5)
		if err != nil {
			return nil, err
		}
		for _, match := range found {
			if !seen[match.Customer.ID] {
				rows = append(rows, foundRow{match, marked(match, query)})
			}
			seen[match.Customer.ID] = true
		}
	}
	return rows, nil
}
