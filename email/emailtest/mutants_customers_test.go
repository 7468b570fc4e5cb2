package emailtest_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// brokenCustomers is the memory store, which changes what it finds or keeps.
type brokenCustomers struct {
	*emailtest.Store
	customer func(email.Customer, error) (email.Customer, error)
	search   func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error)
	create   func(ctx context.Context, s *emailtest.Store, c email.Customer) (email.Customer, error)
	delete   func(ctx context.Context, s *emailtest.Store, id string) error
}

func (b brokenCustomers) Customer(ctx context.Context, id string) (email.Customer, error) {
	c, err := b.Store.Customer(ctx, id)
	if b.customer != nil {
		return b.customer(c, err)
	}
	return c, err
}

func (b brokenCustomers) SearchCustomers(ctx context.Context, q email.Query) ([]email.Match, error) {
	if b.search != nil {
		return b.search(ctx, b.Store, q)
	}
	return b.Store.SearchCustomers(ctx, q)
}

func (b brokenCustomers) CreateCustomer(ctx context.Context, c email.Customer) (email.Customer, error) {
	if b.create != nil {
		return b.create(ctx, b.Store, c)
	}
	return b.Store.CreateCustomer(ctx, c)
}

func (b brokenCustomers) DeleteCustomer(ctx context.Context, id string) error {
	if b.delete != nil {
		return b.delete(ctx, b.Store, id)
	}
	return b.Store.DeleteCustomer(ctx, id)
}

func onCustomers(breakIt func() brokenCustomers) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestCustomers(t, emailtest.CustomersHarness{Open: func(t testing.TB, customers []email.Customer) (one, other email.Customers) {
			_, other = memoryCustomers.Open(t, customers)
			broken := breakIt()
			broken.Store = other.(*emailtest.Store)
			return broken, broken
		}})
	}
}

// searching breaks the answer to a query.
func searching(change func(q email.Query, list []email.Match) []email.Match) func(*testing.T) {
	return onCustomers(func() brokenCustomers {
		return brokenCustomers{search: func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error) {
			list, err := s.SearchCustomers(ctx, q)
			return change(q, list), err
		}}
	})
}

// asking breaks the query.
func asking(change func(q *email.Query)) func(*testing.T) {
	return onCustomers(func() brokenCustomers {
		return brokenCustomers{search: func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error) {
			change(&q)
			return s.SearchCustomers(ctx, q)
		}}
	})
}

