package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/crmmail/crmmail/email"
)

// OpenBlob implements email.Blobs; the reader is an io.ReadSeeker, too. The content is read row by row; no connection is
// held between reads, and ctx goes for all of them. The reader is for one goroutine at a time.
func (s *Store) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	r := &blobReader{ctx: ctx, store: s, loaded: -1}
	err := s.look(ctx, func(db conn) error {
		found, err := collect(ctx, db, func(rows *sql.Rows) (struct{}, error) {
			return struct{}{}, rows.Scan(&r.upload, &r.size)
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
	size   int64
	offset int64  // of the next octet; past the end after such a Seek
	chunk  []byte // the one at position loaded
	loaded int64  // -1: none
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
	if r.offset >= r.size {
		return 0, io.EOF
	}
	if position := r.offset / chunkSize; position != r.loaded {
		if err := r.load(position); err != nil {
			return 0, wrap("read blob", err)
		}
	}
	n := copy(p, r.chunk[r.offset%chunkSize:])
	r.offset += int64(n)
	return n, nil
}

// Seek implements io.Seeker.
func (r *blobReader) Seek(offset int64, whence int) (int64, error) {
	if r.closed {
		return 0, wrap("seek blob", fs.ErrClosed)
	}
	var base int64
	switch whence {
	case io.SeekStart:
	case io.SeekCurrent:
		base = r.offset
	case io.SeekEnd:
		base = r.size
	default:
		return 0, wrap("seek blob", fmt.Errorf("unknown whence %d", whence))
	}
	to := base + offset
	if to < 0 { // also where the sum is too large
		return 0, wrap("seek blob", errors.New("a place before the beginning"))
	}
	r.offset = to
	return to, nil
}

// load fetches the chunk at a position.
func (r *blobReader) load(position int64) error {
	r.chunk, r.loaded = nil, -1
	return r.store.look(r.ctx, func(db conn) error {
		found, err := collect(r.ctx, db, scanOne[[]byte], `SELECT content FROM crmmail_blob_chunk
			WHERE tenant = ? AND upload = ? AND position = ?`, r.store.tenant, r.upload, position)
		if err != nil {
			return err
		}
		if want := min(chunkSize, r.size-position*chunkSize); len(found) == 0 || int64(len(found[0])) != want {
			return fmt.Errorf("chunk %d is damaged: %w", position, io.ErrUnexpectedEOF)
		}
		r.chunk, r.loaded = found[0], position
		return nil
	})
}

// Close implements io.Closer. It may be called again.
func (r *blobReader) Close() error {
	r.closed, r.chunk = true, nil
	return nil
}
