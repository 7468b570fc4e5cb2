package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"unicode"
)

// trigrams are the different runs of three characters in texts, in order.
func trigrams(texts ...string) []string {
	var list []string
	seen := make(map[string]bool)
	for _, text := range texts {
		runes := []rune(text)
		for i := 0; i+3 <= len(runes); i++ {
			if trigram := string(runes[i : i+3]); !seen[trigram] {
				seen[trigram] = true
				list = append(list, trigram)
			}
		}
	}
	return list
}

// How rarest judges.
const (
	sampled      = `100` // customers
	tooCommon    = 20    // of these
	judged       = 12    // trigrams
	rareTrigrams = 4
)

// judgement is how many customers of a sample have a trigram.
type judgement struct {
	trigram string
	word    int // that it is from
	count   int64
}

// rarest are trigrams of words that few customers of a sample have: of each word the rarest, and then the rarest of all; one
// that many have only where there is no other. To go through the index by more of them costs more than to look at some
// customers in vain, most of all by those that many have.
func (s *Store) rarest(ctx context.Context, tx conn, words []string, sample string, args ...any) ([]string, error) {
	list, err := s.judge(ctx, tx, words, sample, args...)
	if err != nil {
		return nil, err
	}
	var rare, more []string
	seen := make(map[int]bool)
	for i, j := range list {
		switch {
		case i > 0 && j.count >= tooCommon:
		case !seen[j.word]:
			seen[j.word] = true
			rare = append(rare, j.trigram)
		default:
			more = append(more, j.trigram)
		}
	}
	rare = append(rare, more...)
	return rare[:min(len(rare), rareTrigrams)], nil
}

// judge counts the trigrams of words in a sample, the rarest first; of those that are as rare, those with digits.
func (s *Store) judge(ctx context.Context, tx conn, words []string, sample string, args ...any) ([]judgement, error) {
	var list []judgement
	for i, word := range words {
		numbers, others := divide(trigrams(word), hasDigit)
		for _, trigram := range spread(append(numbers, others...), max(judged/len(words), rareTrigrams)) {
			list = append(list, judgement{trigram: trigram, word: i})
		}
	}
	var counts []string
	var sought, results []any
	for i := range list {
		matching, args := s.dialect.matching("search", []string{list[i].trigram})
		counts = append(counts, `COUNT(*) FILTER (WHERE `+matching+`)`)
		sought = append(sought, args...)
		results = append(results, &list[i].count)
	}
	_, err := collect(ctx, tx, func(rows *sql.Rows) (_ struct{}, err error) { return struct{}{}, rows.Scan(results...) },
		`SELECT `+strings.Join(counts, `, `)+` FROM (`+sample+`) AS sample`, append(sought, args...)...)
	slices.SortStableFunc(list, func(a, b judgement) int { return cmp.Compare(a.count, b.count) })
	return list, err
}

func hasDigit(text string) bool { return strings.ContainsFunc(text, unicode.IsDigit) }

// divide are those of a list of which is is true, and the others.
func divide(list []string, is func(string) bool) (yes, no []string) {
	for _, one := range list {
		if is(one) {
			yes = append(yes, one)
		} else {
			no = append(no, one)
		}
	}
	return yes, no
}

// spread are at most n of a list, as far from each other as can be, the first and the last among them.
func spread(list []string, n int) []string {
	if len(list) <= n {
		return list
	}
	some := make([]string, n)
	for i := range some {
		some[i] = list[i*(len(list)-1)/max(n-1, 1)]
	}
	return some
}
