package email_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
)

// TestBehaviours is the acceptance suite: one subtest for each thing the product must do, by its number, against the
// public API. Those that a person sees in a browser are here at the level of the API.
func TestBehaviours(t *testing.T) { runBehaviours(t) }

// TestBehavioursOnSQLite is the same on the embedded database.
func TestBehavioursOnSQLite(t *testing.T) { runBehaviours(t) }

// TestBehavioursOnPostgreSQL is the same on the database that many machines share.
func TestBehavioursOnPostgreSQL(t *testing.T) { runBehaviours(t) }

func runBehaviours(t *testing.T) {
	byNumber := map[string]map[string]func(*testing.T){}
	for _, group := range []map[string]func(*testing.T){
		behavioursOfComposing, behavioursOfContent, behavioursOfSenders, behavioursOfPreheader, behavioursOfTheGate,
		behavioursOfAttachments, behavioursOfTheConversation, behavioursOfHistory, behavioursOfRules,
	} {
		for name, behaviour := range group {
			number, title, _ := strings.Cut(name, " ")
			if byNumber[number] == nil {
				byNumber[number] = map[string]func(*testing.T){}
			}
			byNumber[number][title] = behaviour
		}
	}
	for i := range 66 {
		number := fmt.Sprintf("B%02d", i+1)
		require.NotEmpty(t, byNumber[number], number)
		t.Run(number, func(t *testing.T) {
			for _, title := range slices.Sorted(maps.Keys(byNumber[number])) {
				t.Run(title, byNumber[number][title])
			}
		})
	}
}

var behavioursOfComposing = map[string]func(*testing.T){
	"B01 from one customer's page": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		assert.Equal(t, "ivan", form.Customer.ID)
		msg := w.dispatch(t, w.send(t).ID)
		assert.Equal(t, "ivan", msg.CustomerID)
		delivery := w.recorder.Deliveries()[0]
		assert.Equal(t, []string{"ivan@example.org"}, delivery.Envelope.Recipients)
		assert.Equal(t, "Заказ готов", delivery.Parsed.Subject)
	},
	"B02 a template is optional": func(t *testing.T) {
		w := newWorld(t)
		plain := w.send(t)
		assert.Empty(t, plain.TemplateID)
		made := w.send(t, func(d *email.Draft) { d.TemplateID, d.Letter = "welcome", noLetter })
		assert.Equal(t, "Здравствуйте, Иван", made.Subject)
		assert.Equal(t, "welcome", made.TemplateID)
	},
	"B03 only templates of the event Customer": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		require.Len(t, form.Templates, 1)
		assert.Equal(t, "welcome", form.Templates[0].ID)
		refusals := w.refusals(t, func(d *email.Draft) { d.TemplateID = "order" })
		assert.Equal(t, []string{email.CodeTemplateWrongEvent}, codes(refusals), "posted by hand")
	},
	"B04 the event is no e-mail notion": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		sms := smsTemplate{Event: template.EventCustomer, Text: "Привет, {{ customer.firstName }}"}
		assert.Equal(t, sms.Event, form.Templates[0].Event, "an SMS template is written for the same event")
		engine, err := twig.New(twig.Options{})
		require.NoError(t, err)
		parsed, err := engine.Parse(t.Context(), "sms", sms.Text, template.EscapeNone)
		require.NoError(t, err)
		text, err := parsed.Render(t.Context(), template.Vars{"customer": form.Customer.Vars()})
		require.NoError(t, err)
		assert.Equal(t, "Привет, Иван", text.Text, "and has the same variables")
	},
	"B20 To is the customer's address": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		require.Len(t, form.To, 2)
		assert.Equal(t, "ivan@example.org", form.To[0].Address, "the primary one first, the others to choose from")
		assert.Equal(t, []string{"ivan@mail.ru"}, to(w.send(t, func(d *email.Draft) { d.To = []string{"ivan@mail.ru"} })))
		assert.Equal(t, []string{"ivan@example.org"}, to(w.send(t)), "filled in where nothing is chosen")

		form, err = w.Form(t.Context(), "anna", "pyotr")
		require.NoError(t, err)
		require.NotNil(t, form.Channels[0].Unavailable)
		assert.Equal(t, "У клиента не указан e-mail", form.Channels[0].Unavailable.Text("ru"))
	},
	"B20 nobody else's address": func(t *testing.T) {
		w := newWorld(t)
		assert.Equal(t, []string{email.CodeRecipientForeign},
			codes(w.refusals(t, func(d *email.Draft) { d.To = []string{"olga@example.org"} })))
		assert.Contains(t, codes(w.refusals(t, func(d *email.Draft) { d.CustomerID = "pyotr" })), email.CodeCustomerNoEmail)
	},
}

func to(msg email.Message) []string {
	var list []string
	for _, box := range msg.To {
		list = append(list, box.Address)
	}
	return list
}

func codes(refusals email.Refusals) []string {
	var list []string
	for _, refusal := range refusals {
		list = append(list, refusal.Code)
	}
	return list
}
