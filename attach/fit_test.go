package attach_test

import (
	"bytes"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
)

// sized are sound files of the given sizes; a negative one is refused.
func sized(sizes ...int) []attach.File {
	var files []attach.File
	for i, n := range sizes {
		name := strconv.Itoa(i) + ".pdf"
		if n < 0 {
			name, n = strconv.Itoa(i)+".exe", -n
		}
		files = append(files, attach.Bytes(name, append(bytes.Clone([]byte("%PDF-")), make([]byte, n)...)[:n], noon))
	}
	return files
}

func TestRemove(t *testing.T) {
	total := func(n int64) attach.Policy { return attach.Policy{MaxTotal: n} }
	const gmail = 35_882_577
	for _, test := range []struct {
		name   string
		policy attach.Policy
		opts   attach.Options
		sizes  []int
		want   []int
	}{
		{name: "all fits", policy: total(100), sizes: []int{50, 50}},
		{name: "the smallest that suffices", policy: total(100), sizes: []int{60, 12, 11, 30}, want: []int{3}},
		{name: "of equal ones the last", policy: total(100), sizes: []int{40, 40, 40}, want: []int{2}},
		{name: "two, as small as can be", policy: total(100), sizes: []int{70, 60, 50, 45, 5}, want: []int{0, 1}},
		{name: "two, both exchanged", policy: total(100), sizes: []int{70, 60, 40, 9, 11}, want: []int{1, 2}},
		{name: "what is refused goes anyway", policy: total(100), sizes: []int{60, -60, 30}},
		{name: "and more where that is not enough", policy: total(100), sizes: []int{60, -60, 70}, want: []int{0}},
		{name: "one too large for the total", policy: total(100), sizes: []int{101}, want: []int{0}},
		{name: "the last of too many", policy: attach.Policy{MaxFiles: 2}, sizes: []int{9, 9, 9, 9}, want: []int{2, 3}},
		{name: "the relay", opts: attach.Options{RelaySize: 1000}, sizes: []int{100, 500, 400}, want: []int{2}},
		{name: "the relay, less the letter", opts: attach.Options{RelaySize: 1000, Overhead: 300}, sizes: []int{100, 500, 400}, want: []int{1}},
		{name: "a letter that leaves no room", opts: attach.Options{RelaySize: 1000, Overhead: 1000}, sizes: []int{10, 20}, want: []int{0, 1}},
		{name: "a letter that is too large itself", opts: attach.Options{RelaySize: 1000, Overhead: 1001}, sizes: []int{10, 20}},
		{name: "all bounds at once", policy: attach.Policy{MaxTotal: 1000, MaxFiles: 3}, opts: attach.Options{RelaySize: 900}, sizes: []int{300, 300, 300, 300}, want: []int{2, 3}},
		{name: "the receiver, where nothing is an error", sizes: []int{20 << 20, 4 << 20, 5 << 20}, want: []int{1}},
		{name: "not the receiver, where the policy comes first", sizes: []int{25 << 20, 4 << 20, 5 << 20}, want: []int{1}},
		{name: "a relay just as large as the receiver", opts: attach.Options{RelaySize: gmail}, sizes: []int{20 << 20, 4 << 20, 5 << 20}, want: []int{1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			files := sized(test.sizes...)
			r := check(t, test.policy, test.opts, files...)
			assert.Equal(t, test.want, r.Remove)
			if test.want == nil {
				assert.Empty(t, r.Suggestion("ru"))
				return
			}
			rest := without(r, files)
			again := check(t, test.policy, test.opts, rest...)
			assert.True(t, again.SendAllowed(), "what is left goes")
			assert.Equal(t, len(again.Issues) > 0, again.Remove != nil, "what may bounce is told next")
		})
	}
}

// without are the files that stay when those refused and those of Remove are detached.
func without(r attach.Report, files []attach.File) []attach.File {
	var rest []attach.File
	gone := map[int]bool{}
	for _, i := range r.Remove {
		gone[i] = true
	}
	for _, v := range r.Files {
		gone[v.Index] = gone[v.Index] || v.Refused()
	}
	for i, f := range files {
		if !gone[i] {
			rest = append(rest, f)
		}
	}
	return rest
}

// TestRemoveAgainstAll compares with every choice there is: never more files than needed, and seldom more octets.
func TestRemoveAgainstAll(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	exact, all := 0, 0
	for range 400 {
		sizes := make([]int, 1+random.IntN(9))
		sum := 0
		for i := range sizes {
			sizes[i] = 5 + random.IntN(200)
			sum += sizes[i]
		}
		limit := int64(1 + random.IntN(sum))
		r := check(t, attach.Policy{MaxTotal: limit}, attach.Options{}, sized(sizes...)...)
		fewest, least := len(sizes)+1, 0
		for set := range uint(1) << len(sizes) {
			left, lost := sum, 0
			for i, n := range sizes {
				if set>>i&1 != 0 {
					left, lost = left-n, lost+n
				}
			}
			if n := bits.OnesCount(set); int64(left) <= limit && (n < fewest || n == fewest && lost < least) {
				fewest, least = n, lost
			}
		}
		lost := 0
		for _, i := range r.Remove {
			lost += sizes[i]
		}
		require.Len(t, r.Remove, fewest)
		require.LessOrEqual(t, int64(sum-lost), limit)
		if all++; lost == least {
			exact++
		}
	}
	t.Logf("least loss in %d of %d", exact, all)
	assert.Greater(t, exact, all*3/4)
}

func TestSuggestion(t *testing.T) {
	r := check(t, attach.Policy{MaxTotal: 100}, attach.Options{}, sized(60, 30, 50)...)
	assert.Equal(t, "Достаточно удалить: «2.pdf»", r.Suggestion("ru"))
	assert.Equal(t, "It is enough to remove “2.pdf”", r.Suggestion("en"))
	many := check(t, attach.Policy{MaxFiles: 1}, attach.Options{}, sized(9, 9, 9, 9, 9, 9, 9, 9)...)
	assert.Equal(t, "Достаточно удалить: «7.pdf», «6.pdf», «5.pdf», «4.pdf», «3.pdf» и ещё 2 файла", many.Suggestion("ru"))
	assert.Equal(t, "It is enough to remove “7.pdf”, “6.pdf”, “5.pdf”, “4.pdf”, “3.pdf” and 2 more", many.Suggestion("en"))
}

func TestMayBounceSaysWhom(t *testing.T) {
	file := sized(28 << 20)
	text := func(recipients ...string) string {
		r := check(t, attach.Default(), attach.Options{Recipients: recipients}, file...)
		require.Equal(t, []string{"message.may-bounce w"}, brief(r.Issues))
		return r.Issues[0].Text("en")
	}
	assert.Contains(t, text(), "may refuse it, gmail.com for one accepts up to 34.2 MB")
	assert.Contains(t, text("a@example.com"), "may refuse it, gmail.com for one")
	assert.Contains(t, text("a@example.com", "B <b@googlemail.com>"), "but googlemail.com accepts up to 34.2 MB: it won't arrive")
}
