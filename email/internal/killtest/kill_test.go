package killtest_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestMain(m *testing.M) {
	killtest.Serve(map[string]func(context.Context, killtest.Setup) error{"sqlite": workOnSQLite})
	goleak.VerifyTestMain(m)
}

// workOnSQLite is a worker process.
func workOnSQLite(ctx context.Context, setup killtest.Setup) error {
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(setup.Database))
	if err != nil {
		return err
	}
	defer db.Close()
	store, err := sqlstore.New(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	return dispatch(ctx, setup, store)
}

// dispatch sends what is in a store until ctx ends.
func dispatch(ctx context.Context, setup killtest.Setup, store *sqlstore.Store) error {
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

func TestKillOnSQLite(t *testing.T) {
	for name, plan := range map[string]killtest.Plan{
		"killed":              {Processes: 1, Signal: syscall.SIGKILL},
		"one of three killed": {Processes: 3, Signal: syscall.SIGKILL},
		"told to end":         {Processes: 1, Signal: syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "crm.db")
			db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(path))
			require.NoError(t, err)
			defer db.Close()
			require.NoError(t, sqlstore.Migrate(t.Context(), db, sqlstore.SQLite))
			store, err := sqlstore.New(db, sqlstore.Options{})
			require.NoError(t, err)
			plan.Database, plan.Worker, plan.Host, plan.Store = path, "sqlite", store, store
			killtest.Run(t, plan.Sized())
		})
	}
}
