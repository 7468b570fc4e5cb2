package sqlstore_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

const chunk = 256 << 10

// octets yields n octets that differ from chunk to chunk.
func octets(n int64) io.Reader { return io.LimitReader(&counting{}, n) }

type counting struct{ n int64 }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c.n ^ c.n>>8 ^ c.n>>16)
		c.n++
	}
	return len(p), nil
}

func TestBlobSizes(t *testing.T) { onEach(t, testBlobSizes) }

func testBlobSizes(t *testing.T) {
	store := newStore(t)
	for _, size := range []int64{0, 1, chunk - 1, chunk, chunk + 1, 3 * chunk, 3*chunk + 7} {
		want, err := io.ReadAll(octets(size))
		require.NoError(t, err)
		for name, r := range map[string]io.Reader{
			"whole": bytes.NewReader(want), "halves": iotest.HalfReader(bytes.NewReader(want)),
			"data with EOF": iotest.DataErrReader(bytes.NewReader(want)),
		} {
			blob, err := store.PutBlob(context.Background(), r)
			require.NoError(t, err, name)
			assert.Equal(t, email.Blob{ID: blobID(string(want)), Size: size}, blob, name)
		}
		r, err := store.OpenBlob(context.Background(), blobID(string(want)))
		require.NoError(t, err)
		require.NoError(t, iotest.TestReader(r, want), size)
		require.NoError(t, r.Close())
	}
}

// The same content is kept once, and no upload leaves anything beside it.
func TestSameBlobByManyAtOnce(t *testing.T) { onEach(t, testSameBlobByManyAtOnce) }

func testSameBlobByManyAtOnce(t *testing.T) {
	path := newFile(t)
	var group sync.WaitGroup
	for range 4 {
		store := storeOn(t, openDB(t, path), sqlstore.Options{})
		group.Go(func() {
			for range 2 {
				_, err := store.PutBlob(context.Background(), octets(2*chunk+5))
				assert.NoError(t, err)
			}
		})
	}
	group.Wait()
	assertRows(t, path, map[string]int{"crmmail_blob": 1, "crmmail_blob_chunk": 3, "crmmail_blob_upload": 0})
}

func TestBrokenUploadLeavesNothing(t *testing.T) { onEach(t, testBrokenUploadLeavesNothing) }

func testBrokenUploadLeavesNothing(t *testing.T) {
	broken := errors.New("the line is dead")
	for name, test := range map[string]struct {
		reader func(cancel func()) io.Reader
		want   error
	}{
		"reader fails": {func(func()) io.Reader {
			return io.MultiReader(octets(3*chunk+5), iotest.ErrReader(broken))
		}, broken},
		"context ends": {func(cancel func()) io.Reader {
			return io.MultiReader(octets(2*chunk+5), readerFunc(func(p []byte) (int, error) { cancel(); return 1, nil }), octets(chunk))
		}, context.Canceled},
	} {
		t.Run(name, func(t *testing.T) {
			path := newFile(t)
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			blob, err := storeOn(t, openDB(t, path), sqlstore.Options{}).PutBlob(ctx, test.reader(cancel))
			require.ErrorIs(t, err, test.want)
			assert.Zero(t, blob)
			assertRows(t, path, map[string]int{"crmmail_blob": 0, "crmmail_blob_chunk": 0, "crmmail_blob_upload": 0})
		})
	}
}

// Where the blob itself cannot be kept, neither are its chunks.
func TestUnfinishedBlobLeavesNothing(t *testing.T) { onEach(t, testUnfinishedBlobLeavesNothing) }

func testUnfinishedBlobLeavesNothing(t *testing.T) {
	path := newFile(t)
	db := openDB(t, path)
	breaks(t, db, "INSERT ON crmmail_blob")
	_, err := storeOn(t, db, sqlstore.Options{}).PutBlob(context.Background(), octets(2*chunk+5))
	require.ErrorContains(t, err, "disk on fire")
	assertRows(t, path, map[string]int{"crmmail_blob": 0, "crmmail_blob_chunk": 0, "crmmail_blob_upload": 0})
}

// What a crash has left behind goes a day later; an upload that is under way stays.
func TestLeftUploadsAreDeleted(t *testing.T) { onEach(t, testLeftUploadsAreDeleted) }

