package sqlstore

import (
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
)

// Dialect names a database's kind of SQL. Everything that differs between databases is in its methods.
type Dialect uint8

// SQLite is SQLite 3.38 or later, through a driver that reports the result code of an error by a method
// Code() int, as modernc.org/sqlite does.
const SQLite Dialect = 0

// String returns the dialect's name, which is also the folder of its migrations.
func (d Dialect) String() string {
	if d == SQLite {
		return "sqlite"
	}
	return fmt.Sprintf("Dialect(%d)", uint8(d))
}

func (d Dialect) check() error {
	if d != SQLite {
		return fmt.Errorf("unknown dialect %d", uint8(d))
	}
	return nil
}

// writers is how many transactions of a Store may write at once.
func (d Dialect) writers() int { return 1 }

// Result codes of SQLite, the low octet of an extended one.
const (
	sqliteBusy   = 5 // another connection writes
	sqliteLocked = 6 // another connection of the same cache does
)

// busy tells that a statement was not run because another connection was in the way: the same transaction may work in
// a moment.
func (d Dialect) busy(err error) bool {
	var coded interface{ Code() int }
	if !errors.As(err, &coded) {
		return false
	}
	code := coded.Code() & 0xff
	return code == sqliteBusy || code == sqliteLocked
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
