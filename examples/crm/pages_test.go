package main

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestWords holds that every word has both languages, and that every word of the pages is there and is used.
func TestWords(t *testing.T) {
	used := map[string]bool{}
	prefixes := []string{"done.", "state.", "event.", "rule-event.", "fault.", "by.", "from.", "channel.", "client.", "direction.", "field.", "part.", "on.", "conversations.empty.", "status."}
	sources, err := os.ReadDir("page")
	require.NoError(t, err)
	pattern := regexp.MustCompile(`[{(]t "([^"]+)"`)
	for _, source := range sources {
		content, err := os.ReadFile("page/" + source.Name())
		require.NoError(t, err)
		for _, match := range pattern.FindAllStringSubmatch(string(content), -1) {
			used[match[1]] = true
			_, known := words[match[1]]
			assert.True(t, known || strings.HasSuffix(match[1], "."), "%s in %s", match[1], source.Name())
		}
	}
	for _, key := range []string{"bytes", "new.empty", "search", "compose", "files"} {
		used[key] = true
	}
	for key, one := range words {
		assert.NotEmpty(t, one.ru, key)
		assert.NotEmpty(t, one.en, key)
		assert.Equal(t, strings.Count(one.ru, "%"), strings.Count(one.en, "%"), key)
		named := false
		for _, prefix := range prefixes {
			named = named || strings.HasPrefix(key, prefix)
		}
		assert.True(t, used[key] || named, "%s is used nowhere", key)
	}
}

func TestPlurals(t *testing.T) {
	for n, want := range map[int]string{1: "1 файл", 2: "2 файла", 5: "5 файлов", 11: "11 файлов", 12: "12 файлов", 21: "21 файл", 112: "112 файлов"} {
		assert.Equal(t, want, say("ru", "files.total", n))
	}
	assert.Equal(t, "1 file", say("en", "files.total", 1))
	assert.Equal(t, "21 files", say("en", "files.total", 21))
}

// TestEveryPage opens every page in both languages, and holds what protects it.
func TestEveryPage(t *testing.T) {
	w := newWorld(t)
	paths := []string{"/conversations?state=active", "/conversations?state=completed", "/search", "/search?q=anna", "/search?q=nobody", "/customers/new?q=x",
		"/customers/1001", "/customers/1002", "/customers/1001/outgoing", "/customers/1002/outgoing", "/customers/1001/compose", "/customers/1002/compose",
		"/settings/mail", "/rules", "/rules/shipped", "/rules/survey", "/rules/thanks", "/templates/survey", "/campaigns", "/inbox", "/_inbound", "/_faults", "/confirm/x"}
	for _, language := range []string{"ru", "en"} {
		w.as("anna", language)
		for _, path := range paths {
			t.Run(language+path, func(t *testing.T) {
				w.t = t
				page := w.get(path)
				assert.Equal(t, http.StatusOK, page.status)
				assert.Contains(t, page.raw, `<html lang="`+language+`">`)
				assert.Contains(t, page.header.Get("Content-Security-Policy"), "script-src 'self';")
				assert.NotContains(t, page.header.Get("Content-Security-Policy"), "unsafe")
				assert.Equal(t, "nosniff", page.header.Get("X-Content-Type-Options"))
				for node := range page.root.Descendants() {
					assert.False(t, has(node, "style") || has(node, "onclick"), "nothing that the policy forbids")
				}
				page.one("search-box")
			})
		}
	}
}

// TestMailboxPages: the mailbox has the pages' language, and a way back.
func TestMailboxPages(t *testing.T) {
	w := newWorld(t)
	for language, title := range map[string]string{"ru": "Локальный почтовый ящик", "en": "Local mailbox"} {
		w.as("anna", language)
		page := w.get("/_mail/")
		assert.Contains(t, page.raw, title)
		assert.Equal(t, "/", attribute(page.one("home"), "href"))
	}
}

func TestUnknown(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/customers/none", "/customers/none/compose", "/messages/none/files", "/messages/none/files/0", "/messages/none/body",
		"/messages/none/source", "/messages/none/view/0", "/rules/none", "/templates/none", "/nothing"} {
		assert.Equal(t, http.StatusNotFound, w.get(path).status, path)
	}
	assert.Equal(t, http.StatusBadRequest, w.get("/conversations?state=lost").status)
	assert.Equal(t, http.StatusBadRequest, w.get("/customers/1001?cursor=%00").status)
}

