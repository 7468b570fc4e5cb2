package emailtest

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/crmmail/crmmail/email"
)

var _ interface {
	email.Campaigns
	email.BatchOutbox
} = (*Store)(nil)

// EnqueueAll implements email.BatchOutbox.
func (s *Store) EnqueueAll(ctx context.Context, list []email.Queued) ([]string, error) {
	ids := make([]string, len(list))
	for i, q := range list {
		kept, err := s.Enqueue(ctx, q)
		if err != nil && !errors.Is(err, email.ErrDuplicate) && !errors.Is(err, email.ErrNotFound) {
			return nil, err
		}
		ids[i] = kept.ID
	}
	return ids, ctx.Err()
}

// Campaign implements email.Campaigns.
func (s *Store) Campaign(ctx context.Context, id string) (email.CampaignProgress, error) {
	if err := s.lock(ctx); err != nil {
		return email.CampaignProgress{}, err
	}
	defer s.mu.Unlock()
	p, ok := s.campaigns[id]
	if !ok {
		return email.CampaignProgress{}, fmt.Errorf("campaign: %w", email.ErrNotFound)
	}
	p.Refused = maps.Clone(p.Refused)
	return p, nil
}

// SaveCampaign implements email.Campaigns.
func (s *Store) SaveCampaign(ctx context.Context, p email.CampaignProgress) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if s.campaigns[p.ID].Version != p.Version {
		return fmt.Errorf("campaign: %w", email.ErrConflict)
	}
	p.Version++
	p.Refused = maps.Clone(p.Refused)
	s.campaigns[p.ID] = p
	return nil
}
