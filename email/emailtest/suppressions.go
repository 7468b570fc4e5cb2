package emailtest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/crmmail/crmmail/email"
)

var _ interface {
	email.Suppressions
	email.SuppressionLister
} = (*Store)(nil)

// suppressionKey is what there is one suppression of.
type suppressionKey struct {
	addr   string
	reason email.SuppressionReason
}

// Suppressed implements email.Suppressions.
func (s *Store) Suppressed(ctx context.Context, addrs []string) ([]email.Suppression, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []email.Suppression
	for key, one := range s.suppressions {
		if slices.Contains(addrs, key.addr) {
			list = append(list, one)
		}
	}
	return list, nil
}

// AddSuppression implements email.Suppressions.
func (s *Store) AddSuppression(ctx context.Context, one email.Suppression) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	key := suppressionKey{one.Address, one.Reason}
	if _, known := s.suppressions[key]; !known {
		s.suppressions[key] = one
	}
	return nil
}

// RemoveSuppression implements email.Suppressions.
func (s *Store) RemoveSuppression(ctx context.Context, addr string, reason email.SuppressionReason) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	delete(s.suppressions, suppressionKey{addr, reason})
	return nil
}

// ListSuppressions implements email.SuppressionLister.
func (s *Store) ListSuppressions(ctx context.Context, q email.SuppressionQuery) ([]email.Suppression, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	var list []email.Suppression
	for _, one := range s.suppressions {
		if q.Before == nil || newestSuppression(one, *q.Before) > 0 {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, newestSuppression)
	return list[:min(len(list), max(q.Limit, 0))], nil
}

func newestSuppression(a, b email.Suppression) int {
	return cmp.Or(b.At.Compare(a.At), strings.Compare(b.Address, a.Address), cmp.Compare(b.Reason, a.Reason))
}
