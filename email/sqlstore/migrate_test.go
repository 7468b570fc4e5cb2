package sqlstore_test

import (
	"context"
	"database/sql"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

func TestMigrateAgainKeepsTheData(t *testing.T) { onEach(t, testMigrateAgainKeepsTheData) }

func testMigrateAgainKeepsTheData(t *testing.T) {
	path := newFile(t)
	db := openDB(t, path)
	store := storeOn(t, db, sqlstore.Options{})
	require.NoError(t, store.SaveCustomer(context.Background(), email.Customer{ID: "1"}))
	require.NoError(t, sqlstore.Migrate(context.Background(), db, dialect(t)))
	_, err := store.Customer(context.Background(), "1")
	assert.NoError(t, err)
}

func TestMigrateByManyAtOnce(t *testing.T) { onEach(t, testMigrateByManyAtOnce) }

func testMigrateByManyAtOnce(t *testing.T) {
	path := emptyFile(t)
	var group sync.WaitGroup
	for range 8 {
		db := openDB(t, path)
		group.Go(func() { assert.NoError(t, sqlstore.Migrate(context.Background(), db, dialect(t))) })
	}
	group.Wait()
	require.NoError(t, storeOn(t, openDB(t, path), sqlstore.Options{}).
		SaveCustomer(context.Background(), email.Customer{ID: "1"}))
}

func TestMigrateRefusesANewerSchema(t *testing.T) { onEach(t, testMigrateRefusesANewerSchema) }

func testMigrateRefusesANewerSchema(t *testing.T) {
	db := openDB(t, newFile(t))
	_, err := db.Exec(`UPDATE crmmail_schema SET version = 999`)
	require.NoError(t, err)
	err = sqlstore.Migrate(context.Background(), db, dialect(t))
	require.ErrorContains(t, err, "999")
	assert.Equal(t, 999, schemaVersion(t, db))
}

func TestMigrateIsAllOrNothing(t *testing.T) { onEach(t, testMigrateIsAllOrNothing) }

func testMigrateIsAllOrNothing(t *testing.T) {
	db := openDB(t, emptyFile(t))
	_, err := db.Exec(`CREATE TABLE crmmail_event (x INTEGER)`) // in the way of one of the last statements
	require.NoError(t, err)
	require.Error(t, sqlstore.Migrate(context.Background(), db, dialect(t)))
	assert.Equal(t, []string{"crmmail_event"}, tables(t, db))
	_, err = db.Exec(`DROP TABLE crmmail_event`)
	require.NoError(t, err)
	require.NoError(t, sqlstore.Migrate(context.Background(), db, dialect(t)))
}

func TestMigrateEndsWithTheContext(t *testing.T) { onEach(t, testMigrateEndsWithTheContext) }

func testMigrateEndsWithTheContext(t *testing.T) {
	db := openDB(t, emptyFile(t))
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, sqlstore.Migrate(ctx, db, dialect(t)), context.Canceled)
	assert.Empty(t, tables(t, db))
}

func TestMigrationsMakeTheSameSchemaByAnotherTool(t *testing.T) {
	onEach(t, testMigrationsMakeTheSameSchemaByAnotherTool)
}

func testMigrationsMakeTheSameSchemaByAnotherTool(t *testing.T) {
	db := openDB(t, emptyFile(t))
	files, err := sqlstore.Migrations(dialect(t), "")
	require.NoError(t, err)
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		_, err = db.Exec(string(text))
		require.NoError(t, err, name)
	}
	migrated := openDB(t, newFile(t))
	assert.Equal(t, schema(t, migrated), schema(t, db))
	require.NoError(t, storeOn(t, db, sqlstore.Options{}).SaveCustomer(context.Background(), email.Customer{ID: "1"}))
}

func TestUnknownDialect(t *testing.T) {
	db := openDB(t, newFile(t))
	_, err := sqlstore.New(db, sqlstore.Options{Dialect: 9})
	assert.ErrorContains(t, err, "dialect")
	assert.ErrorContains(t, sqlstore.Migrate(context.Background(), db, 9), "dialect")
	_, err = sqlstore.New(nil, sqlstore.Options{})
	assert.Error(t, err)
	assert.Error(t, sqlstore.Migrate(context.Background(), nil, sqlstore.SQLite))
}

func TestSQLiteDSN(t *testing.T) {
	for _, name := range []string{"plain.db", "с пробелом.db", "100%.db", "a?b#c.db", "a+b&c=d.db"} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), name)
			db := openDSN(t, sqlstore.SQLiteDSN(path))
			require.NoError(t, sqlstore.Migrate(context.Background(), db, dialect(t)))
			assert.FileExists(t, path)
			for pragma, want := range map[string]string{
				"journal_mode": "wal", "foreign_keys": "1", "synchronous": "2", "busy_timeout": "250",
			} {
				var got string
				require.NoError(t, db.QueryRow("PRAGMA "+pragma).Scan(&got))
				assert.Equal(t, want, got, pragma)
			}
		})
	}
	t.Run("relative", func(t *testing.T) {
		t.Chdir(t.TempDir())
		require.NoError(t, sqlstore.Migrate(context.Background(), openDSN(t, sqlstore.SQLiteDSN("crm.db")), sqlstore.SQLite))
		assert.FileExists(t, "crm.db")
	})
}

func schemaVersion(t *testing.T, db *sql.DB) (version int) {
	require.NoError(t, db.QueryRow(`SELECT version FROM crmmail_schema`).Scan(&version))
	return version
}

// tables are the tables that hold data, not those that a full-text index keeps for itself.
func tables(t *testing.T, db *sql.DB) (names []string) {
	query := `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
	if dialect(t) == sqlstore.PostgreSQL {
		query = `SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename`
	}
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		require.NoError(t, rows.Scan(&name))
		names = append(names, name)
	}
	require.NoError(t, rows.Err())
	return names
}

// schema is every table and index but the one that counts versions.
func schema(t *testing.T, db *sql.DB) string {
	query := `SELECT COALESCE(sql, name) FROM sqlite_schema WHERE tbl_name <> 'crmmail_schema' ORDER BY name`
	if dialect(t) == sqlstore.PostgreSQL {
		query = `SELECT table_name || ' ' || column_name || ' ' || data_type || ' ' || is_nullable AS line FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> 'crmmail_schema'
			UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'crmmail_schema' ORDER BY line`
	}
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	var b strings.Builder
	for rows.Next() {
		var text string
		require.NoError(t, rows.Scan(&text))
		b.WriteString(text + "\n")
	}
	require.NoError(t, rows.Err())
	return b.String()
}