func testLeftUploadsAreDeleted(t *testing.T) {
	path := newFile(t)
	db := openDB(t, path)
	now := noon
	store := storeOn(t, db, sqlstore.Options{Now: func() time.Time { return now }})
	for upload, at := range map[string]time.Time{"crashed": noon.Add(-25 * time.Hour), "under way": noon.Add(-23 * time.Hour)} {
		_, err := db.Exec(fmt.Sprintf(`INSERT INTO crmmail_blob_upload VALUES ('', '%s', %d)`, upload, at.UnixMicro()))
		require.NoError(t, err)
		octet := map[sqlstore.Dialect]string{sqlstore.SQLite: `x'00'`, sqlstore.PostgreSQL: `'\x00'`}[dialect(t)]
		_, err = db.Exec(fmt.Sprintf(`INSERT INTO crmmail_blob_chunk VALUES ('', '%s', 0, %s)`, upload, octet))
		require.NoError(t, err)
	}
	_, err := store.PutBlob(context.Background(), octets(chunk))
	require.NoError(t, err)
	assertRows(t, path, map[string]int{"crmmail_blob": 1, "crmmail_blob_chunk": 2, "crmmail_blob_upload": 1})
}

// An upload that was taken for one left behind fails instead of making a blob with a hole.
func TestSilentUploadIsGivenUp(t *testing.T) { onEach(t, testSilentUploadIsGivenUp) }

func testSilentUploadIsGivenUp(t *testing.T) {
	path := newFile(t)
	now := noon
	store := storeOn(t, openDB(t, path), sqlstore.Options{Now: func() time.Time { return now }})
	other := storeOn(t, openDB(t, path), sqlstore.Options{Now: func() time.Time { return now.Add(25 * time.Hour) }})
	sleep := readerFunc(func(p []byte) (int, error) {
		_, err := other.PutBlob(context.Background(), octets(chunk))
		assert.NoError(t, err)
		return 0, io.EOF
	})
	_, err := store.PutBlob(context.Background(), io.MultiReader(octets(2*chunk), sleep))
	require.ErrorContains(t, err, "silent")
	assertRows(t, path, map[string]int{"crmmail_blob": 1, "crmmail_blob_chunk": 1, "crmmail_blob_upload": 0})
}

func TestDamagedBlobIsNotReadAsWhole(t *testing.T) { onEach(t, testDamagedBlobIsNotReadAsWhole) }

func testDamagedBlobIsNotReadAsWhole(t *testing.T) {
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	blob, err := store.PutBlob(context.Background(), octets(3*chunk))
	require.NoError(t, err)
	_, err = db.Exec(`DELETE FROM crmmail_blob_chunk WHERE position = 1`)
	require.NoError(t, err)
	r, err := store.OpenBlob(context.Background(), blob.ID)
	require.NoError(t, err)
	defer r.Close()
	n, err := io.Copy(io.Discard, r)
	assert.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.EqualValues(t, chunk, n)
}

func TestClosedAndEndedReaders(t *testing.T) { onEach(t, testClosedAndEndedReaders) }

func testClosedAndEndedReaders(t *testing.T) {
	store := newStore(t)
	blob, err := store.PutBlob(context.Background(), octets(2*chunk))
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	r, err := store.OpenBlob(ctx, blob.ID)
	require.NoError(t, err)
	_, err = r.Read(make([]byte, 10))
	require.NoError(t, err)
	cancel()
	_, err = io.Copy(io.Discard, r)
	assert.ErrorIs(t, err, context.Canceled)
	require.NoError(t, r.Close())
	require.NoError(t, r.Close())
	_, err = r.Read(make([]byte, 10))
	assert.ErrorIs(t, err, fs.ErrClosed)
}

// A reader that has stopped half-way holds up neither writers nor the only connection.
func TestReadersHoldNothing(t *testing.T) { onEach(t, testReadersHoldNothing) }

func testReadersHoldNothing(t *testing.T) {
	db := openDB(t, newFile(t))
	db.SetMaxOpenConns(1)
	store := storeOn(t, db, sqlstore.Options{})
	blob, err := store.PutBlob(context.Background(), octets(2*chunk))
	require.NoError(t, err)
	r, err := store.OpenBlob(context.Background(), blob.ID)
	require.NoError(t, err)
	defer r.Close()
	_, err = r.Read(make([]byte, 10))
	require.NoError(t, err)
	enqueue(t, store, aQueued(1, "c"))
	_, err = store.PutBlob(context.Background(), r) // copied onto itself
	require.NoError(t, err)
}

