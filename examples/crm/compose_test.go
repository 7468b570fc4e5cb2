package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

const gateSentence = "Отправка транзакционных писем выключена для этого пользователя. Подтвердите почту и разрешите использовать её как адрес отправителя"

func TestComposeOrderOfFrom(t *testing.T) {
	w := newWorld(t)
	page := w.get("/customers/1001/compose")
	assert.Equal(t, []string{"manager", "store", "additional", "additional", "additional"}, page.attributes("from-option", "data-kind"))
	assert.Equal(t, []string{"Адрес promo@shop.example не подтверждён", "Адрес orders@partner.example не разрешено использовать как адрес отправителя"}, page.texts("from-reason"))
	assert.Equal(t, "manager", page.filled("letter").Get("from"))

	page = w.get("/customers/1003/compose")
	assert.Contains(t, page.texts("from-reason")[0], "менеджер", "who has no manager sees why")
	assert.Equal(t, "store", page.filled("letter").Get("from"), "the first that can be picked")
}

func TestComposeSends(t *testing.T) {
	w := newWorld(t)
	before := len(w.mailbox.Mails())
	page := w.post("/customers/1001/compose", w.letter("1001", "bcc", "archive@shop.example", "preheader", "{{ customer.firstName }}, до пятницы"))
	assert.Equal(t, "✓ Письмо поставлено в очередь", page.text("notice"))
	w.deliver()
	mails := w.mailbox.Mails()
	require.Len(t, mails, before+1)
	assert.Equal(t, []string{"anna@example.ru", "archive@shop.example"}, mails[0].Envelope.Recipients)
	assert.NotContains(t, string(mails[0].Raw), "archive@")
	page = w.get("/customers/1001")
	assert.Equal(t, "sent", page.attributes("state", "data-state")[0])
	assert.Equal(t, []string{"archive@shop.example"}, page.texts("message-bcc"))
	assert.Contains(t, w.get("/conversations?state=completed").attributes("conversation", "data-customer"), "1001")
}

// TestComposeTwice: a form that is posted twice is one letter.
func TestComposeTwice(t *testing.T) {
	w := newWorld(t)
	letter := w.letter("1004")
	before := len(w.get("/customers/1004").all("message"))
	w.post("/customers/1004/compose", letter)
	page := w.post("/customers/1004/compose", letter)
	assert.Equal(t, "✓ Это письмо уже отправлено", page.text("notice"))
	assert.Len(t, page.all("message"), before+1)
}

func TestComposeGate(t *testing.T) {
	w := newWorld(t)
	for _, actor := range []string{"boris", "vera"} {
		w.as(actor, "ru")
		form := w.get("/customers/1001/compose")
		assert.Equal(t, http.StatusOK, form.status, "the form opens all the same")
		assert.False(t, has(form.one("send"), "disabled"), "he is told when he sends")
		page := w.post("/customers/1001/compose", w.letter("1001"))
		assert.Equal(t, http.StatusForbidden, page.status)
		refusal := page.one("refusals").FirstChild
		assert.Equal(t, "sender.transactional-disabled", attribute(refusal, "data-code"))
		assert.Equal(t, "✕ "+gateSentence+" Открыть настройки почты", text(refusal))
		assert.Equal(t, "/settings/mail", attribute(page.one("gate-settings"), "href"))
		assert.Equal(t, "Проверка", page.filled("letter").Get("subject"), "nothing that was written is lost")
	}
}

func TestComposeTemplate(t *testing.T) {
	w := newWorld(t)
	var offered []string
	for option := range w.get("/customers/1001/compose").one("template").Descendants() {
		if value := attribute(option, "value"); value != "" {
			offered = append(offered, value)
		}
	}
	assert.Equal(t, []string{"order-ready", "thanks", "map", "appointment"}, offered, "none of another event")
	page := w.post("/customers/1001/compose", w.letter("1001", "template", "order-ready", "do", "template"))
	assert.Equal(t, http.StatusOK, page.status)
	assert.Equal(t, "{{ customer.firstName }}, ваш заказ готов", page.filled("letter").Get("subject"))
	assert.Equal(t, "Анна, ваш заказ готов", page.texts("inbox-subject")[0])

	page = w.post("/customers/1001/compose", w.letter("1001", "template", "shipped"))
	assert.Equal(t, http.StatusUnprocessableEntity, page.status, "posted by hand")
	assert.Contains(t, page.text("refusals"), "созданные для события «Клиент»")
}

