package main

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/email"
)

// TestRacingSubmits: a form that is posted many times at once is one letter, also where all it says is in its files.
func TestRacingSubmits(t *testing.T) {
	w := newWorld(t)
	before := len(w.get("/customers/1004").all("message"))
	letter := w.letter("1004", "do", "attach", "body", "")
	w.upload("/customers/1004/compose", letter, "files", pdf("счёт.pdf"), photo("полка.png", 1))
	letter.Set("do", "send")
	var all sync.WaitGroup
	for range 6 {
		all.Go(func() {
			page := w.post("/customers/1004/compose", letter)
			assert.Equal(t, http.StatusOK, page.status)
			assert.Contains(t, []string{"✓ Письмо поставлено в очередь", "✓ Это письмо уже отправлено"}, page.text("notice"))
		})
	}
	all.Wait()
	page := w.get("/customers/1004")
	assert.Len(t, page.all("message"), before+1)
	w.deliver()
	assert.Len(t, w.mailbox.Mails()[0].Parsed.Attachments, 2)
	page = w.post("/customers/1004/compose", letter)
	assert.Equal(t, "✓ Это письмо уже отправлено", page.text("notice"), "and later, when its files are gone")
}

// TestRacingMailings: nor does anybody get a mailing twice.
func TestRacingMailings(t *testing.T) {
	w := newWorld(t)
	form := w.get("/campaigns?store=online").filled("mailing")
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { assert.Equal(t, http.StatusOK, w.post("/campaigns", form).status) })
	}
	all.Wait()
	w.deliver()
	assert.Len(t, w.mailbox.Mails(), 4)
	assert.Len(t, w.get("/campaigns").all("campaign"), 1)
}

// TestInjectedFields: no line break that a form holds begins a header field, whichever field of the form it is.
func TestInjectedFields(t *testing.T) {
	w := newWorld(t)
	const evil = "x\r\nBcc: evil@evil.example\r\n\r\nbody"
	sound := func() {
		t.Helper()
		w.deliver()
		for _, mail := range w.mailbox.Mails() {
			assert.NotContains(t, string(mail.Raw), "\nBcc:")
			assert.NotContains(t, strings.Join(mail.Envelope.Recipients, " "), "evil@")
		}
	}
	page := w.post("/customers/new", url.Values{"first": {"Анна" + evil}, "email": {"new@example.ru"}})
	require.Equal(t, http.StatusOK, page.status)
	customer := strings.TrimPrefix(strings.Split(page.path, "?")[0], "/customers/")
	page = w.post("/customers/"+customer+"/compose", w.letter(customer, "subject", "Тема "+evil, "preheader", evil))
	assert.Equal(t, http.StatusOK, page.status)
	sound()
	assert.Equal(t, "Тема x Bcc: evil@evil.example body", w.mailbox.Mails()[0].Parsed.Subject)

	for _, address := range []string{"a@shop.example\r\nBcc: evil@evil.example", "evil@evil.example, a@shop.example", "<a@shop.example>"} {
		page = w.post("/settings/mail/senders", url.Values{"do": {"add"}, "name": {"Склад"}, "address": {address}})
		assert.Equal(t, http.StatusUnprocessableEntity, page.status, address)
	}
	page = w.post("/settings/mail/senders", url.Values{"do": {"add"}, "name": {"Склад" + evil}, "address": {"sklad@shop.example"}})
	require.Equal(t, http.StatusOK, page.status)
	w.post("/settings/mail/senders", url.Values{"do": {"confirm"}, "kind": {"additional"}, "id": page.attributes("identity", "data-id")[len(page.all("identity"))-1:]})
	sound()
	for _, bcc := range []string{"a@shop.example\r\nTo: evil@evil.example", "evil@evil.example>\r\nRCPT TO:<b@shop.example"} {
		page = w.post("/customers/1001/compose", w.letter("1001", "bcc", bcc))
		assert.Equal(t, http.StatusUnprocessableEntity, page.status, bcc)
	}
	sound()
}

