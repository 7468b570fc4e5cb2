package preview_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/preview"
	"github.com/crmmail/crmmail/template"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// box is a mailbox behind a server, with a service that looks at what is in it.
type box struct {
	*preview.Mailbox
	server *httptest.Server
}

func newBox(t *testing.T, opts preview.Options) box {
	t.Helper()
	opts.Now = func() time.Time { return noon }
	b := box{Mailbox: preview.New(opts)}
	store := emailtest.NewStore()
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Transport: b.Mailbox,
	})
	require.NoError(t, err)
	mux := http.NewServeMux()
	mux.Handle("/_mail/", http.StripPrefix("/_mail", preview.Handler{Mailbox: b.Mailbox, Service: service}))
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	return b
}

func (b box) get(t *testing.T, path string) (*http.Response, string) {
	t.Helper()
	response, err := http.Get(b.server.URL + "/_mail/" + path)
	require.NoError(t, err)
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(body)
}

func (b box) page(t *testing.T, path string) string {
	t.Helper()
	response, body := b.get(t, path)
	require.Equal(t, http.StatusOK, response.StatusCode, path)
	return body
}

const picture = "\x89PNG\r\n\x1a\n"

// letter is a mail with everything in it.
func letter() message.Message {
	doc, _ := template.InsertPreheader(`<html lang="ru"><body><p>Здравствуйте!</p><img alt="" src="cid:logo@shop">`+
		`<a href="https://bit.ly/3xK">Маршрут</a><script>alert(1)</script></body></html>`, "Заберите до пятницы")
	return message.Message{
		From:      mail.Address{Name: "Ирина", Address: "irina@shop.example"},
		To:        []mail.Address{{Name: "Анна", Address: "anna@customer.example"}},
		Bcc:       []mail.Address{{Address: "boss@shop.example"}},
		Subject:   "Заказ готов",
		Date:      noon,
		MessageID: "1.2@shop.example",
		Text:      "Здравствуйте!\n",
		HTML:      doc,
		Attachments: []message.Attachment{
			file("logo.png", "image/png", picture, "logo@shop"),
			file("../счёт.pdf", "application/pdf", "%PDF-1.7", ""),
			file("схема.svg", "image/svg+xml", "<svg onload='alert(1)'/>", "drawing@shop"),
		},
	}
}

