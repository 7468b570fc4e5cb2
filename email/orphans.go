package email

import (
	"context"
	"fmt"
	"slices"
	"time"
)

const (
	sweepEvery       = time.Hour
	sweptAtOnce      = 500
	defaultOrphanAge = 24 * time.Hour
)

// sweep removes the contents that Config.OrphanRetention no longer keeps, unless that was done within the hour.
func (s *Service) sweep(ctx context.Context) error {
	last, now := s.swept.Load(), s.config.Now()
	if now.Sub(time.Unix(0, last)) < sweepEvery && last != 0 || !s.swept.CompareAndSwap(last, now.UnixNano()) {
		return nil
	}
	if err := s.removeOrphans(ctx, now.Add(-s.config.OrphanRetention)); err != nil {
		s.swept.CompareAndSwap(now.UnixNano(), last) // the next try is not an hour away
		return fmt.Errorf("email: remove orphans: %w", err)
	}
	return nil
}

// removeOrphans removes contents that were put before a time and that no message refers to. Who is about to refer to one
// has put it again meanwhile, so that RemoveBlobs leaves it.
func (s *Service) removeOrphans(ctx context.Context, before time.Time) error {
	lister, lists := s.config.Blobs.(BlobLister)
	remover, removes := s.config.Blobs.(BlobRemover)
	store, knows := s.config.Store.(BlobReferences)
	if s.config.OrphanRetention < 0 || !lists || !removes || !knows {
		return nil
	}
	for after := ""; ; {
		ids, err := lister.ListBlobs(ctx, before, after, sweptAtOnce)
		if err != nil || len(ids) == 0 {
			return err
		}
		after = ids[len(ids)-1]
		referenced, err := store.ReferencedBlobs(ctx, ids)
		if err != nil {
			return err
		}
		orphans := slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(referenced, id) })
		if len(orphans) == 0 {
			continue
		}
		if err := remover.RemoveBlobs(ctx, orphans, before); err != nil {
			return err
		}
		s.config.Logger.InfoContext(ctx, "contents removed that nobody referred to", "tenant", s.config.Tenant, "contents", len(orphans))
	}
}
