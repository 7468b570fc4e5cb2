package sqlstore_test

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// Whatever is asked, the answer is what Query.Rank makes of everybody: also for those beyond the newest that are read
// without the index, on days when many came and in times of no calendar, after changes and deletions, and beside other tenants.
func TestSearchAnswersAsRank(t *testing.T) { onEach(t, testSearchAnswersAsRank) }

func testSearchAnswersAsRank(t *testing.T) {
	count := 1500
	if underRace {
		count = 750
	}
	db := openDB(t, newFile(t))
	red, blue := storeOn(t, db, sqlstore.Options{Tenant: "red"}), storeOn(t, db, sqlstore.Options{Tenant: "blue"})
	r := rand.New(rand.NewPCG(8, 8))
	reds, blues := map[string]email.Customer{}, map[string]email.Customer{}
	var list, others []email.Customer
	for n := range count {
		c := person(n, count)
		switch r.IntN(10) {
		case 0:
			c.CreatedAt = noon // with hundreds more
		case 1:
			c.CreatedAt = pick(r, time.Time{}, time.Date(1969, 12, 31, 23, 0, 0, 0, time.UTC), time.Date(2500, 1, 1, 0, 0, 0, 0, time.UTC), noon.Add(1))
		}
		list = append(list, c)
		reds[c.ID] = c
		if n%25 == 0 {
			c.FirstName, c.Patronymic = "Иван", "Голубой"
			others = append(others, c)
			blues[c.ID] = c
		}
	}
	r.Shuffle(count, func(i, j int) { list[i], list[j] = list[j], list[i] })
	saveAll(t, db, red, list)
	saveAll(t, db, blue, others)
	t.Run("saved", func(t *testing.T) { answersAsRank(t, red, reds); answersAsRank(t, blue, blues) })

	list = list[:0]
	for n := 0; n < count; n += 3 {
		c := person(n, count)
		c.LastName = "Переименованный-" + c.LastName
		if n%2 == 0 {
			c.CreatedAt = c.CreatedAt.Add(-400 * day)
		}
		list = append(list, c)
		reds[c.ID] = c
	}
	saveAll(t, db, red, list)
	for n := 0; n < count; n += 7 {
		require.NoError(t, red.DeleteCustomer(context.Background(), fmt.Sprint(n)))
		delete(reds, fmt.Sprint(n))
	}
	t.Run("changed", func(t *testing.T) { answersAsRank(t, red, reds); answersAsRank(t, blue, blues) })
	indexIsRight(t, db)
}

// saveAll keeps many customers in one transaction.
func saveAll(t testing.TB, db *sql.DB, store *sqlstore.Store, list []email.Customer) {
	tx, err := db.Begin()
	require.NoError(t, err)
	defer tx.Rollback()
	for _, c := range list {
		require.NoError(t, store.Tx(tx).SaveCustomer(context.Background(), c))
	}
	require.NoError(t, tx.Commit())
}

