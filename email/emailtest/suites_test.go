package emailtest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func TestMemoryStore(t *testing.T)     { emailtest.TestStore(t, memoryStore) }
func TestMemoryBlobs(t *testing.T)     { emailtest.TestBlobs(t, memoryBlobs) }
func TestMemoryCustomers(t *testing.T) { emailtest.TestCustomers(t, memoryCustomers) }
func TestMemoryDirectory(t *testing.T) { emailtest.TestDirectory(t, memoryDirectory) }
func TestMemoryTokens(t *testing.T)    { emailtest.TestTokens(t, memoryTokens) }
func TestMemoryLoader(t *testing.T)    { emailtest.TestLoader(t, memoryLoader) }

var (
	memoryStore = emailtest.StoreHarness{Open: func(testing.TB) (one, other email.Store) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryBlobs = emailtest.BlobsHarness{Open: func(testing.TB) (one, other email.Blobs) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryTokens = emailtest.TokensHarness{Open: func(testing.TB) (one, other sender.Tokens) {
		s := emailtest.NewStore()
		return s, s
	}}
	memoryCustomers = emailtest.CustomersHarness{Open: func(t testing.TB, customers []email.Customer) (one, other email.Customers) {
		s := emailtest.NewStore()
		for _, c := range customers {
			require.NoError(t, s.SaveCustomer(context.Background(), c))
		}
		return s, s
	}}
	memoryLoader = emailtest.LoaderHarness{Open: func(t testing.TB, templates []template.Template) (one, other template.Loader) {
		s := emailtest.NewStore()
		for _, one := range templates {
			require.NoError(t, s.SaveTemplate(context.Background(), one))
		}
		return s, s
	}}
	memoryDirectory = emailtest.DirectoryHarness{Open: func(t testing.TB, users, stores, additional []sender.Identity) (one, other sender.Directory) {
		s := emailtest.NewStore()
		for kind, list := range map[sender.Kind][]sender.Identity{
			sender.User: users, sender.Store: stores, sender.Additional: additional,
		} {
			for _, identity := range list {
				require.NoError(t, s.SaveIdentity(context.Background(), kind, identity))
			}
		}
		return s, s
	}}
)
