package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"

	"github.com/crmmail/crmmail/email"
)

var _ interface {
	email.Campaigns
	email.BatchOutbox
} = (*Store)(nil)

// EnqueueAll implements email.BatchOutbox, by one commit: with an error nothing is kept.
func (s *Store) EnqueueAll(ctx context.Context, list []email.Queued) ([]string, error) {
	wires := make([][]byte, len(list))
	for i, q := range list {
		var err error
		if wires[i], err = json.Marshal(q.Wire); err != nil {
			return nil, wrap("enqueue all", err)
		}
	}
	ids := make([]string, len(list))
	err := s.write(ctx, func(tx conn) error {
		for i, q := range list {
			var err error
			if ids[i], err = s.enqueueOne(ctx, tx, q, wires[i]); err != nil {
				return err
			}
		}
		return nil
	})
	return ids, wrap("enqueue all", err)
}

// enqueueOne returns the id of the message that is kept under q's key; empty: none is.
func (s *Store) enqueueOne(ctx context.Context, tx conn, q email.Queued, wire []byte) (string, error) {
	err := s.insertQueued(ctx, tx, q, wire)
	switch {
	case errors.Is(err, email.ErrNotFound):
		return "", nil
	case !errors.Is(err, errKeyUsed):
		return q.Message.ID, err
	}
	first, err := collect(ctx, tx, scanOne[string], `SELECT id FROM crmmail_message
		WHERE tenant = ? AND idempotency_key = ? AND idempotency_key <> ''`, s.tenant, q.Message.IdempotencyKey)
	if err != nil || len(first) == 0 {
		return "", err
	}
	return first[0], nil
}

// Campaign implements email.Campaigns.
func (s *Store) Campaign(ctx context.Context, id string) (p email.CampaignProgress, err error) {
	err = s.look(ctx, func(db conn) error {
		list, err := collect(ctx, db, scanCampaign, `SELECT id, version, content_hash, after_customer, queued, refused, done,
			started_at, updated_at FROM crmmail_campaign WHERE tenant = ? AND id = ?`, s.tenant, id)
		if err == nil && len(list) == 0 {
			err = email.ErrNotFound
		}
		if err == nil {
			p = list[0]
		}
		return err
	})
	return p, wrap("campaign", err)
}

func scanCampaign(rows *sql.Rows) (p email.CampaignProgress, err error) {
	var refused string
	err = rows.Scan(&p.ID, &p.Version, &p.ContentHash, &p.After, &p.Queued, &refused, &p.Done, timeColumn{&p.StartedAt}, timeColumn{&p.UpdatedAt})
	if err == nil {
		err = json.Unmarshal([]byte(refused), &p.Refused)
	}
	return p, err
}

// SaveCampaign implements email.Campaigns.
func (s *Store) SaveCampaign(ctx context.Context, p email.CampaignProgress) error {
	refused, err := json.Marshal(p.Refused)
	if err != nil {
		return wrap("save campaign", err)
	}
	return wrap("save campaign", s.write(ctx, func(tx conn) error {
		n, err := s.saveCampaign(ctx, tx, p, string(refused))
		if err == nil && n == 0 {
			err = email.ErrConflict
		}
		return err
	}))
}

// saveCampaign returns 0 where the kept progress is not the one that p was made of.
func (s *Store) saveCampaign(ctx context.Context, tx conn, p email.CampaignProgress, refused string) (int64, error) {
	if p.Version == 0 {
		return exec(ctx, tx, `INSERT INTO crmmail_campaign (tenant, id, version, content_hash, after_customer, queued, refused, done,
			started_at, updated_at) VALUES (`+parameters(10)+`) ON CONFLICT DO NOTHING`,
			s.tenant, p.ID, 1, p.ContentHash, p.After, p.Queued, refused, p.Done, micros(p.StartedAt), micros(p.UpdatedAt))
	}
	return exec(ctx, tx, `UPDATE crmmail_campaign SET version = version + 1, content_hash = ?, after_customer = ?, queued = ?,
		refused = ?, done = ?, started_at = ?, updated_at = ? WHERE tenant = ? AND id = ? AND version = ?`,
		p.ContentHash, p.After, p.Queued, refused, p.Done, micros(p.StartedAt), micros(p.UpdatedAt), s.tenant, p.ID, p.Version)
}