// Memory does not grow with the content. On PostgreSQL the driver copies every chunk, one after the other.
func TestBlobsAreNotHeldInMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 32 MB")
	}
	const size = 32 << 20
	store := newStore(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	blob, err := store.PutBlob(context.Background(), octets(size))
	require.NoError(t, err)
	assert.EqualValues(t, size, blob.Size)
	runtime.ReadMemStats(&after)
	assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(8<<20), "octets allocated while writing")
}

func assertRows(t *testing.T, path string, want map[string]int) {
	db := openDB(t, path)
	for table, rows := range want {
		var n int
		require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM "+table).Scan(&n))
		assert.Equal(t, rows, n, "rows in "+table)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// What no blob has as its id is not found.
func TestUnknownBlob(t *testing.T) { onEach(t, testUnknownBlob) }

func testUnknownBlob(t *testing.T) {
	store := newStore(t)
	_, err := store.PutBlob(context.Background(), strings.NewReader("x"))
	require.NoError(t, err)
	for _, id := range []string{"", "%", strings.ToUpper(blobID("x")), blobID("y")} {
		_, err := store.OpenBlob(context.Background(), id)
		assert.ErrorIs(t, err, email.ErrNotFound, id)
	}
}

// A removed blob leaves no chunk, one that was put again since is kept whole.
func TestRemoveBlobs(t *testing.T) { onEach(t, testRemoveBlobs) }

func testRemoveBlobs(t *testing.T) {
	ctx := context.Background()
	path := newFile(t)
	now := noon
	store := storeOn(t, openDB(t, path), sqlstore.Options{Now: func() time.Time { return now }})
	var ids []string
	for _, size := range []int64{0, 5, 2*chunk + 5} {
		blob, err := store.PutBlob(ctx, octets(size))
		require.NoError(t, err)
		ids = append(ids, blob.ID)
	}
	now = noon.Add(time.Microsecond)
	_, err := store.PutBlob(ctx, octets(2*chunk+5))
	require.NoError(t, err)
	require.NoError(t, store.RemoveBlobs(ctx, ids, noon.Add(1500*time.Nanosecond)))
	assertRows(t, path, map[string]int{"crmmail_blob": 1, "crmmail_blob_chunk": 3, "crmmail_blob_upload": 0})
	require.NoError(t, store.RemoveBlobs(ctx, ids, noon.Add(2*time.Microsecond)))
	assertRows(t, path, map[string]int{"crmmail_blob": 0, "crmmail_blob_chunk": 0, "crmmail_blob_upload": 0})
}

// An open reader on a removed blob fails instead of ending early.
func TestRemovedWhileRead(t *testing.T) { onEach(t, testRemovedWhileRead) }

func testRemovedWhileRead(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	blob, err := store.PutBlob(ctx, octets(2*chunk))
	require.NoError(t, err)
	r, err := store.OpenBlob(ctx, blob.ID)
	require.NoError(t, err)
	defer r.Close()
	_, err = io.CopyN(io.Discard, r, chunk)
	require.NoError(t, err)
	require.NoError(t, store.RemoveBlobs(ctx, []string{blob.ID}, time.Now().Add(time.Hour)))
	_, err = io.Copy(io.Discard, r)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
}

// A browser gets the part it asks for, and only the chunks of that part are read.
func TestBlobsServeRanges(t *testing.T) { onEach(t, testBlobsServeRanges) }

func testBlobsServeRanges(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	want, err := io.ReadAll(octets(5*chunk + 7))
	require.NoError(t, err)
	blob, err := store.PutBlob(context.Background(), bytes.NewReader(want))
	require.NoError(t, err)
	for header, part := range map[string][]byte{
		"bytes=0-9":             want[:10],
		"bytes=262140-262150":   want[262140:262151],
		"bytes=-3":              want[len(want)-3:],
		"bytes=1310720-":        want[5*chunk:],
		"bytes=1310726-9999999": want[5*chunk+6:],
	} {
		t.Run(header, func(t *testing.T) {
			r, err := store.OpenBlob(context.Background(), blob.ID)
			require.NoError(t, err)
			defer r.Close()
			request := httptest.NewRequest(http.MethodGet, "/", nil)
			request.Header.Set("Range", header)
			response := httptest.NewRecorder()
			spy.reset()
			http.ServeContent(response, request, "a.bin", time.Time{}, r.(io.ReadSeeker))
			assert.Equal(t, http.StatusPartialContent, response.Code)
			assert.True(t, bytes.Equal(part, response.Body.Bytes()))
			assert.LessOrEqual(t, len(spy.noted()), 3, "chunks read, the one that is sniffed included")
		})
	}
}
