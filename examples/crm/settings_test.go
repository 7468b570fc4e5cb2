package main

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

func mustMessage(t testing.TB, w *world, customer, origin string) email.Message {
	msg, err := w.mail.History.Message(t.Context(), w.messages(customer, origin)[0])
	require.NoError(t, err)
	return msg
}

// link is the one to confirm in the letter that came last.
func (w *world) link() string {
	w.t.Helper()
	found := regexp.MustCompile(`http://\S+/confirm/\S+`).FindString(w.mailbox.Mails()[0].Parsed.Text)
	require.NotEmpty(w.t, found)
	return strings.TrimPrefix(found, w.base)
}

// TestConfirm: Boris takes both steps, and then he may send.
func TestConfirm(t *testing.T) {
	w := newWorld(t)
	w.as("boris", "ru")
	own := url.Values{"kind": {"user"}, "id": {"boris"}}
	own.Set("do", "confirm")
	w.post("/settings/mail/senders", own)
	link := w.link()
	w.get(link)
	assert.Contains(t, w.get("/settings/mail").texts("confirmed")[0], "не подтверждена", "programs open every link")
	page := w.post(link, nil)
	assert.Equal(t, "✓ Почта подтверждена", page.text("notice"))
	assert.Equal(t, http.StatusForbidden, w.post("/customers/1001/compose", w.letter("1001")).status, "that is one condition of two")
	page = w.post(link, nil)
	assert.Equal(t, http.StatusUnprocessableEntity, page.status, "it works once")
	page.one("confirm-error")
	own.Set("do", "allow")
	w.post("/settings/mail/senders", own)
	page = w.post("/customers/1001/compose", w.letter("1001"))
	assert.Equal(t, "✓ Письмо поставлено в очередь", page.text("notice"))
}

func TestAdditionalAddresses(t *testing.T) {
	w := newWorld(t)
	page := w.post("/settings/mail/senders", url.Values{"do": {"add"}, "name": {"Склад"}, "address": {"sklad@shop.example"}})
	assert.Contains(t, page.text("additional"), "sklad@shop.example")
	assert.Contains(t, w.get("/customers/1001/compose").texts("from-option")[5], "не подтверждён")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/settings/mail/senders", url.Values{"do": {"add"}, "address": {"sklad at shop"}}).status)
	assert.Contains(t, page.texts("alignment")[0], "✓ Домен настроен")
	assert.Contains(t, page.texts("alignment")[3], "не полностью", "partner.example lets nobody send")
	w.faults.set("refuse", 1)
	page = w.post("/settings/mail/senders", url.Values{"do": {"confirm"}, "kind": {"additional"}, "id": {"promo"}})
	assert.Contains(t, page.text("notice"), "не ушло")
}

func TestPolicy(t *testing.T) {
	w := newWorld(t)
	page := w.post("/settings/mail/policy", url.Values{"policy": {`{"formats": ["pdf"], "max_file": "1MB"}`}})
	assert.Equal(t, http.StatusOK, page.status)
	assert.Equal(t, ".pdf", attribute(w.get("/customers/1001/compose").one("picker"), "accept"), "at once")
	page = w.post("/settings/mail/policy", url.Values{"policy": {"{\n  \"formatz\": []\n}"}})
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Contains(t, page.text("policy-error"), "Строка 2, столбец 3:")
	assert.Equal(t, ".pdf", attribute(w.get("/customers/1001/compose").one("picker"), "accept"), "the old one stays")
}

func TestSuppressions(t *testing.T) {
	w := newWorld(t)
	page := w.post("/settings/mail/suppressions", url.Values{"address": {"Anna@Example.RU"}})
	assert.Contains(t, page.text("suppressed"), "anna@example.ru")
	assert.Contains(t, w.get("/customers/1001").text("suppressed"), "исключён из рассылок")
	page = w.post("/settings/mail/suppressions", url.Values{"address": {"anna@example.ru"}, "reason": {"manual"}})
	assert.NotContains(t, page.text("suppressed"), "anna@example.ru")
	assert.Equal(t, http.StatusNotFound, w.get("/unsubscribe/forged").status)
}

func TestRules(t *testing.T) {
	w := newWorld(t)
	page := w.post("/rules/survey/activate", nil)
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Contains(t, page.text("refusals"), "исправьте ошибки в шаблоне")
	assert.Contains(t, page.attributes("finding", "data-code"), "active.iframe")

	page = w.post("/rules/shipped/activate", nil)
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Contains(t, page.text("refusals"), "подтвердите, что предупреждения прочитаны")
	acknowledged := url.Values{"acknowledge": page.attributes("acknowledge", "value")}
	page = w.post("/rules/shipped/activate", acknowledged)
	assert.Equal(t, "true", attribute(page.one("rule-state"), "data-active"))

	page = w.post("/rules/shipped/fire", url.Values{"customer": {"1001"}})
	assert.Contains(t, page.text("fired"), "shipped: ✓")
	w.deliver()
	assert.Equal(t, "Заказ № 1042 отправлен", w.mailbox.Mails()[0].Parsed.Subject)

	letter := url.Values{"subject": {"Новая тема"}, "body": {`<iframe src="https://x.example"></iframe>`}}
	page = w.post("/templates/shipped", letter)
	assert.Contains(t, page.text("deactivated"), "Заказ отправлен")
	page = w.get("/rules/shipped")
	assert.Equal(t, "false", attribute(page.one("rule-state"), "data-active"), "editing the template deactivates")
	assert.Contains(t, page.text("rule-events"), "rule.template-changed")
	page = w.post("/rules/shipped/fire", url.Values{"customer": {"1001"}})
	assert.Contains(t, page.text("fired"), "Ни одно включённое правило")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/rules/thanks/fire", url.Values{"customer": {"none"}}).status)
	assert.Equal(t, "false", attribute(w.post("/rules/thanks/deactivate", nil).one("rule-state"), "data-active"))
}
