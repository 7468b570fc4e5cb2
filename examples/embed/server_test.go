package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

const (
	inboundToken = "inbound-token"
	hookSecret   = "hook-secret"
)

// host is the CRM as it runs, with a transport that records.
type host struct {
	mail     *email.Service
	recorder *emailtest.Recorder
	handler  http.Handler
}

func newHost(t testing.TB) *host {
	recorder := emailtest.NewRecorder()
	h := newHostOn(t, recorder)
	h.recorder = recorder
	return h
}

func newHostOn(t testing.TB, transport email.Transport) *host {
	c := newCRM(t)
	require.NoError(t, c.seed(context.Background()))
	mail, err := newMail(context.Background(), c, transport, []byte("a secret of the CRM"))
	require.NoError(t, err)
	require.NoError(t, seedTemplate(context.Background(), c.db))
	return &host{mail: mail, handler: newHandler(c, mail, inboundToken, []byte(hookSecret))}
}

func (h *host) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *host) get(path string) *httptest.ResponseRecorder {
	return h.do(httptest.NewRequest(http.MethodGet, path, nil))
}

// letter is a filled in form.
func letter() url.Values {
	return url.Values{"from": {"manager"}, "subject": {"Заказ № 1042"}, "text": {"{{ customer.firstName }}, заказ собран."}, "key": {"first"}}
}

// filled posts a form with files, by name.
func filled(path string, fields url.Values, files map[string]string) *http.Request {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, values := range fields {
		for _, value := range values {
			form.WriteField(name, value)
		}
	}
	for name, content := range files {
		part, _ := form.CreateFormFile("files", name)
		part.Write([]byte(content))
	}
	form.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return r
}

// sent writes to Anna and delivers.
func (h *host) sent(t testing.TB, fields url.Values, files map[string]string) {
	w := h.do(filled("/clients/1/write", fields, files))
	require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
	require.Equal(t, "/clients/1/messages", w.Header().Get("Location"))
	_, err := h.mail.DispatchDue(context.Background())
	require.NoError(t, err)
}

// received brings mail in.
func (h *host) received(t testing.TB, lines ...string) {
	w := h.do(inbound(strings.Join(lines, "\r\n")))
	require.Equal(t, http.StatusOK, w.Code, w.Body)
}

func inbound(raw string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/inbound?mailbox=irina@shop.example", strings.NewReader(raw))
	r.Header.Set("Authorization", "Bearer "+inboundToken)
	return r
}

const pdf = "%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"

// What an employee writes goes out, with his files, and stands in the history, where the files can be had again.
func TestWrite(t *testing.T) {
	h := newHost(t)
	page := h.get("/clients/1/write").Body.String()
	assert.Contains(t, page, "Ирина Кузнецова &lt;irina@shop.example&gt;")
	assert.Contains(t, page, "sale@shop.example")
	assert.Contains(t, page, "anna@customer.example")

	h.sent(t, letter(), map[string]string{"счёт.pdf": pdf})
	h.sent(t, letter(), nil) // a second click
	h.recorder.RequireSent(t,
		emailtest.From("irina@shop.example"), emailtest.To("anna@customer.example"), emailtest.Subject("Заказ № 1042"),
		emailtest.TextContains("Анна, заказ собран."), emailtest.Attachment("счёт.pdf"))
	h.recorder.RequireCount(t, 1)

	history := h.get("/clients/1/messages").Body.String()
	assert.Contains(t, history, "Анна, заказ собран.")
	assert.Contains(t, history, "outgoing, sent")
	for _, path := range filePaths(t, history, 2) {
		file := h.get(path)
		assert.Equal(t, pdf, file.Body.String(), "one file is handed over as it is")
		assert.Contains(t, file.Header().Get("Content-Disposition"), "attachment")
		assert.Equal(t, http.StatusNotFound, h.get(strings.Replace(path, "/clients/1/", "/clients/2/", 1)).Code, "another client's")
	}
}

