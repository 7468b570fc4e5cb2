package sqlstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// pair gives two handles on one storage at each call.
type pair = func(t testing.TB) (one, other *sqlstore.Store)

// onPairs runs a conformance suite on each database.
func onPairs(t *testing.T, suite func(t *testing.T, pair pair)) {
	onEach(t, func(t *testing.T) { suite(t, pairs(t)) })
}

func TestStore(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestStore(t, emailtest.StoreHarness{Open: func(t testing.TB) (one, other email.Store) { return pair(t) }})
	})
}

func TestBlobs(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestBlobs(t, emailtest.BlobsHarness{Open: func(t testing.TB) (one, other email.Blobs) { return pair(t) }})
	})
}

func TestCustomers(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
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
	onPairs(t, func(t *testing.T, pair pair) {
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
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestTokens(t, emailtest.TokensHarness{Open: func(t testing.TB) (one, other sender.Tokens) { return pair(t) }})
	})
}

func TestRules(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestRules(t, emailtest.RulesHarness{Open: func(t testing.TB) (one, other email.Rules) { return pair(t) }})
	})
}

func TestLoader(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
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
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestSuppressions(t, emailtest.SuppressionsHarness{Open: func(t testing.TB) (one, other email.Suppressions) { return pair(t) }})
	})
}

func TestCampaigns(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestCampaigns(t, emailtest.CampaignsHarness{Open: func(t testing.TB) (one, other email.Campaigns) { return pair(t) }})
	})
}

func TestRates(t *testing.T) {
	onPairs(t, func(t *testing.T, pair pair) {
		emailtest.TestRates(t, emailtest.RatesHarness{Open: func(t testing.TB) (one, other email.Rates) { return pair(t) }})
	})
}
