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

// looksForOrphans tells that what Config.OrphanRetention keeps is removed later.
func (c *Config) looksForOrphans() bool {
	_, lists := c.Blobs.(BlobLister)
	_, removes := c.Blobs.(BlobRemover)
	_, knows := c.Store.(BlobReferences)
	return c.OrphanRetention >= 0 && lists && removes && knows
}

// unwanted is before when contents were put that nobody is about to refer to: the last message that did may go, and a Send
// that has put the same content be about to keep another. What is younger is left to those who look for orphans; where
// nobody does, it would stay for ever.
func (c *Config) unwanted() time.Time {
	if c.looksForOrphans() {
		return c.Now().Add(-c.OrphanRetention)
	}
	return c.Now()
}

// removeOrphans removes contents that were put before a time and that no message refers to. Who is about to refer to one
// has put it again meanwhile, so that RemoveBlobs leaves it.
func (s *Service) removeOrphans(ctx context.Context, before time.Time) error {
	if !s.config.looksForOrphans() {
		return nil
	}
	lister, remover := s.config.Blobs.(BlobLister), s.config.Blobs.(BlobRemover)
	store := s.config.Store.(BlobReferences)
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
