package riverqueue_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/riverqueue"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// work is a worker process.
func work(ctx context.Context, setup killtest.Setup) (err error) {
	before := goleak.IgnoreCurrent()
	defer func() { err = errors.Join(err, goleak.Find(before)) }()
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
	return deliver(ctx, pool, riverqueue.Work{Tenants: []riverqueue.Tenant{{Store: store, Service: service}}, Sweep: time.Second})
}

// deliver runs a client until ctx ends.
func deliver(ctx context.Context, pool *pgxpool.Pool, work riverqueue.Work) error {
	config := &river.Config{TestOnly: true, Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
	if err := riverqueue.AddTo(config, work); err != nil {
		return err
	}
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		return err
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		return err
	}
	<-ctx.Done()
	return client.Stop(context.WithoutCancel(ctx))
}

func TestKill(t *testing.T) {
	for name, test := range map[string]struct {
		processes int
		signal    syscall.Signal
		database  bool
	}{
		"one of three":     {3, syscall.SIGKILL, false},
		"and the database": {3, syscall.SIGKILL, true},
		"in order, of two": {2, syscall.SIGTERM, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := killtest.Plan{Processes: test.processes, Signal: test.signal, Worker: "river"}
			if test.database {
				server := postgrestest.NewServer(t)
				plan.Database, plan.Interrupt = server.Database(t), func() { server.Crash(t) }
			} else {
				plan.Database = postgrestest.Start(t)
			}
			store := migrated(t, plan.Database).store(t, "")
			plan.Host, plan.Store = store, store
			killtest.Run(t, plan.Sized())
		})
	}
}
