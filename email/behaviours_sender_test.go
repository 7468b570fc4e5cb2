package email_test

import (
	"mime"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func from(kind sender.Kind, id string) func(*email.Draft) {
	return func(d *email.Draft) { d.From = sender.Choice{Kind: kind, ID: id} }
}

func as(actor string) func(*email.Draft) { return func(d *email.Draft) { d.ActorID = actor } }

func options(t *testing.T, w *world, customer string) []sender.Option {
	t.Helper()
	form, err := w.Form(t.Context(), "anna", customer)
	require.NoError(t, err)
	return form.From
}

var behavioursOfSenders = map[string]func(*testing.T){
	"B15 From is picked out of a list": func(t *testing.T) {
		w := newWorld(t)
		for _, option := range options(t, w, "ivan") {
			pick := from(option.Choice.Kind, option.Choice.ID)
			if option.Disabled != nil {
				assert.Equal(t, []string{option.Disabled.Code}, codes(newWorld(t).refusals(t, pick)), "posted by hand")
				continue
			}
			assert.Equal(t, option.Identity.Mailbox, w.send(t, pick).From)
		}
		assert.Equal(t, []string{sender.CodeNotChosen}, codes(newWorld(t).refusals(t, from("", ""))))
		assert.Equal(t, []string{sender.CodeUnknown}, codes(newWorld(t).refusals(t, from(sender.Additional, "nobody"))))
	},
	"B16 the customer's manager, not the acting user": func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "vera"}, true))
		assert.Equal(t, "anna@shop.example", w.send(t, as("vera")).From.Address)
		manager := options(t, w, "olga")[0]
		require.NotNil(t, manager.Disabled)
		assert.Equal(t, "За клиентом не закреплён менеджер", manager.Disabled.Text("ru"))
	},
	"B17 the customer's store": func(t *testing.T) {
		w := newWorld(t)
		assert.Equal(t, "les@shop.example", w.send(t, from(sender.Store, "")).From.Address)
		assert.NotNil(t, options(t, w, "olga")[1].Disabled, "registered in no store")
	},
	"B18 additional addresses from the settings": func(t *testing.T) {
		w := newWorld(t)
		assert.Len(t, options(t, w, "ivan")[2:], 2)
		assert.Equal(t, "info@shop.example", w.send(t, from(sender.Additional, "info")).From.Address)
	},
	"B19 manager, store, additional": func(t *testing.T) {
		var order []string
		for _, option := range options(t, newWorld(t), "ivan") {
			order = append(order, option.Choice.String())
		}
		assert.Equal(t, []string{"manager", "store", "additional:info", "additional:promo"}, order)
	},
}

const refusalOfB29 = "Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя"

func gate(t *testing.T, refusals email.Refusals) *sender.NotAllowedError {
	t.Helper()
	var closed *sender.NotAllowedError
	require.ErrorAs(t, refusals, &closed)
	return closed
}

var behavioursOfTheGate = map[string]func(*testing.T){
	"B28 refused at the attempt; the form opens": func(t *testing.T) {
		w := newWorld(t)
		form, err := w.Form(t.Context(), "boris", "ivan")
		require.NoError(t, err)
		assert.Equal(t, sender.CodeTransactionalDisabled, form.Refusal.Code)
		assert.NotEmpty(t, form.From)
		assert.Equal(t, []string{sender.CodeTransactionalDisabled}, codes(w.refusals(t, as("boris"))))
		form, err = w.Form(t.Context(), "anna", "ivan")
		require.NoError(t, err)
		assert.Nil(t, form.Refusal)
	},
	"B29 the sentence": func(t *testing.T) {
		w := newWorld(t)
		assert.Equal(t, refusalOfB29, w.refusals(t, as("boris")).Text("ru"))
		form, err := w.Form(t.Context(), "vera", "ivan")
		require.NoError(t, err)
		assert.Equal(t, refusalOfB29, form.Refusal.Text("ru"))
	},
	"B30 the address is confirmed": func(t *testing.T) {
		closed := gate(t, newWorld(t).refusals(t, as("boris")))
		assert.False(t, closed.Confirmed)
		assert.False(t, closed.Allowed)
	},
	"B31 and, apart from that, allowed": func(t *testing.T) {
		w := newWorld(t)
		closed := gate(t, w.refusals(t, as("vera")))
		assert.True(t, closed.Confirmed)
		assert.False(t, closed.Allowed)

		require.NoError(t, w.Senders.Allow(t.Context(), sender.Ref{Kind: sender.User, ID: "boris"}, true))
		closed = gate(t, w.refusals(t, as("boris")))
		assert.False(t, closed.Confirmed)
		assert.True(t, closed.Allowed)
	},
	"B32 confirmed by a letter with a single-use token that expires": func(t *testing.T) {
		w := newWorld(t)
		boris := sender.Ref{Kind: sender.User, ID: "boris"}
		require.NoError(t, w.Senders.RequestConfirmation(t.Context(), boris, "ru"))
		letter := w.recorder.Deliveries()[0]
		assert.Equal(t, []string{"boris@shop.example"}, letter.Envelope.Recipients)
		assert.Equal(t, "Подтвердите почту", letter.Parsed.Subject)
		token := regexp.MustCompile(`token=([\w-]+)`).FindStringSubmatch(letter.Parsed.Text)[1]

		var failed *sender.ConfirmError
		_, err := w.Senders.Confirm(t.Context(), "x"+token[1:])
		require.ErrorAs(t, err, &failed)

		ref, err := w.Senders.Confirm(t.Context(), token)
		require.NoError(t, err)
		assert.Equal(t, boris, ref)
		_, err = w.Senders.Confirm(t.Context(), token)
		require.ErrorAs(t, err, &failed, "used once")
		assert.NotEqual(t, failed.Text("ru"), failed.Text("en"))

		require.NoError(t, w.Senders.Allow(t.Context(), boris, true))
		w.recorder.Reset()
		assert.Equal(t, "boris", w.send(t, as("boris")).ActorID)
	},
	"B32 expired": func(t *testing.T) {
		w := newWorld(t)
		require.NoError(t, w.Senders.RequestConfirmation(t.Context(), sender.Ref{Kind: sender.User, ID: "boris"}, "en"))
		token := regexp.MustCompile(`token=([\w-]+)`).FindStringSubmatch(w.recorder.Deliveries()[0].Parsed.HTML)[1]
		w.clock.Advance(25 * time.Hour)
		_, err := w.Senders.Confirm(t.Context(), token)
		require.ErrorIs(t, err, sender.ErrTokenExpired)
	},
	"B33 a mailing is not gated": func(t *testing.T) {
		w := newWorld(t)
		report, err := w.Campaigns.Send(t.Context(), news(audience(3), func(c *email.Campaign) { c.Draft.ActorID = "boris" }))
		require.NoError(t, err)
		assert.Equal(t, 3, report.Queued)
		assert.Len(t, w.received(t), 3)
	},
	"B33 only transactional sending is gated": func(t *testing.T) {
		w := newWorld(t)
		msg := w.send(t, as("boris"), func(d *email.Draft) { d.Purpose = email.Bulk })
		assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
	},
}

