package attach_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/attach/internal/sample"
)

// says is a scanner that reads all and always says the same.
func says(threat string, err error) attach.Scanner {
	return attach.ScannerFunc(func(_ context.Context, r io.Reader) (string, error) {
		if _, e := io.Copy(io.Discard, r); e != nil {
			return "", e
		}
		return threat, err
	})
}

func TestScanner(t *testing.T) {
	away := errors.New("scanner is away")
	for _, test := range []struct {
		name     string
		opts     attach.Options
		want     []string
		ru, en   string
		err      error
		severity attach.Severity
	}{
		{name: "clean", opts: attach.Options{Scanner: says("", nil)}},
		{name: "infected", opts: attach.Options{Scanner: says("Win.Test.EICAR_HDB-1", nil)}, want: []string{"file.infected e"},
			ru: "В файле найден вирус: Win.Test.EICAR_HDB-1. Отправить его нельзя", en: "The file holds a virus: Win.Test.EICAR_HDB-1. It can't be sent"},
		{name: "infected, with unscanned let through", opts: attach.Options{Scanner: says("X", nil), AllowUnscanned: true}, want: []string{"file.infected e"},
			ru: "В файле найден вирус: X. Отправить его нельзя", en: "The file holds a virus: X. It can't be sent"},
		{name: "away", opts: attach.Options{Scanner: says("", away)}, want: []string{"file.not-scanned e"}, err: away,
			ru: "Файл не удалось проверить на вирусы. Попробуйте ещё раз позже", en: "The file could not be checked for viruses. Try again later"},
		{name: "away, let through", opts: attach.Options{Scanner: says("", away), AllowUnscanned: true}, want: []string{"file.not-scanned w"}, err: away,
			ru: "Файл не проверен на вирусы", en: "The file is not checked for viruses"},
		{name: "too long", opts: attach.Options{Scanner: says("", fmt.Errorf("clamd: %w", attach.ErrScanLimit))}, want: []string{"file.not-scanned e"}, err: attach.ErrScanLimit,
			ru: "Файл слишком большой, чтобы проверить его на вирусы", en: "The file is too large to be checked for viruses"},
		{name: "what a scanner says is bounded and plain", opts: attach.Options{Scanner: says("A\x00\r\n\u202e\xff"+strings.Repeat("ж", 100), nil)}, want: []string{"file.infected e"},
			ru: "В файле найден вирус: A" + strings.Repeat("ж", 63) + ". Отправить его нельзя", en: "The file holds a virus: A" + strings.Repeat("ж", 63) + ". It can't be sent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, hash := range []bool{false, true} {
				test.opts.Hash = hash
				v := check(t, attach.Default(), test.opts, attach.Bytes("a.pdf", pdf, noon)).Files[0]
				require.ElementsMatch(t, test.want, brief(v.Issues))
				require.ErrorIs(t, v.Err, test.err)
				assert.Equal(t, hash, v.SHA256 != "")
				if len(test.want) > 0 {
					assert.Equal(t, test.ru, v.Issues[0].Text("ru"))
					assert.Equal(t, test.en, v.Issues[0].Text("en"))
				}
			}
		})
	}
}

// counting counts how often and how much of a file is read.
type counting struct {
	*bytes.Reader
	octets *int64
}

func (c counting) ReadAt(p []byte, off int64) (int, error) {
	n, err := c.Reader.ReadAt(p, off)
	*c.octets += int64(n)
	return n, err
}

func (c counting) Close() error { return nil }

// TestScannerAndHashReadOnce holds that the hash and the scanner share one reading, whatever the scanner reads of it.
func TestScannerAndHashReadOnce(t *testing.T) {
	big := sample.Join(sample.JPEG(4, 4, 0xc0), sample.Pad(1<<20))
	sum := sha256.Sum256(big)
	for name, scanner := range map[string]attach.Scanner{
		"all": says("", nil),
		"some": attach.ScannerFunc(func(_ context.Context, r io.Reader) (string, error) {
			_, err := io.CopyN(io.Discard, r, 100_003)
			return "", err
		}),
		"none": attach.ScannerFunc(func(context.Context, io.Reader) (string, error) { return "", nil }),
		"fails": attach.ScannerFunc(func(_ context.Context, r io.Reader) (string, error) {
			_, _ = io.CopyN(io.Discard, r, 7)
			return "", io.ErrClosedPipe
		}),
	} {
		t.Run(name, func(t *testing.T) {
			var octets int64
			r := check(t, attach.Default(), attach.Options{Hash: true, Scanner: scanner}, attach.File{Name: "a.jpg", Open: func() (io.ReadCloser, error) {
				return counting{bytes.NewReader(big), &octets}, nil
			}})
			assert.Equal(t, hex.EncodeToString(sum[:]), r.Files[0].SHA256)
			assert.Less(t, octets, int64(len(big)+150<<10), "one reading, and the header and the end of the file")
		})
	}
}

