package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/mail"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/preview"
	"github.com/crmmail/crmmail/email/smtp"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// app is the CRM.
type app struct {
	mail    *email.Service
	store   *sqlstore.Store  // its own records: the library reads them through the interfaces it asks for
	mailbox *preview.Mailbox // where everything that was sent can be seen
	faults  *faults          // what goes wrong on the way there
	drafts  *drafts          // the files of letters that are being written
	policy  policyFile       // of attachments

	campaigns campaigns

	base     string // what the pages' addresses begin with
	language string // until somebody picks another
	undo     time.Duration
	now      func() time.Time
	newID    func() string
	secret   []byte // of the library's signatures
	closers  []func() error
}

// The system's own mailboxes.
const (
	systemMailbox  = "crm@shop.example"
	answersMailbox = "answers@shop.example" // answers come here, with a signed tag that finds their conversation
)

// newApp opens the store, makes and fills it where there is none, and joins the parts. Whoever gets an app closes it.
func newApp(ctx context.Context, o options, base string) (a *app, err error) {
	a = &app{base: base, language: cmp.Or(o.language, "ru"), undo: o.undo, newID: ids(o.ids)}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close())
		}
	}()
	if a.now, err = clock(o.clock); err != nil {
		return a, err
	}
	folder, err := os.MkdirTemp("", "crm-")
	if err != nil {
		return a, err
	}
	a.closers = append(a.closers, func() error { return os.RemoveAll(folder) })
	a.drafts = newDrafts(folder, a.now)

	database := cmp.Or(o.db, filepath.Join(folder, "crm.db"))
	a.policy = policyFile(database + ".policy.json")
	if err := a.policy.make(); err != nil {
		return a, err
	}
	if a.secret, err = readSecret(database + ".secret"); err != nil {
		return a, err
	}
	server, err := a.server(o)
	if err != nil {
		return a, err
	}
	a.mailbox = preview.New(preview.Options{Next: server, Now: a.now})
	a.faults = &faults{next: a.mailbox, server: server}
	if err := a.make(ctx, database); err != nil {
		return a, err
	}
	db, err := a.open(ctx, database)
	if db != nil {
		a.closers = append(a.closers, db.Close)
	}
	return a, err
}

// make makes the database where there is none, with a shop in it. It gets its name when it is whole, so that a program
// that ends on the way leaves none that is half filled; and what the log of a deleted one still holds is not taken for its own.
func (a *app) make(ctx context.Context, file string) error {
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	next := file + ".new"
	for _, left := range []string{next, next + "-wal", next + "-shm", file + "-wal", file + "-shm"} {
		if err := os.Remove(left); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	db, err := a.open(ctx, next)
	if err == nil {
		err = a.seed(ctx)
	}
	if db != nil {
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		return err
	}
	return os.Rename(next, file)
}

// open opens a database and joins the parts on it. Whoever gets a database closes it, also where there is an error.
func (a *app) open(ctx context.Context, file string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(file))
	if err != nil {
		return nil, err
	}
	if err := sqlstore.Migrate(ctx, db, sqlstore.SQLite); err != nil {
		return db, err
	}
	if a.store, err = sqlstore.New(db, sqlstore.Options{Now: a.now}); err != nil {
		return db, err
	}
	a.mail, err = a.service()
	return db, err
}

// service joins the parts.
func (a *app) service() (*email.Service, error) {
	return email.New(email.Config{
		Customers: a.store, Senders: a.store, Templates: a.store, Store: a.store, Blobs: a.store, Transport: a.faults,
		Rules: a.store, Suppressions: a.store, Tokens: a.store, Campaigns: a.store,
		Confirmation: email.Confirmation{
			From: mail.Address{Name: "CRM", Address: systemMailbox},
			URL:  func(token string) string { return a.base + "/confirm/" + url.PathEscape(token) },
		},
		Unsubscribe: email.Unsubscribe{URL: func(token string) string { // where customers reach the CRM from outside
			return "https://crm.shop.example/unsubscribe/" + url.PathEscape(token)
		}},
		Domains: demoDomains(),
		Policy:  a.policy.read,
		ReplyTo: mail.Address{Address: answersMailbox},
		Secret:  a.secret,
		Now:     a.now,
		NewID:   a.newID,
		Dispatch: email.Dispatch{
			Poll: 200 * time.Millisecond, Timeout: 20 * time.Second, Grace: time.Second, Lease: 30 * time.Second,
			Retry: func(attempt int) (time.Duration, bool) { return time.Duration(attempt) * 10 * time.Second, attempt < 5 },
		},
	})
}

// server is the mail server that gets every message too; nil where there is none.
func (a *app) server(o options) (email.Transport, error) {
	if o.smtp == "" {
		return nil, nil
	}
	config := smtp.Config{Addr: o.smtp, Username: o.user, Password: os.Getenv("CRMMAIL_PASSWORD")}
	host, _, _ := net.SplitHostPort(o.smtp)
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		config.TLS = smtp.TLSNone
	}
	transport, err := smtp.New(config)
	if err != nil {
		return nil, err
	}
	a.closers = append(a.closers, transport.Close)
	return transport, nil
}

// close closes what newApp opened, the newest first.
func (a *app) close() error {
	var failed []error
	for i := len(a.closers) - 1; i >= 0; i-- {
		failed = append(failed, a.closers[i]())
	}
	return errors.Join(failed...)
}

// clock tells the time from a moment on, or the real one.
func clock(begin string) (func() time.Time, error) {
	if begin == "" {
		return time.Now, nil
	}
	from, err := time.Parse(time.RFC3339, begin)
	if err != nil {
		return nil, err
	}
	started := time.Now()
	return func() time.Time { return from.Add(time.Since(started)) }, nil
}

// ids counts from 1, or is nil for the library's own.
func ids(kind string) func() string {
	if kind != "seq" {
		return nil
	}
	last := new(atomic.Int64)
	return func() string { return fmt.Sprintf("m%06d", last.Add(1)) }
}

// readSecret reads the key of the CRM's signatures, which stays the same as long as its database does.
func readSecret(file string) ([]byte, error) {
	secret, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		secret = []byte(rand.Text())
		err = os.WriteFile(file, secret, 0o600)
	}
	return secret, err
}