// TestHostileNames: what people, files and letters are called is text on every page.
func TestHostileNames(t *testing.T) {
	w := newWorld(t)
	const evil = `</title><script>hit=1</script><img src=x onerror=hit=2>"' onmouseover=hit=3 {{.}}`
	page := w.post("/customers/new", url.Values{"first": {evil}, "email": {"new@example.ru"}, "handle": {evil}, "external": {evil}})
	customer := strings.TrimPrefix(strings.Split(page.path, "?")[0], "/customers/")
	letter := w.letter(customer, "subject", "{% verbatim %}"+evil+"{% endverbatim %}", "do", "attach")
	page = w.upload("/customers/"+customer+"/compose", letter, "files", pdf(evil+".pdf"), pdf(`..\..\..\etc\passwd.pdf`), pdf("../../../etc/cron.d/x.pdf"))
	for _, name := range page.texts("file-name") {
		assert.NotContains(t, name, "/")
		assert.NotContains(t, name, `\`)
	}
	letter.Set("do", "send")
	require.Equal(t, http.StatusOK, w.post("/customers/"+customer+"/compose", letter).status)
	w.deliver()
	sent := w.get("/customers/" + customer)
	paths := []string{"/customers/" + customer, "/customers/" + customer + "/outgoing", "/customers/" + customer + "/compose", "/conversations?state=completed",
		"/search?q=" + url.QueryEscape(evil), "/customers/new?q=" + url.QueryEscape(evil), "/conversations?state=active&q=" + url.QueryEscape(evil),
		"/messages/" + sent.attributes("message", "data-id")[0] + "/files", "/_mail/", "/_mail/mails/" + w.mailbox.Mails()[0].ID + "/", "/_inbound", "/campaigns",
		"/" + url.PathEscape(evil), "/customers/" + url.PathEscape(evil)}
	for _, path := range paths {
		page := w.get(path)
		for node := range page.root.Descendants() {
			if node.Type != html.ElementNode {
				continue
			}
			source := attribute(node, "src")
			ours := node.Data == "script" && (strings.HasSuffix(source, "script.js") || attribute(node, "type") == "application/json")
			assert.False(t, node.Data == "script" && !ours || source == "x", "%s on %s", node.Data, path)
			for _, one := range node.Attr {
				assert.False(t, strings.HasPrefix(one.Key, "on"), "%s on %s", one.Key, path)
			}
		}
	}
}

// endless is a form with a field, or a file, that never ends.
func endless(name, file string) (body io.Reader, contentType string, sent *atomic.Int64) {
	var head bytes.Buffer
	form := multipart.NewWriter(&head)
	if file == "" {
		_, _ = form.CreateFormField(name)
	} else {
		_, _ = form.CreateFormFile(name, file)
	}
	endless := &zeros{}
	return io.MultiReader(&head, endless), form.FormDataContentType(), &endless.sent
}

type zeros struct{ sent atomic.Int64 }

func (z *zeros) Read(p []byte) (int, error) {
	clear(p)
	z.sent.Add(int64(len(p)))
	return len(p), nil
}

// TestEndlessForms: what never ends is read so far and no further, by every page that takes a form.
func TestEndlessForms(t *testing.T) {
	w := newWorld(t)
	require.NoError(t, w.policy.write(`{"max_file": "100KB", "max_total": "100KB"}`))
	for path, most := range map[string]int64{"/customers/1001/compose": 2 << 20, "/customers/1001/preview": 2 << 20, "/_inbound": maxInbound, "/_faults": maxForm,
		"/settings/mail/senders": maxForm, "/settings/mail/policy": maxForm, "/rules/thanks/fire": maxForm, "/campaigns": maxForm, "/_as": maxForm} {
		for _, file := range []string{"", "a.pdf"} {
			if path == "/_inbound" && file != "" {
				continue // a mail server's limit, which takes long to reach
			}
			body, contentType, sent := endless("kind", file)
			r, err := http.NewRequest(http.MethodPost, w.base+path, body)
			require.NoError(t, err)
			r.Header.Set("Content-Type", contentType)
			if answer, err := http.DefaultTransport.RoundTrip(r); err == nil { // or the server has hung up
				require.NoError(t, answer.Body.Close())
				assert.GreaterOrEqual(t, answer.StatusCode, 400, path)
			}
			assert.Less(t, sent.Load(), most+8<<20, "%s: what was on the way besides", path)
		}
	}
}

// TestForeignHost: a name of another site's that leads to this machine opens nothing.
func TestForeignHost(t *testing.T) {
	w := newWorld(t)
	for host, want := range map[string]int{"evil.example": 421, "evil.example:8025": 421, "127.0.0.1.evil.example": 421,
		"localhost:8025": 200, "127.0.0.1": 200, "[::1]:8025": 200, "192.168.1.7:8025": 200} {
		r, err := http.NewRequest(http.MethodGet, w.base+"/rules", nil)
		require.NoError(t, err)
		r.Host = host
		assert.Equal(t, want, w.do(r).status, host)
	}
}

// TestFailedPages: an error is a page as any other, in the language of the others.
func TestFailedPages(t *testing.T) {
	w := newWorld(t)
	page := w.get("/nothing")
	assert.Equal(t, http.StatusNotFound, page.status)
	assert.Contains(t, page.raw, "Такой страницы нет")
	page.one("search-box")
	w.as("anna", "en")
	assert.Contains(t, w.get("/customers/none").raw, "There is no such page")
	for err, want := range map[error]int{
		fmt.Errorf("x: %w", email.ErrNotFound): 404, email.ErrConflict: 409, errTooMuch: 413, &http.MaxBytesError{}: 413, io.ErrUnexpectedEOF: 500, badForm(io.ErrUnexpectedEOF): 400,
	} {
		assert.Equal(t, want, statusOf(err), err)
	}
}
