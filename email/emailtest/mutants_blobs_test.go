package emailtest_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// brokenBlobs is the memory store with its methods replaced.
type brokenBlobs struct {
	email.Blobs
	put    func(context.Context, email.Blobs, io.Reader) (email.Blob, error)
	open   func(context.Context, email.Blobs, string) (io.ReadCloser, error)
	remove func(ctx context.Context, blobs email.BlobRemover, ids []string, since time.Time) error
	list   func(ctx context.Context, blobs email.BlobLister, before time.Time, after string, limit int) ([]string, error)
}

func (b brokenBlobs) PutBlob(ctx context.Context, r io.Reader) (email.Blob, error) {
	if b.put == nil {
		return b.Blobs.PutBlob(ctx, r)
	}
	return b.put(ctx, b.Blobs, r)
}

func (b brokenBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if b.open == nil {
		return b.Blobs.OpenBlob(ctx, id)
	}
	return b.open(ctx, b.Blobs, id)
}

func (b brokenBlobs) RemoveBlobs(ctx context.Context, ids []string, since time.Time) error {
	if b.remove == nil {
		return b.Blobs.(email.BlobRemover).RemoveBlobs(ctx, ids, since)
	}
	return b.remove(ctx, b.Blobs.(email.BlobRemover), ids, since)
}

func (b brokenBlobs) ListBlobs(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	if b.list == nil {
		return b.Blobs.(email.BlobLister).ListBlobs(ctx, before, after, limit)
	}
	return b.list(ctx, b.Blobs.(email.BlobLister), before, after, limit)
}

func onBlobs(breakIt func() brokenBlobs) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestBlobs(t, emailtest.BlobsHarness{Open: func(testing.TB) (one, other email.Blobs) {
			broken := breakIt()
			broken.Blobs = emailtest.NewStore()
			return broken, broken
		}})
	}
}

