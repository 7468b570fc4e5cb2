package email

import (
	"context"
	"errors"
	"fmt"
	"strings"
)

// CustomerService searches and creates customers; it hangs on Service.Customers.
type CustomerService struct{ config *Config }

// maxMatches bounds a search.
const maxMatches = 100

// Search finds customers by a name, a phone number in any notation, an e-mail, an external id or a messenger's
// username; each match tells by which. limit is at most 100; 0 means 20. Fewer than two characters find nobody.
func (s CustomerService) Search(ctx context.Context, text string, limit int) ([]Match, error) {
	if limit <= 0 {
		limit = 20
	}
	q := ParseQuery(text, min(limit, maxMatches))
	if len(q.Words) == 0 {
		return nil, nil
	}
	matches, err := s.config.Customers.SearchCustomers(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("email: search: %w", err)
	}
	return matches, nil
}

// Create keeps a new customer. It is ErrUnsupported where Config.Customers is no CustomerCreator, and ErrDuplicate
// where the id is used, and a *RefusedError with CodeIDTooLong where it is longer than MaxID.
func (s CustomerService) Create(ctx context.Context, customer Customer) (Customer, error) {
	creator, ok := s.config.Customers.(CustomerCreator)
	if !ok {
		return Customer{}, fmt.Errorf("email: create customer: %w", ErrUnsupported)
	}
	if customer.Name() == "" && len(customer.Phones) == 0 && len(customer.Handles) == 0 {
		return Customer{}, errors.New("email: create customer: a customer has a name, an address, a phone or a handle")
	}
	if customer.ID == "" {
		customer.ID = s.config.NewID()
	}
	if err := checkID("customer", customer.ID); err != nil {
		return Customer{}, err
	}
	if customer.CreatedAt.IsZero() {
		customer.CreatedAt = s.config.Now()
	}
	created, err := creator.CreateCustomer(ctx, customer)
	if err != nil {
		return Customer{}, fmt.Errorf("email: create customer: %w", err)
	}
	return created, nil
}

// Prefill is a new customer made of what was searched for in vain: an e-mail, a phone number, a username, or else a
// name, whose last word is the last name.
func (s CustomerService) Prefill(text string) Customer {
	text = strings.Join(strings.Fields(text), " ")
	q := ParseQuery(text, 1)
	switch {
	case q.Phone:
		return Customer{Phones: []string{text}}
	case strings.HasPrefix(text, "@"):
		return Customer{Handles: []Handle{{Username: strings.TrimPrefix(text, "@")}}}
	case (Envelope{Recipients: []string{text}}).Validate() == nil:
		return Customer{Emails: []string{text}}
	}
	given, family, _ := strings.Cut(text, " ")
	return Customer{FirstName: given, LastName: family}
}
