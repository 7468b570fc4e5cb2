package email_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email"
)

var fyodor = email.Customer{
	ID: "c1", ExternalID: "A-99/01", FirstName: "Фёдор", LastName: "Соколов-Ёлкин",
	Emails: []string{"Fyodor@Example.RU", "fs@work.example"},
	Phones: []string{"8 (900) 765-43-21", "+1 212 555 0100"},
	Handles: []email.Handle{
		{Network: "telegram", Username: "@FyodorS"},
		{Network: "vk", Username: "sokolov_f"},
	},
}

func TestQueryMatch(t *testing.T) {
	for _, test := range []struct {
		name, query string
		attribute   email.Attribute // empty: no match
		value       string
		exact       bool
	}{
		{"first name", "фёдор", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"ё as е and case", "ФЕДОР елкин", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"words in any order", "соколов фёдор", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"one word does not match", "фёдор иванов", "", "", false},
		{"words of several attributes", "фёдор example.ru", email.ByEmail, "Fyodor@Example.RU", false},
		{"phone as typed", "8 (900) 765-43-21", email.ByPhone, "8 (900) 765-43-21", false},
		{"phone international", "+7 900 765 43 21", email.ByPhone, "8 (900) 765-43-21", false},
		{"phone without prefix", "9007654321", email.ByPhone, "8 (900) 765-43-21", false},
		{"phone fragment", "765-43", email.ByPhone, "8 (900) 765-43-21", false},
		{"phone of another country", "+1 (212) 555-01", email.ByPhone, "+1 212 555 0100", false},
		{"e-mail whole", "fyodor@example.ru", email.ByEmail, "Fyodor@Example.RU", true},
		{"e-mail fragment", "@work", email.ByEmail, "fs@work.example", false},
		{"second e-mail", "fs@work.example", email.ByEmail, "fs@work.example", true},
		{"external id whole", "a-99/01", email.ByExternalID, "A-99/01", true},
		{"external id fragment", "A-99", email.ByExternalID, "A-99/01", false},
		{"handle with @", "@fyodors", email.ByHandle, "@FyodorS", true},
		{"handle without @", "sokolov_f", email.ByHandle, "sokolov_f", true},
		{"percent is a character", "100%", "", "", false},
		{"underscore is a character", "sokolov-f", "", "", false},
		{"one character is too few", "ф", "", "", false},
		{"words of one character are too few", "ф с", "", "", false},
		{"two characters begin a word", "Фё", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"two characters begin the second word", "со", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"two characters in the middle of words", "ор", "", "", false},
		{"two digits begin a number", "89", email.ByPhone, "8 (900) 765-43-21", false},
		{"one character beside a word", "фёдор с", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"one character that begins nothing", "фёдор ц", "", "", false},
		{"three characters anywhere", "дор", email.ByName, "Фёдор Соколов-Ёлкин", false},
		{"only an at sign", "@", "", "", false},
		{"nothing", "  ", "", "", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			match, ok := email.ParseQuery(test.query, 10).Match(fyodor, nil)
			assert.Equal(t, test.attribute != "", ok)
			assert.Equal(t, test.attribute, match.Attribute)
			assert.Equal(t, test.value, match.Value)
			assert.Equal(t, test.exact, match.Exact)
		})
	}
}

func TestRussianPhone(t *testing.T) {
	for raw, want := range map[string][]string{
		"+7 900 765-43-21":  {"79007654321", "89007654321"},
		"8 (900) 765 43 21": {"79007654321", "89007654321"},
		"900 765 43 21":     {"79007654321", "89007654321"},
		"+44 20 7946 0018":  {"442079460018"},
		"+8 123 456 78 90":  {"81234567890"}, // not Russia's 8: it is written internationally
		"112":               {"112"},
		"no number":         nil,
		"":                  nil,
	} {
		assert.Equal(t, want, email.RussianPhone(raw), raw)
	}
}

// FuzzQuery holds what a store relies on: a customer that matches contains every word of the query in his SearchText,
// and one that does not lacks at least one.
func FuzzQuery(f *testing.F) {
	for _, text := range []string{"фёдор", "8 (900) 765", "@fyodors", "A-99", "a\u0301b", "%_\\", "İi", "\xff\xfe ab", "ǅ ẞ", "ab c", "a b"} {
		f.Add(text, text)
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		customer := fyodor
		customer.LastName = name
		query := email.ParseQuery(text, 10)
		assert.LessOrEqual(t, len(query.Words), 8)
		all := len(query.Words) > 0
		for _, word := range query.Words {
			assert.NotEmpty(t, word)
			all = all && strings.Contains(email.SearchText(customer, nil), word)
		}
		_, ok := query.Match(customer, nil)
		assert.Equal(t, all, ok, "%q in %q", query.Words, email.SearchText(customer, nil))
	})
}
