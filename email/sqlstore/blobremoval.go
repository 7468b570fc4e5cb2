package sqlstore

import (
	"context"
	"slices"
	"time"
)

// ListBlobs implements email.BlobLister. When a content was put is told by Options.Now.
func (s *Store) ListBlobs(ctx context.Context, before time.Time, after string, limit int) (ids []string, err error) {
	if limit <= 0 {
		return nil, ctx.Err()
	}
	err = s.look(ctx, func(db conn) (err error) {
		ids, err = collect(ctx, db, scanOne[string], `SELECT id FROM crmmail_blob WHERE tenant = ? AND id > ? AND put_at < ?
			ORDER BY id LIMIT ?`, s.tenant, after, micros(before), limit)
		return err
	})
	return ids, wrap("list blobs", err)
}

// RemoveBlobs implements email.BlobRemover. When a content was put is told by Options.Now. A reader that is open on a
// removed content fails at its next chunk.
func (s *Store) RemoveBlobs(ctx context.Context, ids []string, since time.Time) error {
	for some := range slices.Chunk(ids, rowsAtOnce) {
		if err := s.removeBlobs(ctx, some, since); err != nil {
			return wrap("remove blobs", err)
		}
	}
	return wrap("remove blobs", ctx.Err())
}

func (s *Store) removeBlobs(ctx context.Context, ids []string, since time.Time) error {
	return s.write(ctx, func(tx conn) error {
		uploads, err := collect(ctx, tx, scanOne[string], `DELETE FROM crmmail_blob WHERE tenant = ? AND put_at < ?
			AND id IN (`+parameters(len(ids))+`) RETURNING upload`, append([]any{s.tenant, micros(since)}, anys(ids)...)...)
		if err != nil {
			return err
		}
		for _, upload := range uploads {
			if err := s.removeChunks(ctx, tx, upload); err != nil {
				return err
			}
		}
		return nil
	})
}

func (s *Store) removeChunks(ctx context.Context, tx conn, upload string) error {
	_, err := exec(ctx, tx, `DELETE FROM crmmail_blob_chunk WHERE tenant = ? AND upload = ?`, s.tenant, upload)
	return err
}
