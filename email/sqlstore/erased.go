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

// admit refuses what is about an erased customer. All others are not erased until the transaction ends.
func (s *Store) admit(ctx context.Context, tx conn, customerIDs ...string) error {
	var asked []string
	for _, id := range customerIDs {
		if id != "" { // waits in the inbox, and is nobody's
			asked = append(asked, erasedID(id))
		}
	}
	slices.Sort(asked)
	asked = slices.Compact(asked)
	if len(asked) == 0 {
		return nil
	}
	for _, id := range asked {
		if err := s.dialect.beside(ctx, tx, s.lockName(id)); err != nil {
			return err
		}
	}
	// An update that changes nothing looks at what is there and is a write.
	erased, err := exec(ctx, tx, `UPDATE crmmail_erased SET customer = customer WHERE tenant = ? AND customer IN (`+
		parameters(len(asked))+`)`, append([]any{s.tenant}, anys(asked)...)...)
	if err == nil && erased > 0 {
		err = email.ErrNotFound
	}
	return err
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
