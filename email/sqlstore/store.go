// Package sqlstore keeps everything an email.Service needs in an SQL database: customers, sender identities,
// templates, rules, conversations, messages, the outbox, contents of attachments, suppressions, the progress of mass
// mailings, rates and confirmation tokens.
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
//		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Tokens: store, Rules: store,
//		Suppressions: store, Campaigns: store, Rates: store,
//		Transport: transport,
//	})
//
// PostgreSQL takes its place where several machines share one history:
//
//	import _ "github.com/jackc/pgx/v5/stdlib"
//
//	db, err := sql.Open("pgx", "postgres://crm@localhost/crm")
//	err = sqlstore.Migrate(ctx, db, sqlstore.PostgreSQL)
//	store, err := sqlstore.New(db, sqlstore.Options{Dialect: sqlstore.PostgreSQL})
//
// A Store takes the place of each of these interfaces by itself, so a host keeps its own customers and takes the
// history from here.
//
// All tables begin with crmmail_, or with Options.Prefix, so they can live in the host's own database. On PostgreSQL they
// are where search_path leads, so a schema of their own needs nothing but search_path in the data source name. Each row
// belongs to a tenant, and a Store sees the rows of its own alone. By Store.Tx a host sends within a transaction of its own.
//
// Times are kept in whole microseconds of UTC; what is finer is cut off, and the order of listings is that of the kept
// times. Text is kept as UTF-8 without NUL: U+FFFD stands for each octet that is neither. Contents and the wire forms of
// messages are octets, and kept as they are.
//
// Contents live in the database, too, or in files: OpenFolder is for contents that are too much for it.
package sqlstore

import (
	"cmp"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Options are a Store's settings. The zero value is SQLite and the tenant "".
type Options struct {
	Dialect Dialect
	// Prefix begins the names of all tables and indexes: small ASCII letters, digits and underscores, at most 24 of them.
	// Empty: crmmail_.
	Prefix string
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
	host    Conn // the host's transaction; nil: each method has its own
	dialect Dialect
	wording *wording
	tenant  string
	phone   email.Phone
	newID   func() string
	now     func() time.Time
	turns   chan struct{} // holds one value while a transaction writes; nil: they need not wait for each other
}

// What a Store takes the place of, and what it can do beyond that.
var (
	_ email.Customers         = (*Store)(nil)
	_ email.CustomerCreator   = (*Store)(nil)
	_ email.CustomerEraser    = (*Store)(nil)
	_ email.Store             = (*Store)(nil)
	_ email.BatchOutbox       = (*Store)(nil)
	_ email.Eraser            = (*Store)(nil)
	_ email.BlobReferences    = (*Store)(nil)
	_ email.WireKeeper        = (*Store)(nil)
	_ email.Blobs             = (*Store)(nil)
	_ email.BlobLister        = (*Store)(nil)
	_ email.BlobRemover       = (*Store)(nil)
	_ email.Rules             = (*Store)(nil)
	_ email.Suppressions      = (*Store)(nil)
	_ email.SuppressionLister = (*Store)(nil)
	_ email.Campaigns         = (*Store)(nil)
	_ email.Rates             = (*Store)(nil)
	_ sender.Directory        = (*Store)(nil)
	_ sender.Editor           = (*Store)(nil)
	_ sender.Tokens           = (*Store)(nil)
	_ template.Loader         = (*Store)(nil)
	_ template.Source         = (*Store)(nil)
)

// New returns a Store on a database whose schema is there already, see Migrate. The database stays the caller's to
// close, after the last use of the Store.
func New(db *sql.DB, opts Options) (*Store, error) {
	if db == nil {
		return nil, errors.New("sqlstore: no database")
	}
	if err := opts.check(); err != nil {
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
		wording: &wording{dialect: opts.Dialect, prefix: cmp.Or(opts.Prefix, defaultPrefix)},
		tenant:  opts.Tenant,
		phone:   opts.Phone,
		newID:   opts.NewID,
		now:     opts.Now,
		turns:   opts.Dialect.turns(),
	}, nil
}

func (o Options) check() error {
	if err := o.Dialect.check(); err != nil {
		return err
	}
	return checkPrefix(o.Prefix)
}

// prefixPattern keeps names within the 63 octets of PostgreSQL's.
var prefixPattern = regexp.MustCompile(`^[a-z_][a-z0-9_]{0,23}$`)

func checkPrefix(prefix string) error {
	if prefix != "" && (!prefixPattern.MatchString(prefix) || strings.HasPrefix(prefix, "sqlite_")) {
		return fmt.Errorf("tables cannot begin with %q", prefix)
	}
	return nil
}

// Tx is the Store within a transaction of the host's: what its methods do is kept when the host commits, together with
// what the host itself changes, and undone when it rolls back. They neither begin nor end a transaction, nor do they try
// again: a conflict with another transaction (SQLSTATE 40001 or 40P01, SQLITE_BUSY) is the host's to answer, by rolling back
// and beginning anew.
//
// A method that returns one of the errors of the email, sender and template packages, such as email.ErrDuplicate, has
// changed nothing, and the transaction goes on. After any other error the host rolls back.
//
// The transaction sees what others have committed meanwhile; on PostgreSQL that is READ COMMITTED, the default. On SQLite it
// should be one that writes from its beginning, as with SQLiteDSN. The returned Store is for one goroutine at a time and ends
// with the transaction, and so do readers it has opened.
func (s *Store) Tx(tx Conn) *Store {
	bound := *s
	bound.host = tx
	return &bound
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
