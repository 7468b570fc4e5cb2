package riverqueue_test

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/riverqueue"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestMain(m *testing.M) {
	killtest.Serve(map[string]func(context.Context, killtest.Setup) error{"river": work, "load": load})
	goleak.VerifyTestMain(m)
}

// database is one with all schemas.
type database struct {
	dsn  string
	pool *pgxpool.Pool
	db   *sql.DB
}

func connect(t testing.TB, dsn string) database {
	t.Helper()
	pool, err := pgxpool.New(context.Background(), dsn)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	db := stdlib.OpenDBFromPool(pool)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	return database{dsn, pool, db}
}

// newDatabase is a database of the test's own with all schemas, which are made once, and copied.
func newDatabase(t testing.TB) database {
	t.Helper()
	return connect(t, schemas.Start(t))
}

var schemas = &postgrestest.Template{Make: func(dsn string) error {
	pool, err := pgxpool.New(context.Background(), dsn)
	if err != nil {
		return err
	}
	defer pool.Close()
	return makeSchemas(pool)
}}

func makeSchemas(pool *pgxpool.Pool) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(context.Background(), rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	db := stdlib.OpenDBFromPool(pool)
	return errors.Join(sqlstore.Migrate(context.Background(), db, sqlstore.PostgreSQL), db.Close())
}

// migrated makes all schemas in a database.
func migrated(t testing.TB, dsn string) database {
	t.Helper()
	d := connect(t, dsn)
	require.NoError(t, makeSchemas(d.pool))
	return d
}

func (d database) store(t testing.TB, tenant string) *riverqueue.Store {
	t.Helper()
	store, err := riverqueue.New(d.db, sqlstore.Options{Tenant: tenant}, riverqueue.Options{})
	require.NoError(t, err)
	return store
}

// jobs counts River's jobs that deliver, by their state.
func (d database) jobs(t testing.TB) map[string]int {
	t.Helper()
	rows, err := d.db.Query(`SELECT state::text, count(*) FROM river_job WHERE kind = 'crmmail_delivery' GROUP BY state`)
	require.NoError(t, err)
	defer rows.Close()
	counts := map[string]int{}
	for rows.Next() {
		var state string
		var n int
		require.NoError(t, rows.Scan(&state, &n))
		counts[state] = n
	}
	require.NoError(t, rows.Err())
	return counts
}

// world is a service whose messages go by River to a Recorder.
type world struct {
	*emailtest.Env
	database
	store *riverqueue.Store
}

func newWorld(t *testing.T, change ...func(*email.Config)) world {
	t.Helper()
	d := newDatabase(t)
	store := d.store(t, "")
	env := emailtest.New(t, append([]func(*email.Config){func(c *email.Config) {
		c.Store, c.Now = store, time.Now
		c.NewID = nil
	}}, change...)...)
	return world{env, d, store}
}

func (w world) send(t testing.TB) email.Message {
	t.Helper()
	msg, err := w.Service.Send(t.Context(), emailtest.Draft())
	require.NoError(t, err)
	return msg
}

// start runs a client until the function that it returns is called, or the test ends.
func (w world) start(t testing.TB) (stop func()) {
	t.Helper()
	config := &river.Config{TestOnly: true, Logger: slog.New(slog.DiscardHandler)}
	require.NoError(t, riverqueue.AddTo(config, riverqueue.Work{
		Tenants: []riverqueue.Tenant{{Store: w.store, Service: w.Service}},
		Sweep:   200 * time.Millisecond,
	}))
	client, err := river.NewClient(riverpgxv5.New(w.pool), config)
	require.NoError(t, err)
	require.NoError(t, client.Start(context.Background()))
	stop = sync.OnceFunc(func() { assert.NoError(t, client.Stop(context.Background())) })
	t.Cleanup(stop)
	return stop
}

// becomes waits for a message's state.
func (w world) becomes(t testing.TB, id string, state email.State) {
	t.Helper()
	var last email.State
	require.Eventually(t, func() bool {
		last = w.Message(t, id).State
		return last == state
	}, 30*time.Second, 10*time.Millisecond, "the message does not become %s", state)
}
