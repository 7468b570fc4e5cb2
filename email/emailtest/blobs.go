package emailtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/crmmail/crmmail/email"
)

// PutBlob implements email.Blobs. The content is read outside the lock, so that a slow reader holds up nobody.
func (s *Store) PutBlob(ctx context.Context, r io.Reader) (email.Blob, error) {
	content, err := io.ReadAll(contextReader{ctx, r})
	if err != nil {
		return email.Blob{}, err
	}
	if err := s.lock(ctx); err != nil {
		return email.Blob{}, err
	}
	defer s.mu.Unlock()
	sum := sha256.Sum256(content)
	id := hex.EncodeToString(sum[:])
	s.blobs[id] = blob{content, s.now()}
	return email.Blob{ID: id, Size: int64(len(content))}, nil
}

// OpenBlob implements email.Blobs; the reader is an io.ReadSeeker, too.
func (s *Store) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	kept, ok := s.blobs[id]
	if !ok {
		return nil, fmt.Errorf("blob: %w", email.ErrNotFound)
	}
	return blobReader{bytes.NewReader(kept.content)}, nil
}

// RemoveBlobs implements email.BlobRemover.
func (s *Store) RemoveBlobs(ctx context.Context, ids []string, since time.Time) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	for _, id := range ids {
		if s.blobs[id].putAt.Before(since) {
			delete(s.blobs, id)
		}
	}
	return nil
}

// ListBlobs implements email.BlobLister.
func (s *Store) ListBlobs(ctx context.Context, before time.Time, after string, limit int) ([]string, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var ids []string
	for id, blob := range s.blobs {
		if id > after && blob.putAt.Before(before) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids[:min(len(ids), max(limit, 0))], nil
}

// blob is a kept content. It is never changed.
type blob struct {
	content []byte
	putAt   time.Time
}

// blobReader is an io.ReadSeeker with nothing to close.
type blobReader struct{ *bytes.Reader }

func (blobReader) Close() error { return nil }

// contextReader reads until its context ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (r contextReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
