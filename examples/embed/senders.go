package main

import (
	"context"
	"database/sql"
	"errors"

	"github.com/crmmail/crmmail/sender"
)

// senders lets the library see who may write, and from which address: it implements sender.Directory over the CRM's
// employees, shops and mailboxes. The CRM confirms addresses itself, so senders need not be a sender.Editor.
type senders struct{ db *sql.DB }

const selectIdentity = "SELECT id, name, email, email_confirmed_at, may_send FROM "

// UserIdentity implements sender.Directory.
func (s senders) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	return scanIdentity(s.db.QueryRowContext(ctx, selectIdentity+"employees WHERE id = ?", id))
}

// StoreIdentity implements sender.Directory.
func (s senders) StoreIdentity(ctx context.Context, id string) (sender.Identity, error) {
	return scanIdentity(s.db.QueryRowContext(ctx, selectIdentity+"shops WHERE id = ?", id))
}

// AdditionalIdentities implements sender.Directory.
func (s senders) AdditionalIdentities(ctx context.Context) ([]sender.Identity, error) {
	return query(ctx, s.db, scanIdentity, selectIdentity+"mailboxes ORDER BY position")
}

func scanIdentity(row row) (i sender.Identity, err error) {
	var confirmed sql.NullTime
	err = row.Scan(&i.ID, &i.Mailbox.Name, &i.Mailbox.Address, &confirmed, &i.Allowed)
	if errors.Is(err, sql.ErrNoRows) {
		return sender.Identity{}, sender.ErrNotFound
	}
	i.ConfirmedAt = confirmed.Time
	return i, err
}
