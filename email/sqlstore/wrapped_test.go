package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"testing"

	"github.com/stretchr/testify/require"
)

// openWrapped opens a database between whose connections and the pool something stands that wrap makes.
func openWrapped(t testing.TB, path string, wrap func(fullConn) driver.Conn) *sql.DB {
	db := sql.OpenDB(connector{openDB(t, path).Driver(), dataSource(t, path), wrap})
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

// fullConn is what the drivers' connections can do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
}

type connector struct {
	driver driver.Driver
	dsn    string
	wrap   func(fullConn) driver.Conn
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	conn, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, err
	}
	return c.wrap(conn.(fullConn)), nil
}