var blobMutants = []mutant{
	{"blobs-keep-what-they-got", onBlobs(func() brokenBlobs {
		return brokenBlobs{put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
			content, readErr := io.ReadAll(r)
			blob, err := blobs.PutBlob(context.WithoutCancel(ctx), bytes.NewReader(content))
			return blob, errors.Join(readErr, err, ctx.Err())
		}}
	}), []string{"PutBlob keeps nothing where the reader fails", "PutBlob keeps nothing where the context ends"}},
	{"blobs-hide-the-cause", onBlobs(func() brokenBlobs {
		return brokenBlobs{put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
			blob, err := blobs.PutBlob(ctx, r)
			if err != nil {
				err = errors.New("put: " + err.Error())
			}
			return blob, err
		}}
	}), []string{"PutBlob keeps nothing where the reader fails"}},
	{"blobs-in-capitals", onBlobs(func() brokenBlobs {
		return brokenBlobs{
			put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
				blob, err := blobs.PutBlob(ctx, r)
				blob.ID = strings.ToUpper(blob.ID)
				return blob, err
			},
			open: func(ctx context.Context, blobs email.Blobs, id string) (io.ReadCloser, error) {
				return blobs.OpenBlob(ctx, strings.ToLower(id))
			},
		}
	}), []string{"PutBlob returns the SHA-256", "OpenBlob of an unknown id", "PutBlob takes readers"}},
	{"blobs-once", onBlobs(func() brokenBlobs {
		seen := make(chan string, 1000) // ids as they come
		return brokenBlobs{put: func(ctx context.Context, blobs email.Blobs, r io.Reader) (email.Blob, error) {
			blob, err := blobs.PutBlob(ctx, r)
			for range len(seen) {
				id := <-seen
				seen <- id
				if id == blob.ID {
					return blob, email.ErrDuplicate
				}
			}
			seen <- blob.ID
			return blob, err
		}}
	}), []string{"PutBlob of the same content", "PutBlob of one content by many"}},
	{"blobs-share-a-reader", onBlobs(func() brokenBlobs {
		readers := make(chan map[string]io.ReadCloser, 1)
		readers <- map[string]io.ReadCloser{}
		return brokenBlobs{open: func(ctx context.Context, blobs email.Blobs, id string) (io.ReadCloser, error) {
			all := <-readers
			defer func() { readers <- all }()
			var err error
			if all[id] == nil {
				all[id], err = blobs.OpenBlob(context.WithoutCancel(ctx), id)
			}
			return guarded{readers, all[id]}, err
		}}
	}), []string{"OpenBlob gives the content from its beginning", "OpenBlob lets many read", "OpenBlob after the context's end"}},
	{"blobs-remain", removing(func(ctx context.Context, _ email.BlobRemover, _ []string, _ time.Time) error {
		return ctx.Err()
	}), []string{"RemoveBlobs removes contents", "RemoveBlobs keeps contents that were put again", "RemoveBlobs takes very many"}},
	{"blobs-go-at-any-time", removing(func(ctx context.Context, blobs email.BlobRemover, ids []string, since time.Time) error {
		return blobs.RemoveBlobs(ctx, ids, since.Add(2*time.Hour))
	}), []string{"RemoveBlobs keeps contents that were put since", "RemoveBlobs keeps contents that were put again"}},
	{"blobs-go-a-few-at-a-time", removing(func(ctx context.Context, blobs email.BlobRemover, ids []string, since time.Time) error {
		return blobs.RemoveBlobs(ctx, ids[:min(len(ids), 1000)], since)
	}), []string{"RemoveBlobs takes very many"}},
	{"blobs-go-outside-contexts", removing(func(ctx context.Context, blobs email.BlobRemover, ids []string, since time.Time) error {
		return blobs.RemoveBlobs(context.WithoutCancel(ctx), ids, since)
	}), []string{"RemoveBlobs after the context's end"}},
	{"blobs-listed-backwards", listing(func(ctx context.Context, blobs email.BlobLister, before time.Time, after string, limit int) ([]string, error) {
		ids, err := blobs.ListBlobs(ctx, before, after, limit)
		slices.Reverse(ids)
		return ids, err
	}), []string{"ListBlobs pages through"}},
	{"blobs-listed-at-any-time", listing(func(ctx context.Context, blobs email.BlobLister, before time.Time, after string, limit int) ([]string, error) {
		return blobs.ListBlobs(ctx, before.Add(time.Hour), after, limit)
	}), []string{"ListBlobs leaves out what was put, or put again"}},
	{"blobs-listed-before-they-are-whole", listing(func(ctx context.Context, blobs email.BlobLister, before time.Time, after string, limit int) ([]string, error) {
		ids, err := blobs.ListBlobs(ctx, before, after, limit)
		if after == "" && limit == 10 {
			ids = append(ids, "half")
		}
		return ids, err
	}), []string{"ListBlobs leaves out what was not put"}},
	{"blobs-listed-outside-contexts", listing(func(ctx context.Context, blobs email.BlobLister, before time.Time, after string, limit int) ([]string, error) {
		return blobs.ListBlobs(context.WithoutCancel(ctx), before, after, limit)
	}), []string{"ListBlobs after the context's end"}},
	{"blobs-seek-nowhere", onBlobs(func() brokenBlobs {
		return brokenBlobs{open: func(ctx context.Context, blobs email.Blobs, id string) (io.ReadCloser, error) {
			r, err := blobs.OpenBlob(ctx, id)
			return lazySeeker{r}, err
		}}
	}), []string{"OpenBlob's reader reads on", "OpenBlob's reader refuses"}},
}

func removing(remove func(ctx context.Context, blobs email.BlobRemover, ids []string, since time.Time) error) func(*testing.T) {
	return onBlobs(func() brokenBlobs { return brokenBlobs{remove: remove} })
}

func listing(list func(ctx context.Context, blobs email.BlobLister, before time.Time, after string, limit int) ([]string, error)) func(*testing.T) {
	return onBlobs(func() brokenBlobs { return brokenBlobs{list: list} })
}

// lazySeeker says that it has gone wherever it is sent.
type lazySeeker struct{ io.ReadCloser }

func (lazySeeker) Seek(offset int64, _ int) (int64, error) { return offset, nil }

// guarded takes turns with all others.
type guarded struct {
	turn chan map[string]io.ReadCloser
	io.ReadCloser
}

func (g guarded) Read(p []byte) (int, error) {
	all := <-g.turn
	defer func() { g.turn <- all }()
	return g.ReadCloser.Read(p)
}
