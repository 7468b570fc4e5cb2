package sqlstore_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Every statement of a search goes by an index, and none sorts or reads all customers.
func TestSearchPlans(t *testing.T) { onEach(t, testSearchPlans) }

func testSearchPlans(t *testing.T) {
	count := 2000 // fewer PostgreSQL reads from end to end
	if dialect(t) == sqlstore.SQLite {
		count = 600
	}
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{Tenant: "red"})
	var list []email.Customer
	for n := range count {
		list = append(list, person(n, count))
	}
	saveAll(t, db, store, list)
	_, err := db.Exec(`ANALYZE`)
	require.NoError(t, err)
	if dialect(t) == sqlstore.SQLite { // plans must not depend on statistics, which SQLite does not keep by itself
		_, err := db.Exec(`DELETE FROM sqlite_stat1`)
		require.NoError(t, err)
	}
	matches, err := store.SearchCustomers(context.Background(), email.ParseQuery("staraya-lavka", 20))
	require.NoError(t, err)
	require.Len(t, matches, 20)

	for name, want := range map[string]struct {
		of              string // part of the statement
		sqlite, postgre []string
		never           []string
	}{
		"exact": {of: "AS exact",
			sqlite:  []string{"crmmail_customer_contact_exact (tenant=? AND exact=?)", "sqlite_autoindex_crmmail_customer_1 (tenant=? AND id=?)"},
			postgre: []string{"crmmail_customer_contact_exact", "crmmail_customer_pkey"},
			never:   []string{"Seq Scan"}},
		"newest": {of: "AS newest",
			sqlite:  []string{"SEARCH crmmail_customer USING INDEX crmmail_customer_newest (tenant=?)"},
			postgre: []string{"Index Scan Backward using crmmail_customer_newest"},
			never:   []string{"Seq Scan"}},
		"trigrams": {of: "trigram",
			sqlite:  []string{"SCAN t VIRTUAL TABLE INDEX", "SEARCH c USING INTEGER PRIMARY KEY (rowid=?)"},
			postgre: []string{"Incremental Sort", "Presorted Key: crmmail_customer_epoch.epoch", "Bitmap Index Scan on crmmail_customer_trigrams"},
			never:   []string{"TEMP B-TREE", "Seq Scan on crmmail_customer "}},
		"found": {of: "id IN (",
			sqlite:  []string{"crmmail_customer_contact USING PRIMARY KEY (tenant=? AND customer_id=?)"},
			postgre: []string{"crmmail_customer_contact_pkey"},
			never:   []string{"Seq Scan"}},
	} {
		t.Run(name, func(t *testing.T) {
			plan := spy.plan(t, db, want.of)
			steps := want.sqlite
			if dialect(t) == sqlstore.PostgreSQL {
				steps = want.postgre
			}
			for _, step := range steps {
				assert.Contains(t, plan, step)
			}
			for _, step := range want.never {
				assert.NotContains(t, plan, step)
			}
		})
	}
}

// The number of a new row is found without reading those of other customers.
func TestNumberOfARowWalksNoTable(t *testing.T) {
	db, spy := openSpy(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{Tenant: "red"})
	require.NoError(t, store.SaveCustomer(context.Background(), person(1, 2)))
	plan := spy.plan(t, db, "INSERT INTO crmmail_customer ")
	assert.Contains(t, plan, "USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)")
	assert.Contains(t, plan, "(tenant=?)")
	assert.NotContains(t, plan, "TEMP B-TREE")
	assert.NotContains(t, plan, "SCAN crmmail_customer\n")
}
