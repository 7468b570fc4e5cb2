package main

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

// conversationBehaviours are about files, the history and the list of conversations.
func conversationBehaviours(t *testing.T) {
	t.Run("B42 several files in several goes", func(t *testing.T) {
		inBothWays(func(t *testing.T, b *tab) {
			b.open("/customers/1001/compose")
			b.attach(pdf("один.pdf"), pdf("два.pdf"))
			b.attach(photo("три.png", 1))
			assert.Equal(t, []string{"три.png", "два.pdf", "один.pdf"}, ask[[]string](b, "$$('file-name').map(e=>e.textContent)"))
			assert.Contains(t, b.says("total"), "3 файла")
		})(t)
		t.Run("dropped", func(t *testing.T) {
			b := newTab(t, manner{})
			b.open("/customers/1001/compose")
			ask[any](b, `(()=>{const data=new DataTransfer();for(const n of ['a.pdf','b.exe'])data.items.add(new File(['%PDF-1.4'],n));`+
				`$('letter').dispatchEvent(new DragEvent('drop',{bubbles:true,cancelable:true,dataTransfer:data}))})()`)
			b.wait("$$('file').length === 2")
			b.noTrouble()
		})
	})
	t.Run("B43 the picker offers what the policy allows", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001/compose")
		assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", ask[string](b, "$('picker').accept"))
		assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", is[string](b, "JSON.parse(document.getElementById('policy').textContent).accept"))
		b.attach(bytesFile("virus.exe", 4))
		assert.Equal(t, "file.format-not-allowed", ask[string](b, "$('hint').dataset.code"), "the server checks all the same")
	}))
	t.Run("B44 more than three files scroll", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001/compose")
		b.attach(pdf("1.pdf"), pdf("2.pdf"), pdf("3.pdf"))
		assert.True(t, ask[bool](b, "$('files').scrollHeight <= $('files').clientHeight"))
		b.attach(pdf("4.pdf"))
		assert.True(t, ask[bool](b, "$('files').scrollHeight > $('files').clientHeight && getComputedStyle($('files')).overflowY === 'auto'"))
	}))
	t.Run("B45 B46 B47 B48 a hint beside the bad file, until it is detached", inBothWays(func(t *testing.T, b *tab) {
		require.NoError(t, b.policy.write(`{"max_file": "1KB", "formats": ["pdf", "jpg"]}`))
		b.open("/customers/1001/compose")
		b.write("subject", "Тема")
		b.attach(bytesFile("archive.zip", 2000), pdf("счёт.pdf"))
		assert.Equal(t, []string{"archive.zip", "счёт.pdf"}, ask[[]string](b, "$$('file-name').map(e=>e.textContent)"), "the bad one on top")
		assert.Equal(t, []string{"file.format-not-allowed", "file.too-large"}, ask[[]string](b, "$$('file')[0].querySelectorAll('[data-testid=hint]').values().map(e=>e.dataset.code).toArray()"))
		assert.True(t, ask[bool](b, "$('send').disabled && $('send-reason').checkVisibility()"))
		assert.Equal(t, http.StatusUnprocessableEntity, b.status("/customers/1001/compose"), "and the server says no")
		b.press("detach")
		b.wait("$$('file').length === 1 && !$('send').disabled")
		b.follow("send")
		assert.Equal(t, "✓ Письмо поставлено в очередь", b.says("notice"))
	}))
	t.Run("B49 too much in all", inBothWays(func(t *testing.T, b *tab) {
		require.NoError(t, b.policy.write(`{"max_total": 900}`))
		b.open("/customers/1001/compose")
		b.attach(pdf("a.pdf"), pdf("b.pdf"))
		assert.Equal(t, "total.too-large", ask[string](b, "$('total-hint').dataset.code"))
		assert.Empty(t, ask[[]string](b, "$$('hint').map(e=>e.textContent)"), "no file is marked")
		assert.Contains(t, b.says("total-hint"), "отправка сообщения будет недоступна. Удалите некоторые файлы")
		assert.True(t, ask[bool](b, "$('send').disabled"))
	}))
	t.Run("B50 in the history with its attachments", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1004/compose?template=thanks")
		b.attach(pdf("накладная.pdf"), photo("полка.png", 2))
		b.follow("send")
		b.open("/customers/1004")
		assert.Equal(t, "outgoing", ask[string](b, "$('message').dataset.direction"))
		assert.Equal(t, "Спасибо, Пётр!", b.says("message-subject"))
		assert.ElementsMatch(t, []string{"накладная.pdf", "полка.png"}, ask[[]string](b, "[...$('message').querySelectorAll('[data-testid=download]')].map(e=>e.textContent)"))
	}))
	t.Run("B51 pictures open", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001")
		b.follow("picture")
		b.wait("$('viewer').naturalWidth === 480")
		b.goOn("close", kb.Escape)
		b.until("location.pathname === '/customers/1001'")
		b.open("/messages/" + b.messages("1001", "inbound")[1] + "/view/0")
		b.goOn("next-picture", kb.ArrowRight)
		b.until("location.pathname.endsWith('/view/1')")
		b.goOn("previous", kb.ArrowLeft)
		b.until("location.pathname.endsWith('/view/0')")
	}))
	t.Run("B52 each file downloads alone", inBothWays(func(t *testing.T, b *tab) {
		folder := b.downloadsTo()
		b.open("/customers/1001")
		ask[any](b, "$$('download').find(e=>e.textContent === 'доверенность.pdf').click()")
		assert.Equal(t, []string{"доверенность.pdf"}, b.downloaded(folder, 1))
		content, err := os.ReadFile(filepath.Join(folder, "доверенность.pdf"))
		require.NoError(t, err)
		assert.Equal(t, octets(t, invoice("", "Letter of attorney")), content, "as it was sent")
	}))
	t.Run("B53 B54 B55 B56 download all", inBothWays(downloads))
	t.Run("B57 the search is top right and takes any attribute", inBothWays(func(t *testing.T, b *tab) {
		b.open("/conversations?state=active")
		assert.True(t, ask[bool](b, "(r=>r.left > innerWidth/2 && r.top < 100)($('search-box').getBoundingClientRect())"))
		for attribute, query := range map[string]string{"name": "Петрова", "phone": "8 (900) 123-45-67", "email": "anna@example.ru", "external-id": "A-1042", "handle": "@anna_p"} {
			b.write("search-box", query)
			b.follow("search-submit")
			assert.Equal(t, []string{"1001"}, ask[[]string](b, "$$('result').map(e=>e.dataset.customer)"), query)
			assert.Equal(t, attribute, ask[string](b, "$('match').dataset.attribute"), query)
			assert.NotEmpty(t, is[string](b, "document.querySelector('mark').textContent"), query)
		}
	}))
	t.Run("B58 write from the row, by mouse and by keyboard", inBothWays(func(t *testing.T, b *tab) {
		b.open("/search?q=A-1042")
		shown := "getComputedStyle($('write')).opacity === '1'"
		assert.False(t, ask[bool](b, shown))
		b.run(chromedp.MouseEvent(chromedp.MouseMoved, ask[float64](b, "$('result').getBoundingClientRect().left+20"), ask[float64](b, "$('result').getBoundingClientRect().top+20")))
		b.wait(shown)
		b.run(chromedp.MouseEvent(chromedp.MouseMoved, 5, 800))
		b.wait("!(" + shown + ")")
		b.run(chromedp.Focus(chromedp.CSS("[data-testid=result] .name")), chromedp.KeyEvent("\t"))
		b.wait(shown + " && document.activeElement === $('write')")
		b.run(chromedp.KeyEvent("\r"))
		b.until("location.pathname === '/customers/1001/outgoing'")
		b.follow("next")
		assert.Equal(t, "/customers/1001/compose", is[string](b, "location.pathname"))
	}))
	t.Run("B59 not found: create", inBothWays(func(t *testing.T, b *tab) {
		b.open("/")
		b.write("search-box", "new.person@example.org")
		b.follow("search-submit")
		assert.Contains(t, b.says("not-found"), "Клиент не найден")
		b.follow("create")
		assert.Equal(t, "new.person@example.org", ask[string](b, "$('email').value"))
		b.write("first", "Анна")
		b.write("last", "Петрова")
		b.follow("save")
		assert.Equal(t, []string{"1001"}, ask[[]string](b, "[...$('duplicates').querySelectorAll('[data-testid=result]')].map(e=>e.dataset.customer)"), "it may be her")
		b.follow("save-anyway")
		assert.Equal(t, "Анна Петрова", b.says("customer-name"))
		assert.Contains(t, b.says("history-empty"), "Переписки пока нет")
	}))
	t.Run("B60 the channel first", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1002/outgoing")
		assert.True(t, ask[bool](b, "$('channel-email').disabled && $('next').disabled"))
		assert.Equal(t, "У клиента не указан e-mail", b.says("channel-reason"))
	}))
	t.Run("B61 subject and text; a reply derives its subject", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001")
		b.follow("reply")
		assert.Equal(t, "Re: Анна, ваш заказ готов", b.says("inbox-subject"))
		b.write("body", "<p>Да, крепления в комплекте.</p>")
		b.follow("send")
		mail := b.delivered("Re: Анна, ваш заказ готов")
		assert.Contains(t, mail.Parsed.Text, "крепления в комплекте")
		assert.NotEmpty(t, mail.Parsed.InReplyTo)
		b.open("/customers/1001")
		b.follow("reply")
		b.write("subject", "О креплениях")
		b.follow("send")
		b.delivered("О креплениях")
	}))
	t.Run("B62 the blind copy", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001/compose?template=thanks")
		b.write("bcc", "archive@shop.example")
		b.follow("send")
		mail := b.delivered("Спасибо, Анна!")
		b.open("/_mail/mails/" + mail.ID + "/")
		assert.Contains(t, b.says("recipients"), "archive@shop.example")
		b.open("/_mail/mails/" + mail.ID + "/source")
		assert.Contains(t, is[string](b, "document.body.innerText"), "Message-ID:")
		assert.NotContains(t, is[string](b, "document.body.innerText"), "archive@")
		b.open("/customers/1001")
		assert.Equal(t, "archive@shop.example", b.says("message-bcc"))
		ask[any](b, "$('timeline').open = true")
		b.follow("source")
		assert.Contains(t, is[string](b, "document.body.innerText"), "Message-ID:")
		assert.NotContains(t, is[string](b, "document.body.innerText"), "archive@", "nor in the source that the history keeps")
	}))
	t.Run("B63 B64 then under Completed, or by search", inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1005/compose?template=thanks")
		b.follow("send")
		b.open("/conversations?state=active")
		b.follow("tab-completed")
		assert.Contains(t, ask[[]string](b, "$$('conversation').map(e=>e.dataset.customer)"), "1005")
		b.write("filter", "Ёлкина")
		b.run(chromedp.KeyEvent("\r"))
		b.wait("$$('conversation').length === 1 && $('conversation').dataset.customer === '1005'")
	}))
	t.Run("B65 an inbound message with several files is one", inBothWays(func(t *testing.T, b *tab) {
		raw, err := answer(mustMessage(t, b.world, "1001", "outgoing"), b.now(), "Три файла", pdf("a.pdf"), pdf("b.pdf"), photo("c.png", 1))
		require.NoError(t, err)
		b.open("/_inbound")
		b.choose("eml", b.saved(attach.Bytes("a.eml", raw, time.Time{}))...)
		b.follow("receive")
		assert.Equal(t, 5, ask[int](b, "$$('message').length"))
		assert.Equal(t, 3, ask[int](b, "$('attachments').children.length"))
	}))
	t.Run("B66 what a customer sent is never refused", inBothWays(func(t *testing.T, b *tab) {
		require.NoError(t, b.policy.write(`{"formats": ["jpg"], "max_file": 10, "max_total": 10}`))
		raw, err := answer(mustMessage(t, b.world, "1001", "outgoing"), b.now(), "Как обещала", pdf("план.pdf"), bytesFile("установка.exe", 5000))
		require.NoError(t, err)
		b.open("/_inbound")
		b.choose("eml", b.saved(attach.Bytes("a.eml", raw, time.Time{}))...)
		b.follow("receive")
		assert.Equal(t, []string{"план.pdf", "установка.exe"}, ask[[]string](b, "[...$('message').querySelectorAll('[data-testid=download]')].map(e=>e.textContent)"))
		folder := b.downloadsTo()
		ask[any](b, "$$('download').find(e=>e.textContent === 'план.pdf').click()")
		assert.Equal(t, []string{"план.pdf"}, b.downloaded(folder, 1))
	}))
}
