package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"path/filepath"
	"strings"
)

// Dialect names a database's kind of SQL. Everything that differs between databases is in its methods.
type Dialect uint8

const (
	// SQLite is SQLite 3.38 or later, through a driver that reports the result code of an error by a method
	// Code() int, as modernc.org/sqlite does.
	SQLite Dialect = iota
	// PostgreSQL is PostgreSQL 15 or later with the encoding UTF8, through a driver that reports the code of an error by
	// a method SQLState() string, as github.com/jackc/pgx/v5/stdlib does.
	PostgreSQL
)

// String returns the dialect's name, which is also the folder of its migrations.
func (d Dialect) String() string {
	switch d {
	case SQLite:
		return "sqlite"
	case PostgreSQL:
		return "postgresql"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

func (d Dialect) check() error {
	if d > PostgreSQL {
		return fmt.Errorf("unknown dialect %d", uint8(d))
	}
	return nil
}

// turns is where transactions of one Store that write wait for each other; nil: the database lets them work side by side.
func (d Dialect) turns() chan struct{} {
	if d == SQLite {
		return make(chan struct{}, 1)
	}
	return nil
}

// reading are the options of a transaction that sees one state of the database, whatever others commit meanwhile.
func (d Dialect) reading() *sql.TxOptions {
	if d == SQLite {
		return &sql.TxOptions{ReadOnly: true}
	}
	return &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead}
}

// writing are the options of a transaction whose every statement sees what others have committed by then, and waits for
// those who change the same rows.
func (d Dialect) writing() *sql.TxOptions {
	if d == SQLite {
		return nil // one at a time
	}
	return &sql.TxOptions{Isolation: sql.LevelReadCommitted}
}

// skipLocked ends a SELECT whose rows are about to be changed: rows that others are changing are left out.
func (d Dialect) skipLocked() string {
	if d == SQLite {
		return ""
	}
	return ` FOR UPDATE SKIP LOCKED`
}

// unindexed is a column that is compared or sorted by without its index, where the database cannot tell by itself that
// another one is better: SQLite keeps no statistics by default.
func (d Dialect) unindexed(column string) string {
	if d == SQLite {
		return "+" + column
	}
	return column
}

// alone waits for all other transactions that have called alone or beside with the same name, and keeps out further ones
// until this one ends. The names are those of one prefix.
func (d Dialect) alone(ctx context.Context, tx conn, name string) error {
	return d.lock(ctx, tx, `pg_advisory_xact_lock`, name)
}

// beside keeps out those that call alone with one of the same names, until this one ends.
func (d Dialect) beside(ctx context.Context, tx conn, names ...string) error {
	return d.lock(ctx, tx, `pg_advisory_xact_lock_shared`, names...)
}

func (d Dialect) lock(ctx context.Context, tx conn, function string, names ...string) error {
	if d == SQLite { // whoever writes is alone
		return nil
	}
	numbers := make([]any, len(names))
	for i, name := range names {
		number := fnv.New64a()
		number.Write([]byte(tx.wording.prefix + " " + name))
		numbers[i] = int64(number.Sum64())
	}
	_, err := exec(ctx, tx, `SELECT `+strings.TrimSuffix(strings.Repeat(function+`(?), `, len(names)), `, `), numbers...)
	return err
}

// Result codes of SQLite, the low octet of an extended one.
const (
	sqliteBusy   = 5 // another connection writes
	sqliteLocked = 6 // another connection of the same cache does
)

// busy tells that a transaction was not run because another was in the way: it may work in a moment.
func (d Dialect) busy(err error) bool {
	if d == SQLite {
		var coded interface{ Code() int }
		if !errors.As(err, &coded) {
			return false
		}
		code := coded.Code() & 0xff
		return code == sqliteBusy || code == sqliteLocked
	}
	var coded interface{ SQLState() string }
	if !errors.As(err, &coded) {
		return false
	}
	state := coded.SQLState()
	return state == "40001" || state == "40P01" // serialization failure, deadlock
}

// SQLiteDSN is the data source name for a database file: write-ahead log, every commit on the disk before it returns,
// foreign keys, transactions that take the write lock when they begin, and a short busy timeout, because the Store
// itself waits longer and, other than SQLite, until the context ends.
//
// It is for modernc.org/sqlite, which the program imports itself:
//
//	import _ "modernc.org/sqlite"
//
//	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN("crm.db"))
//
// A database in memory is not shared between connections; use a file in a temporary folder instead.
func SQLiteDSN(path string) string {
	options := url.Values{
		"_pragma": {"busy_timeout(250)", "foreign_keys(1)", "journal_mode(WAL)", "synchronous(FULL)"},
		"_txlock": {"immediate"},
	}
	file := url.URL{Path: filepath.ToSlash(path)}
	return "file:" + file.EscapedPath() + "?" + options.Encode()
}
