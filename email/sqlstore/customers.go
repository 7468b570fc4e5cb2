package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// Customer implements email.Customers.
func (s *Store) Customer(ctx context.Context, id string) (email.Customer, error) {
	var found []email.Customer
	err := s.read(ctx, func(tx conn) (err error) {
		found, err = s.customers(ctx, tx, `WHERE tenant = ? AND id = ?`, s.tenant, id)
		return err
	})
	if err == nil && len(found) == 0 {
		err = email.ErrNotFound
	}
	if err != nil {
		return email.Customer{}, wrap("customer", err)
	}
	return found[0], nil
}

// CreateCustomer implements email.CustomerCreator.
func (s *Store) CreateCustomer(ctx context.Context, c email.Customer) (email.Customer, error) {
	if c.ID == "" {
		c.ID = s.newID()
	}
	c = validCustomer(c)
	var kept []email.Customer
	err := s.write(ctx, func(tx conn) error {
		n, err := s.insertCustomer(ctx, tx, c, false)
		if err != nil {
			return err
		}
		if n == 0 {
			return email.ErrDuplicate
		}
		if err := s.insertContacts(ctx, tx, c); err != nil {
			return err
		}
		kept, err = s.customers(ctx, tx, `WHERE tenant = ? AND id = ?`, s.tenant, c.ID)
		return err
	})
	if err != nil {
		return email.Customer{}, wrap("create customer", err)
	}
	return kept[0], nil
}

// SaveCustomer keeps a customer, in place of the one with the same id if there is one. Fields that are no plain data, see
// template.Vars, are an error; an integer among them comes back as int64, and a time without the name of its zone.
func (s *Store) SaveCustomer(ctx context.Context, c email.Customer) error {
	if c.ID == "" {
		return wrap("save customer", errors.New("a customer without an id"))
	}
	c = validCustomer(c)
	return wrap("save customer", s.write(ctx, func(tx conn) error {
		_, err := s.insertCustomer(ctx, tx, c, true)
		if err != nil {
			return err
		}
		if _, err := exec(ctx, tx, `DELETE FROM crmmail_customer_contact WHERE tenant = ? AND customer_id = ?`,
			s.tenant, c.ID); err != nil {
			return err
		}
		return s.insertContacts(ctx, tx, c)
	}))
}

// validCustomer is c with the texts as they are kept, because what is searched is made of these.
func validCustomer(c email.Customer) email.Customer {
	for _, field := range []*string{&c.ExternalID, &c.FirstName, &c.LastName, &c.Patronymic} {
		*field = text(*field)
	}
	c.Emails, c.Phones, c.Handles = slices.Clone(c.Emails), slices.Clone(c.Phones), slices.Clone(c.Handles)
	for _, list := range [][]string{c.Emails, c.Phones} {
		for i := range list {
			list[i] = text(list[i])
		}
	}
	for i, handle := range c.Handles {
		c.Handles[i] = email.Handle{Network: text(handle.Network), Username: text(handle.Username)}
	}
	return c
}

// DeleteCustomer implements email.CustomerEraser.
//
// On SQLite the index of trigrams keeps, by the number of a row that is no more, what a customer was found by, until FTS5
// merges its lists, some day; so it does after a change. It does at once, in some seconds for a million customers, by
//
//	INSERT INTO crmmail_customer_trigram (crmmail_customer_trigram) VALUES ('optimize')
func (s *Store) DeleteCustomer(ctx context.Context, id string) error {
	return wrap("delete customer", s.write(ctx, func(tx conn) error {
		for _, statement := range []string{
			`UPDATE crmmail_customer SET id = id WHERE tenant = ? AND id = ?`, // whoever saves the customer waits, or is waited for
			`DELETE FROM crmmail_customer_contact WHERE tenant = ? AND customer_id = ?`,
			`DELETE FROM crmmail_customer WHERE tenant = ? AND id = ?`,
		} {
			if _, err := exec(ctx, tx, statement, s.tenant, id); err != nil {
				return err
			}
		}
		return nil
	}))
}

