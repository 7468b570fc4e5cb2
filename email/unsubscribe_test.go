package email_test

import (
	"bytes"
	"context"
	"errors"
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
	"github.com/crmmail/crmmail/template"
)

func leaving(c *email.Config) {
	c.Secret = []byte("0123456789abcdef")
	c.Unsubscribe = email.Unsubscribe{
		URL:     func(token string) string { return "https://crm.example/u?token=" + url.QueryEscape(token) },
		Mailbox: "leave@shop.example",
	}
}

// mailing sends one mass mailing and returns it and the link in its header.
func (w *world) mailing(t *testing.T, change ...func(*email.Draft)) (emailtest.Delivery, string) {
	t.Helper()
	w.dispatch(t, w.send(t, append([]func(*email.Draft){bulk}, change...)...).ID)
	deliveries := w.recorder.Deliveries()
	delivery := deliveries[len(deliveries)-1]
	link := regexp.MustCompile(`<(https://[^>]+)>`).FindStringSubmatch(delivery.Parsed.Header("List-Unsubscribe"))
	require.NotNil(t, link, "%q", delivery.Parsed.Header("List-Unsubscribe"))
	return delivery, link[1]
}

// request asks the handler; body is a form, or empty.
func (w *world) request(t *testing.T, method, link, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	request := httptest.NewRequest(method, link, strings.NewReader(body))
	if body != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	recorder := httptest.NewRecorder()
	w.Suppressions.UnsubscribeHandler().ServeHTTP(recorder, request)
	return recorder
}

const oneClick = "List-Unsubscribe=One-Click"

func TestMailingSaysHowToLeave(t *testing.T) {
	w, _ := suppressing(t, leaving)
	delivery, link := w.mailing(t, newsletter("<p>Новости</p><p><a href=\"{{ unsubscribe_url }}\">Отписаться</a></p>"))
	assert.Equal(t, oneClick, delivery.Parsed.Header("List-Unsubscribe-Post"))
	assert.Regexp(t, `^<https://crm\.example/u\?token=[\w-]+>, <mailto:leave@shop\.example\?subject=unsubscribe%20[\w-]+>$`,
		delivery.Parsed.Header("List-Unsubscribe"))
	assert.Contains(t, delivery.Parsed.HTML, link, "the same link stands in the letter")

	w.dispatch(t, w.send(t).ID)
	letter := w.recorder.Deliveries()[1].Parsed
	assert.Empty(t, letter.Header("List-Unsubscribe"), "a letter to one customer is no list")
}

func TestMailingsBearTheNameOfTheirList(t *testing.T) {
	w, _ := suppressing(t, leaving, func(c *email.Config) { c.Unsubscribe.ListID = "news.shop.example" })
	delivery, _ := w.mailing(t)
	assert.Equal(t, []string{"<news.shop.example>"}, delivery.Parsed.Headers("List-Id"))
	assert.False(t, delivery.Parsed.Answerable(), "absence notes are not for it")
	w.dispatch(t, w.send(t).ID)
	assert.Empty(t, w.recorder.Deliveries()[1].Parsed.Header("List-Id"), "a letter to one customer is no list")
}

func TestListIDIsADomainName(t *testing.T) {
	for id, valid := range map[string]bool{
		"news.shop.example": true, "news-1.shop.example": true,
		"shop": false, "news.shop.example>": false, "news.shop.example\r\nBcc: eve@example.net": false, "a b.example": false,
		"новости.пример.рф": false, ".example": false, "[192.0.2.1]": false, "news@shop.example": false,
	} {
		w, _ := suppressing(t, leaving)
		config := w.config
		config.Unsubscribe.ListID = id
		_, err := email.New(config)
		assert.Equal(t, valid, err == nil, "%q: %v", id, err)
	}
	w, _ := suppressing(t, leaving)
	w.config.Unsubscribe = email.Unsubscribe{ListID: "news.shop.example"}
	_, err := email.New(w.config)
	assert.Error(t, err, "a list that nobody can leave")
}

