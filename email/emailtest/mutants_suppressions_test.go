package emailtest_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// brokenSuppressions are those of the memory store with some methods replaced; each gets the sound store.
type brokenSuppressions struct {
	*emailtest.Store
	suppressed func(context.Context, *emailtest.Store, []string) ([]email.Suppression, error)
	add        func(context.Context, *emailtest.Store, email.Suppression) error
	remove     func(context.Context, *emailtest.Store, string, email.SuppressionReason) error
	list       func(context.Context, *emailtest.Store, email.SuppressionQuery) ([]email.Suppression, error)
}

func (b brokenSuppressions) Suppressed(ctx context.Context, addrs []string) ([]email.Suppression, error) {
	if b.suppressed == nil {
		return b.Store.Suppressed(ctx, addrs)
	}
	return b.suppressed(ctx, b.Store, addrs)
}

func (b brokenSuppressions) AddSuppression(ctx context.Context, s email.Suppression) error {
	if b.add == nil {
		return b.Store.AddSuppression(ctx, s)
	}
	return b.add(ctx, b.Store, s)
}

func (b brokenSuppressions) RemoveSuppression(ctx context.Context, addr string, reason email.SuppressionReason) error {
	if b.remove == nil {
		return b.Store.RemoveSuppression(ctx, addr, reason)
	}
	return b.remove(ctx, b.Store, addr, reason)
}

func (b brokenSuppressions) ListSuppressions(ctx context.Context, q email.SuppressionQuery) ([]email.Suppression, error) {
	if b.list == nil {
		return b.Store.ListSuppressions(ctx, q)
	}
	return b.list(ctx, b.Store, q)
}

// onSuppressions runs the suite on broken suppressions.
func onSuppressions(broken brokenSuppressions) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestSuppressions(t, emailtest.SuppressionsHarness{Open: func(testing.TB) (one, other email.Suppressions) {
			sound := broken
			sound.Store = emailtest.NewStore()
			return sound, sound
		}})
	}
}

var suppressionMutants = []mutant{
	{"suppressions-in-two-storages", func(t *testing.T) {
		emailtest.TestSuppressions(t, emailtest.SuppressionsHarness{Open: func(testing.TB) (one, other email.Suppressions) {
			return emailtest.NewStore(), emailtest.NewStore()
		}})
	}, []string{"Suppressed returns"}},
	{"suppresses-by-pattern", onSuppressions(brokenSuppressions{suppressed: func(ctx context.Context, s *emailtest.Store, addrs []string) ([]email.Suppression, error) {
		for _, addr := range addrs {
			if strings.ContainsAny(addr, "%_") {
				return s.ListSuppressions(ctx, email.SuppressionQuery{Limit: 100})
			}
		}
		return s.Suppressed(ctx, addrs)
	}}), []string{"Suppressed returns"}},
	{"suppresses-a-few-at-once", onSuppressions(brokenSuppressions{suppressed: func(ctx context.Context, s *emailtest.Store, addrs []string) ([]email.Suppression, error) {
		return s.Suppressed(ctx, addrs[:min(len(addrs), 1000)])
	}}), []string{"Suppressed of many"}},
	{"suppressions-are-replaced", onSuppressions(brokenSuppressions{add: func(ctx context.Context, s *emailtest.Store, one email.Suppression) error {
		if err := s.RemoveSuppression(ctx, one.Address, one.Reason); err != nil {
			return err
		}
		return s.AddSuppression(ctx, one)
	}}), []string{"AddSuppression again"}},
	{"one-suppression-an-address", onSuppressions(brokenSuppressions{add: func(ctx context.Context, s *emailtest.Store, one email.Suppression) error {
		if known, err := s.Suppressed(ctx, []string{one.Address}); err != nil || len(known) > 0 {
			return err
		}
		return s.AddSuppression(ctx, one)
	}}), []string{"AddSuppression for several"}},
	{"suppresses-nobody-twice", onSuppressions(brokenSuppressions{add: func(ctx context.Context, s *emailtest.Store, one email.Suppression) error {
		if known, err := s.Suppressed(ctx, []string{one.Address}); err != nil || len(known) > 0 {
			return errors.Join(err, email.ErrDuplicate)
		}
		return s.AddSuppression(ctx, one)
	}}), []string{"AddSuppression by many"}},
	{"lifts-every-reason", onSuppressions(brokenSuppressions{remove: func(ctx context.Context, s *emailtest.Store, addr string, _ email.SuppressionReason) error {
		known, err := s.Suppressed(ctx, []string{addr})
		for _, one := range known {
			err = errors.Join(err, s.RemoveSuppression(ctx, addr, one.Reason))
		}
		return err
	}}), []string{"RemoveSuppression"}},
	{"suppressions-ignore-the-context", onSuppressions(brokenSuppressions{add: func(_ context.Context, s *emailtest.Store, one email.Suppression) error {
		return s.AddSuppression(context.Background(), one)
	}}), []string{"Suppressions after"}},
	{"suppressions-repeat-at-one-time", onSuppressions(brokenSuppressions{list: func(ctx context.Context, s *emailtest.Store, q email.SuppressionQuery) ([]email.Suppression, error) {
		if q.Before == nil {
			return s.ListSuppressions(ctx, q)
		}
		all, err := s.ListSuppressions(ctx, email.SuppressionQuery{Limit: 100})
		for i, one := range all {
			if one.At.Before(q.Before.At) {
				return all[i : i+1], err
			}
		}
		return nil, err
	}}), []string{"ListSuppressions"}},
}
