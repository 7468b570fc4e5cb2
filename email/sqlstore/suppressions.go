package sqlstore

import (
	"context"
	"database/sql"

	"github.com/crmmail/crmmail/email"
)

// suppressionColumns are what scanSuppression reads.
const suppressionColumns = `address, reason, at, message_id, actor_id`

// Suppressed implements email.Suppressions.
func (s *Store) Suppressed(ctx context.Context, addrs []string) ([]email.Suppression, error) {
	var list []email.Suppression
	err := s.look(ctx, func(db conn) error {
		list = nil
		return s.eachOf(ctx, db, addrs, `SELECT `+suppressionColumns+` FROM crmmail_suppression WHERE tenant = ? AND address IN (%s)`,
			func(rows *sql.Rows) error {
				one, err := scanSuppression(rows)
				list = append(list, one)
				return err
			})
	})
	return list, wrap("suppressed", err)
}

// AddSuppression implements email.Suppressions.
func (s *Store) AddSuppression(ctx context.Context, one email.Suppression) error {
	return wrap("add suppression", s.write(ctx, func(tx conn) error {
		_, err := exec(ctx, tx, `INSERT INTO crmmail_suppression (tenant, address, reason, at, message_id, actor_id)
			VALUES (`+parameters(6)+`) ON CONFLICT DO NOTHING`,
			s.tenant, one.Address, one.Reason, micros(one.At), one.MessageID, one.ActorID)
		return err
	}))
}

// RemoveSuppression implements email.Suppressions.
func (s *Store) RemoveSuppression(ctx context.Context, addr string, reason email.SuppressionReason) error {
	return wrap("remove suppression", s.write(ctx, func(tx conn) error {
		_, err := exec(ctx, tx, `DELETE FROM crmmail_suppression WHERE tenant = ? AND address = ? AND reason = ?`,
			s.tenant, addr, reason)
		return err
	}))
}

// ListSuppressions implements email.SuppressionLister.
func (s *Store) ListSuppressions(ctx context.Context, q email.SuppressionQuery) (list []email.Suppression, err error) {
	before, args := ``, []any{s.tenant}
	if q.Before != nil {
		before = ` AND (at, address, reason) < (?, ?, ?)`
		args = append(args, micros(q.Before.At), q.Before.Address, q.Before.Reason)
	}
	err = s.look(ctx, func(db conn) (err error) {
		list, err = collect(ctx, db, scanSuppression, `SELECT `+suppressionColumns+` FROM crmmail_suppression WHERE tenant = ?`+before+`
			ORDER BY at DESC, address DESC, reason DESC LIMIT ?`, append(args, max(q.Limit, 0))...)
		return err
	})
	return list, wrap("list suppressions", err)
}

func scanSuppression(rows *sql.Rows) (one email.Suppression, err error) {
	err = rows.Scan(&one.Address, &one.Reason, timeColumn{&one.At}, &one.MessageID, &one.ActorID)
	return one, err
}
