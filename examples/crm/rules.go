package main

import (
	"errors"
	"net/http"
	"net/url"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
)

// rules lists the rules, and the templates they send.
func (a *app) rules(w http.ResponseWriter, r *http.Request) error {
	list, err := a.mail.Rules.List(r.Context(), email.RuleQuery{Limit: 100})
	if err != nil {
		return err
	}
	var templates []template.Template
	for _, event := range []template.Event{template.EventCustomer, template.EventOrder} {
		some, err := a.store.Templates(r.Context(), event)
		if err != nil {
			return err
		}
		templates = append(templates, some...)
	}
	return a.show(w, r, http.StatusOK, "rules", "rules", map[string]any{"Rules": list, "Templates": templates})
}

// rule is one rule: whether it fires, what keeps it from firing, and what it did.
func (a *app) rule(w http.ResponseWriter, r *http.Request) error {
	return a.showRule(w, r, http.StatusOK, nil, nil)
}

func (a *app) showRule(w http.ResponseWriter, r *http.Request, status int, refused *email.RefusedError, fired []email.Fired) error {
	id := r.PathValue("rule")
	rule, err := a.mail.Rules.Rule(r.Context(), id)
	if err != nil {
		return err
	}
	check, err := a.mail.Rules.Check(r.Context(), id)
	if wrong := new(email.RefusedError); errors.As(err, &wrong) {
		refused, err = wrong, nil
	}
	if err != nil {
		return err
	}
	firings, err := a.mail.Rules.Firings(r.Context(), id, "", 20)
	if err != nil {
		return err
	}
	return a.show(w, r, status, "rule", rule.Name, map[string]any{
		"Rule": rule, "Check": check, "Firings": firings.Items, "Refused": refused, "Fired": fired, "Customers": a.everybody(r),
	})
}

// ruleAction activates a rule, with the warnings that were taken note of, deactivates it, or lets its event happen.
func (a *app) ruleAction(w http.ResponseWriter, r *http.Request) error {
	id := r.PathValue("rule")
	var err error
	switch r.PathValue("action") {
	case "activate":
		_, err = a.mail.Rules.Activate(r.Context(), actor(r), id, r.PostForm["acknowledge"])
	case "deactivate":
		_, err = a.mail.Rules.Deactivate(r.Context(), actor(r), id, "")
	case "fire":
		return a.fire(w, r)
	default:
		return email.ErrNotFound
	}
	if refused := new(email.RefusedError); errors.As(err, &refused) {
		return a.showRule(w, r, http.StatusUnprocessableEntity, refused, nil)
	}
	if err != nil {
		return err
	}
	return again(w, r, "/rules/"+url.PathEscape(id), r.PathValue("action"))
}

// fire lets a rule's event happen to a customer, and shows what every rule of that event did.
func (a *app) fire(w http.ResponseWriter, r *http.Request) error {
	rule, err := a.mail.Rules.Rule(r.Context(), r.PathValue("rule"))
	if err != nil {
		return err
	}
	fired, err := a.mail.Rules.Fire(r.Context(), email.Firing{
		Event: rule.Event, CustomerID: r.FormValue("customer"), Key: r.FormValue("key"), Vars: eventVars(rule.Event, a.now()),
	})
	if refused := new(email.RefusedError); errors.As(err, &refused) {
		return a.refuse(w, r, email.Refusals{refused})
	}
	if err != nil {
		return err
	}
	if fired == nil {
		fired = []email.Fired{}
	}
	return a.showRule(w, r, http.StatusOK, nil, fired)
}
