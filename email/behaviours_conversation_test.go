package email_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

var behavioursOfTheConversation = map[string]func(*testing.T){
	"B57 customers are found by five attributes": func(t *testing.T) {
		w := newWorld(t)
		for query, want := range map[string]email.Attribute{
			"федоров": email.ByName, "8 (900) 123": email.ByPhone, "ivan@mail": email.ByEmail,
			"ex-7": email.ByExternalID, "@ivan_f": email.ByHandle,
		} {
			matches, err := w.Customers.Search(t.Context(), query, 0)
			require.NoError(t, err)
			require.Len(t, matches, 1, query)
			assert.Equal(t, "ivan", matches[0].Customer.ID, query)
			assert.Equal(t, want, matches[0].Attribute, query)
		}
	},
	"B58 a message is written from the found row": func(t *testing.T) {
		w := newWorld(t)
		matches, err := w.Customers.Search(t.Context(), "Ольга", 0)
		require.NoError(t, err)
		row := matches[0].Customer
		form, err := w.Form(t.Context(), "anna", row.ID)
		require.NoError(t, err)
		assert.Nil(t, form.Channels[0].Unavailable)
		msg := w.send(t, from(sender.Additional, "info"), func(d *email.Draft) { d.CustomerID = row.ID })
		assert.Equal(t, []string{"olga@example.org"}, to(msg))
	},
	"B59 not found: created, prefilled from the query": func(t *testing.T) {
		w := newWorld(t)
		for query, want := range map[string]email.Customer{
			"new@example.org":  {Emails: []string{"new@example.org"}},
			"+7 911 000-00-00": {Phones: []string{"+7 911 000-00-00"}},
			"@newcomer":        {Handles: []email.Handle{{Username: "newcomer"}}},
			"Мария Новая":      {FirstName: "Мария", LastName: "Новая"},
		} {
			matches, err := w.Customers.Search(t.Context(), query, 0)
			require.NoError(t, err)
			require.Empty(t, matches, query)
			prefilled := w.Customers.Prefill(query)
			assert.Equal(t, want, prefilled)
			created, err := w.Customers.Create(t.Context(), prefilled)
			require.NoError(t, err)
			matches, err = w.Customers.Search(t.Context(), query, 0)
			require.NoError(t, err)
			require.Len(t, matches, 1, query)
			assert.Equal(t, created.ID, matches[0].Customer.ID)
		}
	},
	"B60 a channel that is not available says why": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		assert.Equal(t, []email.Channel{{Name: "email"}}, form.Channels)
		form, err = w.Form(t.Context(), "anna", "pyotr")
		require.NoError(t, err)
		assert.Equal(t, "The customer has no e-mail address", form.Channels[0].Unavailable.Text("en"))
	},
	"B61 subject and text": func(t *testing.T) {
		w := newWorld(t)
		refusals := w.refusals(t, func(d *email.Draft) { d.Letter = template.Letter{Subject: " \n "} })
		assert.Equal(t, []string{email.CodeSubjectEmpty, email.CodeContentEmpty}, codes(refusals))
		msg := w.send(t, func(d *email.Draft) { d.Letter = template.Letter{Subject: "Тема", Text: "Текст"} })
		w.dispatch(t, msg.ID)
		parsed := w.recorder.Deliveries()[0].Parsed
		assert.Equal(t, "Тема", parsed.Subject)
		assert.Equal(t, "Текст", strings.TrimSpace(parsed.Text))
	},
	"B62 a blind copy": func(t *testing.T) {
		w := newWorld(t)
		msg := w.dispatch(t, w.send(t, withBcc).ID)
		delivery := w.recorder.Deliveries()[0]
		assert.Equal(t, []string{"ivan@example.org", "archive@shop.example"}, delivery.Envelope.Recipients)
		assert.NotContains(t, string(delivery.Raw), "archive@")
		assert.NotContains(t, strings.ToLower(string(delivery.Raw)), "\nbcc:")
		assert.Equal(t, "archive@shop.example", msg.Bcc[0].Address, "kept in the history")
	},
	"B63 the customer is under Completed": func(t *testing.T) {
		w := newWorld(t)
		w.send(t)
		completed, err := w.History.Conversations(t.Context(), email.Completed, "", 0)
		require.NoError(t, err)
		require.Len(t, completed.Items, 1)
		assert.Equal(t, "ivan", completed.Items[0].CustomerID)
		active, err := w.History.Conversations(t.Context(), email.Active, "", 0)
		require.NoError(t, err)
		assert.Empty(t, active.Items)
	},
	"B64 or found by search": func(t *testing.T) {
		w := newWorld(t)
		msg := w.send(t)
		matches, err := w.Customers.Search(t.Context(), "Иван", 0)
		require.NoError(t, err)
		page, err := w.History.Messages(t.Context(), matches[0].Customer.ID, "", 0)
		require.NoError(t, err)
		require.Len(t, page.Items, 1)
		assert.Equal(t, msg.ID, page.Items[0].ID)
	},
}
