package email

import (
	"context"
	"io"
	"time"
)

// Blobs keeps contents of any size by their SHA-256. Implementations are safe for concurrent use.
type Blobs interface {
	// PutBlob keeps what r yields and returns its id and size. Nothing is kept where r or ctx fails.
	// The id is the SHA-256 in lower-case hex, so the same content is kept once.
	PutBlob(ctx context.Context, r io.Reader) (Blob, error)
	// OpenBlob reads a kept content from its beginning; an unknown id is ErrNotFound. The caller closes it. Where the
	// reader is an io.ReadSeeker too, a browser can ask for a part of the content.
	OpenBlob(ctx context.Context, id string) (io.ReadCloser, error)
}

// BlobRemover is an optional ability of Blobs: it can forget.
type BlobRemover interface {
	// RemoveBlobs removes contents, except those that were put, or put again, since a time: somebody may be about to
	// refer to them. Unknown ids are no error.
	RemoveBlobs(ctx context.Context, ids []string, since time.Time) error
}

// BlobLister is an optional ability of Blobs: it can tell what it keeps. With it Run removes what no message refers to, see
// Config.OrphanRetention; nobody else may keep contents in the same place then.
type BlobLister interface {
	// ListBlobs returns the ids of at most limit contents that were put, for the last time, before a time, in ascending order
	// and only those greater than after.
	ListBlobs(ctx context.Context, before time.Time, after string, limit int) ([]string, error)
}

// Blob is a kept content.
type Blob struct {
	ID   string // SHA-256, 64 lower-case hexadecimal digits
	Size int64  // octets
}
