package attach_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

func TestViewable(t *testing.T) {
	for media, want := range map[string]bool{
		"image/jpeg": true, "image/png": true, "image/bmp": true, "IMAGE/PNG; x=y": true,
		"image/gif": false, "image/svg+xml": false, "text/html": false, "application/pdf": false, "": false,
	} {
		assert.Equal(t, want, attach.Viewable(media), media)
	}
	assert.True(t, attach.Viewable("image/gif", "image/gif", "image/webp"))
	assert.False(t, attach.Viewable("image/svg+xml", "image/svg+xml"), "never")
}

func TestSetDownloadHeader(t *testing.T) {
	h := http.Header{}
	attach.SetDownloadHeader(h, "inline", "фото.png", "image/png")
	assert.Equal(t, http.Header{
		"Content-Type":            {"image/png"},
		"Content-Disposition":     {`inline; filename="____.png"; filename*=UTF-8''%D1%84%D0%BE%D1%82%D0%BE.png`},
		"X-Content-Type-Options":  {"nosniff"},
		"Content-Security-Policy": {"default-src 'none'; sandbox"},
		"Cache-Control":           {"private"},
	}, h)
	attach.SetDownloadHeader(h, "inline", "a.html", "text/html")
	assert.Equal(t, `attachment; filename="a.html"`, h.Get("Content-Disposition"))
	attach.SetDownloadHeader(h, "attachment", "a", "text/html\r\nX: y")
	assert.Equal(t, "application/octet-stream", h.Get("Content-Type"))
}

func TestServe(t *testing.T) {
	ask := func(f attach.File, method, ranges string) *http.Response {
		r := httptest.NewRequest(method, "/", nil)
		if ranges != "" {
			r.Header.Set("Range", ranges)
		}
		w := httptest.NewRecorder()
		attach.Serve(w, r, "inline", f, "image/png")
		return w.Result()
	}
	body := func(r *http.Response) string {
		b, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		return string(b)
	}
	f := attach.Bytes("a.png", png, noon)
	whole := ask(f, http.MethodGet, "")
	assert.Equal(t, string(png), body(whole))
	assert.Equal(t, `inline; filename="a.png"`, whole.Header.Get("Content-Disposition"))
	assert.Equal(t, "nosniff", whole.Header.Get("X-Content-Type-Options"))

	part := ask(f, http.MethodGet, "bytes=1-3")
	assert.Equal(t, http.StatusPartialContent, part.StatusCode)
	assert.Equal(t, "PNG", body(part))

	plain := attach.File{Name: "a.png", Open: func() (io.ReadCloser, error) { return io.NopCloser(io.MultiReader(bytes.NewReader(png))), nil }}
	assert.Equal(t, string(png), body(ask(plain, http.MethodGet, "bytes=1-3")))
	assert.Empty(t, body(ask(plain, http.MethodHead, "")))

	gone := attach.Path("a.png", filepath.Join(t.TempDir(), "gone"), noon)
	assert.Equal(t, http.StatusNotFound, ask(gone, http.MethodGet, "").StatusCode)
	assert.Equal(t, http.StatusNotFound, ask(attach.File{Name: "a.png"}, http.MethodGet, "").StatusCode)
}
