package sqlstore_test

import (
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

func TestSuppressions(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestSuppressions(t, emailtest.SuppressionsHarness{
			Open: func(t testing.TB) (one, other email.Suppressions) { return pair(t) },
		})
	})
}

func TestCampaigns(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestCampaigns(t, emailtest.CampaignsHarness{
			Open: func(t testing.TB) (one, other email.Campaigns) { return pair(t) },
		})
	})
}

func TestRates(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestRates(t, emailtest.RatesHarness{
			Open: func(t testing.TB) (one, other email.Rates) { return pair(t) },
		})
	})
}
