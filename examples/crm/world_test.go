package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/html"

	"github.com/crmmail/crmmail/attach"
)

// world is the CRM in a test: its pages behind a server, nothing delivered unless a test says so.
type world struct {
	*app
	t      testing.TB
	server *httptest.Server
	client *http.Client
}

// seeded is a folder with the database that the program makes, for each test to have a copy of: to make one takes longer
// than most tests.
var seeded = sync.OnceValues(func() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "crm-seeded-"); err != nil {
		return "", err
	}
	atEnd(func() { _ = os.RemoveAll(folder) })
	a, err := newApp(context.Background(), options{db: filepath.Join(folder, "crm.db")}, "")
	return folder, errors.Join(err, a.close())
})

func newWorld(t testing.TB, change ...func(*options)) *world {
	o := options{language: "ru"}
	for _, one := range change {
		one(&o)
	}
	if o.db == "" {
		from, err := seeded()
		require.NoError(t, err)
		folder := t.TempDir()
		require.NoError(t, os.CopyFS(folder, os.DirFS(from)))
		o.db = filepath.Join(folder, "crm.db")
	}
	w := &world{t: t}
	w.server = httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { w.app.handler().ServeHTTP(rw, r) }))
	a, err := newApp(context.Background(), o, "http://"+w.server.Listener.Addr().String())
	require.NoError(t, err)
	w.app = a
	w.server.Start()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	w.client = &http.Client{Jar: jar}
	t.Cleanup(func() {
		w.server.CloseClientConnections()
		w.server.Close()
		require.NoError(t, a.close())
	})
	return w
}

// as has somebody else act.
func (w *world) as(actor, language string) {
	w.post("/_as", url.Values{"actor": {actor}, "language": {language}, "back": {"/rules"}})
}

func (w *world) do(r *http.Request) shown {
	w.t.Helper()
	answer, err := w.client.Do(r)
	require.NoError(w.t, err)
	defer answer.Body.Close()
	raw, err := io.ReadAll(answer.Body)
	require.NoError(w.t, err)
	root, err := html.Parse(bytes.NewReader(raw))
	require.NoError(w.t, err)
	return shown{w.t, answer.StatusCode, answer.Request.URL.RequestURI(), answer.Header, string(raw), root}
}

func (w *world) get(path string) shown {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodGet, w.base+path, nil)
	require.NoError(w.t, err)
	return w.do(r)
}

func (w *world) post(path string, values url.Values) shown {
	w.t.Helper()
	r, err := http.NewRequest(http.MethodPost, w.base+path, strings.NewReader(values.Encode()))
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return w.do(r)
}

// upload posts a form with files, its fields in front of them as a browser does it.
func (w *world) upload(path string, values url.Values, field string, files ...attach.File) shown {
	w.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, list := range values {
		for _, value := range list {
			require.NoError(w.t, form.WriteField(name, value))
		}
	}
	for _, file := range files {
		part, err := form.CreateFormFile(field, file.Name)
		require.NoError(w.t, err)
		content, err := file.Open()
		require.NoError(w.t, err)
		_, err = io.Copy(part, content)
		require.NoError(w.t, err)
	}
	require.NoError(w.t, form.Close())
	r, err := http.NewRequest(http.MethodPost, w.base+path, &body)
	require.NoError(w.t, err)
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.do(r)
}

// deliver hands over what is due, and what can still be taken back too.
func (w *world) deliver() {
	_, err := w.mail.DispatchDue(context.Background())
	require.NoError(w.t, err)
}

// letter is a form that can be sent as it is, with some fields changed: "subject", "…", "body", "…".
func (w *world) letter(customer string, fields ...string) url.Values {
	values := w.get("/customers/" + customer + "/compose").filled("letter")
	values.Set("subject", "Проверка")
	values.Set("body", "<p>Здравствуйте!</p>")
	for i := 0; i+1 < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	return values
}

func pdf(name string) attach.File { return invoice(name, "Test") }

func bytesFile(name string, n int) attach.File {
	return attach.Bytes(name, bytes.Repeat([]byte{'x'}, n), time.Time{})
}

// padded is a sound PDF of n octets.
func padded(name string, n int) attach.File {
	content, _ := pdf(name).Open()
	raw, _ := io.ReadAll(content)
	end := bytes.LastIndex(raw, []byte("trailer"))
	filler := append([]byte("%"), bytes.Repeat([]byte{' '}, n-len(raw)-2)...)
	return attach.Bytes(name, append(append(raw[:end:end], append(filler, '\n')...), raw[end:]...), time.Time{})
}
