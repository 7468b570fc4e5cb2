package emailtest

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
	"testing/iotest"

	"github.com/crmmail/crmmail/email"
)

// BlobsHarness is how TestBlobs gets at an implementation.
type BlobsHarness struct {
	// Open makes an empty storage and returns two handles on it, as StoreHarness.Open does.
	Open func(t testing.TB) (one, other email.Blobs)
}

// TestBlobs holds an implementation of email.Blobs to every promise of its contract, each as a subtest with a storage
// of its own. Where it is an email.BlobRemover or an email.BlobLister, those are asked for, too: the implementation must go
// by the clock of this machine then. Readers that do not seek skip what is said of those that do.
func TestBlobs(t *testing.T, h BlobsHarness) {
	open := func(t testing.TB) blobFixture {
		one, other := h.Open(t)
		return blobFixture{one, other}
	}
	hold(t, open, blobPromises, seekPromises)
	one, _ := h.Open(t)
	if is[email.BlobRemover](one) {
		hold(t, open, removePromises)
	}
	if is[email.BlobLister](one) {
		hold(t, open, listBlobsPromises)
	}
}

type blobFixture struct{ one, other email.Blobs }

var errBroken = errors.New("emailtest: broken on purpose")

var blobPromises = []promise[blobFixture]{
	{"PutBlob returns the SHA-256 in lower-case hex and the size", func(t *testing.T, f blobFixture) {
		for _, content := range []string{"", "abc", suiteBlob, strings.Repeat("0123456789", 200_000)} {
			want := email.Blob{ID: blobID(content), Size: int64(len(content))}
			equal(t, "blob", want, f.put(t, content))
		}
	}},
	{"OpenBlob gives the content from its beginning, again and again", func(t *testing.T, f blobFixture) {
		for _, content := range []string{"", "\x00\xff\r\n", strings.Repeat("0123456789", 200_000)} {
			id := f.put(t, content).ID
			for range 2 {
				f.holds(t, id, content)
			}
		}
	}},
	{"OpenBlob of an unknown id is ErrNotFound", func(t *testing.T, f blobFixture) {
		for _, id := range []string{blobID("nobody's"), "", "../../etc/passwd", strings.ToUpper(f.put(t, "abc").ID)} {
			_, err := f.one.OpenBlob(context.Background(), id)
			isError(t, err, email.ErrNotFound)
		}
	}},
	{"PutBlob of the same content gives the same blob", func(t *testing.T, f blobFixture) {
		first := f.put(t, suiteBlob)
		second, err := f.other.PutBlob(context.Background(), strings.NewReader(suiteBlob))
		noError(t, err)
		equal(t, "blob", first, second)
		f.holds(t, first.ID, suiteBlob)
	}},
	{"PutBlob of one content by many at once succeeds for all", func(t *testing.T, f blobFixture) {
		race(8, func(i int) {
			blobs := []email.Blobs{f.one, f.other}[i%2]
			if blob, err := blobs.PutBlob(context.Background(), strings.NewReader(suiteBlob)); err != nil || blob.ID != blobID(suiteBlob) {
				t.Errorf("caller %d: %v, %v", i, blob, err)
			}
		})
		f.holds(t, blobID(suiteBlob), suiteBlob)
	}},
	{"PutBlob keeps nothing where the reader fails, and its error is reachable", func(t *testing.T, f blobFixture) {
		_, err := f.one.PutBlob(context.Background(), io.MultiReader(strings.NewReader(suiteBlob), iotest.ErrReader(errBroken)))
		isError(t, err, errBroken)
		_, err = f.other.OpenBlob(context.Background(), blobID(suiteBlob))
		isError(t, err, email.ErrNotFound)
	}},
	{"PutBlob keeps nothing where the context ends", func(t *testing.T, f blobFixture) {
		_, err := f.one.PutBlob(ended(), strings.NewReader("abc"))
		isError(t, err, context.Canceled)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		_, err = f.one.PutBlob(ctx, io.MultiReader(strings.NewReader("abc"), endOf(cancel), strings.NewReader("def")))
		isError(t, err, context.Canceled)
		for _, content := range []string{"abc", "abcdef"} {
			_, err = f.other.OpenBlob(context.Background(), blobID(content))
			isError(t, err, email.ErrNotFound)
		}
	}},
	{"PutBlob takes readers that give little at a time", func(t *testing.T, f blobFixture) {
		blob, err := f.one.PutBlob(context.Background(), iotest.DataErrReader(iotest.OneByteReader(strings.NewReader("abcdef"))))
		noError(t, err)
		equal(t, "blob", email.Blob{ID: blobID("abcdef"), Size: 6}, blob)
		f.holds(t, blob.ID, "abcdef")
	}},
	{"OpenBlob after the context's end is its error", func(t *testing.T, f blobFixture) {
		_, err := f.one.OpenBlob(ended(), f.put(t, "abc").ID)
		isError(t, err, context.Canceled)
	}},
	{"OpenBlob lets many read at once, each from the beginning", concurrentReaders},
}

// endOf is a reader without content that ends a context when it is read.
func endOf(cancel context.CancelFunc) io.Reader {
	return readerFunc(func([]byte) (int, error) {
		cancel()
		return 0, io.EOF
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func concurrentReaders(t *testing.T, f blobFixture) {
	contents := make([]string, 4)
	for i := range contents {
		contents[i] = strings.Repeat(fmt.Sprint(i), 300_000+i)
		f.put(t, contents[i])
	}
	var open []io.ReadCloser // all are open before the first is read
	for i := range 8 {
		r, err := []email.Blobs{f.one, f.other}[i%2].OpenBlob(context.Background(), blobID(contents[i%4]))
		noError(t, err)
		open = append(open, r)
	}
	race(len(open), func(i int) {
		got, err := io.ReadAll(open[i])
		if err != nil || string(got) != contents[i%4] {
			t.Errorf("reader %d: %d octets of %d, %v", i, len(got), len(contents[i%4]), err)
		}
		if err := open[i].Close(); err != nil {
			t.Errorf("reader %d: %v", i, err)
		}
	})
}

func blobID(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}

func (f blobFixture) put(t testing.TB, content string) email.Blob {
	t.Helper()
	blob, err := f.one.PutBlob(context.Background(), strings.NewReader(content))
	noError(t, err)
	return blob
}

func (f blobFixture) holds(t testing.TB, id, content string) {
	t.Helper()
	r, err := f.other.OpenBlob(context.Background(), id)
	noError(t, err)
	got, err := io.ReadAll(r)
	noError(t, err)
	noError(t, r.Close())
	if !bytes.Equal(got, []byte(content)) {
		t.Fatalf("%d octets were kept and %d others are read", len(content), len(got))
	}
}
