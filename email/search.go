package email

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Query is a search for customers, parsed and normalised here so that every store answers alike.
// It is made by ParseQuery; a store looks for customers whose SearchText contains every one of Words.
type Query struct {
	Text  string   // as typed, at most 200 characters of it
	Words []string // folded, see ParseQuery; every one must occur in SearchText; empty: the query is too short to search
	Phone bool     // the query looks like a phone number; Words is its digits
	Limit int      // at most so many matches; more than 0
}

// Attribute names what a customer was found by.
type Attribute string

const (
	ByName       Attribute = "name"
	ByPhone      Attribute = "phone"
	ByEmail      Attribute = "email"
	ByExternalID Attribute = "external-id"
	ByHandle     Attribute = "handle"
)

// Match is a found customer and what it was found by.
type Match struct {
	Customer  Customer
	Attribute Attribute
	Value     string // the attribute's value as kept
	Exact     bool   // the query is the whole external id, e-mail or handle
}

const (
	minQueryRunes  = 2
	minInnerRunes  = 3 // shorter words are found where a word begins
	minPhoneDigits = 5
	maxQueryWords  = 8
	maxQueryRunes  = 200
)

// ParseQuery reads what a person typed into a search box: any of a name, a phone number in any notation, an e-mail, an
// external id or a messenger's username with or without @. A word of one or two characters is found where a word begins,
// longer ones are found anywhere: in the middle of words two letters are found nearly everywhere, to nobody's use, and an
// index of three characters at a time does not help. So a short word comes with the space before it. Text without a word of two
// characters gives no words.
func ParseQuery(text string, limit int) Query {
	text = truncateRunes(text, maxQueryRunes)
	q := Query{Text: text, Limit: limit}
	folded := fold(strings.TrimSpace(text))
	if utf8.RuneCountInString(folded) < minQueryRunes {
		return q
	}
	if digits, ok := phoneDigits(folded); ok {
		q.Phone = true
		q.Words = []string{digits}
		return q
	}
	longest := 0
	for _, word := range strings.Fields(folded) {
		if word = strings.TrimPrefix(word, "@"); word != "" && len(q.Words) < maxQueryWords {
			q.Words = append(q.Words, sought(word))
			longest = max(longest, utf8.RuneCountInString(word))
		}
	}
	if longest < minQueryRunes {
		q.Words = nil
	}
	return q
}

// sought is a word as it is looked for in SearchText.
func sought(word string) string {
	if utf8.RuneCountInString(word) < minInnerRunes {
		return " " + word
	}
	return word
}

// phoneDigits are the digits of text that is written like a phone number.
func phoneDigits(text string) (string, bool) {
	var digits strings.Builder
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			digits.WriteRune(r)
		case !strings.ContainsRune("+-()./ \u00a0\u2011\u2012\u2013", r):
			return "", false
		}
	}
	return digits.String(), digits.Len() >= minPhoneDigits
}

// SearchText is what a customer is searched in: every searchable value, folded, each with a space before it. Stores that
// search by SQL keep it beside the customer. phone may be nil for RussianPhone.
func SearchText(c Customer, phone Phone) string {
	var text strings.Builder
	for _, value := range searchable(c, phone) {
		for _, form := range value.folded {
			text.WriteString(" " + form)
		}
	}
	return text.String()
}

// SearchKey is what a whole external id, e-mail or username is found by: two with one key are the same to a search.
// Stores that look for exact matches by SQL keep it beside the value and compare it with the key of Query.Text.
func SearchKey(value string) string {
	return strings.TrimPrefix(fold(strings.TrimSpace(value)), "@")
}

// Match tells whether c is an answer to q, and by which attribute. phone may be nil for RussianPhone.
func (q Query) Match(c Customer, phone Phone) (Match, bool) {
	if len(q.Words) == 0 {
		return Match{}, false
	}
	values := searchable(c, phone)
	whole := SearchKey(q.Text)
	best, bestScore := Match{Customer: c}, 0
	found := make([]bool, len(q.Words))
	for _, value := range values {
		score := 0
		for i, word := range q.Words {
			if containsAny(value.folded, word) {
				found[i] = true
				score += utf8.RuneCountInString(word)
			}
		}
		exact := value.exact && SearchKey(value.raw) == whole
		if exact {
			score += maxQueryRunes
		}
		if score > bestScore {
			bestScore = score
			best.Attribute, best.Value, best.Exact = value.attribute, value.raw, exact
		}
	}
	for _, ok := range found {
		if !ok {
			return Match{}, false
		}
	}
	return best, true
}

// Rank makes the answer to q out of candidates: those that match, each once, exact ones first, then the newest, at most
// Limit. phone may be nil for RussianPhone.
func (q Query) Rank(candidates []Customer, phone Phone) []Match {
	var matches []Match
	seen := make(map[string]bool, len(candidates))
	for _, candidate := range candidates {
		match, ok := q.Match(candidate, phone)
		if ok && !seen[candidate.ID] {
			seen[candidate.ID] = true
			matches = append(matches, match)
		}
	}
	slices.SortFunc(matches, func(a, b Match) int {
		switch {
		case a.Exact && !b.Exact:
			return -1
		case b.Exact && !a.Exact:
			return 1
		}
		return cmp.Or(b.Customer.CreatedAt.Compare(a.Customer.CreatedAt), cmp.Compare(b.Customer.ID, a.Customer.ID))
	})
	return matches[:min(len(matches), max(q.Limit, 0))]
}

// searchValue is one value that a customer is found by.
type searchValue struct {
	attribute Attribute
	raw       string
	folded    []string // the forms it is searched in
	exact     bool     // a whole match of it ranks first
}

func searchable(c Customer, phone Phone) []searchValue {
	if phone == nil {
		phone = RussianPhone
	}
	values := []searchValue{{attribute: ByName, raw: c.Name(), folded: []string{
		fold(strings.Join([]string{c.FirstName, c.Patronymic, c.LastName}, " ")),
	}}}
	for _, number := range c.Phones {
		values = append(values, searchValue{attribute: ByPhone, raw: number, folded: append(phone(number), fold(number))})
	}
	for _, addr := range c.Emails {
		values = append(values, searchValue{attribute: ByEmail, raw: addr, folded: []string{fold(addr)}, exact: true})
	}
	if c.ExternalID != "" {
		forms := []string{fold(c.ExternalID)}
		if digits, ok := phoneDigits(forms[0]); ok && digits != forms[0] {
			forms = append(forms, digits)
		}
		values = append(values, searchValue{attribute: ByExternalID, raw: c.ExternalID, folded: forms, exact: true})
	}
	for _, handle := range c.Handles {
		values = append(values, searchValue{attribute: ByHandle, raw: handle.Username,
			folded: []string{SearchKey(handle.Username)}, exact: true})
	}
	return values
}

func containsAny(forms []string, word string) bool {
	for _, form := range forms {
		if strings.Contains(" "+form, word) {
			return true
		}
	}
	return false
}

// fold makes text comparable: NFC, lower case, ё as е, every run of white space one space.
func fold(text string) string {
	text = strings.ToLower(norm.NFC.String(text))
	text = strings.ReplaceAll(text, "ё", "е")
	return strings.Join(strings.FieldsFunc(text, unicode.IsSpace), " ")
}

func truncateRunes(text string, limit int) string {
	count := 0
	for i := range text {
		if count == limit {
			return text[:i]
		}
		count++
	}
	return text
}
