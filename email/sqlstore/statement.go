package sqlstore

import (
	"context"
	"database/sql"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// Conn is a transaction of a host's, see Store.Tx: a *sql.Tx, or a *sql.Conn on which one is open.
type Conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// conn is what every statement runs on, in a transaction or not. Statements are written with ? for parameters and
// crmmail_ before the names of tables and indexes; here they become what the database wants, and so do their arguments.
type conn struct {
	to      Conn
	wording *wording
}

// exec runs a statement and returns how many rows it changed.
func exec(ctx context.Context, c conn, query string, args ...any) (int64, error) {
	result, err := c.to.ExecContext(ctx, c.wording.of(query), arguments(args)...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// collect returns what scan makes of each row.
func collect[T any](ctx context.Context, c conn, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := c.to.QueryContext(ctx, c.wording.of(query), arguments(args)...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		list = append(list, one)
	}
	return list, rows.Err()
}

// scanOne reads rows of one column.
func scanOne[T any](rows *sql.Rows) (value T, err error) {
	err = rows.Scan(&value)
	return value, err
}

// missed says why a statement found no row to change: other where the query finds one, which is no longer as it was expected,
// and none where there is none.
func missed(ctx context.Context, c conn, other, none error, query string, args ...any) error {
	found, err := collect(ctx, c, scanOne[string], query, args...)
	switch {
	case err != nil:
		return err
	case len(found) > 0:
		return other
	}
	return none
}

// defaultPrefix is what the names in statements and migrations begin with.
const defaultPrefix = "crmmail_"

// wording is how a database wants its statements. It is safe for concurrent use.
type wording struct {
	dialect Dialect
	prefix  string
	known   sync.Map // by the statement as it is written here
}

// longestKnown is the length of a statement that is remembered. Longer ones have hundreds of parameters, and there is one
// for each number.
const longestKnown = 4 << 10

func (w *wording) of(statement string) string {
	if known, ok := w.known.Load(statement); ok {
		return known.(string)
	}
	worded := strings.ReplaceAll(statement, defaultPrefix, w.prefix)
	if w.dialect == PostgreSQL {
		worded = numbered(worded)
	}
	if len(statement) <= longestKnown {
		w.known.Store(statement, worded)
	}
	return worded
}

// numbered makes $1, $2, … of the question marks that are not within a literal.
func numbered(statement string) string {
	var b strings.Builder
	for n := 1; ; {
		i := strings.IndexAny(statement, "?'")
		if i < 0 {
			b.WriteString(statement)
			return b.String()
		}
		if statement[i] == '?' {
			b.WriteString(statement[:i] + "$" + strconv.Itoa(n))
			statement = statement[i+1:]
			n++
			continue
		}
		end := len(statement)
		if length := strings.IndexByte(statement[i+1:], '\''); length >= 0 {
			end = i + length + 2
		}
		b.WriteString(statement[:end])
		statement = statement[end:]
	}
}

// arguments are values as they are kept.
func arguments(values []any) []any {
	kept := make([]any, len(values))
	for i, value := range values {
		kept[i] = argument(value)
	}
	return kept
}

// argument is a value as it is kept: octets and numbers as they are, booleans as 0 or 1, texts of any type as text has them.
func argument(value any) any {
	switch value := value.(type) {
	case string:
		return text(value)
	case bool:
		if value {
			return int64(1)
		}
		return int64(0)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.String {
		return text(v.String())
	}
	return value
}

// text is s with U+FFFD in place of every NUL and of every octet that is not UTF-8: PostgreSQL keeps neither, and SQLite
// ends a comparison at a NUL.
func text(s string) string {
	if utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return utf8.RuneError
		}
		return r
	}, s)
}
