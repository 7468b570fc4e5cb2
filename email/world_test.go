package email_test

import (
	"context"
	"database/sql"
	"errors"
	"net/mail"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// world is a service on memory parts with a small cast: Anna may send, Boris has not confirmed his address, Vera's is
// confirmed but not allowed; Ivan is a customer of Anna's and of the store on Lesnaya.
type world struct {
	*email.Service
	store    hostStore
	recorder *emailtest.Recorder
	clock    *emailtest.Clock
	config   email.Config
}

// hostStore is every part of a host in one.
type hostStore interface {
	email.Customers
	email.Store
	email.Blobs
	email.Rules
	sender.Directory
	sender.Tokens
	template.Loader
	SaveCustomer(context.Context, email.Customer) error
	SaveIdentity(context.Context, sender.Kind, sender.Identity) error
	SaveTemplate(context.Context, template.Template) error
}

// onSQLite and onPostgreSQL are how the tests are named that run on a database; all others run in memory.
const (
	onSQLite     = "TestBehavioursOnSQLite"
	onPostgreSQL = "TestBehavioursOnPostgreSQL"
)

func newStore(t testing.TB, now func() time.Time) hostStore {
	t.Helper()
	switch name, _, _ := strings.Cut(t.Name(), "/"); name {
	case onSQLite:
		dsn := sqlstore.SQLiteDSN(filepath.Join(t.TempDir(), "crm.db")) + "&_pragma=synchronous(OFF)"
		return sqlStore(t, "sqlite", dsn, sqlstore.Options{Now: now})
	case onPostgreSQL:
		return sqlStore(t, "pgx", migrated.Start(t), sqlstore.Options{Dialect: sqlstore.PostgreSQL, Now: now})
	}
	store := emailtest.NewStore()
	store.SetClock(now)
	return store
}

// migrated is a PostgreSQL database with the store's tables.
var migrated = &postgrestest.Template{Make: func(dsn string) error {
	db, err := sql.Open("pgx", dsn)
	if err != nil {
		return err
	}
	return errors.Join(sqlstore.Migrate(context.Background(), db, sqlstore.PostgreSQL), db.Close())
}}

func sqlStore(t testing.TB, driver, dsn string, opts sqlstore.Options) hostStore {
	t.Helper()
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, db.Close()) })
	store, err := sqlstore.New(db, opts)
	require.NoError(t, err)
	require.NoError(t, store.Migrate(t.Context()))
	return store
}

var morning = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newWorld(t testing.TB, change ...func(*email.Config)) *world {
	t.Helper()
	w := &world{recorder: emailtest.NewRecorder(), clock: emailtest.NewClock(morning)}
	w.store = newStore(t, w.clock.Now)
	w.config = email.Config{
		Customers: w.store, Senders: w.store, Templates: w.store, Store: w.store, Blobs: w.store, Tokens: w.store, Rules: w.store,
		Transport: w.recorder,
		Confirmation: email.Confirmation{
			From: mail.Address{Name: "CRM", Address: "crm@shop.example"},
			URL:  func(token string) string { return "https://crm.example/confirm?token=" + token },
		},
		Now:   w.clock.Now,
		NewID: emailtest.IDs("id"),
		Rand:  emailtest.Rand(1),
	}
	for _, c := range change {
		c(&w.config)
	}
	w.seed(t)
	w.Service = w.service(t)
	return w
}

// service makes a further service on the same parts, as another process would.
func (w *world) service(t testing.TB) *email.Service {
	t.Helper()
	service, err := email.New(w.config)
	require.NoError(t, err)
	return service
}

