package emailtest_test

import (
	"testing"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

func TestMemorySuppressions(t *testing.T) { emailtest.TestSuppressions(t, memorySuppressions) }

var memorySuppressions = emailtest.SuppressionsHarness{Open: func(testing.TB) (one, other email.Suppressions) {
	s := emailtest.NewStore()
	return s, s
}}

func TestMemoryCampaigns(t *testing.T) { emailtest.TestCampaigns(t, memoryCampaigns) }

var memoryCampaigns = emailtest.CampaignsHarness{Open: func(testing.TB) (one, other email.Campaigns) {
	s := emailtest.NewStore()
	return s, s
}}

func TestMemoryRates(t *testing.T) { emailtest.TestRates(t, memoryRates) }

var memoryRates = emailtest.RatesHarness{Open: func(testing.TB) (one, other email.Rates) {
	s := emailtest.NewStore()
	return s, s
}}
