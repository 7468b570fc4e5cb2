package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

// TestBehavioursInTheBrowser is what a person sees, by the number of the behaviour, with the page's script and without. What
// only the script does, as to take a dropped file, has no second way.
func TestBehavioursInTheBrowser(t *testing.T) {
	sendingBehaviours(t)
	conversationBehaviours(t)
}

// sendingBehaviours are about the customer's page and the letter.
func sendingBehaviours(t *testing.T) {
	t.Run("B01 from one customer's page", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1004")
		b.follow("write-email")
		b.write("subject", "Здравствуйте, {{ customer.firstName }}")
		b.write("body", "Ваш заказ готов.")
		b.follow("send")
		assert.Equal(t, "✓ Письмо поставлено в очередь", b.says("notice"))
		assert.Equal(t, "Здравствуйте, Пётр", b.says("message-subject"))
		b.delivered("Здравствуйте, Пётр")
	}))
	t.Run("B15 From is picked out of a list", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001/compose")
		assert.Equal(t, []string{"manager", "store", "additional", "additional", "additional"}, ask[[]string](b, "$$('from-option').map(e=>e.dataset.kind)"))
		assert.True(t, ask[bool](b, "$$('from')[3].disabled && $$('from')[4].disabled && !$$('from')[2].disabled"))
		b.run(chromedp.Click(chromedp.CSS(`input[value="store"]`)))
		b.write("subject", "Из магазина")
		b.write("body", "<p>Здравствуйте!</p>")
		b.follow("send")
		mail := b.delivered("Из магазина")
		assert.Equal(t, "les@shop.example", mail.Parsed.From[0].Address)
	}))
	t.Run("B20 without an address there is nothing to compose", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1002")
		assert.True(t, ask[bool](b, "$('write-email').disabled"))
		assert.Equal(t, "У клиента не указан e-mail", b.says("write-email-reason"))
		b.open("/customers/1001/compose")
		assert.Equal(t, []string{"anna@example.ru", "anna.petrova@mail.ru"}, ask[[]string](b, "[...$('to').options].map(o=>o.value)"), "the primary one first")
	}))
	t.Run("B22 the preheader stands after the subject", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001/compose")
		b.write("subject", "Заказ готов")
		b.write("preheader", "{{ customer.firstName }}, до пятницы")
		b.write("body", "<p>Первые слова письма</p>")
		b.preview()
		b.wait("$$('inbox-preview').length === 4 && $('inbox-preview').textContent === 'Анна, до пятницы'")
		assert.Equal(t, "Заказ готов", ask[string](b, "$('inbox-subject').textContent"))
		assert.Equal(t, "36", is[string](b, "document.querySelector('[data-count]').textContent"), "counted, while one types with the script")
		assert.True(t, ask[bool](b, "$('inbox-subject').compareDocumentPosition($('inbox-preview')) & 4 ? true : false"))
		assert.NotContains(t, ask[string](b, "$('inbox').textContent"), "Первые слова")
	}))
	t.Run("B25 B26 the preheader is in the list alone", inBothWays(preheaderIsInvisible))
	t.Run("B27 a note where the recipient's service shows no preheader", inBothWays(func(t *testing.T, b *tab) {
		const note = "document.querySelector('[data-code=\"preheader.not-shown\"]')"
		b.open("/customers/1001/compose")
		b.write("subject", "Заказ готов")
		b.write("preheader", "До пятницы")
		b.write("body", "<p>Здравствуйте!</p>")
		b.preview()
		b.wait("$$('inbox-preview').length === 4")
		assert.False(t, is[bool](b, "!!"+note), "anna@example.ru is elsewhere")
		b.pick("to", "anna.petrova@mail.ru")
		b.preview()
		b.until(note)
		assert.Contains(t, is[string](b, note+".textContent"), "mail.ru")
		assert.Equal(t, "note", is[string](b, note+".dataset.severity"))
		assert.False(t, ask[bool](b, "$('send').disabled"), "a note stops nobody")
		assert.True(t, is[bool](b, "!document.querySelector('[data-client=\"mail.ru\"] [data-testid=inbox-preview]')"), "nor does its row show one")
	}))
	t.Run("B28 B29 who may not send", inBothWays(func(t *testing.T, b *tab) {
		b.act("boris")
		b.open("/customers/1001/compose")
		b.write("subject", "Тема")
		b.write("body", "<p>Текст</p>")
		b.follow("send")
		assert.Equal(t, "✕ "+gateSentence, strings.TrimSuffix(b.says("refusals"), " Открыть настройки почты"))
		assert.Equal(t, "sender.transactional-disabled", ask[string](b, "$('refusals').firstElementChild.dataset.code"))
		assert.Equal(t, http.StatusForbidden, b.status("/customers/1001/compose"))
		b.follow("gate-settings")
		assert.Equal(t, "/settings/mail", is[string](b, "location.pathname"))
	}))
	t.Run("B32 confirmed and allowed in the settings", inBothWays(func(t *testing.T, b *tab) {
		b.act("boris")
		b.open("/settings/mail")
		b.follow("request")
		b.open("/_mail/mails/" + b.mailbox.Mails()[0].ID + "/")
		b.open(strings.TrimPrefix(ask[string](b, "$('text').querySelector('a').href"), b.base)) // where the link in the letter leads
		b.follow("confirm")
		assert.Equal(t, "✓ Почта подтверждена", b.says("notice"))
		b.follow("allow")
		b.open("/customers/1001/compose?template=thanks")
		b.follow("send")
		assert.Equal(t, "✓ Письмо поставлено в очередь", b.says("notice"))
	}))
}

