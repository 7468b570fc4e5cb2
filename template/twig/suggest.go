package twig

import (
	"slices"
	"strings"
)

// suggest is `Did you mean "…"?` with the names that resemble name, nearest first, or "".
func suggest(name string, known []string) string {
	type near struct {
		name string
		dist int
	}
	var found []near
	for _, k := range known {
		d := distance(name, k)
		if d <= len(name)/3 || strings.Contains(k, name) {
			found = append(found, near{k, d})
		}
	}
	if len(found) == 0 {
		return ""
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.dist - b.dist })
	names := make([]string, len(found))
	for i, f := range found {
		names[i] = f.name
	}
	return ` Did you mean "` + strings.Join(names, `", "`) + `"?`
}

// maxSuggested is the length of a name above which nothing resembles it.
const maxSuggested = 64

// distance is the Levenshtein distance in bytes.
func distance(a, b string) int {
	if len(a) > maxSuggested {
		return len(a)
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next := min(row[j]+1, row[j-1]+1, diagonal+cost)
			diagonal, row[j] = row[j], next
		}
	}
	return row[len(b)]
}
