package attach_test

import (
	"bytes"
	"mime/multipart"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

func TestUpload(t *testing.T) {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, data := range map[string][]byte{"счёт.pdf": pdf, "a.docx": append(bytes.Clone(docx), make([]byte, 1<<20)...)} {
		part, err := form.CreateFormFile("files", name)
		require.NoError(t, err)
		_, err = part.Write(data)
		require.NoError(t, err)
	}
	require.NoError(t, form.Close())
	r := httptest.NewRequest("POST", "/", &body)
	r.Header.Set("Content-Type", form.FormDataContentType())
	require.NoError(t, r.ParseMultipartForm(100<<10)) // the one is held in memory, the other on the disk
	defer func() { assert.NoError(t, r.MultipartForm.RemoveAll()) }()
	for _, header := range r.MultipartForm.File["files"] {
		v := check(t, attach.Policy{}, attach.Options{Hash: true}, attach.Upload(header, noon)).Files[0]
		assert.Equal(t, header.Filename, v.Name)
		assert.Equal(t, header.Size, v.Size)
		assert.Equal(t, noon, v.AttachedAt)
		assert.NotEmpty(t, v.SHA256)
		assert.NoError(t, v.Err)
	}
}