// inBothWays is a test with the page's script, and the same without.
func inBothWays(test func(*testing.T, *tab)) func(*testing.T) {
	return func(t *testing.T) {
		t.Parallel()
		for name, how := range map[string]manner{"with script": {}, "without": {noScript: true}} {
			t.Run(name, func(t *testing.T) {
				b := newTab(t, how)
				test(t, b)
				b.noTrouble()
			})
		}
	}
}

// preheaderIsInvisible measures the letter that was delivered, outside every page of ours.
func preheaderIsInvisible(t *testing.T, b *tab) {
	b.open("/customers/1001/compose?template=order-ready")
	b.follow("send")
	mail := b.delivered("Анна, ваш заказ готов")
	doc := mail.Parsed.HTML
	quoted := "<html><body><p>Да</p><blockquote>" + doc + "</blockquote></body></html>"
	for name, html := range map[string]string{"letter": doc, "quoted by a mail program": quoted} {
		t.Run(name, func(t *testing.T) {
			b.t = t
			b.show(html)
			// Every box that the text of the preheader has in the page.
			height := is[float64](b, `(()=>{const w=document.createTreeWalker(document.body,4);let h=0;while(w.nextNode()){const n=w.currentNode;`+
				`if(!/Заберите его до пятницы|[\u034f\u200c\u00ad]{2}/.test(n.data))continue;const r=document.createRange();r.selectNodeContents(n);`+
				`for(let e=n.parentElement;e;e=e.parentElement){const s=getComputedStyle(e);if(s.display==='none'||s.overflow==='hidden'&&e.getBoundingClientRect().height===0)r.collapse()}`+
				`for(const b of r.getClientRects())h=Math.max(h,b.height*(b.width>0))}return h})()`)
			assert.Zero(t, height, "it has no visible height")
			assert.NotContains(t, is[string](b, "document.body.innerText"), "Заберите его до пятницы")
			assert.Contains(t, is[string](b, "document.body.innerText"), "заказ ждёт вас")
		})
	}
	b.t = t
	b.show(doc)
	list := is[string](b, "document.body.textContent.trim().slice(0, 140)") // what a program takes that knows nothing of styles
	assert.True(t, strings.HasPrefix(list, "Заберите его до пятницы, мы работаем до 21:00"), list)
	assert.NotContains(t, list, "ждёт вас", "the body's first words do not run on after it")

	// An answer of ours to a letter that quotes it does not bring it back.
	raw, err := answer(mustMessage(t, b.world, "1001", "outgoing"), b.now(), "Спасибо")
	require.NoError(t, err)
	msg, err := b.mail.Receive(context.Background(), email.Inbound{Mailbox: answersMailbox, Raw: strings.NewReader(string(raw))})
	require.NoError(t, err)
	b.open("/customers/1001/compose?reply=" + msg.ID)
	assert.NotContains(t, ask[string](b, "$('body').value"), "Заберите его до пятницы")
}

// show puts a document into the window, outside every page of ours.
func (b *tab) show(html string) {
	b.t.Helper()
	b.run(chromedp.Navigate("about:blank"))
	tree := call(b, devtools.GetFrameTree, cdp.Empty{})
	call(b, devtools.SetDocumentContent, devtools.SetDocumentContentParams{FrameID: tree.FrameTree.Frame.ID, HTML: html})
}