// searches are what people look for, of each kind some.
var searches = []struct{ kind, text string }{
	{"first name", "иван"}, {"first name", "Ольга"}, {"first name", "ТАТЬЯНА"}, {"first name", "semyon"},
	{"surname", "кузнецова"}, {"surname", "Worthington"}, {"surname fragment", "ребр"}, {"surname fragment", "щерба"}, {"surname fragment", "ерез"},
	{"ё and е", "семён"}, {"ё and е", "семен"}, {"ё and е", "Королев"}, {"ё and е", "ПЁТР"},
	{"e-mail", "petrova1234@mail.example"}, {"e-mail", "a_ivanov9566@staraya-lavka.example"},
	{"e-mail fragment, rare", "ivanov77@"}, {"e-mail fragment, rare", "smirnova12"}, {"e-mail fragment, rare", "o_kuznetsova7"}, {"e-mail fragment, rare", "petrova1234"},
	{"e-mail fragment, common", "mail.example"}, {"e-mail fragment, common", "@pochta"}, {"e-mail fragment, common", ".example"},
	{"e-mail fragment, common but old", "staraya-lavka"}, {"e-mail fragment, common but old", "@staraya"},
	{"phone, whole", "8 (917) 888-54-28"}, {"phone, whole", "+7 917 888 54 28"}, {"phone, whole", "79178885428"},
	{"phone, 5 to 9 digits", "90012"}, {"phone, 5 to 9 digits", "8885428"}, {"phone, 5 to 9 digits", "8 (900) 12"}, {"phone, 5 to 9 digits", "+7900123"}, {"phone, 5 to 9 digits", "12-34-567"},
	{"phone, one digit", "99999999"}, {"phone, one digit", "0000000"},
	{"username", "@ivan_petrov"}, {"username", "ivan_petrov"}, {"username", "annasmirnova"}, {"username", "@ivanov_iva1"},
	{"external id", "CRM-001234"}, {"external id", "crm-00"}, {"external id", "crm-0012"}, {"external id", "rm-777"},
	{"two letters, common", "ив"}, {"two letters, common", "an"}, {"two letters, rare", "щщ"}, {"two letters, rare", "цв"}, {"two letters, rare", "ул"},
	{"two words", "иван петров"}, {"two words", "Анна Кузнецова"}, {"two words", "семен mail.example"}, {"two words", "мария crm-00"},
	{"two words, rare together", "иван петрова"}, {"two words, rare together", "никита worthington"}, {"two words, rare together", "есения staraya-lavka"}, {"two words, rare together", "john mcdonald"},
	{"three words", "ольга сергеевна смирнова"}, {"three words", "иванов иван и"}, {"three words", "петр п mail"}, {"three words", "татьяна 900 mail.example"},
	{"signs", "o'brien"}, {"signs", `"иван"`}, {"signs", "100%"}, {"signs", `_petrov`}, {"signs", `iv\an`}, {"signs", "%%%"}, {"signs", "иван*"}, {"signs", "a AND b"},
	{"nobody", "нет такого"}, {"nobody", "zzzqqq"}, {"nobody", "иван zzz"}, {"nobody", "нет@такого.example"},
}

func answersAsRank(t *testing.T, store *sqlstore.Store, kept map[string]email.Customer) {
	everybody := make([]email.Customer, 0, len(kept))
	for _, c := range kept {
		c.CreatedAt = c.CreatedAt.Truncate(time.Microsecond)
		everybody = append(everybody, c)
	}
	found := 0
	for i, search := range searches {
		want := email.ParseQuery(search.text, 100).Rank(everybody, nil)
		limits := []int{1, 20, 100}
		if underRace {
			limits = limits[i%len(limits):][:1]
		}
		for _, limit := range limits {
			matches, err := store.SearchCustomers(context.Background(), email.ParseQuery(search.text, limit))
			require.NoError(t, err, search.text)
			require.Equal(t, ranked(want[:min(limit, len(want))]), ranked(matches), "%s, %d", search.text, limit)
			found += len(matches)
		}
	}
	assert.Greater(t, found, len(searches)/2)
}

// ranked is what of an answer can be compared at a glance.
func ranked(matches []email.Match) string {
	var b strings.Builder
	for _, m := range matches {
		fmt.Fprintln(&b, m.Customer.ID, m.Customer.Name(), m.Customer.CreatedAt.UTC(), m.Attribute, m.Value, m.Exact)
	}
	return b.String()
}

// indexIsRight asserts that the index holds what it would hold if it were made anew.
func indexIsRight(t *testing.T, db *sql.DB) {
	if dialect(t) == sqlstore.SQLite {
		_, err := db.Exec(`INSERT INTO crmmail_customer_trigram (crmmail_customer_trigram, rank) VALUES ('integrity-check', 1)`)
		require.NoError(t, err)
		return
	}
	const kept = `SELECT id || ' ' || tenant || ' ' || array(SELECT unnest(trigrams) ORDER BY 1)::text FROM crmmail_customer ORDER BY tenant, id`
	before := textsOf(t, db, kept)
	require.NotEmpty(t, before)
	epochs := textsOf(t, db, `SELECT tenant || ' ' || epoch FROM crmmail_customer_epoch ORDER BY 1`)
	tx, err := db.Begin()
	require.NoError(t, err)
	_, err = tx.Exec(`ALTER TABLE crmmail_customer DROP COLUMN trigrams; DROP TABLE crmmail_customer_epoch`)
	require.NoError(t, err)
	_, err = tx.Exec(migration(t, "0002_search.sql"))
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	require.Equal(t, before, textsOf(t, db, kept))
	require.Subset(t, epochs, textsOf(t, db, `SELECT tenant || ' ' || epoch FROM crmmail_customer_epoch ORDER BY 1`))
}

func textsOf(t *testing.T, db *sql.DB, query string) (values []string) {
	rows, err := db.Query(query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var value string
		require.NoError(t, rows.Scan(&value))
		values = append(values, value)
	}
	require.NoError(t, rows.Err())
	return values
}

