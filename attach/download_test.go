package attach_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"

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