// A template takes the place of subject and text, never of one of them.
func TestWriteByTemplate(t *testing.T) {
	h := newHost(t)
	assert.Contains(t, h.get("/clients/1/write").Body.String(), `<option value="collected">Заказ собран</option>`)
	fields := letter()
	fields.Set("template", "collected")
	h.sent(t, fields, nil)
	h.recorder.RequireSent(t, emailtest.Subject("Анна, заказ собран"), emailtest.HTMLContains("<p>Ирина Кузнецова</p>"),
		emailtest.TextContains("Анна, ваш заказ собран."))
}

// filePaths are the links to files of a history.
func filePaths(t testing.TB, history string, want int) (paths []string) {
	for _, link := range regexp.MustCompile(`href="([^"]+/files/[^"]+)"`).FindAllStringSubmatch(history, -1) {
		paths = append(paths, link[1])
	}
	require.Len(t, paths, want, history)
	return paths
}

// What may not go out is refused with every reason, and the form keeps what was filled in.
func TestRefused(t *testing.T) {
	h := newHost(t)
	fields := letter()
	fields.Set("text", "<b>Смотрите</b> https://bit.ly/3xK")
	fields.Set("from", "additional:2")
	r := filled("/clients/1/write", fields, map[string]string{"скидка.exe": "MZ\x90\x00"})
	r.AddCookie(&http.Cookie{Name: "employee", Value: "2"}) // Boris
	w := h.do(r)
	assert.Equal(t, http.StatusUnprocessableEntity, w.Code)
	for _, words := range []string{
		"Sending transactional e-mails is turned off for this user", "скидка.exe",
		"&lt;b&gt;Смотрите&lt;/b&gt;", `value="Заказ № 1042"`,
	} {
		assert.Contains(t, w.Body.String(), words)
	}
	assert.Equal(t, http.StatusNotFound, h.do(filled("/clients/999/write", letter(), nil)).Code)
	n, err := h.mail.DispatchDue(context.Background())
	require.NoError(t, err)
	assert.Zero(t, n)
}

// An answer finds its conversation, is shown as text alone, and its files can be had one by one.
func TestInbound(t *testing.T) {
	h := newHost(t)
	h.sent(t, letter(), nil)
	answer := []string{
		"From: Анна <anna@customer.example>", "To: irina@shop.example", "Subject: Re: =?utf-8?Q?=D0=97?=",
		"In-Reply-To: <" + h.recorder.RequireSent(t).Parsed.MessageID + ">", "Message-ID: <answer@customer.example>",
		"MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b", "",
		"--b", "Content-Type: text/html; charset=utf-8", "", "<p>Спасибо!</p><script>alert(1)</script><img src=https://track.example/x>",
		"--b", "Content-Type: text/html; name=page.html", "Content-Disposition: attachment; filename=page.html", "", "<script>alert(2)</script>",
		"--b", "Content-Type: text/plain; name=a.txt", "Content-Disposition: attachment; filename=a.txt", "", "second",
		"--b--", "",
	}
	h.received(t, answer...)
	h.received(t, answer...) // the server hands it over again
	history := h.get("/clients/1/messages").Body.String()
	assert.Equal(t, 2, strings.Count(history, "<article>"))
	assert.Contains(t, history, "Спасибо!")
	for _, active := range []string{"<script", "track.example", "<img"} {
		assert.NotContains(t, history, active)
	}
	paths := filePaths(t, history, 3)
	file := h.get(paths[0] + "?show=1")
	assert.Contains(t, file.Body.String(), "alert(2)")
	assert.Contains(t, file.Header().Get("Content-Disposition"), "attachment", "what is no picture is never shown")
	assert.Equal(t, "nosniff", file.Header().Get("X-Content-Type-Options"))
	assert.Equal(t, http.StatusMultipleChoices, h.get(paths[2]).Code, "files of an inbound message are no archive")
	assert.Equal(t, http.StatusNotFound, h.get(strings.TrimSuffix(paths[2], "all")+"x").Code, "neither a place nor all")

	answerForm := regexp.MustCompile(`href="(/clients/1/write\?reply=[^"]+)"`).FindStringSubmatch(history)
	require.NotNil(t, answerForm)
	assert.Equal(t, http.StatusOK, h.get(answerForm[1]).Code)
	fields := letter()
	fields.Set("key", "second")
	fields.Set("subject", "")
	fields.Set("reply", strings.TrimPrefix(answerForm[1], "/clients/1/write?reply="))
	h.sent(t, fields, map[string]string{"a.pdf": pdf, "b.pdf": pdf})
	h.recorder.RequireSent(t, emailtest.Subject("Re: З"), emailtest.Field("In-Reply-To", "<answer@customer.example>"))
	all := h.get(filePaths(t, h.get("/clients/1/messages").Body.String(), 6)[2])
	assert.Equal(t, "application/zip", all.Header().Get("Content-Type"), "those of an answer are one")
}

