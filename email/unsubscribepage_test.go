package email_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	nethtml "golang.org/x/net/html"

	"github.com/crmmail/crmmail/email"
)

// Programs open every link of a letter: that unsubscribes nobody.
func TestOpeningTheLinkChangesNothing(t *testing.T) {
	w, _ := suppressing(t, leaving)
	_, link := w.mailing(t)
	for _, method := range []string{"GET", "HEAD"} {
		got := w.request(t, method, link, "", "Accept-Language", "ru-RU,ru;q=0.9,en;q=0.8")
		assert.Equal(t, http.StatusOK, got.Code)
		assert.Equal(t, "ru", got.Header().Get("Content-Language"))
	}
	for _, body := range []string{"", "List-Unsubscribe=No", "token=x"} {
		assert.Equal(t, http.StatusBadRequest, w.request(t, "POST", link, body).Code)
	}
	assert.Equal(t, http.StatusBadRequest, w.request(t, "POST", link+"&"+oneClick, "").Code, "the address says it, not the form")
	assert.Equal(t, http.StatusMethodNotAllowed, w.request(t, "PUT", link, oneClick).Code)
	assert.Equal(t, http.StatusBadRequest, w.request(t, "POST", link, "x="+strings.Repeat("x", 32<<10)+"&"+oneClick).Code)
	assert.Empty(t, w.reasons(t))
}

// The button of the page posts what One-Click does, to the page's own address.
func TestPageButton(t *testing.T) {
	w, _ := suppressing(t, leaving)
	_, link := w.mailing(t)
	page := w.request(t, "GET", link, "")
	document, err := nethtml.Parse(page.Body)
	require.NoError(t, err)
	fields := map[string]string{}
	for node := range document.Descendants() {
		attributes := map[string]string{}
		for _, a := range node.Attr {
			attributes[a.Key] = a.Val
		}
		switch node.Data {
		case "form":
			assert.Equal(t, map[string]string{"method": "post"}, attributes)
		case "button", "input":
			fields[attributes["name"]] = attributes["value"]
		case "script", "style", "img", "link":
			t.Errorf("the page has a %s", node.Data)
		}
	}
	values := url.Values{}
	for name, value := range fields {
		values.Set(name, value)
	}
	assert.Equal(t, http.StatusOK, w.request(t, "POST", link, values.Encode()).Code)
	assert.Len(t, w.reasons(t), 1)
	for name, want := range map[string]string{
		"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cache-Control": "no-store",
		"Content-Type": "text/html; charset=utf-8",
	} {
		assert.Equal(t, want, page.Header().Get(name))
	}
	assert.Contains(t, page.Header().Get("Content-Security-Policy"), "default-src 'none'")
}

func TestUnsubscribeBehindAPattern(t *testing.T) {
	w, _ := suppressing(t, leaving)
	_, link := w.mailing(t)
	mux := http.NewServeMux()
	mux.Handle("/u/{token}", w.Suppressions.UnsubscribeHandler())
	parsed, err := url.Parse(link)
	require.NoError(t, err)
	request := httptest.NewRequest("POST", "/u/"+parsed.Query().Get("token"), strings.NewReader(oneClick))
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	recorder := httptest.NewRecorder()
	mux.ServeHTTP(recorder, request)
	assert.Equal(t, http.StatusOK, recorder.Code)
	assert.Len(t, w.reasons(t), 1)
}

func TestUnsubscribeWhereTheStoreFails(t *testing.T) {
	w, _ := suppressing(t, leaving)
	_, link := w.mailing(t)
	broken, err := w.With(func(c *email.Config) { c.Suppressions = brokenSuppressions{c.Suppressions} })
	require.NoError(t, err)
	w.Service = broken
	assert.Equal(t, http.StatusInternalServerError, w.request(t, "POST", link, oneClick).Code)
}

type brokenSuppressions struct{ email.Suppressions }

func (brokenSuppressions) AddSuppression(context.Context, email.Suppression) error {
	return errors.New("disk full")
}
