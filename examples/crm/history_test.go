package main

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/attach"
)

// messages are the ids of the seeded messages of a customer by their origin, newest first.
func (w *world) messages(customer, origin string) (ids []string) {
	page := w.get("/customers/" + customer)
	for _, node := range page.all("message") {
		if attribute(node, "data-origin") == origin {
			ids = append(ids, attribute(node, "data-id"))
		}
	}
	return ids
}

func TestHistory(t *testing.T) {
	w := newWorld(t)
	page := w.get("/customers/1001")
	assert.Equal(t, []string{"inbound", "reply", "inbound", "outgoing"}, page.attributes("message", "data-origin"))
	assert.Equal(t, "Анна, конечно, в субботу мы работаем до 21:00. План и накладная во вложении.", page.texts("message-text")[1], "the quoted tail is folded")
	assert.Len(t, page.all("quoted"), 3)
	assert.Len(t, page.all("attachment"), 1+2+3+2)
	assert.Contains(t, page.attributes("event", "data-kind"), "sent")
	assert.Contains(t, page.attributes("event", "data-kind"), "received")
}

func TestDownloadAll(t *testing.T) {
	w := newWorld(t)
	reply := w.messages("1001", "reply")[0]
	answer := w.get("/messages/" + reply + "/files")
	assert.Equal(t, "application/zip", answer.header.Get("Content-Type"))
	archive, err := zip.NewReader(bytes.NewReader([]byte(answer.raw)), int64(len(answer.raw)))
	require.NoError(t, err)
	assert.Len(t, archive.File, 2)

	for _, message := range []string{w.messages("1001", "outgoing")[0], w.messages("1001", "inbound")[1]} {
		page := w.get("/messages/" + message + "/files")
		assert.Equal(t, http.StatusMultipleChoices, page.status, "each by itself")
		first := w.get("/messages/" + message + "/files/0")
		assert.Contains(t, first.header.Get("Content-Disposition"), "attachment")
	}
	single := w.get("/messages/" + w.messages("1001", "inbound")[0] + "/files")
	assert.Equal(t, "image/png", single.header.Get("Content-Type"), "one file in its own format")
}

func TestPictures(t *testing.T) {
	w := newWorld(t)
	message := w.messages("1001", "inbound")[1]
	page := w.get("/messages/" + message + "/view/0")
	picture := w.get(attribute(page.one("viewer"), "src"))
	assert.Equal(t, "image/png", picture.header.Get("Content-Type"))
	assert.Contains(t, picture.header.Get("Content-Disposition"), "inline")
	assert.Contains(t, attribute(page.one("next-picture"), "href"), "/view/1")
	assert.Empty(t, page.all("previous"))
	assert.Equal(t, http.StatusNotFound, w.get("/messages/"+message+"/view/2").status, "a PDF is not shown in the page")
}

func TestReply(t *testing.T) {
	w := newWorld(t)
	message := w.messages("1001", "inbound")[0]
	page := w.get("/customers/1001/compose?reply=" + message)
	form := page.filled("letter")
	assert.Equal(t, "Re: Анна, ваш заказ готов", page.texts("inbox-subject")[0])
	assert.Contains(t, form.Get("body"), "<blockquote")
	assert.Equal(t, "anna@example.ru", form.Get("to"))
	form.Set("body", "<p>Да, крепления в комплекте.</p>"+form.Get("body"))
	form.Set("do", "attach")
	w.upload("/customers/1001/compose", form, "files", pdf("a.pdf"), photo("b.png", 1))
	form.Set("do", "send")
	page = w.post("/customers/1001/compose", form)
	assert.Equal(t, "reply", page.attributes("message", "data-origin")[0])
	assert.Equal(t, http.StatusNotFound, w.get("/customers/1004/compose?reply="+message).status, "another customer's")
	page = w.get("/customers/1001/compose?reply=" + w.messages("1001", "outgoing")[0])
	assert.Equal(t, http.StatusUnprocessableEntity, page.status, "nobody answers himself")
	assert.Contains(t, page.text("refusals"), "не найдено")
}