func file(name, mediaType, content, contentID string) message.Attachment {
	return message.Attachment{Name: name, MediaType: mediaType, Size: int64(len(content)), ContentID: contentID, Inline: contentID != "",
		Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func deliver(t *testing.T, b box, m message.Message) {
	t.Helper()
	env, err := m.Envelope()
	require.NoError(t, err)
	wire, err := message.Build(m, message.BuildOptions{})
	require.NoError(t, err)
	_, err = b.Deliver(t.Context(), env, wire.WriterTo(m.Open))
	require.NoError(t, err)
}

func TestJSON(t *testing.T) {
	b := newBox(t, preview.Options{})
	deliver(t, b, letter())
	second := letter()
	second.Subject = "Второе"
	second.Cc = []mail.Address{{Address: "olga@customer.example"}}
	second.Fields = []message.Field{{Name: "List-Unsubscribe", Body: "<https://shop.example/out>"},
		{Name: "List-Unsubscribe-Post", Body: "List-Unsubscribe=One-Click"}}
	deliver(t, b, second)

	var list []preview.Summary
	require.NoError(t, json.Unmarshal([]byte(b.page(t, "mails.json")), &list))
	require.Len(t, list, 2)
	assert.Equal(t, "Второе", list[0].Subject, "newest first")
	assert.Equal(t, []string{"anna@customer.example", "boss@shop.example"}, list[1].Recipients)
	assert.Equal(t, "irina@shop.example", list[1].ReturnPath)
	assert.Equal(t, "Ирина <irina@shop.example>", list[1].From)
	assert.Equal(t, "Заберите до пятницы", list[1].Preheader)
	assert.Equal(t, noon, list[1].At)
	assert.Equal(t, "1", list[1].ID)
	assert.Equal(t, "1.2@shop.example", list[1].MessageID)
	assert.Equal(t, int64(len(b.Mail("1").Raw)), list[1].Size)
	assert.Equal(t, noon, b.Mail("1").At)
	assert.Equal(t, []preview.File{
		{Name: "logo.png", MediaType: "image/png", ContentID: "logo@shop", Inline: true, Size: 8},
		{Name: "схема.svg", MediaType: "image/svg+xml", ContentID: "drawing@shop", Inline: true, Size: 24},
		{Name: "../счёт.pdf", MediaType: "application/pdf", Size: 8},
	}, list[1].Files)

	var detail preview.Detail
	require.NoError(t, json.Unmarshal([]byte(b.page(t, "mails/1.json")), &detail))
	assert.Equal(t, list[1], detail.Summary)
	assert.Equal(t, []string{"Анна <anna@customer.example>"}, detail.To)
	for address, blind := range map[string]bool{"boss@shop.example": true, "Anna@customer.example": false, "customer.example": true} {
		assert.Equal(t, blind, detail.Blind(address), address)
	}
	assert.Contains(t, detail.HTML, "Здравствуйте!")
	assert.Contains(t, detail.Text, "Здравствуйте!")
	assert.Empty(t, detail.Cc)
	assert.Empty(t, detail.Unsubscribe)
	assert.False(t, detail.OneClick)
	assert.Contains(t, codes(detail.Findings), "link.short")
	assert.Contains(t, codes(detail.Findings), "active.script")
	rows := map[string]preview.Row{}
	for _, row := range detail.Inbox {
		rows[row.Client] = row
	}
	assert.Equal(t, "Заберите до пятницы", rows["gmail-desktop"].Preview)
	assert.Equal(t, "Заказ готов", rows["gmail-desktop"].Subject)
	assert.Empty(t, rows["mail.ru"].Preview)
	assert.Contains(t, detail.Header, preview.Field{Name: "Message-ID", Body: "<1.2@shop.example>",
		Note: "The message's name, by which an answer finds it"})

	detail = preview.Detail{}
	require.NoError(t, json.Unmarshal([]byte(b.page(t, "mails/2.json")), &detail))
	assert.Equal(t, []string{"olga@customer.example"}, detail.Cc)
	assert.False(t, detail.Blind("olga@customer.example"))
	assert.Equal(t, "https://shop.example/out", detail.Unsubscribe)
	assert.True(t, detail.OneClick)
}

func codes(findings []preview.Finding) (list []string) {
	for _, finding := range findings {
		list = append(list, finding.Code)
	}
	return list
}

func TestPages(t *testing.T) {
	b := newBox(t, preview.Options{})
	assert.Contains(t, b.page(t, ""), "No mail yet")
	deliver(t, b, letter())
	assert.Contains(t, b.page(t, ""), `<a href="mails/1/">Заказ готов</a>`)

	page := b.page(t, "mails/1/")
	for _, part := range []string{"Заказ готов", "irina@shop.example", "anna@customer.example", "счёт.pdf",
		"boss@shop.example <span class=\"tag\">blind copy", "bit.ly", "Заберите до пятницы"} {
		assert.Contains(t, page, part)
	}
	assert.NotContains(t, page, "<script>alert", "the letter itself is not in the page")

	request, err := http.NewRequest(http.MethodGet, b.server.URL+"/_mail/", nil)
	require.NoError(t, err)
	request.Header.Set("Accept-Language", "de, ru-RU;q=0.8")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	assert.Contains(t, string(body), "Локальный почтовый ящик")
}

// A handler without a mailbox shows an empty one.
func TestNoMailbox(t *testing.T) {
	for path, want := range map[string]int{"/": 200, "/mails.json": 200, "/mails/1/": 404, "/style.css": 200} {
		answer := httptest.NewRecorder()
		preview.Handler{}.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, path, nil))
		assert.Equal(t, want, answer.Code, path)
	}
	answer := httptest.NewRecorder()
	preview.Handler{}.ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/clear", nil))
	assert.Equal(t, http.StatusSeeOther, answer.Code)
}

