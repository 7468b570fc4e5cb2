package sqlstore

import (
	"context"
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