func TestSource(t *testing.T) {
	w := newWorld(t)
	inbound := w.get("/messages/" + w.messages("1001", "inbound")[0] + "/source")
	assert.Contains(t, inbound.raw, "In-Reply-To:")
	assert.Equal(t, "text/plain; charset=utf-8", inbound.header.Get("Content-Type"))
	w.post("/customers/1001/compose", w.letter("1001", "bcc", "archive@shop.example"))
	w.deliver()
	sent := w.mailbox.Mails()[0]
	w.mailbox.Clear()
	outgoing := w.get("/messages/" + w.messages("1001", "outgoing")[0] + "/source")
	assert.Equal(t, string(sent.Raw), outgoing.raw, "the history knows it when no mailbox does")
	assert.NotContains(t, outgoing.raw, "archive@")
}

// hostile is a letter that tries to run something in whoever reads it, in every way that a page could fall for.
const hostile = `<script>top.hit=1;parent.hit=1;window.hit=1</script><img src=x onerror="parent.hit=2"><svg onload="parent.hit=3"><a xlink:href="javascript:parent.hit=4">` +
	`</svg><iframe srcdoc="<script>parent.parent.hit=5</script>"></iframe><body onload="top.hit=6"><form action="/_faults" method="post" id="f"><input name="times" value="9"></form>` +
	`<meta http-equiv="refresh" content="0; url=javascript:top.hit=7"><base href="https://evil.example/"><link rel="stylesheet" href="https://evil.example/x.css">` +
	`<object data="data:text/html,<script>parent.hit=8</script>"></object><details open ontoggle="parent.hit=9"></details></div></main><script>document.title='hit'</script>` +
	`"><script>hit=10</script>'><script>hit=11</script>`

// received is a hostile letter in a customer's history.
func (w *world) receivesHostile() {
	raw := "From: " + `"<script>hit=20</script>" <anna@example.ru>` + "\r\nTo: answers@shop.example\r\nSubject: <img src=x onerror=hit=21>\r\nMessage-ID: <h@x>\r\n" +
		"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + hostile +
		"\r\n--b\r\nContent-Type: image/svg+xml; name=\"a.svg\"\r\nContent-Disposition: attachment; filename=\"<svg onload=hit=22>.svg\"\r\n\r\n<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>\r\n" +
		"--b\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Disposition: attachment; filename=\"a.png\"\r\n\r\n<html><script>hit=23</script></html>\r\n--b--\r\n"
	page := w.upload("/_inbound", url.Values{"mailbox": {answersMailbox}}, "eml", attach.Bytes("hostile.eml", []byte(raw), w.now()))
	require.Equal(w.t, http.StatusOK, page.status)
}

func TestHostileLetter(t *testing.T) {
	w := newWorld(t)
	w.receivesHostile()
	page := w.get("/customers/1001")
	for node := range page.root.Descendants() {
		if node.Type != html.ElementNode {
			continue
		}
		assert.False(t, node.Data == "script" && attribute(node, "src") != "/script.js", "a script of the letter's")
		for _, one := range node.Attr {
			assert.False(t, strings.HasPrefix(one.Key, "on"), one.Key)
		}
	}
	id := page.attributes("message", "data-id")[0]
	frame := w.get("/messages/" + id + "/body")
	assert.Contains(t, frame.header.Get("Content-Security-Policy"), "sandbox; default-src 'none'")
	for place := range 2 {
		file := w.get("/messages/" + id + "/files/" + string(rune('0'+place)) + "?show=1")
		assert.Contains(t, file.header.Get("Content-Disposition"), "attachment", "what is no picture is never shown")
		assert.Equal(t, "nosniff", file.header.Get("X-Content-Type-Options"))
	}
}

