package attach_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/internal/sample"
)

func TestUniqueNames(t *testing.T) {
	long := strings.Repeat("ж", 125) + ".docx"
	for _, test := range []struct{ names, want []string }{
		{nil, []string{}},
		{[]string{"a.pdf", "b.pdf"}, []string{"a.pdf", "b.pdf"}},
		{[]string{"a.pdf", "a.pdf", "A.PDF"}, []string{"a.pdf", "a (1).pdf", "A (2).PDF"}},
		{[]string{"a (1).pdf", "a.pdf", "a.pdf"}, []string{"a (1).pdf", "a.pdf", "a (2).pdf"}},
		{[]string{"a.pdf", "a.pdf", "a (1).pdf"}, []string{"a.pdf", "a (2).pdf", "a (1).pdf"}},
		{[]string{"й.pdf", "и\u0306.pdf"}, []string{"й.pdf", "й (1).pdf"}},
		{[]string{"../a.pdf", `C:\a.pdf`}, []string{"a.pdf", "a (1).pdf"}},
		{[]string{"", ".."}, []string{"file", "file (1)"}},
		{[]string{long, long}, []string{long, strings.Repeat("ж", 123) + " (1).docx"}},
	} {
		assert.Equal(t, test.want, attach.UniqueNames(test.names))
	}
	many := attach.UniqueNames(make([]string, 20_000))
	assert.Equal(t, "file (19999)", many[19_999])
}

// FuzzUniqueNames holds that no two names are the same to any system, and that all are clean.
func FuzzUniqueNames(f *testing.F) {
	f.Add("a.pdf\na.pdf\nA.pdf\na (1).pdf")
	f.Add("file\n\n..\nfile (1)")
	f.Fuzz(func(t *testing.T, list string) {
		names := strings.Split(list, "\n")
		out := attach.UniqueNames(names)
		require.Len(t, out, len(names))
		for _, name := range out {
			require.Equal(t, name, attach.CleanName(name))
			require.Equal(t, 1, count(out, name), name)
		}
	})
}

// count is how many names are the same but for case.
func count(names []string, name string) int {
	n := 0
	for _, other := range names {
		if strings.EqualFold(other, name) {
			n++
		}
	}
	return n
}

func TestWriteArchive(t *testing.T) {
	data := map[string][]byte{"отчёт.pdf": pdf, "a.doc": doc, "A (1).doc": rtf, "empty.png": nil, "_CON.jpg": jpeg}
	files := []attach.File{
		attach.Bytes("отчёт.pdf", pdf, noon), attach.Bytes("a.doc", doc, noon.Add(time.Second)), attach.Bytes("../A.doc", rtf, noon),
		attach.Bytes("empty.png", nil, time.Time{}), attach.Bytes("CON.jpg", jpeg, noon.In(time.FixedZone("", 10*3600))),
	}
	var b bytes.Buffer
	require.NoError(t, attach.WriteArchive(t.Context(), &b, files))
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	require.Len(t, r.File, len(files))
	for i, f := range r.File {
		rc, err := f.Open()
		require.NoError(t, err)
		got, err := io.ReadAll(rc)
		require.NoError(t, err, f.Name)
		require.NoError(t, rc.Close())
		want, ok := data[f.Name]
		require.True(t, ok, f.Name)
		assert.Equal(t, len(want), len(got), f.Name)
		assert.True(t, bytes.Equal(want, got), f.Name)
		assert.Equal(t, "-rw-r--r--", f.Mode().String())
		assert.False(t, f.NonUTF8)
		if !files[i].AttachedAt.IsZero() {
			assert.True(t, files[i].AttachedAt.Equal(f.Modified), "%s: %s", f.Name, f.Modified)
		}
		if f.Method == zip.Store {
			assert.Zero(t, f.Flags&8, "a stored entry states its size in front")
		}
	}
	assert.Equal(t, []uint16{zip.Store, zip.Deflate, zip.Deflate, zip.Store, zip.Store},
		[]uint16{r.File[0].Method, r.File[1].Method, r.File[2].Method, r.File[3].Method, r.File[4].Method})

	var again bytes.Buffer
	for i := range files {
		files[i].AttachedAt = files[i].AttachedAt.In(time.FixedZone("", -5*3600))
	}
	require.NoError(t, attach.WriteArchive(t.Context(), &again, files))
	assert.True(t, bytes.Equal(b.Bytes(), again.Bytes()), "the same input gives the same octets")
}

func TestWriteArchiveErrors(t *testing.T) {
	require.ErrorIs(t, attach.WriteArchive(t.Context(), io.Discard, nil), attach.ErrNoFiles)

	opened := 0
	changing := attach.File{Name: "a.pdf", Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader(strconv.Itoa(opened))), nil
	}}
	require.ErrorIs(t, attach.WriteArchive(t.Context(), io.Discard, []attach.File{changing}), attach.ErrChanged)

	broken := errors.New("disk on fire")
	failing := attach.File{Name: "a.pdf", Open: func() (io.ReadCloser, error) { return nil, broken }}
	require.ErrorIs(t, attach.WriteArchive(t.Context(), io.Discard, []attach.File{failing}), broken)
	require.Error(t, attach.WriteArchive(t.Context(), io.Discard, []attach.File{{Name: "a.pdf"}}))

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, attach.WriteArchive(ctx, io.Discard, []attach.File{attach.Bytes("a.pdf", pdf, noon)}), context.Canceled)
}

func TestArchiveName(t *testing.T) {
	for subject, want := range map[string]string{
		"Счёт 17/25": "Счёт 17_25.zip", "": "attachments.zip", " ": "attachments.zip", "a\r\nBcc: x": "attachments.zip", "Re: offer": "Re_ offer.zip",
		"...": "attachments.zip", strings.Repeat("ж", 200): strings.Repeat("ж", 125) + ".zip", "nul": "_nul.zip",
	} {
		assert.Equal(t, want, attach.ArchiveName(subject), "%q", subject)
	}
}

func BenchmarkArchiveStore(b *testing.B) {
	data := make([]byte, 3<<20)
	for i := range data {
		data[i] = byte(rand.Uint32())
	}
	var files []attach.File
	for i := range 10 {
		files = append(files, attach.Bytes(strconv.Itoa(i)+".png", sample.Join(png, data), noon))
	}
	b.SetBytes(30 << 20)
	b.ReportAllocs()
	for b.Loop() {
		require.NoError(b, attach.WriteArchive(b.Context(), io.Discard, files))
	}
}
