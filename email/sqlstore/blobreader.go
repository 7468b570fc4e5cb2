package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"io/fs"

	"github.com/crmmail/crmmail/email"
)

// OpenBlob implements email.Blobs. The content is read row by row; no connection is held between reads, and ctx goes for
// all of them. The reader is for one goroutine at a time.
func (s *Store) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	r := &blobReader{ctx: ctx, store: s}
	err := s.look(ctx, func(db conn) error {
		found, err := collect(ctx, db, func(rows *sql.Rows) (struct{}, error) {
			return struct{}{}, rows.Scan(&r.upload, &r.left)
		}, `SELECT upload, size FROM crmmail_blob WHERE tenant = ? AND id = ?`, s.tenant, id)
		if err == nil && len(found) == 0 {
			err = email.ErrNotFound
		}
		return err
	})
	if err != nil {
		return nil, wrap("open blob", err)
	}
	return r, nil
}

// blobReader reads a blob's chunks.
type blobReader struct {
	ctx    context.Context // io.Reader leaves no other way
	store  *Store
	upload string
	next   int    // position of the next chunk
	chunk  []byte // what is left of the present one
	left   int64  // octets of the blob not yet in a chunk
	closed bool
}

// Read implements io.Reader.
func (r *blobReader) Read(p []byte) (int, error) {
	if r.closed {
		return 0, wrap("read blob", fs.ErrClosed)
	}
	if len(p) == 0 {
		return 0, nil
	}
	if len(r.chunk) == 0 {
		if r.left == 0 {
			return 0, io.EOF
		}
		if err := r.load(); err != nil {
			return 0, wrap("read blob", err)
		}
	}
	n := copy(p, r.chunk)
	r.chunk = r.chunk[n:]
	return n, nil
}

func (r *blobReader) load() error {
	return r.store.look(r.ctx, func(db conn) error {
		found, err := collect(r.ctx, db, scanOne[[]byte], `SELECT content FROM crmmail_blob_chunk
			WHERE tenant = ? AND upload = ? AND position = ?`, r.store.tenant, r.upload, r.next)
		if err != nil {
			return err
		}
		if len(found) == 0 || len(found[0]) == 0 || int64(len(found[0])) > r.left {
			return fmt.Errorf("chunk %d is damaged: %w", r.next, io.ErrUnexpectedEOF)
		}
		r.chunk = found[0]
		r.left -= int64(len(r.chunk))
		r.next++
		return nil
	})
}

// Close implements io.Closer. It may be called again.
func (r *blobReader) Close() error {
	r.closed, r.chunk = true, nil
	return nil
}
