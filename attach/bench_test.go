package attach_test

import (
	"bytes"
	"crypto/sha256"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/internal/sample"
)

// tenFiles writes ten files of 3 MB, all formats among them.
func tenFiles(b *testing.B) []attach.File {
	b.Helper()
	big := sample.Pad(3 << 20)
	all := []struct {
		name string
		data []byte
	}{
		{"a.jpg", sample.Join(sample.JPEG(10, 10, 0xc0, sample.Segment(0xe1, big[:60000])), big)},
		{"b.png", sample.PNG(10, 10, sample.Chunk("IDAT", big))},
		{"c.pdf", sample.PDF("", "", "<<>>stream\n"+string(big)+"\nendstream")},
		{"d.doc", sample.Doc(sample.Entry{Name: "Data", Data: big})},
		{"e.docx", sample.Docx(sample.Part{Name: "word/media/image1.png", Data: string(big)})},
		{"f.rtf", sample.RTF(`{\pict ` + string(bytes.Repeat([]byte("0123456789abcdef"), 3<<16)) + `}`)},
		{"g.bmp", append(sample.BMP(40), big...)},
		{"h.pdf", sample.PDF("", "", "<<>>stream\n"+string(big)+"\nendstream")},
		{"i.docx", sample.Docx(sample.Part{Name: "word/media/image1.png", Data: string(big)})},
		{"j.jpg", sample.Join(sample.JPEG(10, 10, 0xc0), big)},
	}
	dir := b.TempDir()
	var files []attach.File
	for i, f := range all {
		path := filepath.Join(dir, strconv.Itoa(i))
		require.NoError(b, os.WriteFile(path, f.data, 0o600))
		files = append(files, attach.Path(f.name, path, noon))
	}
	return files
}

func BenchmarkCheckHeaders(b *testing.B) { benchmarkCheck(b, attach.Options{}) }

func BenchmarkCheckSHA256(b *testing.B) { benchmarkCheck(b, attach.Options{Hash: true}) }

func benchmarkCheck(b *testing.B, opts attach.Options) {
	files := tenFiles(b)
	p := attach.Policy{MaxTotal: 100 << 20}
	b.ReportAllocs()
	for b.Loop() {
		r, err := p.Check(b.Context(), files, opts)
		require.NoError(b, err)
		require.True(b, r.SendAllowed())
	}
}

// BenchmarkHashAlone is what BenchmarkCheckSHA256 is measured against.
func BenchmarkHashAlone(b *testing.B) {
	files := tenFiles(b)
	b.ReportAllocs()
	h, buf := sha256.New(), make([]byte, 32<<10)
	for b.Loop() {
		for _, f := range files {
			r, err := f.Open()
			require.NoError(b, err)
			h.Reset()
			_, err = io.CopyBuffer(struct{ io.Writer }{h}, struct{ io.Reader }{r}, buf)
			require.NoError(b, err)
			require.NoError(b, r.Close())
		}
	}
}