func TestInbound(t *testing.T) {
	w := newWorld(t)
	before := len(w.get("/customers/1001").all("message"))
	page := w.post("/_inbound", url.Values{"customer": {"1001"}})
	assert.Len(t, page.all("message"), before+1, "one entry")
	for node := range page.all("message")[0].Descendants() {
		if attribute(node, "data-testid") == "attachments" {
			assert.Equal(t, 3, strings.Count(text(node), "."), "three files: "+text(node))
		}
	}
	assert.Contains(t, w.get("/conversations?state=active").attributes("conversation", "data-customer")[0], "1001")
	raw, err := answer(mustMessage(t, w, "1001", "outgoing"), w.now(), "Тот же файл дважды")
	require.NoError(t, err)
	eml := attach.Bytes("a.eml", raw, w.now())
	w.upload("/_inbound", url.Values{"mailbox": {answersMailbox}}, "eml", eml)
	page = w.upload("/_inbound", url.Values{"mailbox": {answersMailbox}}, "eml", eml)
	assert.Equal(t, "✓ Это письмо уже принято", page.text("notice"))
	page = w.upload("/_inbound", url.Values{"mailbox": {answersMailbox}}, "eml", bytesFile("junk.eml", 100))
	assert.Equal(t, http.StatusOK, page.status, "nothing is refused for being broken")
	assert.Equal(t, http.StatusBadRequest, w.upload("/_inbound", url.Values{"mailbox": {answersMailbox}}, "eml").status)
}

func TestFaults(t *testing.T) {
	w := newWorld(t)
	for _, one := range [][2]string{{"refuse", "failed"}, {"greylist", "queued"}, {"lose", "uncertain"}} {
		kind, want := one[0], one[1]
		t.Run(kind, func(t *testing.T) {
			w.t = t
			page := w.post("/_faults", url.Values{"kind": {kind}, "times": {"1"}})
			assert.Contains(t, page.text("fault-state"), "1 письмо")
			w.post("/customers/1005/compose", w.letter("1005"))
			w.deliver()
			w.deliver()
			page = w.get("/customers/1005")
			assert.Equal(t, want, page.attributes("state", "data-state")[0], "nothing is sent again by itself")
		})
	}
	w.t = t
	page := w.get("/customers/1005")
	resend := page.all("resend")
	require.Len(t, resend, 2, "of what failed, and of what is uncertain")
	confirm := page.one("confirm-sent")
	page = w.post(attribute(confirm.Parent, "action"), nil)
	assert.Equal(t, "✓ Отмечено: письмо дошло", page.text("notice"))
	page = w.post(attribute(resend[len(resend)-1].Parent, "action"), nil)
	assert.Equal(t, http.StatusOK, page.status)
	assert.Equal(t, http.StatusBadRequest, w.post("/_faults", url.Values{"kind": {"lose"}, "times": {"many"}}).status)
}

// TestInlinePictures: a letter shows the pictures that it brings along, and each in its own place.
func TestInlinePictures(t *testing.T) {
	w := newWorld(t)
	raw := "From: anna@example.ru\r\nTo: answers@shop.example\r\nSubject: x\r\nMessage-ID: <inline@x>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n" +
		"--b\r\nContent-Type: text/html\r\n\r\n<img src=\"cid:p12\"><img src=\"cid:p1\"><img src=\"https://evil.example/track.png\">\r\n"
	for i, id := range []string{"p1", "p12"} {
		picture := base64.StdEncoding.EncodeToString(octets(t, photo("a.png", i)))
		raw += "--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: inline\r\nContent-ID: <" + id + ">\r\n\r\n" + picture + "\r\n"
	}
	w.upload("/_inbound", url.Values{"mailbox": {answersMailbox}}, "eml", attach.Bytes("a.eml", []byte(raw+"--b--\r\n"), w.now()))
	id := w.messages("1001", "inbound")[0]
	frame := w.get("/messages/" + id + "/body")
	for place := range 2 {
		assert.Contains(t, frame.raw, "/messages/"+id+"/files/"+strconv.Itoa(1-place)+"?show=1")
		assert.Equal(t, "image/png", w.get("/messages/"+id+"/files/"+strconv.Itoa(place)+"?show=1").header.Get("Content-Type"))
	}
	assert.Less(t, strings.Index(frame.raw, "/files/1"), strings.Index(frame.raw, "/files/0"), "each in its own place")
	assert.Contains(t, frame.header.Get("Content-Security-Policy"), "img-src 'self' data:", "the other is not fetched")
}
