package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/preview"
)

// delivered waits for a letter in the mailbox.
func (b *tab) delivered(subject string) *preview.Mail {
	b.t.Helper()
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		for _, mail := range b.mailbox.Mails() {
			if mail.Parsed.Subject == subject {
				return mail
			}
		}
	}
	require.Fail(b.t, "never delivered: "+subject)
	return nil
}

// screens are the pages with something to see on them.
var screens = []string{"/conversations?state=active", "/search?q=anna", "/search?q=nobody", "/customers/new?q=x", "/customers/1001", "/customers/1002",
	"/customers/1001/outgoing", "/customers/1001/compose", "/customers/1001/compose?template=map", "/settings/mail", "/rules", "/rules/survey",
	"/templates/survey", "/campaigns", "/inbox", "/_inbound", "/_faults", "/confirm/x"}

// TestScreensFit: no page is wider than the window, on a desktop or a phone, and none makes the browser complain.
func TestScreensFit(t *testing.T) {
	for name, how := range map[string]manner{"desktop": {}, "phone": {phone: true}} {
		t.Run(name, func(t *testing.T) {
			b := newTab(t, how)
			for _, path := range screens {
				b.open(path)
				assert.LessOrEqual(t, is[float64](b, "document.documentElement.scrollWidth"), is[float64](b, "innerWidth"), path)
				if !how.phone {
					assert.True(t, ask[bool](b, "(r=>r.left > innerWidth/2 && r.top < 100)($('search-box').getBoundingClientRect())"), "the search is top right on %s", path)
				}
			}
			b.noTrouble()
		})
	}
}

// TestFrameStays: the letter's frame loads when the letter changes, and then alone.
func TestFrameStays(t *testing.T) {
	b := newTab(t, manner{})
	b.open("/customers/1001/compose?template=thanks")
	b.run(chromedp.Click(chromedp.CSS("#w-phone")))
	ask[any](b, "(window.frame = $('body-frame'), window.src = window.frame.src)")
	assert.LessOrEqual(t, is[float64](b, "frame.clientWidth"), 375.0)
	b.write("subject", "Другая тема")
	b.wait("$('inbox-subject').textContent === 'Другая тема'")
	assert.True(t, ask[bool](b, "$('body-frame') === window.frame && window.frame.src === window.src"))
	b.write("body", "<p>Другой текст</p>")
	b.wait("$('body-frame') === window.frame && window.frame.src !== window.src")
	assert.True(t, is[bool](b, "document.getElementById('w-phone').checked"), "at the width that was chosen")
	b.noTrouble()
}

func TestFindingSelectsItsText(t *testing.T) {
	b := newTab(t, manner{})
	b.open("/customers/1001/compose")
	b.write("subject", "Карта")
	b.write("body", "<p>Привет 👋</p>\n<a href=\"https://bit.ly/3xAmpLe\">Маршрут</a>\n<iframe src=\"https://maps.example\"></iframe>")
	b.wait("$('send').disabled && $$('finding').length === 2")
	b.run(chromedp.Click(chromedp.CSS("[data-code='link.short'] a")))
	selected := "(e=>e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)"
	assert.Equal(t, `href="https://bit.ly/3xAmpLe"`, is[string](b, selected))
	b.run(chromedp.Click(chromedp.CSS("[data-code='active.iframe'] a")))
	assert.Equal(t, `<iframe src="https://maps.example">`, is[string](b, selected))
	assert.Equal(t, 422, b.status("/customers/1001/compose"))
	b.write("body", "<p>Привет</p><a href=\"https://bit.ly/3xAmpLe\">Маршрут</a>")
	b.wait("!$('send').disabled && $$('finding').length === 1") // a short link warns
	b.follow("send")
	b.delivered("Карта")
	b.noTrouble()
}

// TestForeignTemplate: an event's template that is not offered is refused when it is posted by hand.
func TestForeignTemplate(t *testing.T) {
	b := newTab(t, manner{noScript: true})
	b.open("/customers/1001/compose")
	b.write("subject", "Тема")
	b.write("body", "<p>Текст</p>")
	ask[any](b, "$('template').append(Object.assign(document.createElement('option'),{value:'shipped',selected:true}))")
	b.follow("send")
	assert.Contains(t, b.says("refusals"), "созданные для события «Клиент»")
}

func TestTemplateIsTaken(t *testing.T) {
	inBothWays(func(t *testing.T, b *tab) {
		b.open("/customers/1001/compose")
		if b.noScript {
			b.pick("template", "order-ready")
			b.follow("apply-template")
		} else {
			b.pick("template", "order-ready")
		}
		b.wait("$('subject').value === '{{ customer.firstName }}, ваш заказ готов'")
		b.wait("$('inbox-subject').textContent === 'Анна, ваш заказ готов'")
	})(t)
}