func (w *world) seed(t testing.TB) {
	t.Helper()
	ctx := t.Context()
	confirmed := morning.Add(-time.Hour)
	for _, i := range []struct {
		kind     sender.Kind
		identity sender.Identity
	}{
		{sender.User, sender.Identity{ID: "anna", Mailbox: mail.Address{Name: "Анна Ким", Address: "anna@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.User, sender.Identity{ID: "boris", Mailbox: mail.Address{Name: "Борис", Address: "boris@shop.example"}}},
		{sender.User, sender.Identity{ID: "vera", Mailbox: mail.Address{Name: "Вера", Address: "vera@shop.example"}, ConfirmedAt: confirmed}},
		{sender.Store, sender.Identity{ID: "lesnaya", Mailbox: mail.Address{Name: "Уют на Лесной", Address: "les@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Additional, sender.Identity{ID: "info", Mailbox: mail.Address{Name: "Уют", Address: "info@shop.example"}, ConfirmedAt: confirmed, Allowed: true}},
		{sender.Additional, sender.Identity{ID: "promo", Mailbox: mail.Address{Name: "Уют: акции", Address: "promo@shop.example"}}},
	} {
		require.NoError(t, w.store.SaveIdentity(ctx, i.kind, i.identity))
	}
	for _, customer := range []email.Customer{
		{ID: "ivan", ExternalID: "EX-7", FirstName: "Иван", LastName: "Фёдоров", Emails: []string{"ivan@example.org", "ivan@mail.ru"},
			Phones: []string{"+7 900 123-45-67"}, Handles: []email.Handle{{Network: "telegram", Username: "@ivan_f"}},
			ManagerID: "anna", StoreID: "lesnaya", CreatedAt: morning},
		{ID: "olga", FirstName: "Ольга", Emails: []string{"olga@example.org"}, CreatedAt: morning},
		{ID: "pyotr", FirstName: "Пётр", Phones: []string{"8 (900) 765-43-21"}, CreatedAt: morning},
	} {
		require.NoError(t, w.store.SaveCustomer(ctx, customer))
	}
	for _, tmpl := range []template.Template{
		{ID: "welcome", Name: "Добро пожаловать", Event: template.EventCustomer, Letter: template.Letter{
			Subject: "Здравствуйте, {{ customer.firstName }}", Preheader: "Скидка {{ customer.firstName }}", HTML: "<p>Рады вам!</p>"}},
		{ID: "order", Name: "Заказ", Event: template.EventOrder, Letter: template.Letter{Subject: "Заказ", HTML: "<p>Заказ</p>"}},
	} {
		require.NoError(t, w.store.SaveTemplate(ctx, tmpl))
	}
}

// draft is a good one, as Anna would write it.
func draft(change ...func(*email.Draft)) email.Draft {
	d := email.Draft{
		ActorID:    "anna",
		CustomerID: "ivan",
		From:       sender.Choice{Kind: sender.Manager},
		Letter:     template.Letter{Subject: "Заказ готов", HTML: "<p>Ждём вас!</p>"},
	}
	for _, c := range change {
		c(&d)
	}
	return d
}

// send queues a draft that must be taken.
func (w *world) send(t *testing.T, change ...func(*email.Draft)) email.Message {
	t.Helper()
	msg, err := w.Send(t.Context(), draft(change...))
	require.NoError(t, err)
	return msg
}

// dispatch delivers what is due and returns the message as it is then.
func (w *world) dispatch(t *testing.T, id string) email.Message {
	t.Helper()
	_, err := w.DispatchDue(t.Context())
	require.NoError(t, err)
	return w.message(t, id)
}

func (w *world) message(t *testing.T, id string) email.Message {
	t.Helper()
	msg, err := w.History.Message(t.Context(), id)
	require.NoError(t, err)
	return msg
}

// refusals are the reasons why a draft is not sent; there must be some, and nothing may be kept.
func (w *world) refusals(t *testing.T, change ...func(*email.Draft)) email.Refusals {
	t.Helper()
	_, err := w.Send(t.Context(), draft(change...))
	var refusals email.Refusals
	require.ErrorAs(t, err, &refusals)
	for _, refusal := range refusals {
		require.NotEmpty(t, refusal.Text("ru"))
		require.NotEmpty(t, refusal.Text("en"))
		require.NotEqual(t, refusal.Text("ru"), refusal.Text("en"))
	}
	require.Empty(t, w.all(t), "a refused draft keeps nothing")
	require.Zero(t, w.recorder.Attempts(), "a refused draft sends nothing")
	return refusals
}

// all are the messages of all customers.
func (w *world) all(t *testing.T) []email.Message {
	t.Helper()
	list, err := w.store.Messages(t.Context(), email.MessageQuery{Limit: 100})
	require.NoError(t, err)
	return list
}

func kinds(events []email.Event) []email.EventKind {
	list := make([]email.EventKind, len(events))
	for i, event := range events {
		list[i] = event.Kind
	}
	return list
}
