package sqlstore

import (
	"context"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// SearchCustomers implements email.Customers. Whole external ids, e-mails and handles are found by an index of their
// own, so that they come first however old the customer is; all else is looked for from the newest customer on.
func (s *Store) SearchCustomers(ctx context.Context, q email.Query) ([]email.Match, error) {
	if len(q.Words) == 0 || q.Limit <= 0 {
		return nil, nil
	}
	var candidates []email.Customer
	err := s.read(ctx, func(tx conn) error {
		exact, err := s.exactCustomers(ctx, tx, q)
		if err != nil {
			return err
		}
		newest, err := s.newestCustomers(ctx, tx, q)
		candidates = append(exact, newest...)
		return err
	})
	if err != nil {
		return nil, wrap("search customers", err)
	}
	return q.Rank(candidates, s.phone), nil
}

func (s *Store) exactCustomers(ctx context.Context, tx conn, q email.Query) ([]email.Customer, error) {
	exact := email.SearchKey(q.Text)
	if exact == "" {
		return nil, nil
	}
	// The plus keeps the database from walking all customers for the sake of their order: these are few.
	return s.customers(ctx, tx, `WHERE tenant = ? AND id IN (SELECT customer_id FROM crmmail_customer_contact
		WHERE tenant = ? AND exact = ? AND exact <> '') ORDER BY +created_at DESC, id DESC LIMIT ?`,
		s.tenant, s.tenant, exact, q.Limit)
}

func (s *Store) newestCustomers(ctx context.Context, tx conn, q email.Query) ([]email.Customer, error) {
	where, args := `WHERE tenant = ?`, []any{s.tenant}
	for _, word := range q.Words {
		where += ` AND search LIKE ? ESCAPE '\'`
		args = append(args, "%"+escapeLike(word)+"%")
	}
	return s.customers(ctx, tx, where+` ORDER BY created_at DESC, id DESC LIMIT ?`, append(args, q.Limit)...)
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// escapeLike makes every character of text stand for itself in a LIKE pattern.
func escapeLike(text string) string { return likeEscaper.Replace(text) }