func newsletter(source string) func(*email.Draft) {
	return func(d *email.Draft) { d.Letter = template.Letter{Subject: "Новости", HTML: source} }
}

// Without the header field a mailing without a link is warned of; with it, noted.
func TestBulkRuleKnowsTheHeader(t *testing.T) {
	for offers, want := range map[bool]string{true: "note", false: "warning"} {
		w, _ := suppressing(t)
		if offers {
			w, _ = suppressing(t, leaving)
		}
		preview, err := w.Preview(t.Context(), draft(bulk, newsletter("<p>Скидки на всё</p>")))
		require.NoError(t, err)
		require.NotEmpty(t, preview.Findings)
		assert.Equal(t, "bulk.no-unsubscribe", preview.Findings[0].Code)
		assert.EqualValues(t, want, preview.Findings[0].Severity)
		report, err := w.CheckTemplate(t.Context(), template.Template{Event: template.EventCustomer,
			Letter: template.Letter{Subject: "Новости", HTML: "<p>Скидки</p>{{ unsubscribe_url }}"}}, email.Bulk)
		require.NoError(t, err)
		assert.Empty(t, report.Warnings(), "the variable is known, and is a way out")
	}
}

func TestOneClick(t *testing.T) {
	w, _ := suppressing(t, leaving)
	delivery, link := w.mailing(t)
	for range 2 { // a mail service may post again
		got := w.request(t, "POST", link, oneClick)
		require.Equal(t, http.StatusOK, got.Code)
		assert.Empty(t, got.Result().Cookies())
	}
	assert.Equal(t, []string{"unsubscribe ivan@example.org"}, w.reasons(t))
	assert.Equal(t, []string{email.CodeSuppressedUnsubscribe}, codes(mustRefuse(t, w, bulk)))
	sent := w.message(t, w.all(t)[0].ID)
	last := sent.Events[len(sent.Events)-1]
	assert.Equal(t, email.EventUnsubscribed, last.Kind)
	assert.Equal(t, email.EventSent, sent.Events[len(sent.Events)-2].Kind, "noted once")
	assert.NotEmpty(t, delivery.Parsed.MessageID)
}

func mustRefuse(t *testing.T, w *world, change ...func(*email.Draft)) email.Refusals {
	t.Helper()
	_, err := w.Send(t.Context(), draft(change...))
	var refusals email.Refusals
	require.ErrorAs(t, err, &refusals)
	return refusals
}

// RFC 8058 §3.2 allows this form, too.
func TestOneClickMultipart(t *testing.T) {
	w, _ := suppressing(t, leaving)
	_, link := w.mailing(t)
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	require.NoError(t, form.WriteField("List-Unsubscribe", "One-Click"))
	require.NoError(t, form.Close())
	got := w.request(t, "POST", link, body.String(), "Content-Type", form.FormDataContentType())
	assert.Equal(t, http.StatusOK, got.Code)
	assert.Len(t, w.reasons(t), 1)
}

func TestForgedTokens(t *testing.T) {
	w, _ := suppressing(t, leaving)
	_, link := w.mailing(t)
	parsed, err := url.Parse(link)
	require.NoError(t, err)
	token := parsed.Query().Get("token")
	other, _ := suppressing(t, leaving, func(c *email.Config) { c.Secret = []byte("another secret of theirs") })
	tenant, _ := suppressing(t, leaving)
	tenant.config.Tenant = "b"
	for name, forged := range map[string]string{
		"none": "", "nonsense": "x", "longer": token + "A", "shorter": token[:len(token)-1], "padded": token + "=",
		"long": strings.Repeat("A", 1<<20), "version": "B" + token[1:], "changed": token[:len(token)-4] + "AAAA",
		"signature": token[:4] + "AAAA" + token[8:],
	} {
		t.Run(name, func(t *testing.T) {
			link := "https://crm.example/u?token=" + url.QueryEscape(forged)
			assert.Equal(t, http.StatusNotFound, w.request(t, "POST", link, oneClick).Code)
			assert.Equal(t, http.StatusNotFound, w.request(t, "GET", link, "").Code)
		})
	}
	assert.Equal(t, http.StatusNotFound, other.request(t, "POST", link, oneClick).Code)
	assert.Empty(t, w.reasons(t))
	assert.Equal(t, http.StatusOK, w.request(t, "POST", link, oneClick).Code)
}

