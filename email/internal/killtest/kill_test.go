package killtest_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"syscall"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestMain(m *testing.M) {
	killtest.Serve(map[string]func(context.Context, killtest.Setup) error{"sqlite": work, "pgx": work})
	goleak.VerifyTestMain(m)
}

// work is a worker process on the database whose driver the worker is named after.
func work(ctx context.Context, setup killtest.Setup) (err error) {
	before := goleak.IgnoreCurrent()
	defer func() { err = errors.Join(err, goleak.Find(before)) }() // after Run, and after what it works with
	store, closeStore, err := open(setup.Worker, setup.Database)
	if err != nil {
		return err
	}
	defer closeStore()
	transport, err := smtp.New(smtp.Config{Addr: setup.SMTP, TLS: smtp.TLSNone, Hello: setup.Hello, Dial: killtest.Dial})
	if err != nil {
		return err
	}
	defer transport.Close()
	config := killtest.Config(store, store)
	config.Transport = transport
	service, err := email.New(config)
	if err != nil {
		return err
	}
	return service.Run(ctx)
}

func open(driver, dsn string) (store *sqlstore.Store, closeStore func() error, err error) {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return nil, nil, err
	}
	dialect := map[string]sqlstore.Dialect{"sqlite": sqlstore.SQLite, "pgx": sqlstore.PostgreSQL}[driver]
	store, err = sqlstore.New(db, sqlstore.Options{Dialect: dialect})
	return store, db.Close, err
}

// kill runs a plan on a new database.
func kill(t *testing.T, driver, dsn string, plan killtest.Plan) {
	store, closeStore, err := open(driver, dsn)
	require.NoError(t, err)
	defer closeStore()
	require.NoError(t, store.Migrate(t.Context()))
	plan.Worker, plan.Database, plan.Host, plan.Store = driver, dsn, store, store
	killtest.Run(t, plan.Sized())
}

var plans = map[string]killtest.Plan{
	"one process":      {Processes: 1, Signal: syscall.SIGKILL},
	"one of three":     {Processes: 3, Signal: syscall.SIGKILL},
	"in order, of two": {Processes: 2, Signal: syscall.SIGTERM},
}

func TestKillOnSQLite(t *testing.T) {
	for name, plan := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time passes in waiting
			kill(t, "sqlite", sqlstore.SQLiteDSN(filepath.Join(t.TempDir(), "crm.db")), plan)
		})
	}
}

func TestKillOnPostgreSQL(t *testing.T) {
	for name, plan := range plans {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			kill(t, "pgx", postgrestest.Start(t), plan)
		})
	}
	t.Run("and the database", func(t *testing.T) {
		t.Parallel()
		server := postgrestest.NewServer(t)
		plan := plans["one of three"]
		plan.Interrupt = func() { server.Crash(t) }
		kill(t, "pgx", server.Database(t), plan)
	})
}
