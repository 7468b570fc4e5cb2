package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"
)

// How many ids a statement asks for, and how many values it inserts: well below what databases allow.
const (
	rowsAtOnce   = 500
	valuesAtOnce = 4000
)

// insert writes rows of equal length into a table, named with its columns.
func insert(ctx context.Context, tx conn, into string, rows [][]any) error {
	return insertOr(ctx, tx, into, rows, ``)
}

// insertOr does with rows that are there already what its last clause says.
func insertOr(ctx context.Context, tx conn, into string, rows [][]any, onConflict string) error {
	for some := range chunks(rows) {
		if _, err := exec(ctx, tx, `INSERT INTO `+into+` VALUES `+places(some)+` `+onConflict, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// chunks are as many rows as a statement takes, at a time.
func chunks(rows [][]any) iter.Seq[[][]any] {
	if len(rows) == 0 {
		return func(func([][]any) bool) {}
	}
	return slices.Chunk(rows, valuesAtOnce/len(rows[0]))
}

// places is "(?, ?), (?, ?)" for rows.
func places(rows [][]any) string {
	row := "(" + parameters(len(rows[0])) + "), "
	return strings.TrimSuffix(strings.Repeat(row, len(rows)), ", ")
}

// eachOf runs a query for the tenant and many ids, whose place %s takes, and gives each row to scan.
func (s *Store) eachOf(ctx context.Context, tx conn, ids []string, query string, scan func(*sql.Rows) error) error {
	for some := range slices.Chunk(ids, rowsAtOnce) {
		args := append([]any{s.tenant}, anys(some)...)
		_, err := collect(ctx, tx, func(rows *sql.Rows) (struct{}, error) { return struct{}{}, scan(rows) },
			fmt.Sprintf(query, parameters(len(some))), args...)
		if err != nil {
			return err
		}
	}
	return nil
}

// ids are the keys of what was read, in order, so that the same page is the same query.
func ids[T any](byID map[string]T) []string {
	list := make([]string, 0, len(byID))
	for id := range byID {
		list = append(list, id)
	}
	slices.Sort(list)
	return list
}
