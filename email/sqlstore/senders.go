package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// SaveIdentity keeps an identity of the kind User, Store or Additional, in place of the one with the same id if there is
// one. It is kept as given: whoever changes an address sets ConfirmedAt to zero. Additional addresses are listed in the
// order in which they were first saved.
func (s *Store) SaveIdentity(ctx context.Context, kind sender.Kind, identity sender.Identity) error {
	switch {
	case kind != sender.User && kind != sender.Store && kind != sender.Additional:
		return wrap("save identity", fmt.Errorf("identities of the kind %q are not kept", kind))
	case identity.ID == "":
		return wrap("save identity", errors.New("an identity without an id"))
	}
	return wrap("save identity", s.write(ctx, func(tx conn) error {
		_, err := exec(ctx, tx, `INSERT INTO crmmail_identity (tenant, kind, id, name, address, confirmed_at, allowed, position)
			VALUES (?, ?, ?, ?, ?, ?, ?,
				(SELECT COALESCE(MAX(position), 0) + 1 FROM crmmail_identity WHERE tenant = ? AND kind = ?))
			ON CONFLICT (tenant, kind, id) DO UPDATE SET name = excluded.name, address = excluded.address,
				confirmed_at = excluded.confirmed_at, allowed = excluded.allowed`,
			s.tenant, kind, identity.ID, identity.Mailbox.Name, identity.Mailbox.Address,
			micros(identity.ConfirmedAt), identity.Allowed, s.tenant, kind)
		return err
	}))
}

// UserIdentity implements sender.Directory.
func (s *Store) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	identity, err := s.identity(ctx, sender.Ref{Kind: sender.User, ID: id})
	return identity, wrap("user identity", err)
}

// StoreIdentity implements sender.Directory.
func (s *Store) StoreIdentity(ctx context.Context, id string) (sender.Identity, error) {
	identity, err := s.identity(ctx, sender.Ref{Kind: sender.Store, ID: id})
	return identity, wrap("store identity", err)
}

// AdditionalIdentities implements sender.Directory.
func (s *Store) AdditionalIdentities(ctx context.Context) ([]sender.Identity, error) {
	list, err := s.identities(ctx, `kind = ?`, sender.Additional)
	return list, wrap("additional identities", err)
}

// ConfirmIdentity implements sender.Editor.
func (s *Store) ConfirmIdentity(ctx context.Context, ref sender.Ref, address string, at time.Time) error {
	for {
		identity, err := s.identity(ctx, ref)
		if err != nil {
			return wrap("confirm identity", err)
		}
		if !sender.SameAddress(identity.Mailbox.Address, address) {
			return wrap("confirm identity", sender.ErrAddressChanged)
		}
		// Compared and set: an address that has changed since it was read is judged anew.
		n, err := s.editIdentity(ctx, ref, `confirmed_at = ?`, micros(at), ` AND address = ?`, identity.Mailbox.Address)
		if n > 0 || err != nil {
			return wrap("confirm identity", err)
		}
	}
}

// AllowIdentity implements sender.Editor.
func (s *Store) AllowIdentity(ctx context.Context, ref sender.Ref, allowed bool) error {
	n, err := s.editIdentity(ctx, ref, `allowed = ?`, allowed, ``)
	if err == nil && n == 0 {
		err = sender.ErrNotFound
	}
	return wrap("allow identity", err)
}

// editIdentity sets one column where the condition, which begins with AND, holds too. It returns how many rows changed.
func (s *Store) editIdentity(ctx context.Context, ref sender.Ref, set string, value any, and string, args ...any) (n int64, err error) {
	err = s.write(ctx, func(tx conn) (err error) {
		n, err = exec(ctx, tx, `UPDATE crmmail_identity SET `+set+` WHERE tenant = ? AND kind = ? AND id = ?`+and,
			append([]any{value, s.tenant, ref.Kind, ref.ID}, args...)...)
		return err
	})
	return n, err
}

func (s *Store) identity(ctx context.Context, ref sender.Ref) (sender.Identity, error) {
	list, err := s.identities(ctx, `kind = ? AND id = ?`, ref.Kind, ref.ID)
	if err != nil {
		return sender.Identity{}, err
	}
	if len(list) == 0 {
		return sender.Identity{}, sender.ErrNotFound
	}
	return list[0], nil
}

func (s *Store) identities(ctx context.Context, where string, args ...any) (list []sender.Identity, err error) {
	err = s.look(ctx, func(db conn) (err error) {
		list, err = collect(ctx, db, scanIdentity, `SELECT id, name, address, confirmed_at, allowed FROM crmmail_identity
			WHERE tenant = ? AND `+where+` ORDER BY position, id`, append([]any{s.tenant}, args...)...)
		return err
	})
	return list, err
}

func scanIdentity(rows *sql.Rows) (i sender.Identity, err error) {
	err = rows.Scan(&i.ID, &i.Mailbox.Name, &i.Mailbox.Address, timeColumn{&i.ConfirmedAt}, &i.Allowed)
	return i, err
}
