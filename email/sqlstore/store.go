// Package sqlstore keeps everything an email.Service needs in an SQL database: customers, sender identities,
// templates, conversations, messages, the outbox, contents of attachments and confirmation tokens.
//
// It works over database/sql and imports no driver. SQLite is the embedded default:
//
//	import _ "modernc.org/sqlite"
//
//	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN("crm.db"))
//	err = sqlstore.Migrate(ctx, db, sqlstore.SQLite)
//	store, err := sqlstore.New(db, sqlstore.Options{})
//
//	service, err := email.New(email.Config{
//		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Tokens: store,
//		Transport: transport,
//	})
//
// A Store takes the place of each of these interfaces by itself, so a host keeps its own customers and takes the
// history from here.
//
// All tables begin with crmmail_, so they can live in the host's own database. Each row belongs to a tenant, and a Store
// sees the rows of its own alone.
//
// Times are kept in whole microseconds of UTC; what is finer is cut off, and the order of listings is that of the kept
// times.
package sqlstore

import (
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Options are a Store's settings. The zero value is SQLite and the tenant "".
type Options struct {
	Dialect Dialect
	// Tenant is whose rows the Store sees; as email.Config.Tenant.
	Tenant string
	// Phone gives the forms that phone numbers are found by; nil: email.RussianPhone. They are
	// kept with each customer, so customers are saved again after a change.
	Phone email.Phone
	// NewID makes ids of customers and of uploads; nil: 128 random bits.
	NewID func() string
	// Now tells which tokens and unfinished uploads are old enough to be forgotten, and when contents were put, which
	// RemoveBlobs goes by; nil: time.Now. It must agree with email.Config.Now. Whether a message is due is told by the
	// clock in email.Claim.
	Now func() time.Time
}

// Store keeps the data of one tenant. It is safe for concurrent use, also by several processes on one database.
type Store struct {
	db      *sql.DB
	dialect Dialect
	tenant  string
	phone   email.Phone
	newID   func() string
	now     func() time.Time
	writing chan struct{} // holds one value for each transaction that writes
}

var (
	_ email.Customers       = (*Store)(nil)
	_ email.CustomerCreator = (*Store)(nil)
	_ email.CustomerEraser  = (*Store)(nil)
	_ email.Store           = (*Store)(nil)
	_ email.Eraser          = (*Store)(nil)
	_ email.Blobs           = (*Store)(nil)
	_ email.BlobRemover     = (*Store)(nil)
	_ sender.Directory      = (*Store)(nil)
	_ sender.Editor         = (*Store)(nil)
	_ sender.Tokens         = (*Store)(nil)
	_ template.Loader       = (*Store)(nil)
	_ template.Source       = (*Store)(nil)
)

// New returns a Store on a database whose schema is there already, see Migrate. The database stays the caller's to
// close, after the last use of the Store.
func New(db *sql.DB, opts Options) (*Store, error) {
	if db == nil {
		return nil, errors.New("sqlstore: no database")
	}
	if err := opts.Dialect.check(); err != nil {
		return nil, fmt.Errorf("sqlstore: %w", err)
	}
	if opts.NewID == nil {
		opts.NewID = rand.Text
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Store{
		db:      db,
		dialect: opts.Dialect,
		tenant:  opts.Tenant,
		phone:   opts.Phone,
		newID:   opts.NewID,
		now:     opts.Now,
		writing: make(chan struct{}, opts.Dialect.writers()),
	}, nil
}

// Tenant is whose rows the Store sees.
func (s *Store) Tenant() string { return s.tenant }

// wrap says which method an error comes from; nil stays nil.
func wrap(method string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("sqlstore: %s: %w", method, err)
}
