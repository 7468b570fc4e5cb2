package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"time"

	"github.com/crmmail/crmmail/email"
)

const (
	// chunkSize is how much of a content one row holds, and so how much of it is ever in memory.
	chunkSize = 256 << 10
	// uploadMemory is how long an upload may be silent; longer, and it was left behind by a crash and is deleted.
	uploadMemory = 24 * time.Hour
	// cleanupTime is how long the removal of a broken upload may take after its context has ended.
	cleanupTime = 10 * time.Second
)

// upload is a content on its way into the database.
type upload struct {
	store  *Store
	id     string
	hash   hash.Hash
	size   int64
	chunks int // staged so far, the one that failed included
}

// errGivenUp ends an upload that was taken for one left behind.
var errGivenUp = fmt.Errorf("the upload was silent for more than %v", uploadMemory)

// PutBlob implements email.Blobs. The content goes into rows of 256 KiB while it is read, each in a transaction of its
// own, so that a slow reader holds nobody up; it becomes a blob all at once. What a crash leaves behind is deleted by a
// later upload, a day after; so is what the end of ctx leaves where the database does not let go of it in ten seconds, as
// where pgx breaks off in the middle of a row.
func (s *Store) PutBlob(ctx context.Context, r io.Reader) (email.Blob, error) {
	u := &upload{store: s, id: s.newID(), hash: sha256.New()}
	blob, err := u.run(ctx, r)
	if err != nil {
		return email.Blob{}, wrap("put blob", errors.Join(err, u.discard(ctx)))
	}
	return blob, nil
}

func (u *upload) run(ctx context.Context, r io.Reader) (email.Blob, error) {
	chunk := make([]byte, chunkSize)
	for {
		n, err := readChunk(ctx, r, chunk)
		if err != nil {
			return email.Blob{}, err
		}
		u.hash.Write(chunk[:n])
		u.size += int64(n)
		if n < chunkSize {
			return u.finish(ctx, chunk[:n])
		}
		if err := u.stage(ctx, chunk); err != nil {
			return email.Blob{}, err
		}
	}
}

// readChunk fills chunk, or what is left of r into a part of it.
func readChunk(ctx context.Context, r io.Reader, chunk []byte) (n int, err error) {
	for n < len(chunk) {
		if err := ctx.Err(); err != nil {
			return n, err
		}
		more, err := r.Read(chunk[n:])
		n += more
		if err == io.EOF {
			return n, nil
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// stage keeps a chunk that is not the last.
func (u *upload) stage(ctx context.Context, chunk []byte) error {
	err := u.store.write(ctx, func(tx conn) error {
		if err := u.touch(ctx, tx); err != nil {
			return err
		}
		return u.insertChunk(ctx, tx, chunk)
	})
	u.chunks++
	return err
}

// touch marks the upload as under way. There is such a mark exactly as long as chunks belong to no blob.
func (u *upload) touch(ctx context.Context, tx conn) error {
	now := micros(u.store.now())
	if u.chunks == 0 {
		_, err := exec(ctx, tx, `INSERT INTO crmmail_blob_upload (touched_at, tenant, upload) VALUES (?, ?, ?)`,
			now, u.store.tenant, u.id)
		return err
	}
	n, err := exec(ctx, tx, `UPDATE crmmail_blob_upload SET touched_at = ? WHERE tenant = ? AND upload = ?`,
		now, u.store.tenant, u.id)
	if err == nil && n == 0 {
		err = errGivenUp
	}
	return err
}

func (u *upload) insertChunk(ctx context.Context, tx conn, chunk []byte) error {
	_, err := exec(ctx, tx, `INSERT INTO crmmail_blob_chunk (tenant, upload, position, content) VALUES (?, ?, ?, ?)`,
		u.store.tenant, u.id, u.chunks, chunk)
	return err
}

// finish makes a blob of the chunks and the last one, unless the same content is kept already.
func (u *upload) finish(ctx context.Context, last []byte) (email.Blob, error) {
	blob := email.Blob{ID: hex.EncodeToString(u.hash.Sum(nil)), Size: u.size}
	return blob, u.store.write(ctx, func(tx conn) error {
		kept, err := collect(ctx, tx, scanOne[string], `INSERT INTO crmmail_blob (tenant, id, upload, size, put_at)
			VALUES (?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO UPDATE SET put_at = excluded.put_at RETURNING upload`,
			u.store.tenant, blob.ID, u.id, u.size, micros(u.store.now()))
		if err != nil {
			return err
		}
		if kept[0] != u.id {
			return u.remove(ctx, tx)
		}
		if len(last) > 0 {
			if err := u.insertChunk(ctx, tx, last); err != nil {
				return err
			}
		}
		return u.close(ctx, tx)
	})
}

// close ends an upload whose chunks have become a blob, and deletes what others have left behind.
func (u *upload) close(ctx context.Context, tx conn) error {
	if u.chunks == 0 {
		return nil
	}
	n, err := exec(ctx, tx, `DELETE FROM crmmail_blob_upload WHERE tenant = ? AND upload = ?`, u.store.tenant, u.id)
	if err != nil {
		return err
	}
	if n == 0 {
		return errGivenUp
	}
	left, err := collect(ctx, tx, scanOne[string], `DELETE FROM crmmail_blob_upload WHERE tenant = ? AND touched_at < ?
		RETURNING upload`, u.store.tenant, micros(u.store.now().Add(-uploadMemory)))
	if err != nil {
		return err
	}
	for _, upload := range left {
		if err := u.store.removeChunks(ctx, tx, upload); err != nil {
			return err
		}
	}
	return nil
}

// remove deletes what was staged, unless it has become a blob.
func (u *upload) remove(ctx context.Context, tx conn) error {
	if u.chunks == 0 {
		return nil
	}
	n, err := exec(ctx, tx, `DELETE FROM crmmail_blob_upload WHERE tenant = ? AND upload = ?`, u.store.tenant, u.id)
	if err != nil || n == 0 {
		return err
	}
	return u.store.removeChunks(ctx, tx, u.id)
}

// discard deletes what was staged of an upload that failed, also where its context has ended.
func (u *upload) discard(ctx context.Context) error {
	if u.chunks == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), cleanupTime)
	defer cancel()
	return u.store.write(ctx, func(tx conn) error { return u.remove(ctx, tx) })
}
