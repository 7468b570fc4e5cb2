package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/crmmail/crmmail/email"
)

// EnqueueAll implements email.BatchOutbox, by one commit: with an error nothing is kept.
func (s *Store) EnqueueAll(ctx context.Context, list []email.Queued) ([]string, error) {
	wires := make([][]byte, len(list))
	for i, q := range list {
		var err error
		if wires[i], err = json.Marshal(q.Wire); err != nil {
			return nil, wrap("enqueue all", err)
		}
	}
	var ids []string
	err := s.write(ctx, func(tx conn) (err error) {
		ids, err = s.enqueueAll(ctx, tx, list, wires)
		return err
	})
	return ids, wrap("enqueue all", err)
}

func (s *Store) enqueueAll(ctx context.Context, tx conn, list []email.Queued, wires [][]byte) ([]string, error) {
	customers := make([]string, 0, 2*len(list))
	for _, q := range list {
		customers = append(customers, q.Message.CustomerID, q.Conversation.CustomerID)
	}
	erased, err := s.erasedOf(ctx, tx, customers)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	var admitted []int // places in list
	for i, q := range list {
		if !erased[erasedID(q.Message.CustomerID)] && !erased[erasedID(q.Conversation.CustomerID)] {
			admitted = append(admitted, i)
		}
	}
	inserted, err := s.insertQueued(ctx, tx, chosen(list, admitted), chosen(wires, admitted))
	if err != nil {
		return nil, err
	}
	used := map[string][]int{} // by idempotency key
	for n, i := range admitted {
		if inserted[n] {
			ids[i] = list[i].Message.ID
		} else if key := text(list[i].Message.IdempotencyKey); key != "" {
			used[key] = append(used[key], i)
		}
	}
	return ids, s.eachUsed(ctx, tx, used, func(key, id string) {
		for _, i := range used[key] {
			ids[i] = id
		}
	})
}

// eachUsed tells by which messages keys are used.
func (s *Store) eachUsed(ctx context.Context, tx conn, keys map[string][]int, tell func(key, id string)) error {
	return s.eachOf(ctx, tx, ids(keys), `SELECT idempotency_key, id FROM crmmail_message
		WHERE tenant = ? AND idempotency_key IN (%s) AND idempotency_key <> ''`,
		func(rows *sql.Rows) error {
			var key, id string
			err := rows.Scan(&key, &id)
			tell(key, id)
			return err
		})
}

// chosen are those of a list that have some places.
func chosen[T any](list []T, places []int) []T {
	some := make([]T, len(places))
	for n, i := range places {
		some[n] = list[i]
	}
	return some
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