func TestHome(t *testing.T) {
	for home, want := range map[string]string{"": "", "/crm/": `href="/crm/"`, "javascript:alert(1)": `href="#ZgotmplZ"`} {
		answer := httptest.NewRecorder()
		preview.Handler{Home: home}.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/", nil))
		assert.Equal(t, want != "", strings.Contains(answer.Body.String(), `data-testid="home"`), home)
		assert.Contains(t, answer.Body.String(), want)
	}
}

// The way out of a mailing is shown, where it is an address of the web.
func TestWayOut(t *testing.T) {
	for body, want := range map[string]string{
		"<mailto:out@shop.example>, <https://shop.example/out?t=a>": "https://shop.example/out?t=a",
		"<javascript:alert(1)>":             "",
		"<https://shop.example/\"><script>": "https://shop.example/&#34;&gt;&lt;script",
	} {
		b := newBox(t, preview.Options{})
		m := letter()
		m.Fields = []message.Field{{Name: "List-Unsubscribe", Body: body}, {Name: "List-Unsubscribe-Post", Body: "List-Unsubscribe=One-Click"}}
		deliver(t, b, m)
		page := b.page(t, "mails/1/")
		assert.Equal(t, want != "", strings.Contains(page, `data-testid="unsubscribe"`), body)
		if want != "" {
			assert.Contains(t, page, ">"+want+"</a> <span class=\"tag\">one click")
		}
	}
}

// Links can be followed from the text: in the frame they lead nowhere.
func TestLinksOfTheText(t *testing.T) {
	b := newBox(t, preview.Options{})
	m := letter()
	m.Text = "Подтвердить: https://crm.example/confirm/a_b-c.\n<https://x.example/?a=1&b=2> javascript:alert(1) http:// \"><script>"
	deliver(t, b, m)
	page := b.page(t, "mails/1/")
	assert.Contains(t, page, `<a href="https://crm.example/confirm/a_b-c" target="_blank" rel="noopener noreferrer">https://crm.example/confirm/a_b-c</a>.`)
	assert.Contains(t, page, `&lt;<a href="https://x.example/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer">`)
	assert.NotContains(t, page, `href="javascript`)
	assert.NotContains(t, page, `"><script>`)
}

// Nothing of a letter can run or fetch anything.
func TestContents(t *testing.T) {
	b := newBox(t, preview.Options{})
	deliver(t, b, letter())

	response, body := b.get(t, "mails/1/html")
	policy := response.Header.Get("Content-Security-Policy")
	assert.True(t, strings.HasPrefix(policy, "sandbox; default-src 'none'"), policy)
	assert.Contains(t, body, `src="cid/logo@shop"`)

	response, body = b.get(t, "mails/1/cid/logo@shop")
	assert.Equal(t, "image/png", response.Header.Get("Content-Type"))
	assert.Equal(t, picture, body)
	response, _ = b.get(t, "mails/1/cid/drawing@shop")
	assert.Equal(t, http.StatusNotFound, response.StatusCode, "SVG can hold a script")

	response, body = b.get(t, "mails/1/files/2")
	assert.Equal(t, "%PDF-1.7", body)
	assert.Equal(t, "application/octet-stream", response.Header.Get("Content-Type"))
	assert.Equal(t, "nosniff", response.Header.Get("X-Content-Type-Options"))
	assert.Contains(t, response.Header.Get("Content-Disposition"), "attachment")
	assert.NotContains(t, response.Header.Get("Content-Disposition"), "/")

	source := b.page(t, "mails/1/source")
	assert.Contains(t, source, "To: ")
	assert.NotContains(t, strings.ToLower(source), "boss@", "no blind copy in the source")
	assert.Equal(t, "Здравствуйте!", strings.TrimSpace(b.page(t, "mails/1/text")))
	assert.Equal(t, source, b.page(t, "mails/1/message.eml"))
}

