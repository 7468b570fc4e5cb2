package sqlstore

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/crmmail/crmmail/email"
)

// erasedID is what is kept of an erased customer: nothing that names him.
func erasedID(customerID string) string {
	sum := sha256.Sum256([]byte(customerID))
	return hex.EncodeToString(sum[:])
}

// lockName names the lock of a customer, by which his messages are kept or erased, but not both at once.
func (s *Store) lockName(erasedID string) string { return "customer " + s.tenant + " " + erasedID }

func (s *Store) lockNames(erasedIDs []string) []string {
	names := make([]string, len(erasedIDs))
	for i, id := range erasedIDs {
		names[i] = s.lockName(id)
	}
	return names
}

// admit refuses what is about an erased customer. All others are not erased until the transaction ends.
func (s *Store) admit(ctx context.Context, tx conn, customerIDs ...string) error {
	erased, err := s.erasedOf(ctx, tx, customerIDs)
	if err == nil && len(erased) > 0 {
		err = email.ErrNotFound
	}
	return err
}

// erasedOf are those of some customers that were erased, by erasedID. All others are not until the transaction ends.
func (s *Store) erasedOf(ctx context.Context, tx conn, customerIDs []string) (map[string]bool, error) {
	var asked []string
	for _, id := range customerIDs {
		if id != "" { // waits in the inbox, and is nobody's
			asked = append(asked, erasedID(id))
		}
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	erased := map[string]bool{}
	for some := range slices.Chunk(asked, rowsAtOnce) {
		if err := s.dialect.beside(ctx, tx, s.lockNames(some)...); err != nil {
			return nil, err
		}
		// An update that changes nothing looks at what is there and is a write.
		found, err := collect(ctx, tx, scanOne[string], `UPDATE crmmail_erased SET customer = customer WHERE tenant = ? AND customer IN (`+
			parameters(len(some))+`) RETURNING customer`, append([]any{s.tenant}, anys(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			erased[id] = true
		}
	}
	return erased, nil
}

// bar lets admit refuse a customer from now on, and waits for those transactions that have admitted him.
func (s *Store) bar(ctx context.Context, tx conn, customerID string) error {
	id := erasedID(customerID)
	if err := s.dialect.alone(ctx, tx, s.lockName(id)); err != nil {
		return err
	}
	_, err := exec(ctx, tx, `INSERT INTO crmmail_erased (tenant, customer) VALUES (?, ?) ON CONFLICT DO NOTHING`, s.tenant, id)
	return err
}