// insertCustomer returns how many rows it wrote: none where the customer is there already and is not to be replaced.
func (s *Store) insertCustomer(ctx context.Context, tx conn, c email.Customer, replace bool) (int64, error) {
	fields, err := fieldsText(c.Fields)
	if err != nil {
		return 0, err
	}
	search := text(email.SearchText(c, s.phone))
	index := s.indexed(c, search)
	onConflict := `ON CONFLICT DO NOTHING`
	if replace {
		onConflict = `ON CONFLICT (tenant, id) DO UPDATE SET external_id = excluded.external_id,
			first_name = excluded.first_name, last_name = excluded.last_name, patronymic = excluded.patronymic,
			manager_id = excluded.manager_id, store_id = excluded.store_id, created_at = excluded.created_at,
			search = excluded.search, fields = excluded.fields, ` + index.update
	}
	values := []any{s.tenant, c.ID, c.ExternalID, c.FirstName, c.LastName, c.Patronymic,
		c.ManagerID, c.StoreID, micros(c.CreatedAt), search, fields}
	n, err := exec(ctx, tx, `INSERT INTO crmmail_customer (tenant, id, external_id, first_name, last_name, patronymic,
		manager_id, store_id, created_at, search, fields, `+index.column+`) VALUES (`+parameters(len(values))+`, `+index.value+`) `+onConflict,
		append(values, index.args...)...)
	if err == nil && n > 0 && index.after != "" {
		_, err = exec(ctx, tx, index.after, index.afterArgs...)
	}
	return n, err
}

// Kinds of crmmail_customer_contact.
const (
	contactEmail      = "email"
	contactPhone      = "phone"
	contactHandle     = "handle"
	contactExternalID = "external-id" // kept with the customer too; here it is found
)

// longestExact is more octets than any query has, and less than an index takes.
const longestExact = 2000

func (s *Store) insertContacts(ctx context.Context, tx conn, c email.Customer) error {
	var rows [][]any
	add := func(kind string, position int, network, value, exact string) {
		if len(exact) > longestExact {
			exact = ""
		}
		rows = append(rows, []any{s.tenant, c.ID, kind, position, network, value, exact})
	}
	for i, addr := range c.Emails {
		add(contactEmail, i, "", addr, email.SearchKey(addr))
	}
	for i, number := range c.Phones {
		add(contactPhone, i, "", number, "")
	}
	for i, handle := range c.Handles {
		add(contactHandle, i, handle.Network, handle.Username, email.SearchKey(handle.Username))
	}
	if c.ExternalID != "" {
		add(contactExternalID, 0, "", c.ExternalID, email.SearchKey(c.ExternalID))
	}
	return insert(ctx, tx, `crmmail_customer_contact (tenant, customer_id, kind, position, network, value, exact)`, rows)
}

// customers reads customers with all they have, in two queries.
func (s *Store) customers(ctx context.Context, tx conn, where string, args ...any) ([]email.Customer, error) {
	list, err := collect(ctx, tx, scanCustomer, `SELECT id, external_id, first_name, last_name, patronymic, manager_id,
		store_id, created_at, fields FROM crmmail_customer `+where, args...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*email.Customer, len(list))
	for i := range list {
		byID[list[i].ID] = &list[i]
	}
	return list, s.eachOf(ctx, tx, ids(byID), `SELECT customer_id, kind, network, value FROM crmmail_customer_contact
		WHERE tenant = ? AND customer_id IN (%s) ORDER BY customer_id, kind, position`,
		func(rows *sql.Rows) error {
			var id, kind, network, value string
			if err := rows.Scan(&id, &kind, &network, &value); err != nil {
				return err
			}
			addContact(byID[id], kind, network, value)
			return nil
		})
}

func scanCustomer(rows *sql.Rows) (c email.Customer, err error) {
	err = rows.Scan(&c.ID, &c.ExternalID, &c.FirstName, &c.LastName, &c.Patronymic, &c.ManagerID,
		&c.StoreID, timeColumn{&c.CreatedAt}, fieldsColumn{&c.Fields})
	return c, err
}

func addContact(c *email.Customer, kind, network, value string) {
	switch kind {
	case contactEmail:
		c.Emails = append(c.Emails, value)
	case contactPhone:
		c.Phones = append(c.Phones, value)
	case contactHandle:
		c.Handles = append(c.Handles, email.Handle{Network: network, Username: value})
	}
}
