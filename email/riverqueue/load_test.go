package riverqueue_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/email/internal/loadtest"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/riverqueue"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// load is the process that is measured.
func load(ctx context.Context, setup killtest.Setup) error {
	pool, err := pgxpool.New(ctx, setup.Database)
	if err != nil {
		return err
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()
	store, err := riverqueue.New(db, sqlstore.Options{}, riverqueue.Options{})
	if err != nil {
		return err
	}
	transport, err := smtp.New(smtp.Config{Addr: setup.SMTP, TLS: smtp.TLSNone})
	if err != nil {
		return err
	}
	defer transport.Close()
	return loadtest.Measure(ctx, loadtest.Load{
		Messages: setup.Messages, Host: store, Store: store, Campaigns: store, Transport: transport,
		Run: func(ctx context.Context, service *email.Service) error {
			return deliver(ctx, pool, riverqueue.Work{Tenants: []riverqueue.Tenant{{Store: store, Service: service}}})
		},
	})
}

// The server waits for the disk, as in production.
func TestLoad(t *testing.T) {
	dsn := postgrestest.NewServer(t).Database(t)
	migrated(t, dsn)
	loadtest.Run(t, "load", dsn)
}