// TestComposeEmptied: a field that was emptied does not come back from the template.
func TestComposeEmptied(t *testing.T) {
	w := newWorld(t)
	w.post("/customers/1004/compose", w.letter("1004", "template", "order-ready", "preheader", ""))
	w.deliver()
	assert.NotContains(t, string(w.mailbox.Mails()[0].Parsed.HTML), "crmmail-preheader")
	msg := w.get("/customers/1004").attributes("message", "data-id")[0]
	kept, err := w.mail.History.Message(t.Context(), msg)
	require.NoError(t, err)
	assert.Empty(t, kept.Preheader)
	assert.Equal(t, "order-ready", kept.TemplateID)
}

func TestComposeFindings(t *testing.T) {
	w := newWorld(t)
	page := w.post("/customers/1001/compose", w.letter("1001", "body", "<p>Привет 👋</p>\n<a href=\"https://bit.ly/3xAmpLe\">x</a>", "do", "preview"))
	finding := page.one("finding")
	assert.Equal(t, []string{"link.short", "warning"}, []string{attribute(finding, "data-code"), attribute(finding, "data-severity")})
	place := page.one("finding-place")
	assert.Equal(t, "Текст 2:4", text(place))
	assert.Equal(t, "20", attribute(place, "data-start"), "in UTF-16 units: the hand takes two")
	assert.False(t, has(page.one("send"), "disabled"), "a short link warns")

	page = w.post("/customers/1001/compose", w.letter("1001", "body", "<iframe src=\"https://x.example\"></iframe>", "do", "preview"))
	assert.True(t, has(page.one("send"), "disabled"))
	assert.Contains(t, page.text("send-reason"), "недопустимое содержимое")
	page = w.post("/customers/1001/compose", w.letter("1001", "body", "<iframe src=\"https://x.example\"></iframe>"))
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Contains(t, page.attributes("finding", "data-code"), "active.iframe")

	page = w.post("/customers/1001/compose", w.letter("1001", "body", "текст\n{{ customer.firstNam }}{% if %}", "do", "preview"))
	assert.Equal(t, "error", page.attributes("finding", "data-severity")[0])
	assert.Contains(t, page.texts("finding-place")[0], "Текст 2:")
}

// TestComposePlainText: what is typed without tags arrives as it was typed.
func TestComposePlainText(t *testing.T) {
	w := newWorld(t)
	w.post("/customers/1004/compose", w.letter("1004", "body", "Добрый день, {{ customer.firstName }}!\r\n\r\nВторой абзац"))
	w.deliver()
	assert.Contains(t, w.mailbox.Mails()[0].Parsed.Text, "Добрый день, Пётр!\n\nВторой абзац")
}

func TestComposePreviewPiece(t *testing.T) {
	w := newWorld(t)
	letter := w.letter("1003", "preheader", "Только в списке")
	piece := w.post("/customers/1003/preview", letter)
	assert.Equal(t, http.StatusOK, piece.status)
	assert.NotContains(t, piece.raw, "<html")
	previews := piece.texts("inbox-preview")
	assert.Equal(t, []string{"Только в списке", "Только в списке", "Только в списке", "Только в списке"}, previews, "and none at mail.ru")
	assert.Contains(t, piece.attributes("finding", "data-code"), "preheader.not-shown", "this customer is there")
	frame := w.get(attribute(piece.one("body-frame"), "src"))
	assert.Contains(t, frame.raw, "Здравствуйте!")
	assert.Contains(t, frame.header.Get("Content-Security-Policy"), "sandbox; default-src 'none'")
	w.as("boris", "ru")
	assert.Empty(t, w.get(attribute(piece.one("body-frame"), "src")).raw, "another's draft is not shown")
}