var customerMutants = []mutant{
	{"customers-forget-handles", onCustomers(func() brokenCustomers {
		return brokenCustomers{customer: func(c email.Customer, err error) (email.Customer, error) {
			c.Handles = nil
			return c, err
		}}
	}), []string{"Customer returns the whole customer"}},
	{"customers-invented", onCustomers(func() brokenCustomers {
		return brokenCustomers{customer: func(c email.Customer, _ error) (email.Customer, error) { return c, nil }}
	}), []string{"Customer with an unknown id", "Customer and SearchCustomers end"}},
	{"customers-share-memory", onCustomers(func() brokenCustomers {
		kept := map[string]email.Customer{}
		return brokenCustomers{
			customer: func(c email.Customer, err error) (email.Customer, error) {
				if _, ok := kept[c.ID]; !ok {
					kept[c.ID] = c
				}
				return kept[c.ID], err
			},
			search: func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error) {
				list, err := s.SearchCustomers(ctx, q)
				for _, m := range list {
					kept[m.Customer.ID] = m.Customer
				}
				return list, err
			},
		}
	}), []string{"Customer gives results that are the caller's", "SearchCustomers gives results that are the caller's"}},
	{"search-by-like", searching(func(q email.Query, list []email.Match) []email.Match {
		if strings.ContainsAny(q.Text, `%_\`) {
			return append(list, email.Match{Customer: email.Customer{ID: "104"}})
		}
		return list
	}), []string{"SearchCustomers takes %, _"}},
	{"search-by-ascii", asking(func(q *email.Query) {
		for i, word := range q.Words {
			q.Words[i] = strings.ReplaceAll(word, "е", "ё")
		}
	}), []string{"SearchCustomers takes ё for е"}},
	{"search-by-digits-alone", asking(func(q *email.Query) {
		if q.Phone {
			q.Words[0] = q.Text
		}
	}), []string{"SearchCustomers finds a phone number"}},
	{"search-inside-words", asking(func(q *email.Query) {
		for i, word := range q.Words {
			q.Words[i] = strings.TrimPrefix(word, " ")
		}
	}), []string{"SearchCustomers finds words of one or two"}},
	{"search-any-word", asking(func(q *email.Query) { q.Words = q.Words[:min(len(q.Words), 1)] }),
		[]string{"SearchCustomers wants every word"}},
	{"search-oldest-first", searching(func(_ email.Query, list []email.Match) []email.Match {
		slices.Reverse(list)
		return list
	}), []string{"SearchCustomers puts exact matches first"}},
	{"search-newest-first", onCustomers(func() brokenCustomers {
		return brokenCustomers{search: func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error) {
			limit := q.Limit
			q.Limit = 1000
			list, err := s.SearchCustomers(ctx, q)
			slices.SortFunc(list, func(a, b email.Match) int { return b.Customer.CreatedAt.Compare(a.Customer.CreatedAt) })
			return list[:min(len(list), limit)], err
		}}
	}), []string{"SearchCustomers puts exact matches first"}},
	{"search-limits-first", onCustomers(func() brokenCustomers {
		return brokenCustomers{search: func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error) {
			limit := q.Limit
			q.Limit = 1000
			list, err := s.SearchCustomers(ctx, q)
			slices.SortFunc(list, func(a, b email.Match) int { return strings.Compare(a.Customer.ID, b.Customer.ID) })
			return list[:min(len(list), limit)], err
		}}
	}), []string{"SearchCustomers returns at most Limit"}},
	{"search-by-name-alone", searching(func(_ email.Query, list []email.Match) []email.Match {
		for i := range list {
			list[i].Attribute = email.ByName
		}
		return list
	}), []string{"SearchCustomers finds by each of the five"}},
	{"search-everything", onCustomers(func() brokenCustomers {
		return brokenCustomers{search: func(ctx context.Context, s *emailtest.Store, q email.Query) ([]email.Match, error) {
			c, err := s.Customer(ctx, "105")
			return []email.Match{{Customer: c}}, err
		}}
	}), []string{"SearchCustomers of nothing", "SearchCustomers answers as Query.Match"}},
	{"creates-without-id", onCustomers(func() brokenCustomers {
		return brokenCustomers{create: func(ctx context.Context, s *emailtest.Store, c email.Customer) (email.Customer, error) {
			if c.ID == "" {
				return c, ctx.Err()
			}
			return s.CreateCustomer(ctx, c)
		}}
	}), []string{"CreateCustomer fills in an empty id"}},
	{"creates-over-others", onCustomers(func() brokenCustomers {
		return brokenCustomers{create: func(ctx context.Context, s *emailtest.Store, c email.Customer) (email.Customer, error) {
			return c, s.SaveCustomer(context.WithoutCancel(ctx), c)
		}}
	}), []string{"CreateCustomer under a used id", "CreateCustomer after the context's end"}},
	{"creates-nothing", onCustomers(func() brokenCustomers {
		return brokenCustomers{create: func(ctx context.Context, s *emailtest.Store, c email.Customer) (email.Customer, error) {
			return c, ctx.Err()
		}}
	}), []string{"CreateCustomer keeps a customer"}},
	{"deletes-nothing", onCustomers(func() brokenCustomers {
		return brokenCustomers{delete: func(ctx context.Context, s *emailtest.Store, id string) error { return ctx.Err() }}
	}), []string{"DeleteCustomer removes the customer"}},
	{"deletes-names-alone", onCustomers(func() brokenCustomers {
		return brokenCustomers{delete: func(ctx context.Context, s *emailtest.Store, id string) error {
			c, err := s.Customer(ctx, id)
			if err != nil {
				return err
			}
			c.FirstName, c.LastName, c.Patronymic = "", "", ""
			return s.SaveCustomer(ctx, c)
		}}
	}), []string{"DeleteCustomer removes the customer", "DeleteCustomer of an unknown customer"}},
	{"deletes-outside-contexts", onCustomers(func() brokenCustomers {
		return brokenCustomers{delete: func(ctx context.Context, s *emailtest.Store, id string) error {
			return s.DeleteCustomer(context.WithoutCancel(ctx), id)
		}}
	}), []string{"DeleteCustomer after the context's end"}},
}
