package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"net/http"
	"time"

	"github.com/crmmail/crmmail/email"
)

// The CRM as it was before it could write e-mails: its tables, how it saves a client, who is logged in, its front page.
// Nothing here is about the library, apart from the lines marked "added".

// crm is the CRM's own program.
type crm struct {
	db       *sql.DB
	loggedIn func(*http.Request) string // the id of the employee whose session the request belongs to
}

// openCRM makes the CRM's tables in an empty database.
func openCRM(ctx context.Context, db *sql.DB, loggedIn func(*http.Request) string) (*crm, error) {
	_, err := db.ExecContext(ctx, schema)
	return &crm{db, loggedIn}, err
}

// schema is in the CRM's own manner: numeric keys, a table of people a kind, ways to reach a client in a table of their own.
const schema = `
CREATE TABLE employees (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, email_confirmed_at DATETIME, may_send INTEGER NOT NULL);
CREATE TABLE shops (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, email_confirmed_at DATETIME, may_send INTEGER NOT NULL);
CREATE TABLE mailboxes (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, email_confirmed_at DATETIME, may_send INTEGER NOT NULL, position INTEGER NOT NULL);
CREATE TABLE clients (
	id INTEGER PRIMARY KEY,
	code TEXT NOT NULL, first_name TEXT NOT NULL, last_name TEXT NOT NULL, patronymic TEXT NOT NULL,
	employee_id INTEGER REFERENCES employees, shop_id INTEGER REFERENCES shops,
	created_at INTEGER NOT NULL
);
CREATE TABLE contacts (client_id INTEGER NOT NULL REFERENCES clients, position INTEGER NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (client_id, position));
ALTER TABLE clients ADD COLUMN search_text TEXT NOT NULL DEFAULT ''; -- added: what email.SearchText gives
`

// client is a person whom the CRM sells to.
type client struct {
	ID, Code                        string
	FirstName, LastName, Patronymic string
	EmployeeID, ShopID              string // empty: none
	Contacts                        []contact
	CreatedAt                       time.Time
}

// contact is one way to reach a client: an "email", a "phone", or a username in the messenger that Kind names.
type contact struct{ Kind, Value string }

// reach lists the ways of one kind to reach the client, the primary one first.
func (c client) reach(kind string) (values []string) {
	for _, way := range c.Contacts {
		if way.Kind == kind {
			values = append(values, way.Value)
		}
	}
	return values
}

// saveClient keeps a new client.
func (c *crm) saveClient(ctx context.Context, one client) error {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	_, err = tx.ExecContext(ctx, `INSERT INTO clients (id, code, first_name, last_name, patronymic, employee_id, shop_id, created_at, search_text)
		VALUES (?, ?, ?, ?, ?, NULLIF(?, ''), NULLIF(?, ''), ?, ?)`, one.ID, one.Code, one.FirstName, one.LastName, one.Patronymic,
		one.EmployeeID, one.ShopID, one.CreatedAt.UnixMilli(), email.SearchText(one.customer(), nil)) // added: search_text
	if err != nil {
		return err
	}
	for i, way := range one.Contacts {
		if _, err := tx.ExecContext(ctx, `INSERT INTO contacts VALUES (?, ?, ?, ?)`, one.ID, i, way.Kind, way.Value); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// clients finds clients by a condition, newest first.
func (c *crm) clients(ctx context.Context, where string, args ...any) ([]client, error) {
	return query(ctx, c.db, scanClient, `SELECT id, code, first_name, last_name, patronymic,
		COALESCE(employee_id, ''), COALESCE(shop_id, ''), created_at, (SELECT json_group_array(json_object('Kind', kind,
		'Value', value) ORDER BY position) FROM contacts WHERE client_id = clients.id)
		FROM clients WHERE `+where+` ORDER BY created_at DESC, id DESC`, args...)
}

func scanClient(row row) (one client, err error) {
	var created int64
	var contacts []byte
	err = row.Scan(&one.ID, &one.Code, &one.FirstName, &one.LastName, &one.Patronymic,
		&one.EmployeeID, &one.ShopID, &created, &contacts)
	if err != nil {
		return client{}, err
	}
	one.CreatedAt = time.UnixMilli(created)
	return one, json.Unmarshal(contacts, &one.Contacts)
}

// row is what can be read of one row of a result.
type row interface{ Scan(...any) error }

// query reads all rows of a result.
func query[T any](ctx context.Context, db *sql.DB, scan func(row) (T, error), statement string, args ...any) ([]T, error) {
	rows, err := db.QueryContext(ctx, statement, args...)
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

// home lists the clients.
func (c *crm) home(w http.ResponseWriter, r *http.Request) error {
	clients, err := c.clients(r.Context(), "true")
	if err != nil {
		return err
	}
	return show(w, http.StatusOK, "home", clients)
}

// seed fills an empty database with people.
func (c *crm) seed(ctx context.Context) error {
	confirmed := time.Now()
	if _, err := c.db.ExecContext(ctx, `
		INSERT INTO employees VALUES (1, 'Ирина Кузнецова', 'irina@shop.example', ?, 1), (2, 'Борис Орлов', 'boris@shop.example', NULL, 0);
		INSERT INTO shops VALUES (1, 'Уют на Лесной', 'lesnaya@shop.example', ?, 1);
		INSERT INTO mailboxes VALUES (1, 'Уют', 'hello@shop.example', ?, 1, 1), (2, 'Скидки', 'sale@shop.example', NULL, 0, 2)`,
		confirmed, confirmed, confirmed); err != nil {
		return err
	}
	for _, one := range []client{
		{ID: "1", Code: "A-1042", FirstName: "Анна", LastName: "Петрова", EmployeeID: "1", ShopID: "1", Contacts: []contact{
			{"email", "anna@customer.example"}, {"phone", "+7 900 123-45-67"}, {"telegram", "@anna_p"}}},
		{ID: "2", FirstName: "Фёдор", LastName: "Соколов", EmployeeID: "2", Contacts: []contact{{"email", "fyodor@customer.example"}}},
	} {
		one.CreatedAt = time.Now()
		if err := c.saveClient(ctx, one); err != nil {
			return err
		}
	}
	return nil
}
