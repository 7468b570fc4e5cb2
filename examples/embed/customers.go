package main

import (
	"context"

	"github.com/crmmail/crmmail/email"
)

// customers lets the library read the CRM's clients: it implements email.Customers.
type customers struct{ crm *crm }

// Customer implements email.Customers.
func (c customers) Customer(ctx context.Context, id string) (email.Customer, error) {
	found, err := c.crm.clients(ctx, "id = ?", id)
	if err != nil {
		return email.Customer{}, err
	}
	if len(found) == 0 {
		return email.Customer{}, email.ErrNotFound
	}
	return found[0].customer(), nil
}

// SearchCustomers implements email.Customers: SQL finds who has every word, Query.Rank makes the answer.
func (c customers) SearchCustomers(ctx context.Context, q email.Query) ([]email.Match, error) {
	where, args := "?", []any{len(q.Words) > 0}
	for _, word := range q.Words {
		where, args = where+" AND instr(search_text, ?)", append(args, word)
	}
	found, err := c.crm.clients(ctx, where, args...)
	if err != nil {
		return nil, err
	}
	candidates := make([]email.Customer, len(found))
	for i, one := range found {
		candidates[i] = one.customer()
	}
	return q.Rank(candidates, nil), nil
}

// customer is the client in the library's words.
func (c client) customer() email.Customer {
	one := email.Customer{ID: c.ID, ExternalID: c.Code, FirstName: c.FirstName, LastName: c.LastName, Patronymic: c.Patronymic,
		Emails: c.reach("email"), Phones: c.reach("phone"), ManagerID: c.EmployeeID, StoreID: c.ShopID, CreatedAt: c.CreatedAt}
	for _, network := range []string{"telegram", "whatsapp"} {
		for _, name := range c.reach(network) {
			one.Handles = append(one.Handles, email.Handle{Network: network, Username: name})
		}
	}
	return one
}
