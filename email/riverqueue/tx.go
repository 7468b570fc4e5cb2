package riverqueue

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// onPgx gives f the transaction that is open on the Store's connection, as pgx knows it.
func (s *Store) onPgx(f func(pgx.Tx) error) error {
	return s.within.Raw(func(driver any) error {
		conn, ok := driver.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("riverqueue: the database is one of %T, not of github.com/jackc/pgx/v5/stdlib", driver)
		}
		return f(openTx{conn.Conn()})
	})
}

// openTx is a transaction that database/sql has begun and will end.
type openTx struct{ *connection }

type connection = pgx.Conn

var errNotOurs = errors.New("riverqueue: the transaction is not River's to divide or to end")

func (openTx) Begin(context.Context) (pgx.Tx, error) { return nil, errNotOurs }
func (openTx) Commit(context.Context) error          { return errNotOurs }
func (openTx) Rollback(context.Context) error        { return errNotOurs }
func (openTx) LargeObjects() pgx.LargeObjects        { return pgx.LargeObjects{} }
func (tx openTx) Conn() *pgx.Conn                    { return tx.connection }
