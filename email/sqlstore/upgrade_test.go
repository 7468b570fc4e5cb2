package sqlstore_test

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// A release records its schemas: go test ./email/sqlstore -run TestReleasedSchemas -record
var record = flag.Bool("record", false, "record the newest schema as one that is released")

// What was released never changes: each recorded schema is what the first migrations make.
func TestReleasedSchemas(t *testing.T) { onEach(t, testReleasedSchemas) }

func testReleasedSchemas(t *testing.T) {
	files := migrationFiles(t)
	folder := filepath.Join("testdata", "schema", dialect(t).String())
	if *record {
		require.NoError(t, os.MkdirAll(folder, 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(folder, fmt.Sprintf("v%04d.sql", len(files))), []byte(strings.Join(files, "")), 0o644))
	}
	released, err := filepath.Glob(filepath.Join(folder, "v*.sql"))
	require.NoError(t, err)
	for _, name := range released {
		var version int
		_, err := fmt.Sscanf(filepath.Base(name), "v%d.sql", &version)
		require.NoError(t, err, name)
		recorded, err := os.ReadFile(name)
		require.NoError(t, err)
		require.LessOrEqual(t, version, len(files))
		assert.Equal(t, string(recorded), strings.Join(files[:version], ""), name)
	}
}

// From each schema that ever was, Migrate leads to the newest and loses nothing.
func TestUpgrade(t *testing.T) { onEach(t, testUpgrade) }

func testUpgrade(t *testing.T) {
	files := migrationFiles(t)
	for version := 1; version <= len(files); version++ {
		t.Run(fmt.Sprint("from ", version), func(t *testing.T) {
			db := openDB(t, emptyFile(t))
			for _, statements := range append(files[:version:version],
				`CREATE TABLE crmmail_schema (only_row INTEGER PRIMARY KEY, version INTEGER NOT NULL)`,
				fmt.Sprint(`INSERT INTO crmmail_schema VALUES (1, `, version, `)`)) {
				_, err := db.Exec(statements)
				require.NoError(t, err)
			}
			old := columnsOf(t, db)
			before := map[string]string{}
			for table := range old {
				fillTable(t, db, table, old[table])
			}
			for table := range old {
				before[table] = onlyRow(t, db, table, old[table])
			}

			store := storeOn(t, db, sqlstore.Options{Tenant: "new"})
			require.NoError(t, store.Migrate(context.Background()))
			assert.Equal(t, len(files), schemaVersion(t, db))
			for table, row := range before {
				assert.Equal(t, row, onlyRow(t, db, table, old[table]), table)
			}
			fill(t, store, "red", "r")
		})
	}
}

func migrationFiles(t *testing.T) (texts []string) {
	files, err := sqlstore.Migrations(dialect(t), "")
	require.NoError(t, err)
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		texts = append(texts, string(text))
	}
	return texts
}

type column struct{ name, kind string }

// columnsOf are the columns of the tables that hold data: not those that a full-text index keeps for itself, nor the numbers
// that rows have in the database alone.
func columnsOf(t *testing.T, db *sql.DB) map[string][]column {
	query := `SELECT l.name, c.name, lower(c.type) FROM pragma_table_list l JOIN pragma_table_info(l.name) c
		WHERE l.schema = 'main' AND l.type = 'table' AND l.name NOT LIKE 'sqlite_%' AND l.name <> 'crmmail_schema' AND c.name <> 'n'`
	if dialect(t) == sqlstore.PostgreSQL {
		query = `SELECT table_name, column_name, data_type FROM information_schema.columns
			WHERE table_schema = 'public' AND table_name <> 'crmmail_schema' AND is_generated = 'NEVER' AND is_identity = 'NO'`
	}
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	columns := map[string][]column{}
	for rows.Next() {
		var table string
		var c column
		require.NoError(t, rows.Scan(&table, &c.name, &c.kind))
		columns[table] = append(columns[table], c)
	}
	require.NoError(t, rows.Err())
	require.NotEmpty(t, columns)
	return columns
}

// fillTable keeps one row with the same values everywhere, so that it refers to the rows of other tables, which may come
// later.
func fillTable(t *testing.T, db *sql.DB, table string, columns []column) {
	var names, values []string
	for _, c := range columns {
		value := map[string]string{"text": "'x'", "integer": "1", "bigint": "1", "blob": "x'01'", "bytea": `'\x01'`, "ARRAY": "'{}'"}[c.kind]
		require.NotEmpty(t, value, "%s.%s is of the type %q", table, c.name, c.kind)
		names, values = append(names, c.name), append(values, value)
	}
	ctx := context.Background()
	conn, err := db.Conn(ctx)
	require.NoError(t, err)
	defer conn.Close()
	off, on := `PRAGMA foreign_keys = OFF`, `PRAGMA foreign_keys = ON`
	if dialect(t) == sqlstore.PostgreSQL {
		off, on = `SET session_replication_role = replica`, `SET session_replication_role = origin`
	}
	for _, statement := range []string{off,
		fmt.Sprintf(`INSERT INTO %s (%s) VALUES (%s)`, table, strings.Join(names, ", "), strings.Join(values, ", ")), on} {
		_, err := conn.ExecContext(ctx, statement)
		require.NoError(t, err, statement)
	}
}

// onlyRow is the row that fillTable has made.
func onlyRow(t *testing.T, db *sql.DB, table string, columns []column) string {
	var names []string
	values, pointers := make([]any, len(columns)), make([]any, len(columns))
	for i, c := range columns {
		names = append(names, c.name)
		pointers[i] = &values[i]
	}
	rows, err := db.Query(fmt.Sprintf(`SELECT %s FROM %s`, strings.Join(names, ", "), table))
	require.NoError(t, err)
	defer rows.Close()
	require.True(t, rows.Next(), table)
	require.NoError(t, rows.Scan(pointers...))
	require.False(t, rows.Next(), table)
	require.NoError(t, rows.Err())
	return fmt.Sprint(values)
}

// A mailing that an earlier release has queued leaves after letters too.
func TestUpgradeKnowsMailings(t *testing.T) { onEach(t, testUpgradeKnowsMailings) }

func testUpgradeKnowsMailings(t *testing.T) {
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	mailing, letter := aQueued(1, "c"), aQueued(2, "c")
	mailing.Message.Purpose = email.Bulk
	enqueue(t, store, mailing, letter)
	for _, statement := range []string{`DROP INDEX crmmail_delivery_due`, `ALTER TABLE crmmail_delivery DROP COLUMN bulk`,
		`CREATE INDEX crmmail_delivery_due ON crmmail_delivery (tenant, send_at, message_id) WHERE state = 'queued'`,
		`UPDATE crmmail_schema SET version = 4`} {
		_, err := db.Exec(statement)
		require.NoError(t, err, statement)
	}
	require.NoError(t, store.Migrate(context.Background()))
	ids, err := store.Due(context.Background(), later, 9)
	require.NoError(t, err)
	assert.Equal(t, []string{letter.Message.ID, mailing.Message.ID}, ids)
}
