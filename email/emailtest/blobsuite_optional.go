package emailtest

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/crmmail/crmmail/email"
)

// removePromises are about the optional email.BlobRemover.
var removePromises = []promise[blobFixture]{
	{"RemoveBlobs removes contents, which can be put again", func(t *testing.T, f blobFixture) {
		content := strings.Repeat("0123456789", 200_000)
		ids := []string{f.put(t, content).ID, f.put(t, "").ID, blobID("nobody's"), "", "%"}
		kept := f.put(t, "abc").ID
		f.remove(t, inAnHour(), ids...)
		for _, id := range ids {
			_, err := f.other.OpenBlob(context.Background(), id)
			isError(t, err, email.ErrNotFound)
		}
		f.holds(t, kept, "abc")
		f.holds(t, f.put(t, content).ID, content)
		f.remove(t, inAnHour())
		f.holds(t, kept, "abc")
	}},
	{"RemoveBlobs keeps contents that were put since", func(t *testing.T, f blobFixture) {
		id := f.put(t, suiteBlob).ID
		f.remove(t, time.Now().Add(-time.Hour), id)
		f.holds(t, id, suiteBlob)
	}},
	{"RemoveBlobs keeps contents that were put again since", func(t *testing.T, f blobFixture) {
		again, once := f.put(t, suiteBlob).ID, f.put(t, "abc").ID
		time.Sleep(tick)
		since := time.Now()
		time.Sleep(tick)
		f.put(t, suiteBlob)
		f.remove(t, since, again, once)
		f.holds(t, again, suiteBlob)
		_, err := f.other.OpenBlob(context.Background(), once)
		isError(t, err, email.ErrNotFound)
	}},
	{"RemoveBlobs takes very many ids", func(t *testing.T, f blobFixture) {
		ids := []string{f.put(t, "abc").ID}
		for i := range 33_000 { // more than databases take parameters
			ids = append(ids, blobID(fmt.Sprint(i)))
		}
		ids = append(ids, f.put(t, "def").ID)
		f.remove(t, inAnHour(), ids...)
		for _, content := range []string{"abc", "def"} {
			_, err := f.other.OpenBlob(context.Background(), blobID(content))
			isError(t, err, email.ErrNotFound)
		}
	}},
	{"RemoveBlobs after the context's end removes nothing", func(t *testing.T, f blobFixture) {
		id := f.put(t, suiteBlob).ID
		isError(t, f.one.(email.BlobRemover).RemoveBlobs(ended(), []string{id}, inAnHour()), context.Canceled)
		f.holds(t, id, suiteBlob)
	}},
}

// listBlobsPromises are about the optional email.BlobLister.
var listBlobsPromises = []promise[blobFixture]{
	{"ListBlobs pages through all contents in order", func(t *testing.T, f blobFixture) {
		var want []string
		for i := range 7 {
			want = append(want, f.put(t, fmt.Sprint(i)).ID)
		}
		f.put(t, "0")
		slices.Sort(want)
		var got []string
		for after := ""; len(got) < len(want); after = got[len(got)-1] {
			page := f.list(t, inAnHour(), after, 3)
			equal(t, "page", min(3, len(want)-len(got)), len(page))
			got = append(got, page...)
		}
		equal(t, "after the last", 0, len(f.list(t, inAnHour(), want[len(want)-1], 3)))
		same(t, "contents", want, got)
		equal(t, "with Limit 0", 0, len(f.list(t, inAnHour(), "", 0)))
	}},
	{"ListBlobs leaves out what was put, or put again, since", func(t *testing.T, f blobFixture) {
		again, once := f.put(t, suiteBlob).ID, f.put(t, "abc").ID
		time.Sleep(tick)
		since := time.Now()
		time.Sleep(tick)
		f.put(t, suiteBlob)
		f.put(t, "def")
		same(t, "contents", []string{once}, f.list(t, since, "", 10))
		f.holds(t, again, suiteBlob)
	}},
	{"ListBlobs leaves out what was not put in the end", func(t *testing.T, f blobFixture) {
		_, err := f.one.PutBlob(context.Background(), io.MultiReader(strings.NewReader(strings.Repeat("x", 1<<20)), iotest.ErrReader(errBroken)))
		isError(t, err, errBroken)
		equal(t, "contents", 0, len(f.list(t, inAnHour(), "", 10)))
	}},
	{"ListBlobs after the context's end is its error", func(t *testing.T, f blobFixture) {
		f.put(t, "abc")
		_, err := f.one.(email.BlobLister).ListBlobs(ended(), inAnHour(), "", 10)
		isError(t, err, context.Canceled)
	}},
}

