package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	devtools "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
)

// TestBehavioursInTheBrowser is what a person sees, by the number of the behaviour, with the page's script and, where that
// makes a difference, without.
func TestBehavioursInTheBrowser(t *testing.T) {
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
	t.Run("B22 the preheader stands after the subject", func(t *testing.T) {
		b := newTab(t, manner{})
		b.open("/customers/1001/compose")
		b.write("subject", "Заказ готов")
		b.write("preheader", "{{ customer.firstName }}, до пятницы")
		b.write("body", "<p>Первые слова письма</p>")
		b.wait("$$('inbox-preview').length === 4 && $('inbox-preview').textContent === 'Анна, до пятницы'")
		assert.Equal(t, "Заказ готов", ask[string](b, "$('inbox-subject').textContent"))
		assert.Equal(t, "36", is[string](b, "document.querySelector('[data-count]').textContent"), "counted while one types")
		assert.True(t, ask[bool](b, "$('inbox-subject').compareDocumentPosition($('inbox-preview')) & 4 ? true : false"))
		assert.NotContains(t, ask[string](b, "$('inbox').textContent"), "Первые слова")
		b.noTrouble()
	})
	t.Run("B25 B26 the preheader is in the list alone", preheaderIsInvisible)
	t.Run("B28 B29 who may not send", inBothWays(func(t *testing.T, b *tab) {
		b.act("boris")
		b.open("/customers/1001/compose")
		b.write("subject", "Тема")
		b.write("body", "<p>Текст</p>")
		b.follow("send")
		assert.Equal(t, "✕ "+gateSentence, strings.TrimSuffix(b.says("refusals"), " Открыть настройки почты"))
		assert.Equal(t, "sender.transactional-disabled", ask[string](b, "$('refusals').firstElementChild.dataset.code"))
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
	t.Run("B43 the picker offers what the policy allows", func(t *testing.T) {
		b := newTab(t, manner{})
		b.open("/customers/1001/compose")
		assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", ask[string](b, "$('picker').accept"))
		assert.Equal(t, ".jpeg,.jpg,.png,.pdf,.doc,.docx,.rtf,.bmp", is[string](b, "JSON.parse(document.getElementById('policy').textContent).accept"))
		b.attach(bytesFile("virus.exe", 4))
		assert.Equal(t, "file.format-not-allowed", ask[string](b, "$('hint').dataset.code"), "the server checks all the same")
	})
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
	t.Run("B49 too much in all", func(t *testing.T) {
		b := newTab(t, manner{})
		require.NoError(t, b.policy.write(`{"max_total": 900}`))
		b.open("/customers/1001/compose")
		b.attach(pdf("a.pdf"), pdf("b.pdf"))
		assert.Equal(t, "total.too-large", ask[string](b, "$('total-hint').dataset.code"))
		assert.Empty(t, ask[[]string](b, "$$('hint').map(e=>e.textContent)"), "no file is marked")
		assert.Contains(t, b.says("total-hint"), "отправка сообщения будет недоступна. Удалите некоторые файлы")
		assert.True(t, ask[bool](b, "$('send').disabled"))
	})
	t.Run("B51 pictures open", func(t *testing.T) {
		b := newTab(t, manner{})
		b.open("/customers/1001")
		b.follow("picture")
		b.wait("$('viewer').naturalWidth === 480")
		b.run(chromedp.KeyEvent(kb.Escape))
		b.until("location.pathname === '/customers/1001'")
		b.open("/messages/" + b.messages("1001", "inbound")[1] + "/view/0")
		b.run(chromedp.KeyEvent(kb.ArrowRight))
		b.until("location.pathname.endsWith('/view/1')")
		b.noTrouble()
	})
	t.Run("B53 B54 B55 B56 download all", downloads)
	t.Run("B57 the search is top right and takes any attribute", inBothWays(func(t *testing.T, b *tab) {
		b.open("/conversations?state=active")
		assert.True(t, ask[bool](b, "(r=>r.left > innerWidth/2 && r.top < 100)($('search-box').getBoundingClientRect())"))
		for _, query := range []string{"Петрова", "8 (900) 123-45-67", "anna@example.ru", "A-1042", "@anna_p"} {
			b.write("search-box", query)
			b.follow("search-submit")
			assert.Equal(t, []string{"1001"}, ask[[]string](b, "$$('result').map(e=>e.dataset.customer)"), query)
			assert.NotEmpty(t, is[string](b, "document.querySelector('mark').textContent"), query)
		}
	}))
	t.Run("B58 write from the row, by mouse and by keyboard", func(t *testing.T) {
		b := newTab(t, manner{})
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
	})
	t.Run("B59 not found: create", inBothWays(func(t *testing.T, b *tab) {
		b.open("/")
		b.write("search-box", "new.person@example.org")
		b.follow("search-submit")
		assert.Contains(t, b.says("not-found"), "Клиент не найден")
		b.follow("create")
		assert.Equal(t, "new.person@example.org", ask[string](b, "$('email').value"))
		b.write("first", "Новый")
		b.follow("save")
		assert.Equal(t, "Новый", b.says("customer-name"))
	}))
	t.Run("B60 the channel first", func(t *testing.T) {
		b := newTab(t, manner{})
		b.open("/customers/1002/outgoing")
		assert.True(t, ask[bool](b, "$('channel-email').disabled && $('next').disabled"))
		assert.Equal(t, "У клиента не указан e-mail", b.says("channel-reason"))
	})
	t.Run("B62 the blind copy", func(t *testing.T) {
		b := newTab(t, manner{})
		b.open("/customers/1001/compose?template=thanks")
		b.write("bcc", "archive@shop.example")
		b.follow("send")
		mail := b.delivered("Спасибо, Анна!")
		b.open("/_mail/mails/" + mail.ID + "/")
		assert.Contains(t, b.says("recipients"), "archive@shop.example")
		b.open("/_mail/mails/" + mail.ID + "/source")
		assert.NotContains(t, is[string](b, "document.body.innerText"), "archive@")
	})
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
	t.Run("B65 an inbound message with several files is one", func(t *testing.T) {
		b := newTab(t, manner{})
		raw, err := answer(mustMessage(t, b.world, "1001", "outgoing"), b.now(), "Три файла", pdf("a.pdf"), pdf("b.pdf"), photo("c.png", 1))
		require.NoError(t, err)
		b.open("/_inbound")
		b.choose("eml", b.saved(attach.Bytes("a.eml", raw, time.Time{}))...)
		b.follow("receive")
		assert.Equal(t, 5, ask[int](b, "$$('message').length"))
		assert.Equal(t, 3, ask[int](b, "$('attachments').children.length"))
	})
}

// inBothWays is a test with the page's script, and the same without.
func inBothWays(test func(*testing.T, *tab)) func(*testing.T) {
	return func(t *testing.T) {
		for name, how := range map[string]manner{"with script": {}, "without": {noScript: true}} {
			t.Run(name, func(t *testing.T) {
				b := newTab(t, how)
				test(t, b)
				b.noTrouble()
			})
		}
	}
}

// saved are files on the disk, for a file dialog.
func (b *tab) saved(files ...attach.File) (paths []string) {
	folder := b.t.TempDir()
	for _, file := range files {
		content, err := file.Open()
		require.NoError(b.t, err)
		path := filepath.Join(folder, file.Name)
		to, err := os.Create(path)
		require.NoError(b.t, err)
		_, err = to.ReadFrom(content)
		require.NoError(b.t, err)
		require.NoError(b.t, to.Close())
		paths = append(paths, path)
	}
	return paths
}

// attach chooses files, which go up at once with the script, and by a button without.
func (b *tab) attach(files ...attach.File) {
	b.t.Helper()
	before := ask[int](b, "$$('file').length")
	b.choose("picker", b.saved(files...)...)
	if b.noScript {
		b.follow("attach")
	}
	b.wait(fmt.Sprintf("$$('file').length === %d", before+len(files)))
}

// press clicks a button of the form: a page follows without the script.
func (b *tab) press(testid string) {
	b.t.Helper()
	if b.noScript {
		b.follow(testid)
		return
	}
	b.click(testid)
}

// status is what the server answers to the form as it is, were its button pressed all the same.
func (b *tab) status(path string) int {
	b.t.Helper()
	return is[int](b, fmt.Sprintf("fetch(%q,{method:'POST',body:new FormData(document.getElementById('letter'))}).then(r=>r.status)", path))
}

func preheaderIsInvisible(t *testing.T) {
	b := newTab(t, manner{})
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

func downloads(t *testing.T) {
	b := newTab(t, manner{})
	folder := t.TempDir()
	for origin, want := range map[string][]string{
		"reply": {"Re_ Анна, ваш заказ готов.zip"}, "outgoing": {"Счёт № 42.pdf", "Фасад.png"}, "inbound": {"доверенность.pdf", "замеры.png", "полка.png"},
	} {
		t.Run(origin, func(t *testing.T) {
			b.t = t
			to := filepath.Join(folder, origin)
			require.NoError(t, os.Mkdir(to, 0o700))
			call(b, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorAllow, DownloadPath: to,
				BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID})
			b.open("/customers/1001")
			ask[any](b, fmt.Sprintf(`document.querySelector('[data-origin=%s] [data-testid=download-all]').click()`, origin))
			var names []string
			for end := time.Now().Add(15 * time.Second); time.Now().Before(end) && len(names) < len(want); time.Sleep(30 * time.Millisecond) {
				names = downloaded(t, to)
			}
			if origin == "reply" {
				require.Len(t, names, 1)
				assert.True(t, strings.HasSuffix(names[0], ".zip"), names[0])
				return
			}
			assert.Equal(t, want, names)
		})
	}
}

// downloaded are the finished files in a folder.
func downloaded(t testing.TB, folder string) (names []string) {
	entries, err := os.ReadDir(folder)
	require.NoError(t, err)
	for _, entry := range entries {
		if !strings.HasSuffix(entry.Name(), ".crdownload") && !strings.HasPrefix(entry.Name(), ".") {
			names = append(names, entry.Name())
		}
	}
	return names
}
