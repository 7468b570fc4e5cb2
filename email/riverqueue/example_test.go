package riverqueue_test

import (
	"context"
	"database/sql"
	"log"
	"os"
	"os/signal"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/riverqueue"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// A process that sends and delivers until it is interrupted. Several of them may run on one database.
func Example() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	pool, err := pgxpool.New(ctx, os.Getenv("DATABASE_URL"))
	if err != nil {
		log.Fatal(err)
	}
	defer pool.Close()
	db := stdlib.OpenDBFromPool(pool)
	defer db.Close()

	store, err := riverqueue.New(db, sqlstore.Options{}, riverqueue.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if err := migrate(ctx, pool, store); err != nil {
		log.Fatal(err)
	}
	transport, err := smtp.New(smtp.Config{Addr: "mail.shop.example:587"})
	if err != nil {
		log.Fatal(err)
	}
	defer transport.Close()
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Tokens: store, Rules: store,
		Suppressions: store, Campaigns: store, Rates: store, Transport: transport,
	})
	if err != nil {
		log.Fatal(err)
	}

	config := &river.Config{}
	err = riverqueue.AddTo(config, riverqueue.Work{Tenants: []riverqueue.Tenant{{Store: store, Service: service}}})
	if err != nil {
		log.Fatal(err)
	}
	client, err := river.NewClient(riverpgxv5.New(pool), config)
	if err != nil {
		log.Fatal(err)
	}
	if err := client.Start(context.WithoutCancel(ctx)); err != nil {
		log.Fatal(err)
	}
	<-ctx.Done()
	if err := client.Stop(context.Background()); err != nil { // it waits for the deliveries that are under way
		log.Fatal(err)
	}
}

// migrate makes River's tables, then the store's.
func migrate(ctx context.Context, pool *pgxpool.Pool, store *riverqueue.Store) error {
	migrator, err := rivermigrate.New(riverpgxv5.New(pool), nil)
	if err != nil {
		return err
	}
	if _, err := migrator.Migrate(ctx, rivermigrate.DirectionUp, nil); err != nil {
		return err
	}
	return store.Migrate(ctx)
}

// A letter that is sent if, and only if, the order is kept with it.
func ExampleStore_Tx() {
	var (
		ctx     context.Context
		db      *sql.DB // the one that the store is on
		store   *riverqueue.Store
		service *email.Service
		draft   email.Draft
	)
	pay := func(orderID string) error {
		conn, err := db.Conn(ctx)
		if err != nil {
			return err
		}
		defer conn.Close()
		tx, err := conn.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		within, err := service.With(func(c *email.Config) {
			bound := store.Tx(conn)
			c.Store, c.Blobs = bound, bound
		})
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE orders SET paid = true WHERE id = $1`, orderID); err != nil {
			return err
		}
		if _, err := within.Send(ctx, draft); err != nil {
			return err
		}
		return tx.Commit()
	}
	_ = pay
}
