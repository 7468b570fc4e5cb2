package emailtest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/crmmail/crmmail/email"
)

// SaveCustomer keeps a customer, in place of the one with the same id if there is one.
func (s *Store) SaveCustomer(ctx context.Context, c email.Customer) error {
	if c.ID == "" {
		return errors.New("emailtest: a customer without an id")
	}
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.customers[c.ID] = cloneCustomer(c)
	return nil
}

// Customer implements email.Customers.
func (s *Store) Customer(ctx context.Context, id string) (email.Customer, error) {
	if err := s.lock(ctx); err != nil {
		return email.Customer{}, err
	}
	defer s.mu.Unlock()
	c, ok := s.customers[id]
	if !ok {
		return email.Customer{}, fmt.Errorf("customer: %w", email.ErrNotFound)
	}
	return cloneCustomer(c), nil
}

// SearchCustomers implements email.Customers: Query.Rank makes the answer out of everybody.
func (s *Store) SearchCustomers(ctx context.Context, q email.Query) ([]email.Match, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	matches := q.Rank(slices.Collect(maps.Values(s.customers)), nil)
	for i := range matches {
		matches[i].Customer = cloneCustomer(matches[i].Customer)
	}
	return matches, nil
}

// CreateCustomer implements email.CustomerCreator; ids that it fills in are "customer-1", "customer-2" and so on.
func (s *Store) CreateCustomer(ctx context.Context, c email.Customer) (email.Customer, error) {
	if err := s.lock(ctx); err != nil {
		return email.Customer{}, err
	}
	defer s.mu.Unlock()
	if c.ID == "" {
		c.ID = s.newCustomerID()
	}
	if _, used := s.customers[c.ID]; used {
		return email.Customer{}, fmt.Errorf("customer: %w", email.ErrDuplicate)
	}
	s.customers[c.ID] = cloneCustomer(c)
	return cloneCustomer(c), nil
}

// DeleteCustomer implements email.CustomerEraser.
func (s *Store) DeleteCustomer(ctx context.Context, id string) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	delete(s.customers, id)
	return nil
}

func (s *Store) newCustomerID() string {
	for {
		s.created++
		id := "customer-" + strconv.Itoa(s.created)
		if _, used := s.customers[id]; !used {
			return id
		}
	}
}
