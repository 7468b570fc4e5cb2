package sqlstore

import (
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

// enoughTrigrams is how many trigrams a search asks its index for. More cost more than they spare: each is one more list
// of customers to go through, and neighbours in a word occur together anyway.
const enoughTrigrams = 5

// telling are the trigrams by which an index finds few customers beside those who have them all, as far as one can tell from
// the trigrams alone: those with digits, because numbers differ more than names and domains do, and otherwise such as are far
// from each other.
func telling(trigrams []string) []string {
	numbers, others := divide(trigrams, hasDigit)
	if len(numbers) >= enoughTrigrams-2 {
		return spread(numbers, enoughTrigrams)
	}
	return append(numbers, spread(others, enoughTrigrams-len(numbers))...)
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
