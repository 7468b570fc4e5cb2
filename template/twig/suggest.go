package twig

import (
	"slices"
	"strings"
)

// suggest is `Did you mean "…"?` with the names that resemble name, nearest first, or "".
func suggest(name string, known []string) string {
	found := similar(name, known)
	if len(found) == 0 {
		return ""
	}
	return ` Did you mean "` + strings.Join(found, `", "`) + `"?`
}

// similar are the names among known that resemble name, nearest first.
func similar(name string, known []string) []string {
	return nearest(known, func(k string) (int, bool) {
		d := distance(name, k)
		return d, d <= len(name)/3 || strings.Contains(k, name)
	}, len(known))
}

// nearest are the names that resemble something, those of the smallest distance first, and most of them at most.
func nearest(known []string, resembles func(name string) (distance int, ok bool), most int) []string {
	type near struct {
		name string
		dist int
	}
	var found []near
	for _, k := range known {
		if d, ok := resembles(k); ok {
			found = append(found, near{k, d})
		}
	}
	slices.SortStableFunc(found, func(a, b near) int { return a.dist - b.dist })
	var out []string
	for _, f := range found[:min(most, len(found))] {
		out = append(out, f.name)
	}
	return out
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

// resembling are the names among known that the author of a template may have meant by name, nearest first, three at
// most: "first_name" and "firstNmae" resemble "firstName".
func resembling(name string, known []string) []string {
	return nearest(known, func(k string) (int, bool) {
		if longer := len(normalName(name)) - len(normalName(k)); max(longer, -longer) > max(1, len(name)/3) {
			return 0, false
		}
		d := meant(name, k)
		return d, d <= max(1, len(name)/3)
	}, 3)
}

// meant is the distance between names without regard to case and underlines; two letters that changed places count
// as one.
func meant(a, b string) int {
	a, b = normalName(a), normalName(b)
	d := distance(a, b)
	for i := 0; i+1 < len(a) && d == 2 && len(a) == len(b); i++ {
		if a[:i]+a[i+1:i+2]+a[i:i+1]+a[i+2:] == b {
			return 1
		}
	}
	return d
}
