package sqlstore_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/sqlstore"
)

// spy is a database that notes every statement.
type spy struct {
	mu         sync.Mutex
	statements []statement
}

type statement struct {
	query string
	args  []any
}

// openSpy opens a database whose statements are noted.
func openSpy(t testing.TB, path string) (*sql.DB, *spy) {
	s := &spy{}
	return openWrapped(t, path, func(c fullConn) driver.Conn { return spyConn{c, s} }), s
}

// reset forgets what was noted.
func (s *spy) reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statements = nil
}

// noted are the statements so far, without those that only begin or end a transaction.
func (s *spy) noted() []statement {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]statement(nil), s.statements...)
}

func (s *spy) note(query string, args []driver.NamedValue) {
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = arg.Value
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statements = append(s.statements, statement{query, values})
}

// plan is how the database would go about the last statement that has text in it.
func (s *spy) plan(t testing.TB, db *sql.DB, text string) string {
	noted := s.noted()
	for i := len(noted) - 1; i >= 0; i-- {
		if !strings.Contains(noted[i].query, text) || strings.HasPrefix(noted[i].query, "EXPLAIN") {
			continue
		}
		return explain(t, db, noted[i])
	}
	t.Fatal("no statement has " + text)
	return ""
}

// explain is the plan of a statement, a step a line.
func explain(t testing.TB, db *sql.DB, s statement) string {
	var id, parent, unused int
	var detail string
	how, columns := "EXPLAIN QUERY PLAN ", []any{&id, &parent, &unused, &detail}
	if dialect(t) == sqlstore.PostgreSQL {
		how, columns = "EXPLAIN ", []any{&detail}
	}
	rows, err := db.Query(how+s.query, s.args...)
	require.NoError(t, err)
	defer rows.Close()
	var plan strings.Builder
	for rows.Next() {
		require.NoError(t, rows.Scan(columns...))
		plan.WriteString(detail + "\n")
	}
	require.NoError(t, rows.Err())
	return plan.String()
}

type spyConn struct {
	fullConn
	spy *spy
}

func (c spyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	c.spy.note(query, args)
	return c.fullConn.ExecContext(ctx, query, args)
}

func (c spyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	c.spy.note(query, args)
	return c.fullConn.QueryContext(ctx, query, args)
}
