package main

import (
	"context"
	"log/slog"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// newMail wires the library into the CRM: clients and senders are the CRM's own, all else lies in tables of the library's
// beside the CRM's, in the same database. secret signs Message-IDs, so it outlives the program.
func newMail(ctx context.Context, c *crm, transport email.Transport, secret []byte) (*email.Service, error) {
	if err := sqlstore.Migrate(ctx, c.db, sqlstore.SQLite); err != nil {
		return nil, err
	}
	store, err := sqlstore.New(c.db, sqlstore.Options{})
	if err != nil {
		return nil, err
	}
	return email.New(email.Config{
		Customers: customers{c}, Senders: senders{c.db}, // the CRM's own
		Templates: store, Store: store, Blobs: store, Tokens: store,
		Transport: transport, Secret: secret, Logger: slog.Default(),
	})
}
