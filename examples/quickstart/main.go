// Command quickstart does the library's main job with nothing else needed: it opens a database in a temporary folder,
// starts a mail server on loopback, writes to a customer out of a template, shows what is refused and why, sends, reads
// back what the server received, and files the customer's answer.
//
//	go run ./examples/quickstart
//	go run ./examples/quickstart -smtp mail.example:587 -from me@example -to you@example   # through a server of yours
package main

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"

	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func main() {
	var o options
	flag.StringVar(&o.server, "smtp", "", "`host:port` of a mail server of your own; empty: one in this process")
	flag.StringVar(&o.user, "user", "", "user name at that server; the password is read from CRMMAIL_PASSWORD")
	flag.StringVar(&o.from, "from", "irina@shop.example", "the manager's `address`")
	flag.StringVar(&o.to, "to", "anna@example.ru", "the customer's `address`")
	flag.StringVar(&o.language, "lang", "en", "language of the library's texts: en or ru")
	flag.Parse()
	o.password = os.Getenv("CRMMAIL_PASSWORD")

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stdout, o); err != nil {
		fmt.Fprintln(os.Stderr, "quickstart:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	server, user, password string
	from, to               string
	language               string
}

// run opens what the story needs and tells it.
func run(ctx context.Context, out io.Writer, o options) error {
	folder, err := os.MkdirTemp("", "crmmail-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)

	path := filepath.Join(folder, "crm.db")
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(path))
	if err != nil {
		return err
	}
	defer db.Close()
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		return err
	}
	store, err := sqlstore.New(db, sqlstore.Options{})
	if err != nil {
		return err
	}
	if err := seed(ctx, store, o); err != nil {
		return err
	}

	server, err := startServer(o.server)
	if err != nil {
		return err
	}
	defer server.close()
	transport, err := smtp.New(server.config(o))
	if err != nil {
		return err
	}
	defer transport.Close()

	service, err := email.New(email.Config{
		Customers: store,
		Senders:   store,
		Templates: store,
		Store:     store,
		Blobs:     store,
		Tokens:    store,
		Transport: transport,
	})
	if err != nil {
		return err
	}
	s := story{out: out, folder: folder, language: o.language, service: service, server: server}
	return s.tell(ctx, path)
}
