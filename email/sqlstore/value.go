package sqlstore

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/mail"
	"strings"
	"time"
)

// micros is a time as it is kept. The zero time has a number of its own, so no column needs NULL.
func micros(t time.Time) int64 { return t.UnixMicro() }

// instant is the time that micros made n of, in UTC and in whole microseconds.
func instant(n int64) time.Time { return time.UnixMicro(n).UTC() }

// timeColumn scans a kept time into t.
type timeColumn struct{ t *time.Time }

// Scan implements sql.Scanner.
func (c timeColumn) Scan(value any) error {
	n, ok := value.(int64)
	if !ok {
		return fmt.Errorf("a time is kept as %T", value)
	}
	*c.t = instant(n)
	return nil
}

// lists makes texts of lists for one statement and remembers the errors.
type lists struct{ err error }

// texts is a list as it is kept, of texts as they are kept.
func (l *lists) texts(list []string) string {
	valid := make([]string, len(list))
	for i, one := range list {
		valid[i] = text(one)
	}
	return listText(l, valid)
}

// mailboxes is a list as it is kept, of mailboxes as they are kept.
func (l *lists) mailboxes(list []mail.Address) string {
	valid := make([]mail.Address, len(list))
	for i, one := range list {
		valid[i] = mail.Address{Name: text(one.Name), Address: text(one.Address)}
	}
	return listText(l, valid)
}

// listText is a list as it is kept: JSON, or nothing where it is empty.
func listText[T any](l *lists, list []T) string {
	if len(list) == 0 {
		return ""
	}
	kept, err := json.Marshal(list)
	l.err = errors.Join(l.err, err)
	return string(kept)
}

// column scans a kept list into list.
func column[T any](list *[]T) listColumn[T] { return listColumn[T]{list} }

// listColumn scans a kept list.
type listColumn[T any] struct{ list *[]T }

// Scan implements sql.Scanner.
func (c listColumn[T]) Scan(value any) error {
	*c.list = nil
	switch text := value.(type) {
	case string:
		if text == "" {
			return nil
		}
		return json.Unmarshal([]byte(text), c.list)
	default:
		return fmt.Errorf("a list is kept as %T", value)
	}
}

// parameters is "?, ?, ?" for n parameters.
func parameters(n int) string {
	return strings.TrimSuffix(strings.Repeat("?, ", n), ", ")
}

// anys is list as arguments of a statement.
func anys[T any](list []T) []any {
	args := make([]any, len(list))
	for i, one := range list {
		args[i] = one
	}
	return args
}
