package postgrestest_test

import (
	"database/sql"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/crmmail/crmmail/email/internal/postgrestest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func open(t *testing.T, dsn string) *sql.DB {
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func TestDatabasesAreEmptyAndApart(t *testing.T) {
	one, other := open(t, postgrestest.Start(t)), open(t, postgrestest.Start(t))
	for _, db := range []*sql.DB{one, other} {
		_, err := db.Exec(`CREATE TABLE things (n INTEGER)`)
		require.NoError(t, err)
	}
	var encoding string
	require.NoError(t, one.QueryRow(`SHOW server_encoding`).Scan(&encoding))
	assert.Equal(t, "UTF8", encoding)
}

// What was committed is there after a crash, what was not is gone.
func TestCrash(t *testing.T) {
	server := postgrestest.NewServer(t)
	db := open(t, server.Database(t))
	_, err := db.Exec(`CREATE TABLE things (n INTEGER); INSERT INTO things VALUES (1)`)
	require.NoError(t, err)
	tx, err := db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec(`INSERT INTO things VALUES (2)`)
	require.NoError(t, err)
	server.Crash(t)
	require.Error(t, tx.Commit())
	var n int
	require.NoError(t, db.QueryRow(`SELECT COUNT(*) FROM things`).Scan(&n))
	assert.Equal(t, 1, n)
}
