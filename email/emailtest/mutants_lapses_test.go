package emailtest_test

import (
	"context"

	"github.com/crmmail/crmmail/email"
)

// lapseMutants count no leases that lapsed.
var lapseMutants = []mutant{
	{"forgets-lapses", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for i := range claimed.Jobs {
			claimed.Jobs[i].Lapses = 0
		}
		return claimed, err
	}})), []string{"Claim counts the leases"}},
}