func TestComposeUploads(t *testing.T) {
	w := newWorld(t)
	letter := w.letter("1001", "do", "attach", "body", "")
	w.upload("/customers/1001/compose", letter, "files", pdf("один.pdf"), bytesFile("virus.exe", 10))
	page := w.upload("/customers/1001/compose", letter, "files", pdf("два.pdf"), photo("три.png", 1))
	assert.Equal(t, []string{"virus.exe", "три.png", "два.pdf", "один.pdf"}, page.texts("file-name"), "bad ones first, then newest first")
	assert.Equal(t, "file.format-not-allowed", attribute(page.one("hint"), "data-code"))
	assert.Contains(t, page.text("hint"), "jpeg, jpg, png, pdf, doc, docx, rtf, bmp")
	assert.Contains(t, page.text("total"), "4 файла")
	assert.Contains(t, attribute(page.one("files"), "class"), "scroll", "from the fourth on")
	assert.True(t, has(page.one("send"), "disabled"))
	assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", attribute(page.one("picker"), "accept"))

	delete(letter, "do")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/customers/1001/compose", letter).status, "nor by hand")

	letter.Set("do", attribute(page.all("detach")[0], "value"))
	page = w.post("/customers/1001/compose", letter)
	assert.Len(t, page.all("file"), 3)
	assert.NotContains(t, attribute(page.one("files"), "class"), "scroll")
	assert.False(t, has(page.one("send"), "disabled"), "the rest is judged anew")

	letter.Set("do", "send")
	page = w.post("/customers/1001/compose", letter)
	assert.Equal(t, "✓ Письмо поставлено в очередь", page.text("notice"), "no text is needed beside files")
	w.deliver()
	assert.Len(t, w.mailbox.Mails()[0].Parsed.Attachments, 3)
	assert.Empty(t, w.drafts.files("anna", letter.Get("token")), "what was sent is forgotten")
}

// TestComposeLimits: limits are inclusive, and what is far beyond them is not even taken.
func TestComposeLimits(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.policy.write(`{"max_file": "100KB", "max_total": "150KB"}`))
	letter := w.letter("1001", "do", "attach")
	page := w.upload("/customers/1001/compose", letter, "files", padded("ровно.pdf", 100<<10), padded("больше.pdf", 100<<10+1))
	assert.Equal(t, []string{"больше.pdf", "ровно.pdf"}, page.texts("file-name"))
	assert.Equal(t, []string{"true", "false"}, page.attributes("file", "data-bad"))
	assert.Equal(t, []string{"file.too-large"}, page.attributes("hint", "data-code"))
	assert.Equal(t, []string{"total.too-large"}, page.attributes("total-hint", "data-code"), "a bad file counts too")
	require.NoError(t, w.policy.write(`{}`))
	page = w.post("/customers/1001/compose", url.Values{"token": letter["token"], "do": {"preview"}})
	assert.Empty(t, page.all("hint"), "another policy, another verdict")

	require.NoError(t, w.policy.write(`{"max_file": "100KB", "max_total": "150KB"}`))
	page = w.upload("/customers/1001/compose", letter, "files", bytesFile("huge.pdf", 4*150<<10+maxForm))
	assert.Equal(t, http.StatusRequestEntityTooLarge, page.status)
	var many []attach.File
	for range maxFiles + 1 {
		many = append(many, bytesFile("a.pdf", 1))
	}
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.upload("/customers/1001/compose", w.letter("1001"), "files", many...).status)
	assert.Equal(t, http.StatusRequestEntityTooLarge, w.post("/customers/1001/compose", url.Values{"body": {strings.Repeat("x", maxForm+1)}}).status)
}

func TestDraftsForget(t *testing.T) {
	now := time.Unix(0, 0)
	d := newDrafts(t.TempDir(), func() time.Time { return now })
	require.NoError(t, d.add("anna", "a", "a.pdf", strings.NewReader("x"), 10))
	assert.Len(t, d.files("anna", "a"), 1)
	assert.Empty(t, d.files("boris", "a"), "nobody sees another's")
	now = now.Add(draftExpiry + 1)
	assert.Empty(t, d.files("anna", "a"))
	for i := range maxDrafts + 10 {
		now = now.Add(time.Millisecond)
		d.setBody("anna", strings.Repeat("x", i+1), "body")
		assert.Empty(t, d.files("anna", "looked at only"))
	}
	assert.Equal(t, "body", d.body("anna", strings.Repeat("x", maxDrafts+10)), "the newest stays")
	assert.Empty(t, d.body("anna", "x"), "the oldest went")
	assert.ErrorIs(t, d.add("anna", "b", "a.pdf", strings.NewReader("12345"), 4), errTooMuch)
	assert.LessOrEqual(t, len(d.kept), maxDrafts)
}

func TestComposeUndo(t *testing.T) {
	w := newWorld(t, func(o *options) { o.undo = time.Hour })
	page := w.post("/customers/1004/compose", w.letter("1004"))
	bar := page.one("undo-bar")
	w.deliver()
	before := len(w.mailbox.Mails())
	page = w.post(attribute(bar, "action"), nil)
	assert.Equal(t, "✓ Отправка отменена", page.text("notice"))
	assert.Equal(t, "canceled", page.attributes("state", "data-state")[0])
	assert.Len(t, w.mailbox.Mails(), before)
	page = w.post(attribute(bar, "action"), nil)
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Contains(t, page.text("refusals"), "Отменить отправку уже нельзя")
}
