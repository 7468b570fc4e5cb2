package main

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"time"

	_ "modernc.org/sqlite"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// A crowd is stores on SQLite by how many customers they hold.
type crowd map[int]*sqlstore.Store

// search is the work to find customers among more and more.
func (c crowd) search(text string) func(n int, folder string) (Work, error) {
	return func(n int, folder string) (Work, error) {
		store, err := c.store(n, folder)
		if err != nil {
			return nil, err
		}
		query := email.ParseQuery(text, 20)
		return func(io.Writer) error {
			_, err := store.SearchCustomers(context.Background(), query)
			return err
		}, nil
	}
}

// store is the one with n customers, which is made the first time.
func (c crowd) store(n int, folder string) (*sqlstore.Store, error) {
	if c[n] != nil {
		return c[n], nil
	}
	path := Task{Folder: folder}.path(fmt.Sprint(n, ".db"))
	db, err := sql.Open("sqlite", sqlstore.SQLiteDSN(path)+"&_pragma=synchronous(0)")
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.New(db, sqlstore.Options{})
	if err != nil {
		return nil, err
	}
	if err := store.Migrate(context.Background()); err != nil {
		return nil, err
	}
	for from := 0; from < n; from += 1000 {
		if err := saveCustomers(db, store, from, min(from+1000, n)); err != nil {
			return nil, err
		}
	}
	c[n] = store
	return store, nil
}

// saveCustomers saves some in one transaction.
func saveCustomers(db *sql.DB, store *sqlstore.Store, from, to int) error {
	tx, err := db.Begin()
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for i := from; i < to; i++ {
		if err := store.Tx(tx).SaveCustomer(context.Background(), customer(i)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

func customer(i int) email.Customer {
	first := []string{"Мария", "Иван", "Ольга", "Пётр", "Анна", "Семён", "Дарья", "Фёдор", "Софья", "Глеб"}
	last := []string{"Орлов", "Кузнецов", "Ковалёв", "Зайцев", "Соловьёв", "Белов", "Титов", "Рябов", "Громов", "Лебедев", "Жуков"}
	name, family := first[i%len(first)], last[i/7%len(last)]
	if i%2 == 0 {
		family += "а"
	}
	return email.Customer{
		ID: fmt.Sprint(i), FirstName: name, LastName: family,
		Emails:    []string{fmt.Sprintf("client%d@mail%d.example", i, i%5)},
		Phones:    []string{fmt.Sprintf("+7 9%02d %03d-%02d-%02d", i/10_000_000%100, i/10_000%1000, i/100%100, i%100)},
		CreatedAt: sentAt.Add(-time.Duration(i) * time.Minute),
	}
}