func FuzzUnsubscribeToken(f *testing.F) {
	kept := emailtest.NewStore()
	config := email.Config{Customers: kept, Senders: kept, Templates: kept, Store: kept, Blobs: kept, Suppressions: kept,
		Transport: emailtest.NewRecorder()}
	leaving(&config)
	service, err := email.New(config)
	if err != nil {
		f.Fatal(err)
	}
	f.Add("")
	f.Add("AQ")
	f.Add("AQAAAAAAAAAAAAAAAAAAAAAAaWQAaXZhbkBleGFtcGxlLm9yZw")
	f.Fuzz(func(t *testing.T, token string) {
		var refused *email.RefusedError
		if err := service.Suppressions.Unsubscribe(context.Background(), token); !errors.As(err, &refused) {
			t.Fatalf("a token that nobody made is taken: %v", err)
		}
	})
}

func TestUnsubscribeByMail(t *testing.T) {
	w, _ := suppressing(t, leaving)
	delivery, _ := w.mailing(t)
	mailto := regexp.MustCompile(`<mailto:([^?]+)\?subject=([^>]+)>`).FindStringSubmatch(delivery.Parsed.Header("List-Unsubscribe"))
	require.NotNil(t, mailto)
	subject, err := url.PathUnescape(mailto[2])
	require.NoError(t, err)
	receive := func(subject, mailbox string) email.Message {
		msg, err := w.Receive(t.Context(), email.Inbound{Mailbox: mailbox, Raw: strings.NewReader(
			"From: ivan@example.org\r\nTo: " + mailbox + "\r\nSubject: " + subject + "\r\n\r\n" + subject + mailbox)})
		require.NoError(t, err)
		return msg
	}
	receive("unsubscribe nonsense", mailto[1])
	receive(subject, "anna@shop.example")
	assert.Empty(t, w.reasons(t), "no token of ours, or not the mailbox for it")
	msg := receive(subject, mailto[1])
	assert.Equal(t, []string{"unsubscribe ivan@example.org"}, w.reasons(t))
	assert.Equal(t, email.StateReceived, w.message(t, msg.ID).State, "it is in the history")
	page, err := w.History.Conversations(t.Context(), email.Completed, "", 10)
	require.NoError(t, err)
	for _, conv := range page.Items {
		if conv.ID == msg.ConversationID {
			return
		}
	}
	t.Error("somebody would have to answer it")
}

func TestUnsubscribeNeedsItsParts(t *testing.T) {
	for name, breakIt := range map[string]func(*email.Config){
		"no secret":       func(c *email.Config) { c.Secret = nil },
		"no suppressions": func(c *email.Config) { c.Suppressions = nil },
		"http":            func(c *email.Config) { c.Unsubscribe.URL = func(s string) string { return "http://crm.example/" + s } },
		"relative":        func(c *email.Config) { c.Unsubscribe.URL = func(s string) string { return "/u/" + s } },
		"brackets": func(c *email.Config) {
			c.Unsubscribe.URL = func(s string) string { return "https://crm.example/<u>" + s }
		},
		"mailbox": func(c *email.Config) { c.Unsubscribe.Mailbox = "leave" },
	} {
		w, _ := suppressing(t, leaving)
		config := w.config
		breakIt(&config)
		_, err := email.New(config)
		assert.ErrorContains(t, err, "Unsubscribe", name)
	}
}
