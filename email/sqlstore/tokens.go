package sqlstore

import (
	"context"
	"database/sql"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// tokenMemory is how long a token that has expired is remembered, so that a late click is told what is wrong with it.
const tokenMemory = 30 * 24 * time.Hour

// PutToken implements sender.Tokens. Tokens that expired a month ago are forgotten.
func (s *Store) PutToken(ctx context.Context, token sender.Token) error {
	return wrap("put token", s.write(ctx, func(tx conn) error {
		if _, err := exec(ctx, tx, `DELETE FROM crmmail_token WHERE tenant = ? AND expires_at < ?`,
			s.tenant, micros(s.now().Add(-tokenMemory))); err != nil {
			return err
		}
		_, err := exec(ctx, tx, `INSERT INTO crmmail_token (tenant, hash, purpose, ref_kind, ref_id, address, expires_at, taken)
			VALUES (`+parameters(8)+`) ON CONFLICT (tenant, hash) DO UPDATE SET purpose = excluded.purpose,
			ref_kind = excluded.ref_kind, ref_id = excluded.ref_id, address = excluded.address, expires_at = excluded.expires_at`,
			s.tenant, token.Hash, token.Purpose, token.Ref.Kind, token.Ref.ID, token.Address,
			micros(token.ExpiresAt), false)
		return err
	}))
}

// TakeToken implements sender.Tokens. It remembers taken tokens, and says sender.ErrTokenUsed of them.
func (s *Store) TakeToken(ctx context.Context, hash string) (sender.Token, error) {
	var token sender.Token
	err := s.write(ctx, func(tx conn) error {
		taken, err := collect(ctx, tx, scanToken, `UPDATE crmmail_token SET taken = ? WHERE tenant = ? AND hash = ? AND taken = ?
			RETURNING hash, purpose, ref_kind, ref_id, address, expires_at`, true, s.tenant, hash, false)
		if err != nil {
			return err
		}
		if len(taken) > 0 {
			token = taken[0]
			return nil
		}
		return missed(ctx, tx, sender.ErrTokenUsed, sender.ErrTokenUnknown, `SELECT hash FROM crmmail_token WHERE tenant = ? AND hash = ?`,
			s.tenant, hash)
	})
	return token, wrap("take token", err)
}

func scanToken(rows *sql.Rows) (t sender.Token, err error) {
	err = rows.Scan(&t.Hash, &t.Purpose, &t.Ref.Kind, &t.Ref.ID, &t.Address, timeColumn{&t.ExpiresAt})
	return t, err
}
