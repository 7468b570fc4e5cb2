package sqlstore_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// An exact match comes first however many newer customers match too.
func TestExactComesFirst(t *testing.T) { onEach(t, testExactComesFirst) }

func testExactComesFirst(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	for n := range 40 {
		require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: fmt.Sprint("n", n), ExternalID: fmt.Sprint("crm-1", n),
			Emails: []string{fmt.Sprintf("%dann@mail.example", n)}, Handles: []email.Handle{{Network: "telegram", Username: fmt.Sprint("ann", n)}},
			CreatedAt: noon.Add(time.Duration(n+1) * time.Hour)}))
	}
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "old", ExternalID: "CRM-1", Emails: []string{"Ann@mail.example"},
		Handles: []email.Handle{{Network: "telegram", Username: "@Ann"}}, CreatedAt: noon}))
	for text, attribute := range map[string]email.Attribute{
		"crm-1": email.ByExternalID, "CRM-1 ": email.ByExternalID, "ann@mail.example": email.ByEmail, "@ann": email.ByHandle, "ANN": email.ByHandle,
	} {
		for _, limit := range []int{1, 10} {
			matches, err := store.SearchCustomers(ctx, email.ParseQuery(text, limit))
			require.NoError(t, err)
			require.Len(t, matches, limit, text)
			assert.Equal(t, "old", matches[0].Customer.ID, text)
			assert.Equal(t, attribute, matches[0].Attribute, text)
			assert.True(t, matches[0].Exact, text)
			if limit > 1 {
				assert.Equal(t, "n39", matches[1].Customer.ID, text)
			}
		}
	}
}

// Numbers are found by the forms of the Store's own Phone.
func TestSearchByOtherPhones(t *testing.T) { onEach(t, testSearchByOtherPhones) }

func testSearchByOtherPhones(t *testing.T) {
	ctx := context.Background()
	store := storeOn(t, openDB(t, newFile(t)), sqlstore.Options{Phone: func(raw string) []string {
		return []string{"49" + strings.TrimPrefix(raw, "0"), raw}
	}})
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "1", Phones: []string{"0301234567"}}))
	for _, text := range []string{"+49 30 1234567", "030 1234567"} {
		matches, err := store.SearchCustomers(ctx, email.ParseQuery(text, 9))
		require.NoError(t, err)
		require.Len(t, matches, 1, text)
		assert.Equal(t, email.ByPhone, matches[0].Attribute)
	}
}

func TestSearchWithoutALimit(t *testing.T) { onEach(t, testSearchWithoutALimit) }

func testSearchWithoutALimit(t *testing.T) {
	store := newStore(t)
	require.NoError(t, store.SaveCustomer(context.Background(), email.Customer{ID: "1", FirstName: "Анна"}))
	for _, limit := range []int{0, -1} {
		matches, err := store.SearchCustomers(context.Background(), email.ParseQuery("анна", limit))
		require.NoError(t, err)
		assert.Empty(t, matches)
	}
}

// The property: the store finds a customer exactly where Query.Match does, whatever either of them holds.
func FuzzSearch(f *testing.F) {
	for _, seed := range [][2]string{
		{"100% скидка", "100%"}, {"under_score", "r_s"}, {`back\slash`, `\`}, {"Семён", "семен"}, {"8 (900) 111-22-33", "+7900"},
		{"@ivan", "ivan"}, {"a\x00b", "a\x00b"}, {"İ", "i̇"}, {"ſ", "s"}, {"a\xffb", "\xffb"}, {"x\ny", "x y"}, {"K", "k"}, {"''", "'"}, {"ab", "@@ab"},
		{"\x00\xffb", " \x00\xffb"}, {"\x00\xffb", "\ufffd\ufffdb"}, {"\xd0\x90", "\x90"},
	} {
		f.Add(seed[0], seed[1])
	}
	store := newStore(f)
	ctx := context.Background()
	f.Fuzz(func(t *testing.T, value, text string) {
		c := email.Customer{ID: "1", ExternalID: value, LastName: value, Emails: []string{value}, Phones: []string{value},
			Handles: []email.Handle{{Network: "telegram", Username: value}}, CreatedAt: noon}
		require.NoError(t, store.SaveCustomer(ctx, c))
		kept, err := store.Customer(ctx, "1")
		require.NoError(t, err)
		require.Equal(t, []string{keptText(value)}, kept.Emails)
		q := email.ParseQuery(text, 5)
		want, ok := q.Match(kept, nil)
		matches, err := store.SearchCustomers(ctx, q)
		require.NoError(t, err)
		if !ok {
			require.Empty(t, matches)
			return
		}
		require.Equal(t, []email.Match{want}, matches)
	})
}
