package sqlstore_test

import (
	"context"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/internal/postgrestest"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Stores with different prefixes live in one database and never meet, and nothing is called by the default prefix.
func TestPrefix(t *testing.T) { onEach(t, testPrefix) }

func testPrefix(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, emptyFile(t))
	red, blue := storeOn(t, db, sqlstore.Options{Prefix: "red_"}), storeOn(t, db, sqlstore.Options{Prefix: "_blue2"})
	for _, store := range []*sqlstore.Store{red, blue, red} {
		require.NoError(t, store.Migrate(ctx))
	}
	fill(t, red, "red", strings.Repeat("r", 300<<10))
	seesNothing(t, blue)
	fill(t, blue, "blue", strings.Repeat("b", 10))
	seesItsOwn(t, red, "red")
	seesItsOwn(t, blue, "blue")
	assert.NotContains(t, schema(t, db), "crmmail_")
}

// A host's own tool makes the same schema.
func TestMigrationsWithAPrefix(t *testing.T) { onEach(t, testMigrationsWithAPrefix) }

func testMigrationsWithAPrefix(t *testing.T) {
	db := openDB(t, emptyFile(t))
	files, err := sqlstore.Migrations(dialect(t), "red_")
	require.NoError(t, err)
	names, err := fs.Glob(files, "*.sql")
	require.NoError(t, err)
	require.NoError(t, fstest.TestFS(files, names...))
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		require.NoError(t, err)
		_, err = db.Exec(string(text))
		require.NoError(t, err, name)
	}
	fill(t, storeOn(t, db, sqlstore.Options{Prefix: "red_"}), "red", "r")
}

func TestBadPrefixes(t *testing.T) {
	db := openDB(t, emptyFile(t))
	for _, prefix := range []string{"Red_", "1red_", "red-", "red_;DROP", "красный_", "a b", `"`, "sqlite_", strings.Repeat("a", 25), "a\n"} {
		_, err := sqlstore.New(db, sqlstore.Options{Prefix: prefix})
		assert.ErrorContains(t, err, "begin with", prefix)
		_, err = sqlstore.Migrations(sqlstore.SQLite, prefix)
		assert.ErrorContains(t, err, "begin with", prefix)
	}
}

// No name is longer than PostgreSQL keeps, whatever the prefix.
func TestNamesAreShortEnough(t *testing.T) {
	prefix := strings.Repeat("a", 24)
	for _, d := range []sqlstore.Dialect{sqlstore.SQLite, sqlstore.PostgreSQL} {
		files, err := sqlstore.Migrations(d, prefix)
		require.NoError(t, err)
		names, err := fs.Glob(files, "*.sql")
		require.NoError(t, err)
		for _, name := range names {
			text, err := fs.ReadFile(files, name)
			require.NoError(t, err)
			for _, name := range regexp.MustCompile(prefix+`\w*`).FindAllString(string(text), -1) {
				assert.LessOrEqual(t, len(name), 63, name)
			}
		}
	}
}

// On PostgreSQL a schema of one's own needs nothing but a search_path.
func TestSearchPath(t *testing.T) {
	t.Run(onPostgreSQL, func(t *testing.T) {
		ctx := context.Background()
		dsn := postgrestest.Start(t)
		host := openDB(t, dsn)
		_, err := host.Exec(`CREATE SCHEMA mail; CREATE TABLE crmmail_message (the_hosts_own INTEGER)`)
		require.NoError(t, err)
		db := openDB(t, dsn+" search_path=mail")
		store := storeOn(t, db, sqlstore.Options{})
		require.NoError(t, store.Migrate(ctx))
		fill(t, store, "red", "r")
		assert.Equal(t, []string{"crmmail_message"}, tables(t, host), "in the schema public")
	})
}
