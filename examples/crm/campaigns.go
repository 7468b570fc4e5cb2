package main

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// campaigns are the mailings of this run. A CRM has a table of them; how far each has come, the library's own store knows.
type campaigns struct {
	mu   sync.Mutex
	list []campaign // newest first
}

// campaign is one letter to the customers of a store.
type campaign struct {
	ID, Subject string
	Store       string // empty: to those of all stores
	At          time.Time
	Refused     []refusedCustomer
	Progress    email.CampaignProgress
}

// refusedCustomer is one who gets no letter, and why.
type refusedCustomer struct {
	Customer email.Customer
	Why      email.Refusals
}

// keep remembers a mailing. One that is sent again goes on under its id, and has refused nobody anew who was counted.
func (c *campaigns) keep(one campaign) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !slices.ContainsFunc(c.list, func(known campaign) bool { return known.ID == one.ID }) {
		c.list = append([]campaign{one}, c.list...)
	}
}

func (c *campaigns) all() []campaign {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.list)
}

// mailing is what a person has put into the form.
type mailing struct {
	Token, Store, From string
	template.Letter
}

// campaignsPage is the form of a mailing, whom it does not reach, and how far earlier ones have come.
func (a *app) campaignsPage(w http.ResponseWriter, r *http.Request) error {
	m := mailing{Token: newToken(""), Store: r.FormValue("store"), From: "store", Letter: newsletter(a.languageOf(r))}
	return a.showCampaigns(w, r, http.StatusOK, m, nil)
}

func (a *app) showCampaigns(w http.ResponseWriter, r *http.Request, status int, m mailing, refused email.Refusals) error {
	additional, err := a.store.AdditionalIdentities(r.Context())
	if err != nil {
		return err
	}
	var stores []sender.Identity
	for _, id := range storeIDs {
		one, err := a.store.StoreIdentity(r.Context(), id)
		if err != nil {
			return err
		}
		stores = append(stores, one)
	}
	suppressed, err := a.suppressedOf(r.Context(), m.Store)
	if err != nil {
		return err
	}
	list := a.campaigns.all()
	for i := range list {
		if list[i].Progress, err = a.mail.Campaigns.Progress(r.Context(), list[i].ID); err != nil {
			return err
		}
	}
	return a.show(w, r, status, "campaigns", "campaigns", map[string]any{
		"Mailing": m, "Stores": stores, "Additional": additional, "Suppressed": suppressed, "Campaigns": list, "Refused": refused,
	})
}

// suppressedOf says which customers of a store no mailing reaches, and why.
func (a *app) suppressedOf(ctx context.Context, store string) ([]email.Suppression, error) {
	var addresses []string
	for customer, err := range a.audience(store)(ctx, "") {
		if err != nil {
			return nil, err
		}
		addresses = append(addresses, customer.Emails...)
	}
	return a.mail.Suppressions.Of(ctx, addresses...)
}

// startCampaign queues one letter for each customer of a store. With a dozen of customers that is done at once; a CRM has a
// job do it, which goes on where it was broken off, and asks for the progress meanwhile.
func (a *app) startCampaign(w http.ResponseWriter, r *http.Request) error {
	f := newFilled(r.PostForm)
	m := mailing{Token: f.Token, Store: r.PostForm.Get("store"), From: f.From, Letter: f.letter()}
	from, _ := sender.ParseChoice(m.From) // what is no choice is refused by the library
	one := campaign{ID: m.Token, Subject: m.Subject, Store: m.Store, At: a.now()}
	_, err := a.mail.Campaigns.Send(r.Context(), email.Campaign{
		ID:       m.Token,
		Draft:    email.Draft{ActorID: actor(r), From: from, Letter: m.Letter},
		Audience: a.audience(m.Store),
		Refused: func(id string, why email.Refusals) {
			customer, _ := a.store.Customer(r.Context(), id) // the audience has just had him
			one.Refused = append(one.Refused, refusedCustomer{customer, why})
		},
	})
	var refusals email.Refusals
	if refused := new(email.RefusedError); errors.As(err, &refusals) {
		return a.showCampaigns(w, r, http.StatusUnprocessableEntity, m, refusals)
	} else if errors.As(err, &refused) {
		return a.showCampaigns(w, r, http.StatusUnprocessableEntity, m, email.Refusals{refused})
	}
	if errors.Is(err, email.ErrConflict) { // it was posted twice at once, and the other goes on
		return again(w, r, "/campaigns", "campaign")
	}
	if err != nil {
		return err
	}
	a.campaigns.keep(one)
	return again(w, r, "/campaigns", "campaign")
}

// audience are the customers of a store, behind one of them, in the order of their ids. A CRM asks its table, page by page:
// WHERE store = ? AND id > ? ORDER BY id.
func (a *app) audience(store string) func(context.Context, string) iter.Seq2[email.Customer, error] {
	return func(ctx context.Context, after string) iter.Seq2[email.Customer, error] {
		return func(yield func(email.Customer, error) bool) {
			for _, id := range customerIDs {
				if id <= after {
					continue
				}
				customer, err := a.store.Customer(ctx, id)
				if err == nil && store != "" && customer.StoreID != store {
					continue
				}
				if !yield(customer, err) {
					return
				}
			}
		}
	}
}

// newsletter is a mailing to begin with. Each letter has its own way out of it.
func newsletter(language string) template.Letter {
	if language == "en" {
		return template.Letter{Subject: "{{ customer.firstName }}, our spring sale begins", Preheader: "Shelves and lamps at 20 % off until Sunday",
			HTML: frame("en", "Spring sale", "<p>Dear {{ customer.firstName }},</p>\n<p>until Sunday all shelves and lamps are 20 % off.</p>\n"+
				`<p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p>`)}
	}
	return template.Letter{Subject: "{{ customer.firstName }}, весенняя распродажа", Preheader: "Полки и светильники на 20 % дешевле до воскресенья",
		HTML: frame("ru", "Весенняя распродажа", "<p>{{ customer.firstName }}, до воскресенья все полки и светильники на 20 % дешевле.</p>\n"+
			`<p><a href="{{ unsubscribe_url }}">Отписаться</a></p>`)}
}
