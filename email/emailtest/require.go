package emailtest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// RequireSent wants exactly one delivery that every matcher matches, and returns it. Without matchers it wants exactly
// one delivery at all. Otherwise the test ends, and is told by what the nearest deliveries differ.
func (r *Recorder) RequireSent(t testing.TB, matchers ...Matcher) Delivery {
	t.Helper()
	found := r.RequireCount(t, 1, matchers...)
	return found[0]
}

// RequireNotSent wants no delivery that every matcher matches; without matchers, none at all.
func (r *Recorder) RequireNotSent(t testing.TB, matchers ...Matcher) {
	t.Helper()
	r.RequireCount(t, 0, matchers...)
}

// RequireCount wants exactly n deliveries that every matcher matches, and returns them, oldest first.
func (r *Recorder) RequireCount(t testing.TB, n int, matchers ...Matcher) []Delivery {
	t.Helper()
	deliveries := r.Deliveries()
	var found []Delivery
	for _, d := range deliveries {
		if len(misses(d, matchers)) == 0 {
			found = append(found, d)
		}
	}
	if len(found) != n {
		t.Fatalf("emailtest: %s\n%s", r.verdict(n, len(found), matchers), describe(deliveries, matchers))
	}
	return found
}

func (r *Recorder) verdict(want, got int, matchers []Matcher) string {
	names := make([]string, len(matchers))
	for i, m := range matchers {
		names[i] = m.String()
	}
	what := strings.Join(names, ", ")
	if what == "" {
		what = "anything"
	}
	return fmt.Sprintf("want %d deliveries of %s, got %d (after %d attempts)", want, what, got, r.Attempts())
}

// misses says of each matcher that does not match what is there instead.
func misses(d Delivery, matchers []Matcher) (list []string) {
	for _, m := range matchers {
		if ok, got := m.match(d); !ok {
			list = append(list, fmt.Sprintf("%s: got %s", m, got))
		}
	}
	return list
}

// nearest is how many deliveries a failure shows.
const nearest = 3

// describe shows the deliveries that miss least.
func describe(deliveries []Delivery, matchers []Matcher) string {
	if len(deliveries) == 0 {
		return "Nothing was delivered."
	}
	type candidate struct {
		number int
		misses []string
	}
	candidates := make([]candidate, len(deliveries))
	for i, d := range deliveries {
		candidates[i] = candidate{i + 1, misses(d, matchers)}
	}
	slices.SortStableFunc(candidates, func(a, b candidate) int { return cmp.Compare(len(a.misses), len(b.misses)) })
	var b strings.Builder
	for _, c := range candidates[:min(len(candidates), nearest)] {
		d := deliveries[c.number-1]
		fmt.Fprintf(&b, "Delivery %d of %d, %q to %s", c.number, len(deliveries), d.Parsed.Subject, list(d.Envelope.Recipients))
		if len(c.misses) == 0 {
			b.WriteString(", matches.")
		}
		for _, miss := range c.misses {
			b.WriteString("\n    " + miss)
		}
		b.WriteByte('\n')
	}
	return b.String()
}