func (f blobFixture) list(t testing.TB, before time.Time, after string, limit int) []string {
	t.Helper()
	ids, err := f.other.(email.BlobLister).ListBlobs(context.Background(), before, after, limit)
	noError(t, err)
	return ids
}

// tick is more than the clocks of machines take between two times.
const tick = 20 * time.Millisecond

func inAnHour() time.Time { return time.Now().Add(time.Hour) }

func (f blobFixture) remove(t testing.TB, since time.Time, ids ...string) {
	t.Helper()
	noError(t, f.one.(email.BlobRemover).RemoveBlobs(context.Background(), ids, since))
}

// seekPromises are about readers that are an io.ReadSeeker, too.
var seekPromises = []promise[blobFixture]{
	{"OpenBlob's reader reads on from where Seek went", func(t *testing.T, f blobFixture) {
		content := strings.Repeat("0123456789abcdef", 100_000)
		size := int64(len(content))
		r := f.seeker(t, content)
		for _, seek := range []struct {
			offset int64
			whence int
			want   int64
		}{
			{0, io.SeekEnd, size}, {0, io.SeekStart, 0}, {262_143, io.SeekStart, 262_143}, {7, io.SeekCurrent, 262_170},
			{-3, io.SeekEnd, size - 3}, {-20, io.SeekCurrent, size - 20}, {1_000_001, io.SeekStart, 1_000_001}, {-10, io.SeekCurrent, 1_000_011},
			{9, io.SeekEnd, size + 9}, {-9, io.SeekCurrent, size}, {1 << 40, io.SeekStart, 1 << 40}, {5, io.SeekStart, 5},
		} {
			at, err := r.Seek(seek.offset, seek.whence)
			noError(t, err)
			equal(t, "place", seek.want, at)
			want := content[min(at, size):min(at+20, size)]
			got, err := io.ReadAll(io.LimitReader(r, 20))
			noError(t, err)
			equal(t, fmt.Sprint("20 octets from ", at), want, string(got))
		}
		at, err := r.Seek(-size, io.SeekEnd)
		noError(t, err)
		got, err := io.ReadAll(r)
		noError(t, err)
		equal(t, "place", 0, at)
		equal(t, "all", content, string(got))
	}},
	{"OpenBlob's reader refuses to seek before the beginning, and stays where it is", func(t *testing.T, f blobFixture) {
		r := f.seeker(t, "0123456789")
		_, err := r.Seek(4, io.SeekStart)
		noError(t, err)
		for _, seek := range []struct {
			offset int64
			whence int
		}{{-1, io.SeekStart}, {-5, io.SeekCurrent}, {-11, io.SeekEnd}, {-1 << 63, io.SeekCurrent}, {0, 3}, {0, -1}} {
			if at, err := r.Seek(seek.offset, seek.whence); err == nil {
				t.Fatalf("Seek(%d, %d) went to %d", seek.offset, seek.whence, at)
			}
		}
		got, err := io.ReadAll(r)
		noError(t, err)
		equal(t, "the rest", "456789", string(got))
	}},
}

// seeker keeps and opens a content; the test is skipped where its reader does not seek.
func (f blobFixture) seeker(t testing.TB, content string) io.ReadSeeker {
	t.Helper()
	r, err := f.other.OpenBlob(context.Background(), f.put(t, content).ID)
	noError(t, err)
	t.Cleanup(func() { noError(t, r.Close()) })
	seeker, ok := r.(io.ReadSeeker)
	if !ok {
		t.Skip("the reader does not seek")
	}
	return seeker
}
