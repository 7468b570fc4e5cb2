package attach_test

import (
	"archive/zip"
	"bytes"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

// zeroFile is a file of n zeros that takes no room.
func zeroFile(name string, n int64) attach.File {
	return attach.File{Name: name, AttachedAt: noon, Open: func() (io.ReadCloser, error) {
		return io.NopCloser(io.LimitReader(emptiness{}, n)), nil
	}}
}

type emptiness struct{}

func (emptiness) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// ends keeps the beginning and the end of what is written, and how long it is.
type ends struct {
	head, tail []byte
	n          int64
}

const kept = 1 << 16

func (e *ends) Write(p []byte) (int, error) {
	e.n += int64(len(p))
	if len(e.head) < kept {
		e.head = append(e.head, p[:min(len(p), kept-len(e.head))]...)
	}
	if e.tail = append(e.tail, p...); len(e.tail) > 4*kept {
		e.tail = append(e.tail[:0], e.tail[len(e.tail)-kept:]...)
	}
	return len(p), nil
}

func (e *ends) ReadAt(p []byte, off int64) (int, error) {
	clear(p)
	if off < int64(len(e.head)) {
		copy(p, e.head[off:])
	}
	if from := e.n - int64(len(e.tail)); off >= from {
		copy(p, e.tail[off-from:])
	}
	if off+int64(len(p)) > e.n {
		return int(max(0, e.n-off)), io.EOF
	}
	return len(p), nil
}

// TestArchiveOver4GB archives a file of more than 4 GB between two small ones, and reads the directory and the last one back.
func TestArchiveOver4GB(t *testing.T) {
	const huge = 1<<32 + 12_345
	var out ends
	require.NoError(t, attach.WriteArchive(t.Context(), &out, []attach.File{
		attach.Bytes("a.pdf", pdf, noon), zeroFile("b.png", huge), attach.Bytes("c.pdf", pdf, noon),
	}))
	r, err := zip.NewReader(&out, out.n)
	require.NoError(t, err)
	require.Len(t, r.File, 3)
	require.Equal(t, uint64(huge), r.File[1].UncompressedSize64)
	require.Greater(t, r.File[1].CompressedSize64, uint64(huge), "stored in frames")
	at, err := r.File[2].DataOffset()
	require.NoError(t, err)
	require.Greater(t, at, int64(huge), "an offset over 4 GB")
	last, err := r.File[2].Open()
	require.NoError(t, err)
	got, err := io.ReadAll(last)
	require.NoError(t, err)
	require.True(t, bytes.Equal(pdf, got))
}

// TestArchiveOfManyFiles holds that more files than the short end record can count are counted.
func TestArchiveOfManyFiles(t *testing.T) {
	const many = 1<<16 + 3
	files := make([]attach.File, many)
	for i := range files {
		files[i] = zeroFile("a.png", 0)
	}
	var b bytes.Buffer
	require.NoError(t, attach.WriteArchive(t.Context(), &b, files))
	r, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	require.Len(t, r.File, many)
	require.Equal(t, "a (65538).png", r.File[many-1].Name)
}
