package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log"
	"net/mail"
	"os"
	"path/filepath"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// A CRM ships an order and writes to the customer, both or neither.
func ExampleStore_Tx() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "crm")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(filepath.Join(folder, "crm.db")))
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		log.Fatal(err)
	}
	store, err := sqlstore.New(db, sqlstore.Options{})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.Exec(`CREATE TABLE orders (id TEXT, state TEXT); INSERT INTO orders VALUES ('4711', 'packed')`); err != nil {
		log.Fatal(err)
	}
	if err := errors.Join(
		store.SaveCustomer(ctx, email.Customer{ID: "101", FirstName: "Алёна", ManagerID: "7", Emails: []string{"alena@mail.example"}}),
		store.SaveIdentity(ctx, sender.User, sender.Identity{ID: "7", ConfirmedAt: time.Now(), Allowed: true,
			Mailbox: mail.Address{Name: "Анна", Address: "anna@shop.example"}}),
	); err != nil {
		log.Fatal(err)
	}
	service, err := email.New(email.Config{Customers: store, Senders: store, Templates: store, Store: store, Blobs: store,
		Transport: emailtest.NewRecorder()})
	if err != nil {
		log.Fatal(err)
	}

	ship := func(order, letter string) error {
		tx, err := db.BeginTx(ctx, nil)
		if err != nil {
			return err
		}
		defer tx.Rollback()
		if _, err := tx.ExecContext(ctx, `UPDATE orders SET state = 'shipped' WHERE id = ?`, order); err != nil {
			return err
		}
		within, err := service.With(func(c *email.Config) { c.Store, c.Blobs = store.Tx(tx), store.Tx(tx) })
		if err != nil {
			return err
		}
		if _, err := within.Send(ctx, email.Draft{ActorID: "7", CustomerID: "101",
			From:   sender.Choice{Kind: sender.Manager},
			Letter: template.Letter{Subject: "Заказ отправлен", Text: letter}}); err != nil {
			return err
		}
		return tx.Commit()
	}
	show := func(err error) {
		var refusals email.Refusals
		errors.As(err, &refusals)
		var state string
		if err := db.QueryRow(`SELECT state FROM orders`).Scan(&state); err != nil {
			log.Fatal(err)
		}
		history, err := service.History.Messages(ctx, "101", "", 10)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%s, %d messages, %d refusals\n", state, len(history.Items), len(refusals))
	}
	show(ship("4711", "{{ nonsense"))
	show(ship("4711", "Здравствуйте, {{ customer.firstName }}! Заказ в пути."))
	// Output:
	// packed, 0 messages, 1 refusals
	// shipped, 1 messages, 0 refusals
}
