package loadtest_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/email/internal/loadtest"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestMain(m *testing.M) {
	killtest.Serve(map[string]func(context.Context, killtest.Setup) error{"sqlite": work, "pgx": work})
	goleak.VerifyTestMain(m)
}

// work is the process that is measured, on the database whose driver the worker is named after.
func work(ctx context.Context, setup killtest.Setup) error {
	db, err := sql.Open(setup.Worker, setup.Database)
	if err != nil {
		return err
	}
	defer db.Close()
	dialect := map[string]sqlstore.Dialect{"sqlite": sqlstore.SQLite, "pgx": sqlstore.PostgreSQL}[setup.Worker]
	store, err := sqlstore.New(db, sqlstore.Options{Dialect: dialect})
	if err != nil {
		return err
	}
	if err := store.Migrate(ctx); err != nil {
		return err
	}
	transport, err := smtp.New(smtp.Config{Addr: setup.SMTP, TLS: smtp.TLSNone})
	if err != nil {
		return err
	}
	defer transport.Close()
	return loadtest.Measure(ctx, loadtest.Load{
		Messages: setup.Messages, Host: store, Store: store, Campaigns: store, Transport: transport,
		Run: func(ctx context.Context, service *email.Service) error { return service.Run(ctx) },
	})
}

func TestLoadOnSQLite(t *testing.T) {
	loadtest.Run(t, "sqlite", sqlstore.SQLiteDSN(filepath.Join(t.TempDir(), "crm.db")))
}

// The server waits for the disk, as in production.
func TestLoadOnPostgreSQL(t *testing.T) {
	loadtest.Run(t, "pgx", postgrestest.NewServer(t).Database(t))
}
