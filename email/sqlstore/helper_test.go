package sqlstore_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// onEach runs a test on each database at once, as a subtest by whose name the functions below know which one it is. Other
// tests are on SQLite.
func onEach(t *testing.T, test func(t *testing.T)) {
	for _, name := range []string{"SQLite", onPostgreSQL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t)
		})
	}
}

const onPostgreSQL = "PostgreSQL"

func dialect(t testing.TB) sqlstore.Dialect {
	if slices.Contains(strings.Split(t.Name(), "/"), onPostgreSQL) {
		return sqlstore.PostgreSQL
	}
	return sqlstore.SQLite
}

// emptyFile is where a database without a schema is: the path of a file, or the name of a data source.
func emptyFile(t testing.TB) string {
	if dialect(t) == sqlstore.PostgreSQL {
		return postgrestest.Start(t)
	}
	return filepath.Join(t.TempDir(), "crm.db")
}

// newFile is where a database with the schema is. The schema is made once, and copied.
func newFile(t testing.TB) string {
	if dialect(t) == sqlstore.PostgreSQL {
		return newDatabase.Start(t)
	}
	path := emptyFile(t)
	content, err := newFileContent()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(path, content, 0o600))
	return path
}

var newDatabase = &postgrestest.Template{Make: func(dsn string) error { return migrateAlone("pgx", dsn, sqlstore.PostgreSQL) }}

var newFileContent = sync.OnceValues(func() ([]byte, error) {
	folder, err := os.MkdirTemp("", "sqlstore")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "crm.db")
	if err := migrateAlone("sqlite", sqlstore.SQLiteDSN(path), sqlstore.SQLite); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrateAlone leaves no connection behind, and so nothing in a write-ahead log.
func migrateAlone(driver, dsn string, d sqlstore.Dialect) error {
	db, err := sql.Open(driver, dsn)
	if err != nil {
		return err
	}
	return errors.Join(sqlstore.Migrate(context.Background(), db, d), db.Close())
}

// openDB opens a pool of its own, as another process would. Its commits do not wait for the disk.
func openDB(t testing.TB, path string) *sql.DB { return openDSN(t, dataSource(t, path)) }

func dataSource(t testing.TB, path string) string {
	if dialect(t) == sqlstore.PostgreSQL {
		return path
	}
	return sqlstore.SQLiteDSN(path) + "&_pragma=synchronous(0)"
}

func openDSN(t testing.TB, dsn string) *sql.DB {
	driver := "sqlite"
	if dialect(t) == sqlstore.PostgreSQL {
		driver = "pgx"
	}
	db, err := sql.Open(driver, dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func storeOn(t testing.TB, db *sql.DB, opts sqlstore.Options) *sqlstore.Store {
	opts.Dialect = dialect(t)
	store, err := sqlstore.New(db, opts)
	require.NoError(t, err)
	return store
}

func newStore(t testing.TB) *sqlstore.Store {
	return storeOn(t, openDB(t, newFile(t)), sqlstore.Options{})
}

// pairs makes one database, and gives two handles on one storage at each call: a tenant of its own.
func pairs(t testing.TB) pair {
	path := newFile(t)
	return func(t testing.TB) (one, other *sqlstore.Store) {
		opts := sqlstore.Options{Tenant: rand.Text()}
		return storeOn(t, openDB(t, path), opts), storeOn(t, openDB(t, path), opts)
	}
}

// aQueued is the n-th message to a customer, n seconds after noon.
func aQueued(n int, customerID string) email.Queued {
	id := fmt.Sprintf("m%06d", n)
	at := noon.Add(time.Duration(n) * time.Second)
	return email.Queued{
		Message: email.Message{
			ID: id, ConversationID: "c-" + customerID, CustomerID: customerID, ActorID: "u7",
			Direction: email.Outgoing, Origin: email.OriginOutgoing, TemplateID: "welcome", SenderChoice: "manager",
			From:    mail.Address{Name: "Анна", Address: "anna@shop.example"},
			To:      []mail.Address{{Name: "Иван", Address: "ivan@mail.example"}},
			Bcc:     []mail.Address{{Address: "boss@shop.example"}},
			Subject: "Заказ " + id, Preheader: "Скоро у вас", HTML: "<p>Едет</p>", Text: "Едет",
			Attachments: []email.Attachment{{Name: "счёт.pdf", MediaType: "application/pdf", Size: 3, BlobID: "ab"}},
			MessageID:   id + "@shop.example", References: []string{"first@shop.example"},
			State:          email.StateQueued,
			Recipients:     []email.Recipient{{Address: "ivan@mail.example"}, {Address: "boss@shop.example"}},
			IdempotencyKey: "key-" + id, CreatedAt: at, SendAt: at,
		},
		Conversation: email.Conversation{ID: "c-" + customerID, CustomerID: customerID, Subject: "Заказ", State: email.Completed,
			CreatedAt: at, UpdatedAt: at},
		ReturnPath: "bounce@shop.example",
		Wire:       &message.Wire{Segments: []message.Segment{{Bytes: []byte("Subject: x\r\n\r\n")}, {Key: "ab", Size: 3, Encoding: message.EncodingBase64}}},
		Event:      email.Event{At: at, Kind: email.EventQueued, ActorID: "u7"},
	}
}

func enqueue(t testing.TB, store *sqlstore.Store, queued ...email.Queued) {
	for _, q := range queued {
		_, err := store.Enqueue(context.Background(), q)
		require.NoError(t, err)
	}
}

// assertEmpty asserts that no table holds anything, but for some.
func assertEmpty(t *testing.T, db *sql.DB, but ...string) {
	for _, table := range tables(t, db) {
		if table == "crmmail_schema" || slices.Contains(but, table) {
			continue
		}
		var n int
		require.NoError(t, db.QueryRow("SELECT COUNT(*) FROM "+table).Scan(&n))
		assert.Zero(t, n, "rows in "+table)
	}
}

// keptText is what a database keeps of a text.
func keptText(text string) string {
	return strings.ReplaceAll(string([]rune(text)), "\x00", "\ufffd")
}

func blobID(content string) string {
	sum := sha256.Sum256([]byte(content))
	return hex.EncodeToString(sum[:])
}
