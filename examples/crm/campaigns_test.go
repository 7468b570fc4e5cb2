package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/preview"
)

// leaves is the way out of a mailing that stands in a letter's header, at this server.
func (w *world) leaves(mail *preview.Mail) string {
	w.t.Helper()
	for _, field := range mail.Parsed.Fields {
		if field.Name == "List-Unsubscribe" {
			_, link, found := strings.Cut(strings.Trim(field.Body, "<>"), "https://crm.shop.example")
			require.True(w.t, found, field.Body)
			return link
		}
	}
	require.Fail(w.t, "no List-Unsubscribe")
	return ""
}

func TestCampaign(t *testing.T) {
	w := newWorld(t)
	w.post("/settings/mail/suppressions", url.Values{"address": {"timur@bk.ru"}})
	page := w.get("/campaigns?store=lesnaya")
	assert.Contains(t, page.text("suppressed"), "timur@bk.ru", "it is seen before")
	form := page.filled("mailing")
	assert.Equal(t, "lesnaya", form.Get("store"))
	before := len(w.mailbox.Mails())
	page = w.post("/campaigns", form)
	assert.Equal(t, "✓ Рассылка поставлена в очередь", page.text("notice"))
	assert.Contains(t, page.text("campaign"), "Поставлено в очередь: 5 писем · ✓ все обойдены")
	refused := strings.Join(page.texts("campaign-refused"), "\n")
	assert.Contains(t, refused, "Фёдор Соколов: У клиента не указан e-mail")
	assert.Contains(t, refused, "Тимур Ахметов")
	w.deliver()
	mails := w.mailbox.Mails()
	require.Len(t, mails, before+5, "one store's customers alone")

	page = w.post("/campaigns", form)
	assert.Len(t, page.all("campaign"), 1, "twice posted is one mailing")
	w.deliver()
	assert.Len(t, w.mailbox.Mails(), before+5, "and nobody gets a second letter")

	// The customer leaves by one click, as a mail program does it for him.
	left := mails[0].Envelope.Recipients[0]
	answer := w.post(w.leaves(mails[0]), url.Values{"List-Unsubscribe": {"One-Click"}})
	assert.Equal(t, http.StatusOK, answer.status)
	assert.Contains(t, w.get("/campaigns").text("suppressed"), left)
	again := w.get("/campaigns").filled("mailing")
	page = w.post("/campaigns", again)
	assert.Len(t, page.all("campaign"), 2)
	for _, mail := range w.mailbox.Mails()[:len(w.mailbox.Mails())-before-5] {
		assert.NotEqual(t, left, mail.Envelope.Recipients[0])
	}
}

func TestCampaignRefused(t *testing.T) {
	w := newWorld(t)
	form := w.get("/campaigns").filled("mailing")
	form.Set("body", "<p>Смотрите</p>\n<iframe src=\"https://x.example\"></iframe>")
	page := w.post("/campaigns", form)
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Contains(t, page.text("refusals"), "HTML 2:1")
	assert.Contains(t, page.filled("mailing").Get("body"), "<iframe", "nothing that was written is lost")
	assert.Empty(t, page.all("campaign"))
	form = w.get("/campaigns").filled("mailing")
	form.Set("from", "additional:promo")
	page = w.post("/campaigns", form)
	assert.Contains(t, page.text("refusals"), "не подтверждён")
	form.Set("from", "nobody")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/campaigns", form).status)
}

func TestCampaignInTheBrowser(t *testing.T) {
	inBothWays(func(t *testing.T, b *tab) {
		b.open("/settings/mail")
		b.write("suppress-address", "priya@example.net")
		b.follow("suppress")
		b.open("/campaigns")
		assert.Contains(t, b.says("suppressed"), "priya@example.net")
		b.pick("audience", "online")
		b.write("subject", "{{ customer.firstName }}, sale")
		b.follow("start")
		assert.Contains(t, b.says("campaign"), "Поставлено в очередь: 3 письма")
		assert.Contains(t, b.says("campaign-refused"), "Priya Raman")
		mail := b.delivered("Lukas, sale")
		b.open("/_mail/mails/" + mail.ID + "/")
		assert.Contains(t, b.says("unsubscribe"), "https://crm.shop.example/unsubscribe/")
	})(t)
}
