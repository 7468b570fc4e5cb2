package attach

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// bounds are what the files of a message must fit into; 0 is no bound, and into less than that nothing fits.
type bounds struct {
	total, wire int64
	files       int
}

// wireBound is what is left of a message's limit for its files.
func wireBound(limit, overhead int64) int64 {
	if limit == overhead {
		return 1 // no file is as short
	}
	return limit - overhead
}

// measure is what some files are together.
type measure struct {
	total, wire int64
	files       int
}

func (m measure) plus(p part) measure {
	return measure{add(m.total, p.size), add(m.wire, wireSize(p.size)), m.files + 1}
}

func (m measure) minus(p part) measure {
	return measure{m.total - p.size, m.wire - wireSize(p.size), m.files - 1}
}

func (m measure) fits(b bounds) bool {
	return (b.total == 0 || m.total <= b.total) && (b.wire == 0 || m.wire <= b.wire) && (b.files == 0 || m.files <= b.files)
}

// part is a file as far as fitting goes.
type part struct {
	size  int64
	index int
}

// largestFirst orders parts; of equal ones that which was attached last comes first.
func largestFirst(a, b part) int {
	return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(b.index, a.index))
}

// leaveOut is which sound files to detach for the others to fit: the fewest, and among as few those that lose least, as far as
// exchanging one for a smaller one finds them. Those refused go in any case. nil is none, and also where detaching does not help.
func leaveOut(files []Verdict, b bounds) []int {
	sound := make([]part, 0, len(files))
	for i := range files {
		if v := &files[i]; !v.Refused() {
			sound = append(sound, part{v.Size, v.Index})
		}
	}
	slices.SortFunc(sound, largestFirst)
	n := fewest(sound, b)
	if n <= 0 {
		return nil
	}
	gone, kept := sound[:n], sound[n:]
	for i := n - 1; i >= 0; i-- {
		exchange(gone, kept, i, b)
	}
	out := make([]int, n)
	for i, p := range gone {
		out[i] = p.index
	}
	slices.Sort(out)
	return out
}

// fewest is how many of the files, largest first, must go; -1 where even all do not suffice.
func fewest(sorted []part, b bounds) int {
	var m measure
	if !m.fits(b) {
		return -1
	}
	for i := len(sorted) - 1; i >= 0; i-- {
		if m = m.plus(sorted[i]); !m.fits(b) {
			return i + 1
		}
	}
	return 0
}

// exchange keeps gone[i] for the smallest of kept in whose stead everything fits as well.
func exchange(gone, kept []part, i int, b bounds) {
	rest := measure{}.plus(gone[i])
	for _, p := range kept {
		rest = rest.plus(p)
	}
	for k := len(kept) - 1; k >= 0 && kept[k].size < gone[i].size; k-- {
		if rest.minus(kept[k]).fits(b) {
			gone[i], kept[k] = kept[k], gone[i]
			slices.SortFunc(kept, largestFirst)
			return
		}
	}
}

// suggested are names in a suggestion; what is more is counted.
const suggested = 5

// Suggestion is what to do for the message to fit, in a language ("ru" or "en"): the names of the files of Remove. It is "" where there
// are none.
func (r Report) Suggestion(language string) string {
	var names []string
	for _, v := range r.Files { // in the order of display
		if slices.Contains(r.Remove, v.Index) {
			names = append(names, v.CleanName)
		}
	}
	l, more := languageOf(language), len(names)-suggested
	if more > 0 {
		names = names[:suggested]
	}
	quote := [...][2]string{english: {"“", "”"}, russian: {"«", "»"}}[l]
	for i, name := range names {
		names[i] = quote[0] + name + quote[1]
	}
	list := strings.Join(names, ", ")
	switch {
	case len(names) == 0:
		return ""
	case l == russian && more > 0:
		return "Достаточно удалить: " + list + " и ещё " + strconv.Itoa(more) + " " + plural(int64(more), []string{"файл", "файла", "файлов"}, l)
	case l == russian:
		return "Достаточно удалить: " + list
	case more > 0:
		return "It is enough to remove " + list + " and " + strconv.Itoa(more) + " more"
	}
	return "It is enough to remove " + list
}