func TestScannerIsAskedOnlyWhereItCanTell(t *testing.T) {
	asked := 0
	counts := attach.ScannerFunc(func(_ context.Context, r io.Reader) (string, error) {
		asked++
		return "", nil
	})
	opts := attach.Options{Scanner: counts}
	check(t, attach.Policy{MaxFile: 10}, opts, attach.Bytes("a.pdf", nil, noon), attach.Bytes("b.pdf", pdf, noon), attach.File{Name: "c.pdf"})
	assert.Zero(t, asked, "empty, too large, unreadable")
	check(t, attach.Default(), opts, attach.Bytes("a.exe", sample.EXE, noon))
	assert.Equal(t, 1, asked, "a refused file that is infected is said to be")
}

func TestScannerReadFailure(t *testing.T) {
	broken := errors.New("disk on fire")
	half := attach.File{Name: "a.rtf", Open: func() (io.ReadCloser, error) {
		return halfBroken{bytes.NewReader(sample.RTF(string(sample.Pad(1 << 20)))), broken}, nil
	}}
	for _, hash := range []bool{false, true} {
		v := check(t, attach.Default(), attach.Options{Hash: hash, Scanner: says("", nil)}, half).Files[0]
		assert.Equal(t, []string{"file.read-failed e"}, brief(v.Issues), "no fault of the scanner's")
		require.ErrorIs(t, v.Err, broken)
		assert.Empty(t, v.SHA256)
	}
}

// halfBroken fails in its middle, where nobody looks who reads no more than a header and an end.
type halfBroken struct {
	*bytes.Reader
	err error
}

func (h halfBroken) ReadAt(p []byte, off int64) (int, error) {
	if middle := h.Size() / 2; off <= middle && middle < off+int64(len(p)) {
		return 0, h.err
	}
	return h.Reader.ReadAt(p, off)
}

func (h halfBroken) Close() error { return nil }

func TestScannerContextEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := attach.Default().Check(ctx, []attach.File{attach.Bytes("a.pdf", pdf, noon)}, attach.Options{
		Scanner: attach.ScannerFunc(func(ctx context.Context, _ io.Reader) (string, error) { cancel(); return "", ctx.Err() }),
	})
	require.ErrorIs(t, err, context.Canceled)
}

// TestTrailingDataOfAnyLength holds that what follows a picture or document is found far from the end of the file: of a PNG by
// its chunks, of the others where the file is read whole.
func TestTrailingDataOfAnyLength(t *testing.T) {
	program := sample.Join(sample.EXE, bytes.Repeat([]byte("code"), 100_000))
	picture := sample.JPEG(4, 4, 0xc0)
	picture = sample.Join(picture[:len(picture)-2], bytes.Repeat([]byte("pixel"), 50_000), picture[len(picture)-2:])
	for _, test := range []struct {
		name        string
		data        []byte
		head, whole bool
	}{
		{"a.png", sample.Join(png, program), true, true},
		{"a.jpg", sample.Join(picture, program), false, true},
		{"a.pdf", sample.Join(pdf, []byte("\n"), program), false, true},
		{"b.jpg", sample.Join(picture, picture), false, false},
		{"b.pdf", sample.Join(pdf, pdf), false, false},
		{"c.jpg", picture, false, false},
		{"c.rtf", sample.Join(rtf, program), false, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, opts := range []attach.Options{{}, {Hash: true}, {Scanner: says("", nil)}, {Hash: true, Scanner: says("", nil)}} {
				want := []string{}
				if test.head || test.whole && (opts.Hash || opts.Scanner != nil) {
					want = append(want, "file.trailing-data w")
				}
				assert.Equal(t, want, brief(check(t, attach.Default(), opts, attach.Bytes(test.name, test.data, noon)).Files[0].Issues))
			}
		})
	}
}