func preheader(text string) func(*email.Draft) {
	return func(d *email.Draft) { d.Letter.Preheader = text }
}

var behavioursOfPreheader = map[string]func(*testing.T){
	"B21 optional": func(t *testing.T) {
		w := newWorld(t)
		w.dispatch(t, w.send(t).ID)
		assert.NotContains(t, w.recorder.Deliveries()[0].Parsed.HTML, "crm-preheader")
		assert.NotContains(t, w.recorder.Deliveries()[0].Parsed.HTML, "&#8199;")
	},
	"B22 shown after the subject": func(t *testing.T) {
		preview, err := newWorld(t).Preview(t.Context(), draft(preheader("До пятницы")))
		require.NoError(t, err)
		require.NotEmpty(t, preview.Inbox)
		for _, row := range preview.Inbox {
			assert.Equal(t, "Заказ готов", row.Subject, row.Client)
			if row.Client != template.MailRu {
				assert.Equal(t, "До пятницы", row.Preview, row.Client)
			}
		}
	},
	"B23 Twig works in it": func(t *testing.T) {
		msg := newWorld(t).send(t, preheader("{% if number > 1000 %}№ {{ number }}{% endif %}, скидка {{ 0.1 + 0.2 }}"),
			func(d *email.Draft) { d.Vars = template.Vars{"number": 1042} })
		assert.Equal(t, "№ 1042, скидка 0.3", msg.Preheader)
	},
	"B24 the customer's data is there": func(t *testing.T) {
		msg := newWorld(t).send(t, func(d *email.Draft) {
			d.Letter = template.Letter{
				Subject:   "{{ customer.firstName }}",
				Preheader: "{{ customer.email }}",
				HTML:      "<p>{{ customer.lastName }}, {{ manager.name }}, {{ store.email }}</p>",
				Text:      "{{ customer.phone }} {{ customer.externalId }}",
			}
		})
		assert.Equal(t, "Иван", msg.Subject)
		assert.Equal(t, "ivan@example.org", msg.Preheader)
		assert.Equal(t, "<p>Фёдоров, Анна Ким, les@shop.example</p>", msg.HTML)
		assert.Equal(t, "+7 900 123-45-67 EX-7", msg.Text)
	},
	"B25 invisible in the body": func(t *testing.T) {
		preview, err := newWorld(t).Preview(t.Context(), draft(preheader("До пятницы")))
		require.NoError(t, err)
		hidden, rest, ok := strings.Cut(preview.HTML, "До пятницы</div>")
		require.True(t, ok)
		for _, style := range []string{"display:none", "max-height:0", "mso-hide:all", "overflow:hidden"} {
			assert.Contains(t, hidden, style)
		}
		assert.Contains(t, rest, "<p>Ждём вас!</p>")
	},
	"B26 nothing else is seen in the list": func(t *testing.T) {
		w := newWorld(t)
		w.dispatch(t, w.send(t, preheader("До пятницы")).ID)
		parsed := w.recorder.Deliveries()[0].Parsed
		padding := strings.Count(parsed.HTML, "&#8199;&#847;") + strings.Count(parsed.HTML, "\u2007\u034f")
		assert.GreaterOrEqual(t, padding, 150, "the body's first words do not run on after it")
		assert.NotContains(t, parsed.Text, "До пятницы")
		assert.NotContains(t, parsed.Reply, "До пятницы")
		for _, field := range parsed.Fields {
			decoded, err := new(mime.WordDecoder).DecodeHeader(field.Body)
			require.NoError(t, err)
			assert.NotContains(t, decoded, "До пятницы", field.Name)
		}
	},
	"B27 a note where a service shows none": func(t *testing.T) {
		w := newWorld(t)
		preview, err := w.Preview(t.Context(), draft(preheader("До пятницы"), func(d *email.Draft) { d.To = []string{"ivan@mail.ru"} }))
		require.NoError(t, err)
		require.Len(t, preview.Notes, 1)
		assert.Contains(t, preview.Notes[0].Text("ru"), "mail.ru")
		assert.True(t, preview.SendAllowed())
		preview, err = w.Preview(t.Context(), draft(preheader("До пятницы")))
		require.NoError(t, err)
		assert.Empty(t, preview.Notes)
	},
}