func migration(t *testing.T, name string) string {
	files, err := sqlstore.Migrations(dialect(t), "")
	require.NoError(t, err)
	text, err := fs.ReadFile(files, name)
	require.NoError(t, err)
	return string(text)
}

// Customers who were there before the index are found by it.
func TestSearchIndexIsMadeOfWhatIsThere(t *testing.T) { onEach(t, testSearchIndexIsMadeOfWhatIsThere) }

func testSearchIndexIsMadeOfWhatIsThere(t *testing.T) {
	db := openDB(t, emptyFile(t))
	_, err := db.Exec(migration(t, "0001_initial.sql"))
	require.NoError(t, err)
	kept := map[string]map[string]email.Customer{"red": {}, "blue": {}, "": {}}
	for n := range 900 {
		c := person(n, 900)
		c.Emails, c.Phones, c.Handles, c.ExternalID, c.Patronymic = nil, nil, nil, "", ""
		if n%100 == 0 {
			c.CreatedAt = time.Time{}
		}
		tenant := []string{"red", "red", "blue", "red", ""}[n%5]
		kept[tenant][c.ID] = c
		insert := fmt.Sprintf(`INSERT INTO crmmail_customer (tenant, id, external_id, first_name, last_name, patronymic, manager_id, store_id, created_at, search, fields)
			VALUES ('%s', '%s', '', '%s', '%s', '', '%s', '%s', %d, '%s', '')`, tenant, c.ID, c.FirstName, strings.ReplaceAll(c.LastName, "'", "''"),
			c.ManagerID, c.StoreID, c.CreatedAt.UnixMicro(), strings.ReplaceAll(email.SearchText(c, nil), "'", "''"))
		_, err := db.Exec(insert)
		require.NoError(t, err)
	}
	_, err = db.Exec(migration(t, "0002_search.sql"))
	require.NoError(t, err)
	answersAsRank(t, storeOn(t, db, sqlstore.Options{}), kept[""])
	store := storeOn(t, db, sqlstore.Options{Tenant: "red"})
	var list []email.Customer
	for n := range 900 { // numbers go on where the migration has ended
		c := person(n+900, 1800)
		c.ID, c.CreatedAt = "new "+c.ID, person(n, 900).CreatedAt
		kept["red"][c.ID] = c
		list = append(list, c)
	}
	saveAll(t, db, store, list)
	answersAsRank(t, store, kept["red"])
	indexIsRight(t, db)
}

// A save that changes nothing one is found by leaves the index alone, a save in a transaction that is rolled back too.
func TestSearchIndexIsLeftAlone(t *testing.T) { onEach(t, testSearchIndexIsLeftAlone) }

func testSearchIndexIsLeftAlone(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	c := person(1, 10)
	require.NoError(t, store.SaveCustomer(ctx, c))
	c.ManagerID = "another"
	require.NoError(t, store.SaveCustomer(ctx, c))
	tx, err := db.Begin()
	require.NoError(t, err)
	c.LastName = "Ненадолго"
	require.NoError(t, store.Tx(tx).SaveCustomer(ctx, c))
	require.NoError(t, store.Tx(tx).DeleteCustomer(ctx, c.ID))
	require.NoError(t, tx.Rollback())
	matches, err := store.SearchCustomers(ctx, email.ParseQuery("ненадолго", 9))
	require.NoError(t, err)
	assert.Empty(t, matches)
	matches, err = store.SearchCustomers(ctx, email.ParseQuery(c.FirstName, 9))
	require.NoError(t, err)
	assert.Len(t, matches, 1)
	indexIsRight(t, db)
}

// Nothing of a customer who was deleted stays in the index once it is optimised, as DeleteCustomer says.
func TestSearchIndexForgets(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "1", LastName: "Ъъъ"}))
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "2", LastName: "Иванов"}))
	blocks := func() string {
		return strings.Join(textsOf(t, db, `SELECT CAST(block AS TEXT) FROM crmmail_customer_trigram_data`), "")
	}
	require.Contains(t, blocks(), "ъъъ")
	require.NoError(t, store.DeleteCustomer(ctx, "1"))
	_, err := db.Exec(`INSERT INTO crmmail_customer_trigram (crmmail_customer_trigram) VALUES ('optimize')`)
	require.NoError(t, err)
	assert.NotContains(t, blocks(), "ъъъ")
	assert.Contains(t, blocks(), "ано", "of the other customer")
}
