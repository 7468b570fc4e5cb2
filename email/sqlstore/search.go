package sqlstore

import (
	"context"

	"github.com/crmmail/crmmail/email"
)

// SearchCustomers implements email.Customers.
//
// Whole external ids, e-mails and handles are found by an index of their own. All else is looked for among the newest
// customers first, where common names are, and then by an index of trigrams, from the newest customers to the oldest, as far
// as q.Limit wants. Where very many customers of a tenant were created on the same day (on PostgreSQL: in the same month),
// all of them who match are read where the newest do not suffice: some milliseconds for a thousand of them.
func (s *Store) SearchCustomers(ctx context.Context, q email.Query) ([]email.Match, error) {
	if len(q.Words) == 0 || q.Limit <= 0 {
		return nil, nil
	}
	var candidates []email.Customer
	err := s.read(ctx, func(tx conn) error {
		ids, err := s.candidates(ctx, tx, q)
		if err != nil || len(ids) == 0 {
			return err
		}
		candidates, err = s.customers(ctx, tx, `WHERE tenant = ? AND id IN (`+parameters(len(ids))+`)`,
			append([]any{s.tenant}, anys(ids)...)...)
		return err
	})
	if err != nil {
		return nil, wrap("search customers", err)
	}
	return q.Rank(candidates, s.phone), nil
}

// candidates are the ids of customers among whom the answer is.
func (s *Store) candidates(ctx context.Context, tx conn, q email.Query) ([]string, error) {
	exact, err := s.exactly(ctx, tx, q)
	if err != nil {
		return nil, err
	}
	if len(trigrams(q.Words...)) == 0 { // not as ParseQuery has it
		newest, err := s.amongNewest(ctx, tx, q, everybody)
		return append(exact, newest...), err
	}
	newest, err := s.amongNewest(ctx, tx, q, fewNewest)
	if err == nil && len(newest) < q.Limit {
		newest, err = s.byTrigrams(ctx, tx, q)
	}
	return append(exact, newest...), err
}

// exactly are those who have the query as a whole external id, e-mail or handle, the newest at most.
func (s *Store) exactly(ctx context.Context, tx conn, q email.Query) ([]string, error) {
	exact := email.SearchKey(q.Text)
	if exact == "" {
		return nil, nil
	}
	// SQLite takes the tables of a CROSS JOIN in this order.
	return collect(ctx, tx, scanOne[string], `SELECT id FROM (
		SELECT DISTINCT c.id, c.created_at FROM crmmail_customer_contact x CROSS JOIN crmmail_customer c
		WHERE x.tenant = ? AND x.exact = ? AND x.exact <> '' AND c.tenant = x.tenant AND c.id = x.customer_id) AS exact
		ORDER BY created_at DESC, id DESC LIMIT ?`, s.tenant, exact, q.Limit)
}

// How many of the newest customers are read before the index is asked.
const (
	fewNewest = 500
	everybody = 1 << 62
)

// amongNewest are those who match among the few newest of all.
func (s *Store) amongNewest(ctx context.Context, tx conn, q email.Query, few int) ([]string, error) {
	matching, args := s.dialect.matching("search", q.Words)
	return collect(ctx, tx, scanOne[string], `SELECT id FROM (
		SELECT id, created_at, search FROM crmmail_customer WHERE tenant = ? ORDER BY created_at DESC, id DESC LIMIT ?) AS newest
		WHERE `+matching+` ORDER BY created_at DESC, id DESC LIMIT ?`,
		append(append([]any{s.tenant, few}, args...), q.Limit)...)
}

// byTrigrams are the newest of those who match.
func (s *Store) byTrigrams(ctx context.Context, tx conn, q email.Query) ([]string, error) {
	if s.dialect == PostgreSQL {
		return s.byNumbers(ctx, tx, q)
	}
	return s.byFullText(ctx, tx, q)
}

// matching is the condition that text holds every one of words, with its arguments. No index answers it.
func (d Dialect) matching(column string, words []string) (condition string, args []any) {
	position := "instr"
	if d == PostgreSQL {
		position = "strpos"
	}
	for i, word := range words {
		if i > 0 {
			condition += ` AND `
		}
		condition += position + `(` + column + `, ?) > 0`
		args = append(args, word)
	}
	return condition, args
}

// indexed is what an index of trigrams keeps of a customer, as a part of the statement that inserts him.
type indexed struct {
	column string
	value  string
	args   []any
	update string // where the customer is there already
	// after is a statement of its own; empty: there is none.
	after     string
	afterArgs []any
}

func (s *Store) indexed(c email.Customer, search string) indexed {
	if s.dialect == PostgreSQL {
		return s.indexedByNumbers(c, search)
	}
	return s.indexedByFullText(c)
}
