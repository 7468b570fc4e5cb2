package attach

import "strconv"

// UniqueNames are the names under which files can stand side by side on every system: cleaned, and told apart where
// only case or the form of an accent differs. Of equal names the first stays, the others become "a (1).pdf", "a (2).pdf"; a
// file that bears such a name itself keeps it. The result has the order and the length of names.
func UniqueNames(names []string) []string {
	out := make([]string, len(names))
	taken := make(map[string]bool, len(names))
	for i, name := range names {
		out[i] = CleanName(name)
		taken[foldKey(out[i])] = true
	}
	seen := make(map[string]bool, len(names))
	next := make(map[string]int) // where to go on counting, so that a thousand equal names take no million steps
	for i, name := range out {
		key := foldKey(name)
		if !seen[key] {
			seen[key] = true
			continue
		}
		for {
			next[key]++
			out[i] = numbered(name, next[key])
			if k := foldKey(out[i]); !taken[k] {
				taken[k], seen[k] = true, true
				break
			}
		}
	}
	return out
}

// numbered puts " (n)" before the extension and keeps the name within its bound.
func numbered(name string, n int) string {
	stem, ext := cutExtension(name)
	suffix := " (" + strconv.Itoa(n) + ")"
	return cutLetters(stem, maxName-len(ext)-len(suffix)) + suffix + ext
}
