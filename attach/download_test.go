package attach_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/internal/sample"
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

func TestViewablePicture(t *testing.T) {
	for _, test := range []struct {
		name  string
		data  []byte
		also  []string
		media string
		want  bool
	}{
		{"png", png, nil, "image/png", true},
		{"jpeg", jpeg, nil, "image/jpeg", true},
		{"jpeg whose size is not among what is there", jpeg[:bytes.Index(jpeg, []byte{0xff, 0xc0})+4], nil, "image/jpeg", false},
		{"bmp", bmp, nil, "image/bmp", true},
		{"png of 50 megapixels", sample.PNG(10_000, 5_000), nil, "image/png", true},
		{"png of one pixel more", sample.PNG(10_000, 5_001), nil, "image/png", false},
		{"png of 60 octets and 3.6 gigapixels", sample.PNG(60_000, 60_000), nil, "image/png", false},
		{"a long line", sample.PNG(30_001, 1), nil, "image/png", false},
		{"gif", sample.GIF, nil, "image/gif", false},
		{"gif, allowed", sample.GIF, []string{"image/gif"}, "image/gif", true},
		{"gif of 4 gigapixels", []byte("GIF89a\xff\xff\xff\xff\x00\x00\x00;"), []string{"image/gif"}, "image/gif", false},
		{"webp, allowed", []byte("RIFF\x16\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\x0f\xc0\x03\x00\x00\x00\x00\x00\x00"), []string{"image/webp"}, "image/webp", true},
		{"webp of 268 megapixels", []byte("RIFF\x16\x00\x00\x00WEBPVP8L\x0a\x00\x00\x00\x2f\xff\xff\xff\x0f\x00\x00\x00\x00\x00"), []string{"image/webp"}, "image/webp", false},
		{"svg, whatever is allowed", sample.SVG, []string{"image/svg+xml"}, "image/svg+xml", false},
		{"page", sample.HTML, nil, "text/html", false},
		{"pdf", pdf, []string{"application/pdf"}, "application/pdf", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			media, ok, err := attach.ViewablePicture(bytes.NewReader(test.data), int64(len(test.data)), test.also...)
			require.NoError(t, err)
			assert.Equal(t, test.media, media)
			assert.Equal(t, test.want, ok)
		})
	}
	broken := errors.New("disk on fire")
	_, _, err := attach.ViewablePicture(halfBroken{bytes.NewReader(png), broken}, int64(len(png)))
	require.ErrorIs(t, err, broken)
	v := one(t, "a.png", sample.PNG(640, 480))
	assert.Equal(t, []int64{640, 480}, []int64{v.Width, v.Height})
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