func TestUndo(t *testing.T) {
	inBothWays(func(t *testing.T, b *tab) {
		b.app.undo = time.Hour
		b.open("/customers/1004/compose?template=thanks")
		b.follow("send")
		b.follow("undo")
		assert.Equal(t, "canceled", ask[string](b, "$('state').dataset.state"))
	})(t)
}

// TestHistoryRenewsItself: what was sent is seen to go out.
func TestHistoryRenewsItself(t *testing.T) {
	b := newTab(t, manner{undo: 2 * time.Second})
	b.open("/customers/1004/compose?template=thanks")
	b.follow("send")
	b.see("undo-bar")
	b.wait("!$('undo-bar') && $('state').dataset.state === 'sent'")
	b.noTrouble()
}

func TestUncertain(t *testing.T) {
	inBothWays(func(t *testing.T, b *tab) {
		b.open("/_faults")
		b.click("fault-lose")
		b.follow("set-fault")
		b.open("/customers/1004/compose?template=thanks")
		b.follow("send")
		b.delivered("Спасибо, Пётр!")
		kept := len(b.mailbox.Mails())
		if b.noScript {
			b.open("/customers/1004")
		}
		b.wait("$('state').dataset.state === 'uncertain' && $('resend') && $('confirm-sent')")
		time.Sleep(500 * time.Millisecond) // two looks at the outbox
		assert.Len(t, b.mailbox.Mails(), kept, "nothing is sent again by itself")
		b.follow("resend")
		b.wait("$('state').dataset.state !== 'uncertain'")
	})(t)
}

func TestRuleInTheBrowser(t *testing.T) {
	inBothWays(func(t *testing.T, b *tab) {
		b.open("/rules/survey")
		b.follow("activate")
		assert.Contains(t, b.says("refusals"), "Правило не сработает: исправьте ошибки в шаблоне")
		b.open("/rules/shipped")
		b.follow("activate")
		assert.Contains(t, b.says("refusals"), "подтвердите, что предупреждения прочитаны")
		b.click("acknowledge")
		b.follow("activate")
		assert.Equal(t, "true", ask[string](b, "$('rule-state').dataset.active"))
		b.follow("rule-template")
		b.write("body", "<iframe src=\"https://x.example\"></iframe>")
		b.follow("save")
		assert.Contains(t, b.says("deactivated"), "Заказ отправлен")
		b.open("/rules/shipped")
		assert.Equal(t, "false", ask[string](b, "$('rule-state').dataset.active"))
	})(t)
}

// TestNothingRuns: whatever a letter holds, nothing of it runs in a page, and nothing leaves for another place: in the
// preview while it is written, in the history, in the local mailbox.
func TestNothingRuns(t *testing.T) {
	b := newTab(t, manner{})
	untouched := func(where string) {
		t.Helper()
		time.Sleep(200 * time.Millisecond) // what could run has run
		assert.True(t, is[bool](b, "typeof window.hit === 'undefined' && !document.title.includes('hit')"), where)
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, trouble := range b.troubles {
			assert.False(t, strings.HasPrefix(trouble, "a dialog"), "%s: %s", where, trouble)
		}
		assert.Empty(t, b.abroad, where)
	}
	b.open("/customers/1001/compose")
	b.write("subject", "<img src=x onerror=parent.hit=30>")
	b.write("preheader", "</div><script>hit=31</script>")
	b.write("body", hostile)
	b.wait("$('send').disabled && document.querySelector('iframe')")
	untouched("preview")
	ask[any](b, "document.getElementById('letter').requestSubmit(document.querySelector('[value=preview]'))")
	b.until("location.pathname.endsWith('/compose') && document.readyState === 'complete'")
	untouched("the page that comes back")

	b.receivesHostile()
	b.open("/customers/1001")
	ask[any](b, "document.querySelectorAll('details').forEach(d=>d.open=true)")
	b.wait("$('message-frame')")
	untouched("history")
	hostileID := ask[string](b, "$('message').dataset.id")
	for place := range 2 {
		b.open("/customers/1001")
		_ = chromedp.Do(b.ctx, chromedp.Navigate(fmt.Sprintf("%s/messages/%s/files/%d?show=1", b.base, hostileID, place))) // a download ends the navigation
		untouched("file")
	}
	b.open("/messages/" + hostileID + "/body")
	untouched("the letter by itself")
	b.open("/customers/1001/compose?reply=" + hostileID)
	untouched("answer")
	b.open("/_mail/")
	untouched("mailbox")
}