// TestOtherSites: nothing is posted from another site's page, and nobody is led there.
func TestOtherSites(t *testing.T) {
	w := newWorld(t)
	for _, path := range []string{"/customers/1001/compose", "/_faults", "/settings/mail/policy", "/rules/shipped/activate"} {
		r, err := http.NewRequest(http.MethodPost, w.base+path, strings.NewReader("do=send"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		assert.Equal(t, http.StatusForbidden, w.do(r).status, path)
	}
	for _, back := range []string{"https://evil.example/", "//evil.example/", `/\evil.example/`, `\\evil.example`, "javascript:alert(1)", ""} {
		assert.Equal(t, http.StatusBadRequest, w.post("/_as", url.Values{"actor": {"boris"}, "back": {back}}).status, back)
	}
}

func TestSearch(t *testing.T) {
	w := newWorld(t)
	for query, attribute := range map[string]string{"Петрова": "name", "8 (900) 123-45-67": "phone", "anna@example.ru": "email", "A-1042": "external-id", "@anna_p": "handle"} {
		page := w.get("/search?q=" + url.QueryEscape(query))
		assert.Equal(t, []string{"1001"}, page.attributes("result", "data-customer"), query)
		assert.Equal(t, []string{attribute}, page.attributes("match", "data-attribute"), query)
		assert.Contains(t, page.raw, "<mark>", query)
		assert.Equal(t, "Написать исходящее", page.text("write"))
	}
	page := w.get("/search?q=" + url.QueryEscape("new@example.ru"))
	assert.Equal(t, "Создать клиента", page.text("create"))
	form := w.get(attribute(page.one("create"), "href"))
	assert.Equal(t, "new@example.ru", attribute(form.one("email"), "value"))
}

func TestNewCustomer(t *testing.T) {
	w := newWorld(t)
	values := url.Values{"first": {"Анна"}, "last": {"Петрова"}, "email": {"other@example.ru"}, "phone": {"+7 900 123-45-67"}}
	page := w.post("/customers/new", values)
	assert.Equal(t, http.StatusUnprocessableEntity, page.status)
	assert.Equal(t, []string{"1001"}, page.attributes("result", "data-customer"), "named once, though two attributes are his")
	values.Set("anyway", "1")
	page = w.post("/customers/new", values)
	assert.Equal(t, "Анна Петрова", page.text("customer-name"))
	page.one("history-empty")
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/customers/new", url.Values{}).status)
}

func TestCustomerWithoutAddress(t *testing.T) {
	w := newWorld(t)
	page := w.get("/customers/1002")
	assert.True(t, has(page.one("write-email"), "disabled"))
	assert.Equal(t, "У клиента не указан e-mail", page.text("write-email-reason"))
	page = w.get("/customers/1002/outgoing")
	assert.True(t, has(page.one("channel-email"), "disabled"))
	assert.Equal(t, "У клиента не указан e-mail", page.text("channel-reason"))
	assert.True(t, has(page.one("next"), "disabled"))
	assert.Contains(t, w.get("/customers/1001/outgoing?channel=email").path, "/compose")
}

func TestConversations(t *testing.T) {
	w := newWorld(t)
	active := w.get("/conversations?state=active").attributes("conversation", "data-customer")
	assert.Contains(t, active, "1001")
	completed := w.get("/conversations?state=completed").attributes("conversation", "data-customer")
	assert.Contains(t, completed, "1004")
	assert.Equal(t, []string{"1004"}, w.get("/conversations?state=completed&q="+url.QueryEscape("захаров")).attributes("conversation", "data-customer"))
	assert.Equal(t, "Ничего не найдено", w.get("/conversations?state=completed&q=nothing").text("conversations-empty"))
}

func TestInbox(t *testing.T) {
	w := newWorld(t)
	page := w.get("/inbox")
	message := attribute(page.one("message"), "data-id")
	assert.Contains(t, page.text("message-text"), "прайс")
	page = w.post("/inbox/"+message+"/assign", url.Values{"customer": {"1012"}})
	assert.Equal(t, []string{message}, page.attributes("message", "data-id"))
	assert.Equal(t, http.StatusConflict, w.post("/inbox/"+message+"/assign", url.Values{"customer": {"1001"}}).status)
	assert.Equal(t, http.StatusUnprocessableEntity, w.post("/inbox/"+message+"/assign", url.Values{"customer": {"none"}}).status)
}