// Strangers get in nowhere.
func TestStrangers(t *testing.T) {
	h := newHost(t)
	for name, request := range map[string]struct {
		r    *http.Request
		code int
	}{
		"a form on another site": {headed(filled("/clients/1/write", letter(), nil), "Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		"an old browser's form":  {headed(filled("/clients/1/write", letter(), nil), "Origin", "https://evil.example"), http.StatusForbidden},
		"no token":               {headed(inbound("Subject: x\r\n\r\n"), "Authorization", ""), http.StatusUnauthorized},
		"another token":          {headed(inbound("Subject: x\r\n\r\n"), "Authorization", "Bearer x"), http.StatusUnauthorized},
		"too much mail":          {inbound(strings.Repeat("x", maxRequest+1)), http.StatusRequestEntityTooLarge},
		"too large a form":       {filled("/clients/1/write", letter(), map[string]string{"a.pdf": strings.Repeat("x", maxRequest)}), http.StatusRequestEntityTooLarge},
		"half a form":            {half(filled("/clients/1/write", letter(), nil)), http.StatusBadRequest},
		"a bad cursor":           {httptest.NewRequest(http.MethodGet, "/clients/1/messages?cursor=x", nil), http.StatusBadRequest},
		"an unknown message":     {httptest.NewRequest(http.MethodGet, "/clients/1/messages/x/files/0", nil), http.StatusNotFound},
		"an unknown client":      {httptest.NewRequest(http.MethodGet, "/clients/x/write", nil), http.StatusNotFound},
	} {
		w := h.do(request.r)
		assert.Equal(t, request.code, w.Code, name)
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), name)
	}
	for _, id := range []string{"1", "2"} {
		page, err := h.mail.History.Messages(context.Background(), id, "", 0)
		require.NoError(t, err)
		assert.Empty(t, page.Items)
	}
	waiting, err := h.mail.Inbox.Messages(context.Background(), "", 0)
	require.NoError(t, err)
	assert.Empty(t, waiting.Items)
}

func headed(r *http.Request, name, value string) *http.Request {
	r.Header.Set(name, value)
	return r
}

// half loses the end of a body.
func half(r *http.Request) *http.Request {
	var whole bytes.Buffer
	whole.ReadFrom(r.Body)
	whole.Truncate(whole.Len() / 2)
	r.Body = http.NoBody
	cut := httptest.NewRequest(r.Method, r.URL.String(), &whole)
	cut.Header = r.Header
	return cut
}

// The command starts, and ends when it is told to.
func TestRun(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	assert.NoError(t, run(ctx, writerFunc(func([]byte) { stop() }), "127.0.0.1:0", ""), "told to once it serves")
	assert.Error(t, run(context.Background(), io.Discard, "127.0.0.1:x", ""))
}

// writerFunc is called with what is written.
type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) { f(p); return len(p), nil }

// The front page leads to every client.
func TestHome(t *testing.T) {
	h := newHost(t)
	home := h.get("/").Body.String()
	for id := 1; id <= 2; id++ {
		assert.Contains(t, home, fmt.Sprintf(`href="/clients/%d/write"`, id))
	}
}
