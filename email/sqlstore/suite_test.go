package sqlstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func TestStore(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestStore(t, emailtest.StoreHarness{
			Open: func(t testing.TB) (one, other email.Store) { return pair(t) },
		})
	})
}

func TestBlobs(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestBlobs(t, emailtest.BlobsHarness{
			Open: func(t testing.TB) (one, other email.Blobs) { return pair(t) },
		})
	})
}

func TestCustomers(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestCustomers(t, emailtest.CustomersHarness{
			Open: func(t testing.TB, customers []email.Customer) (email.Customers, email.Customers) {
				one, other := pair(t)
				for _, c := range customers {
					require.NoError(t, one.SaveCustomer(context.Background(), c))
				}
				return one, other
			},
		})
	})
}

func TestDirectory(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestDirectory(t, emailtest.DirectoryHarness{
			Open: func(t testing.TB, users, stores, additional []sender.Identity) (sender.Directory, sender.Directory) {
				one, other := pair(t)
				for kind, list := range map[sender.Kind][]sender.Identity{
					sender.User: users, sender.Store: stores, sender.Additional: additional,
				} {
					for _, identity := range list {
						require.NoError(t, one.SaveIdentity(context.Background(), kind, identity))
					}
				}
				return one, other
			},
		})
	})
}

func TestTokens(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestTokens(t, emailtest.TokensHarness{
			Open: func(t testing.TB) (one, other sender.Tokens) { return pair(t) },
		})
	})
}

func TestRules(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestRules(t, emailtest.RulesHarness{
			Open: func(t testing.TB) (one, other email.Rules) { return pair(t) },
		})
	})
}

func TestLoader(t *testing.T) {
	onEach(t, func(t *testing.T) {
		pair := pairs(t)
		emailtest.TestLoader(t, emailtest.LoaderHarness{
			Open: func(t testing.TB, templates []template.Template) (template.Loader, template.Loader) {
				one, other := pair(t)
				for _, tmpl := range templates {
					require.NoError(t, one.SaveTemplate(context.Background(), tmpl))
				}
				return one, other
			},
		})
	})
}

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
