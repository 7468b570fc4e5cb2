package emailtest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/crmmail/crmmail/email"
)

// searchPromises are about SearchCustomers. What a query means is Query.Match's; here it is what a store makes of it.
var searchPromises = []promise[customerFixture]{
	{"SearchCustomers finds by each of the five attributes and tells which", func(t *testing.T, f customerFixture) {
		for text, want := range map[string]email.Match{
			"петровн":            {Attribute: email.ByName, Value: "Алёна Петровна Семёнова"},
			"912 345":            {Attribute: email.ByPhone, Value: "+7 (912) 345-67-89"},
			"semenova@work":      {Attribute: email.ByEmail, Value: "a.semenova@work.example"},
			"rm-77":              {Attribute: email.ByExternalID, Value: "CRM-77"},
			"lena_s":             {Attribute: email.ByHandle, Value: "@alena_s"},
			"@alena_s":           {Attribute: email.ByHandle, Value: "@alena_s", Exact: true},
			"CRM-77":             {Attribute: email.ByExternalID, Value: "CRM-77", Exact: true},
			"Alena@Mail.Example": {Attribute: email.ByEmail, Value: "alena@mail.example", Exact: true},
		} {
			want.Customer = f.kept[0]
			matches, err := f.one.SearchCustomers(context.Background(), email.ParseQuery(text, 20))
			noError(t, err)
			same(t, fmt.Sprintf("matches of %q", text), []email.Match{want}, matches)
		}
	}},
	{"SearchCustomers finds a phone number in any notation", func(t *testing.T, f customerFixture) {
		for _, text := range []string{"+79123456789", "8 (912) 345-67-89", "89123456789", "912-345-67-89", "3456789", "7 912 345"} {
			equal(t, text, "101", f.search(t, text))
		}
		for _, text := range []string{"+7 800 100 20 30", "8-800-100-20-30", "1002030"} {
			equal(t, text, "102", f.search(t, text))
		}
	}},
	{"SearchCustomers takes ё for е and capital letters for small ones", func(t *testing.T, f customerFixture) {
		for _, text := range []string{"семён", "семен", "СЕМЁН", "Семен"} {
			equal(t, text, "102 101", f.search(t, text))
		}
		equal(t, "o'neil", "105", f.search(t, "o'NEIL"))
	}},
	{"SearchCustomers wants every word", func(t *testing.T, f customerFixture) {
		equal(t, "two words", "101", f.search(t, "семёнова алёна"))
		equal(t, "words of two attributes", "101", f.search(t, "алёна CRM-77"))
		equal(t, "one word too many", "", f.search(t, "семёнова олег"))
	}},
	{"SearchCustomers finds words of one or two characters where a word begins", func(t *testing.T, f customerFixture) {
		for text, want := range map[string]string{
			"се": "102 101", "пе а": "101", "john o": "105", "+7": "101", "10": "104 103 102", "ем": "", "hn": "", "00": "", "john n": "", "с а": "",
		} {
			equal(t, text, want, f.search(t, text))
		}
	}},
	{`SearchCustomers takes %, _ and \ for themselves`, func(t *testing.T, f customerFixture) {
		for text, want := range map[string]string{
			"100%": "103", "under_score": "103", "r_s": "103", "00% ски": "103", `k\s`: "104", `\%`: "", "%%": "", "__": "", "'--": "",
		} {
			equal(t, text, want, f.search(t, text))
		}
	}},
	{"SearchCustomers puts exact matches first, then the newest", func(t *testing.T, f customerFixture) {
		equal(t, "an external id that begins another", "105 101", f.search(t, "crm-7"))
		equal(t, "newest first", "105 104 103 102 101", f.search(t, "mail.example"))
		equal(t, "the older one is exact", "103", f.search(t, "under_score@mail.example"))
		if _, ok := f.one.(email.CustomerCreator); ok {
			f.create(t, email.Customer{ID: "301", ExternalID: "x-crm-77", CreatedAt: suiteTime.AddDate(1, 0, 0)})
			equal(t, "an exact match that is old", "101 301", f.search(t, "crm-77"))
		}
	}},
	{"SearchCustomers returns at most Limit, the best of all", func(t *testing.T, f customerFixture) {
		for limit, want := range map[int]string{1: "105", 3: "105 104 103", 5: "105 104 103 102 101"} {
			matches, err := f.one.SearchCustomers(context.Background(), email.ParseQuery("mail.example", limit))
			noError(t, err)
			equal(t, fmt.Sprint("limit ", limit), want, matchIDs(matches))
		}
		matches, err := f.one.SearchCustomers(context.Background(), email.ParseQuery("crm-7", 1))
		noError(t, err)
		equal(t, "the exact one", "105", matchIDs(matches))
	}},
	{"SearchCustomers of nothing, too little or too much finds nobody", func(t *testing.T, f customerFixture) {
		for _, text := range []string{"", " ", "a", "нет такого", strings.Repeat("олег ", 1000) + "нет"} {
			matches, err := f.one.SearchCustomers(context.Background(), email.ParseQuery(text, 20))
			noError(t, err)
			if text != "" && len(text) > 1000 {
				continue // ParseQuery has cut it to its first words
			}
			equal(t, fmt.Sprintf("%q", text), "", matchIDs(matches))
		}
	}},
	{"SearchCustomers answers as Query.Match does", func(t *testing.T, f customerFixture) {
		for _, text := range []string{"ол", "john", "mail", "семен mail", "8 800", "80010", "100", "crm", ".example", "e", "оо"} {
			q := email.ParseQuery(text, 20)
			want := map[string]bool{}
			for _, c := range f.kept {
				if _, ok := q.Match(c, nil); ok {
					want[c.ID] = true
				}
			}
			matches, err := f.other.SearchCustomers(context.Background(), q)
			noError(t, err)
			equal(t, fmt.Sprintf("matches of %q", text), len(want), len(matches))
			for _, m := range matches {
				equal(t, fmt.Sprintf("%q matches %s", text, m.Customer.ID), true, want[m.Customer.ID])
			}
		}
	}},
	{"SearchCustomers gives results that are the caller's", func(t *testing.T, f customerFixture) {
		matches, err := f.one.SearchCustomers(context.Background(), email.ParseQuery("crm-77", 1))
		noError(t, err)
		equal(t, "found", "101", matchIDs(matches))
		same(t, "customer", f.kept[0], matches[0].Customer)
		matches[0].Customer.Emails[0] = "evil@evil.example"
		again, err := f.one.Customer(context.Background(), "101")
		noError(t, err)
		same(t, "customer", f.kept[0], again)
	}},
}

func (f customerFixture) create(t testing.TB, c email.Customer) {
	t.Helper()
	_, err := f.one.(email.CustomerCreator).CreateCustomer(context.Background(), c)
	noError(t, err)
}
