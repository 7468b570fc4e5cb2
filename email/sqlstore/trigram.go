package sqlstore

import (
	"slices"
	"unicode"
)

// trigrams are the different runs of three characters in text, in order.
func trigrams(text string) []string {
	var list []string
	seen := make(map[string]bool)
	runes := []rune(text)
	for i := 0; i+3 <= len(runes); i++ {
		if trigram := string(runes[i : i+3]); !seen[trigram] {
			seen[trigram] = true
			list = append(list, trigram)
		}
	}
	return list
}

// enoughTrigrams is how many trigrams a search asks its index for. More cost more than they spare: each is one more list
// of customers to go through, and neighbours in a word occur together anyway.
const enoughTrigrams = 5

// telling are the trigrams of words by which an index finds few customers beside those who have the whole words: up to
// three with digits, because numbers differ more than names and domains do, and otherwise such as are far from each other.
func telling(words []string) []string {
	var numbers, others []string
	for _, word := range words {
		for _, trigram := range trigrams(word) {
			if slices.ContainsFunc([]rune(trigram), unicode.IsDigit) {
				numbers = append(numbers, trigram)
			} else {
				others = append(others, trigram)
			}
		}
	}
	numbers = spread(numbers, max(enoughTrigrams-2, enoughTrigrams-len(others)))
	return append(numbers, spread(others, enoughTrigrams-len(numbers))...)
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
