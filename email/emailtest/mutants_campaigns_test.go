package emailtest_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// brokenBatch is the memory store with another way to keep many messages.
type brokenBatch struct {
	*emailtest.Store
	all func(context.Context, *emailtest.Store, []email.Queued) ([]string, error)
}

func (b brokenBatch) EnqueueAll(ctx context.Context, list []email.Queued) ([]string, error) {
	return b.all(ctx, b.Store, list)
}

func onBatch(all func(context.Context, *emailtest.Store, []email.Queued) ([]string, error)) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestStore(t, emailtest.StoreHarness{Open: func(testing.TB) (one, other email.Store) {
			broken := brokenBatch{emailtest.NewStore(), all}
			return broken, broken
		}})
	}
}

var batchMutants = []mutant{
	{"keeps-a-hundred", onBatch(func(ctx context.Context, s *emailtest.Store, list []email.Queued) ([]string, error) {
		ids, err := s.EnqueueAll(ctx, list[:min(len(list), 100)])
		for _, q := range list[min(len(list), 100):] {
			ids = append(ids, q.Message.ID)
		}
		return ids, err
	}), []string{"EnqueueAll keeps each message"}},
	{"names-the-new-message", onBatch(func(ctx context.Context, s *emailtest.Store, list []email.Queued) ([]string, error) {
		_, err := s.EnqueueAll(ctx, list)
		ids := make([]string, len(list))
		for i, q := range list {
			ids[i] = q.Message.ID
		}
		return ids, err
	}), []string{"EnqueueAll returns the id", "EnqueueAll returns no id where the message's", "EnqueueAll returns no id where the customer"}},
	{"one-by-one-or-nothing", onBatch(func(ctx context.Context, s *emailtest.Store, list []email.Queued) ([]string, error) {
		for _, q := range list {
			if _, err := s.Enqueue(ctx, q); err != nil {
				return nil, err
			}
		}
		ids := make([]string, len(list))
		for i, q := range list {
			ids[i] = q.Message.ID
		}
		return ids, nil
	}), []string{"EnqueueAll of the same messages"}},
	{"batch-ignores-the-context", onBatch(func(_ context.Context, s *emailtest.Store, list []email.Queued) ([]string, error) {
		return s.EnqueueAll(context.Background(), list)
	}), []string{"EnqueueAll after"}},
}

// brokenCampaigns are those of the memory store with some methods replaced.
type brokenCampaigns struct {
	*emailtest.Store
	campaign func(context.Context, *emailtest.Store, string) (email.CampaignProgress, error)
	save     func(context.Context, *emailtest.Store, email.CampaignProgress) error
}

func (b brokenCampaigns) Campaign(ctx context.Context, id string) (email.CampaignProgress, error) {
	if b.campaign == nil {
		return b.Store.Campaign(ctx, id)
	}
	return b.campaign(ctx, b.Store, id)
}

func (b brokenCampaigns) SaveCampaign(ctx context.Context, p email.CampaignProgress) error {
	if b.save == nil {
		return b.Store.SaveCampaign(ctx, p)
	}
	return b.save(ctx, b.Store, p)
}

func onCampaigns(broken brokenCampaigns) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestCampaigns(t, emailtest.CampaignsHarness{Open: func(testing.TB) (one, other email.Campaigns) {
			sound := broken
			sound.Store = emailtest.NewStore()
			return sound, sound
		}})
	}
}

// shares is a store whose maps are the caller's.
func shares() brokenCampaigns {
	kept := map[string]map[string]int{}
	return brokenCampaigns{
		save: func(ctx context.Context, s *emailtest.Store, p email.CampaignProgress) error {
			kept[p.ID] = p.Refused
			return s.SaveCampaign(ctx, p)
		},
		campaign: func(ctx context.Context, s *emailtest.Store, id string) (email.CampaignProgress, error) {
			p, err := s.Campaign(ctx, id)
			p.Refused = kept[id]
			return p, err
		},
	}
}

var campaignMutants = []mutant{
	{"campaign-loses-the-last-customer", onCampaigns(brokenCampaigns{save: func(ctx context.Context, s *emailtest.Store, p email.CampaignProgress) error {
		p.After = ""
		return s.SaveCampaign(ctx, p)
	}}), []string{"SaveCampaign keeps everything"}},
	{"campaign-shares-its-numbers", onCampaigns(shares()), []string{"SaveCampaign keeps what it was given"}},
	{"campaign-of-nobody", onCampaigns(brokenCampaigns{campaign: func(ctx context.Context, s *emailtest.Store, id string) (email.CampaignProgress, error) {
		p, err := s.Campaign(ctx, id)
		if errors.Is(err, email.ErrNotFound) {
			return email.CampaignProgress{ID: id}, nil
		}
		return p, err
	}}), []string{"Campaign of an unknown id"}},
	{"campaign-compares-nothing", onCampaigns(brokenCampaigns{save: func(ctx context.Context, s *emailtest.Store, p email.CampaignProgress) error {
		kept, err := s.Campaign(ctx, p.ID)
		if err == nil {
			p.Version = kept.Version
		}
		return s.SaveCampaign(ctx, p)
	}}), []string{"SaveCampaign of another version", "SaveCampaign by many"}},
	{"campaign-adds-up", onCampaigns(brokenCampaigns{save: func(ctx context.Context, s *emailtest.Store, p email.CampaignProgress) error {
		if kept, err := s.Campaign(ctx, p.ID); err == nil && p.Refused == nil {
			p.Refused = maps.Clone(kept.Refused)
		}
		return s.SaveCampaign(ctx, p)
	}}), []string{"SaveCampaign keeps everything"}},
	{"campaigns-ignore-the-context", onCampaigns(brokenCampaigns{save: func(_ context.Context, s *emailtest.Store, p email.CampaignProgress) error {
		return s.SaveCampaign(context.Background(), p)
	}}), []string{"Campaigns after"}},
}