func TestWhatIsNotThere(t *testing.T) {
	b := newBox(t, preview.Options{})
	deliver(t, b, letter())
	for _, path := range []string{"mails/2/", "mails/", "mails/1/files/3", "mails/1/files/-1", "mails/1/files/x", "mails/1/cid/nobody",
		"mails/1/nothing", "mails/2.json", "mails/1.json/html", "page/list.html", "x"} {
		response, _ := b.get(t, path)
		assert.Equal(t, http.StatusNotFound, response.StatusCode, path)
	}
	response, _ := b.get(t, "mails/1")
	assert.Equal(t, "/_mail/mails/1/", response.Request.URL.Path, "led to the page")
}

func TestClear(t *testing.T) {
	b := newBox(t, preview.Options{})
	deliver(t, b, letter())
	post := func(site string) int {
		request, err := http.NewRequest(http.MethodPost, b.server.URL+"/_mail/clear", nil)
		require.NoError(t, err)
		request.Header.Set("Sec-Fetch-Site", site)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode
	}
	assert.Equal(t, http.StatusMethodNotAllowed, post("cross-site"))
	assert.Len(t, b.Mails(), 1)
	assert.Equal(t, http.StatusOK, post("same-origin"))
	assert.Empty(t, b.Mails())
}

// An open page is told of new mail.
func TestChanges(t *testing.T) {
	b := newBox(t, preview.Options{})
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.server.URL+"/_mail/changes", nil)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	require.True(t, lines.Scan())
	assert.Equal(t, "event: mails", lines.Text())
	deliver(t, b, letter())
	for lines.Scan() && lines.Text() != "data: 1" {
	}
	assert.Equal(t, "data: 1", lines.Text())
}

func TestMailboxForgetsTheOldest(t *testing.T) {
	b := newBox(t, preview.Options{Messages: 2})
	for range 3 {
		deliver(t, b, letter())
	}
	require.Len(t, b.Mails(), 2)
	assert.Nil(t, b.Mail("1"))
	assert.NotNil(t, b.Mail("3"))

	small := newBox(t, preview.Options{Octets: 1})
	deliver(t, small, letter())
	deliver(t, small, letter())
	assert.Len(t, small.Mails(), 1, "the newest stays")
}

func TestNext(t *testing.T) {
	refused := errors.New("no route")
	b := newBox(t, preview.Options{Next: email.TransportFunc(func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) {
		return email.Receipt{}, refused
	})})
	m := letter()
	env, err := m.Envelope()
	require.NoError(t, err)
	wire, err := message.Build(m, message.BuildOptions{})
	require.NoError(t, err)
	_, err = b.Deliver(t.Context(), env, wire.WriterTo(m.Open))
	require.ErrorIs(t, err, refused)
	assert.Empty(t, b.Mails(), "it did not go out")

	behind := emailtest.NewRecorder()
	b = newBox(t, preview.Options{Next: behind})
	deliver(t, b, letter())
	require.Len(t, b.Mails(), 1)
	assert.Equal(t, behind.RequireSent(t).Raw, b.Mails()[0].Raw)
}

func TestManyAtOnce(t *testing.T) {
	b := newBox(t, preview.Options{Messages: 5})
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			deliver(t, b, letter())
			b.page(t, "")
			b.Mails()
		})
	}
	all.Wait()
	assert.Len(t, b.Mails(), 5)
}

// Whatever the pages ask for is in the table, in both languages.
func TestTexts(t *testing.T) {
	b := newBox(t, preview.Options{})
	for _, client := range template.Clients() {
		assert.NotEmpty(t, preview.Text("client."+string(client), "ru"), client)
	}
	for _, name := range []string{"list.html", "mail.html"} {
		page, err := preview.Assets.ReadFile("page/" + name)
		require.NoError(t, err)
		for _, found := range regexp.MustCompile(`\bt "([^"]+)"`).FindAllStringSubmatch(string(page), -1) {
			for _, language := range []string{"ru", "en"} {
				assert.NotEmpty(t, preview.Text(found[1], language), found[1])
			}
		}
	}
	deliver(t, b, letter())
	assert.NotContains(t, b.page(t, "mails/1/"), "<no value>")
}
