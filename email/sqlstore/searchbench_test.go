package sqlstore_test

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
)

// customersInBenchmarks is how many there are: CRMMAIL_CUSTOMERS, or 50,000.
func customersInBenchmarks(b *testing.B) int {
	count, err := strconv.Atoi(cmp.Or(os.Getenv("CRMMAIL_CUSTOMERS"), "50000"))
	require.NoError(b, err)
	if testing.Short() {
		b.Skip("makes ", count, " customers")
	}
	return count
}

// queries are 50 searches of each kind, as people make them who look for somebody they know.
func queries(count int) (kinds []string, texts map[string][]string) {
	r := rand.New(rand.NewPCG(1, 1))
	texts = map[string][]string{}
	add := func(kind, text string) {
		if texts[kind] == nil {
			kinds = append(kinds, kind)
		}
		texts[kind] = append(texts[kind], text)
	}
	for range 50 {
		c, other := person(r.IntN(count), count), person(r.IntN(count), count)
		add("first name", c.FirstName)
		add("surname", c.LastName)
		add("surname fragment", within(r, c.LastName, 4))
		add("capitals, ё as е", strings.ReplaceAll(strings.ToUpper(pick(r, "Семён", "Фёдор", "Пётр", "Алёна", "Королёв", "Ковалёва")), "Ё", "Е"))
		add("e-mail", c.Emails[0])
		local, domain, _ := strings.Cut(c.Emails[0], "@")
		add("e-mail fragment, rare", local[2:]+"@")
		add("e-mail fragment, common", common(r, domains))
		add("e-mail fragment, common of old", pick(r, "staraya-lavka", "@staraya", "ya-lavka.example"))
		digits := email.RussianPhone(append(c.Phones, "+79001234567")[0])[0]
		add("phone, any notation", pick(r, "8 ("+digits[1:4]+") "+digits[4:7]+"-"+digits[7:9]+"-"+digits[9:], "+7 "+digits[1:], digits, "8"+digits[1:], digits[1:]))
		add("phone, 5 to 10 digits", within(r, digits, 5+r.IntN(6)))
		add("phone, beginning", "8 ("+digits[1:4]+") "+digits[4:6])
		add("phone, one digit", strings.Repeat(strconv.Itoa(r.IntN(10)), 5+r.IntN(5)))
		username := strings.TrimPrefix(append(c.Handles, email.Handle{Username: "ivan_petrov77"})[0].Username, "@")
		add("username", pick(r, "@", "")+username)
		add("username fragment", within(r, username, 6))
		add("external id", strings.ToLower(c.ExternalID))
		add("external id fragment", c.ExternalID[:min(len(c.ExternalID), 6+r.IntN(3))])
		add("two letters", string([]rune(c.FirstName)[:2]))
		add("two letters, rare", pick(r, "щщ", "цв", "ул", "zo", "ющ", "фи", "кс"))
		add("two words", c.LastName+" "+c.FirstName)
		add("two words, rare together", pick(r, menNames...)+" "+common(r, families)+"а")
		add("two words, of two people", c.FirstName+" "+other.LastName)
		add("three words", c.FirstName+" "+c.LastName+" "+domain)
		add("signs", pick(r, `O'Brien`, `"`+c.LastName+`"`, "100%", "_"+local[:3], `\`+local[:4], "%%%", "a_iv"))
		add("nobody", pick(r, "нет такого", "zzz"+local, c.FirstName+"щщщ", "qwerty@"+domain, "Иван Щщщ"))
	}
	return kinds, texts
}

// within is a part of text, of at most n characters.
func within(r *rand.Rand, text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	at := r.IntN(len(runes) - n + 1)
	return string(runes[at : at+n])
}

// BenchmarkCustomers is what a search takes by the kind of what is looked for, and what the index costs on write.
func BenchmarkCustomers(b *testing.B) { benchEach(b, benchmarkCustomers) }

func benchmarkCustomers(b *testing.B) {
	count := customersInBenchmarks(b)
	db := openDB(b, newFile(b))
	store := storeOn(b, db, sqlstore.Options{})
	small := storeOn(b, db, sqlstore.Options{Tenant: "small"})
	begun := time.Now()
	for n := 0; n < count; n += 1000 {
		var some []email.Customer
		for i := n; i < min(n+1000, count); i++ {
			some = append(some, person(i, count))
		}
		saveAll(b, db, store, some)
		saveAll(b, db, small, some[:2])
	}
	b.Logf("%d customers made in %v", count, time.Since(begun).Round(time.Second))
	settle(b, db)
	kinds, texts := queries(count)
	var all []string
	for _, kind := range kinds {
		all = append(all, texts[kind]...)
	}
	rand.New(rand.NewPCG(2, 2)).Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	b.Run("search/all", func(b *testing.B) { benchmarkSearch(b, store, all) })
	b.Run("search/all, by a small tenant", func(b *testing.B) { benchmarkSearch(b, small, all) })
	for _, kind := range kinds {
		b.Run("search/"+kind, func(b *testing.B) { benchmarkSearch(b, store, texts[kind]) })
	}
	benchmarkSaving(b, db, store, count)
}

// settle does what a database does by itself in time.
func settle(b *testing.B, db *sql.DB) {
	statement := `PRAGMA wal_checkpoint(TRUNCATE)`
	if dialect(b) == sqlstore.PostgreSQL {
		statement = `VACUUM ANALYZE`
	}
	_, err := db.Exec(statement)
	require.NoError(b, err)
}

// benchmarkSearch takes the fastest of three times for each query, so that what else the machine does is left out.
func benchmarkSearch(b *testing.B, store *sqlstore.Store, texts []string) {
	var took []time.Duration
	for n := 0; b.Loop(); n++ {
		fastest := time.Hour
		for range 3 {
			begun := time.Now()
			_, err := store.SearchCustomers(context.Background(), email.ParseQuery(texts[n%len(texts)], 20))
			fastest = min(fastest, time.Since(begun))
			require.NoError(b, err)
		}
		took = append(took, fastest)
	}
	reportTimes(b, took)
}

// reportTimes tells the distribution of what was measured.
func reportTimes(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	at := func(percent int) float64 { return took[(len(took)-1)*percent/100].Seconds() * 1000 }
	b.ReportMetric(at(50), "p50-ms")
	b.ReportMetric(at(95), "p95-ms")
	b.ReportMetric(at(100), "max-ms")
	b.ReportMetric(0, "ns/op")
}

// benchmarkSaving saves customers, a hundred in a transaction, with the index and without it.
func benchmarkSaving(b *testing.B, db *sql.DB, store *sqlstore.Store, count int) {
	next := count
	saving := func(change func(n int) email.Customer) func(*testing.B) {
		return func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				some := make([]email.Customer, 100)
				for i := range some {
					some[i] = change(next)
					next++
				}
				saveAll(b, db, store, some)
			}
			b.ReportMetric(float64(b.N)*100/b.Elapsed().Seconds(), "customers/s")
		}
	}
	insert := func(n int) email.Customer { return person(n, count) }
	rename := func(n int) email.Customer {
		c := person(n*7919%count, count)
		c.LastName = fmt.Sprint(c.LastName, "-", c.FirstName, n)
		return c
	}
	touch := func(n int) email.Customer {
		c := person(n%1000, count)
		c.Fields = map[string]any{"n": n}
		return c
	}
	for _, how := range []string{"with the index", "without it"} {
		b.Run("save/"+how+"/new", saving(insert))
		b.Run("save/"+how+"/renamed", saving(rename))
		b.Run("save/"+how+"/otherwise changed", saving(touch))
		dropIndex(b, db)
	}
}

// dropIndex takes the index of trigrams away.
func dropIndex(b *testing.B, db *sql.DB) {
	statement := `DROP TRIGGER IF EXISTS crmmail_customer_inserted; DROP TRIGGER IF EXISTS crmmail_customer_updated`
	if dialect(b) == sqlstore.PostgreSQL {
		statement = `DROP INDEX IF EXISTS crmmail_customer_trigrams`
	}
	_, err := db.Exec(statement)
	require.NoError(b, err)
}
