package validate

import (
	"sort"
	"strings"
)

// branchTag is a template tag of the masked source.
type branchTag struct {
	at   span
	name string
}

// opens reports whether the tag starts a block that has branches.
func (b branchTag) opens() bool { return b.name == "if" || b.name == "for" }

// turns reports whether the tag starts another branch.
func (b branchTag) turns() bool { return b.name == "else" || b.name == "elseif" }

// closes reports whether the tag ends a block that has branches.
func (b branchTag) closes() bool { return b.name == "endif" || b.name == "endfor" }

// values returns the values that an attribute can have, decoded: one, unless template tags inside it
// choose between several. Each branch is in one of them. The next call overwrites the result.
func (p *pass) values(a *attribute) []string {
	at := a.value
	first := sort.Search(len(p.branches), func(i int) bool { return p.branches[i].at.start >= at.start })
	last := first
	for last < len(p.branches) && p.branches[last].at.end <= at.end {
		last++
	}
	if first == last {
		p.value[0] = p.decoded(a)
		return p.value[:]
	}
	tags := p.branches[first:last]
	all := []string{unescape(p.choose(at, tags, -1))}
	for i := 0; i < len(tags) && len(all) < maxBranches; i++ {
		if tags[i].turns() || tags[i].closes() {
			all = append(all, unescape(p.choose(at, tags, i)))
		}
	}
	return all
}

// maxBranches bounds the values of one attribute.
const maxBranches = 16

// choose returns the text at the given offsets where the branch that tags[taken] starts is taken
// and of every other block the first; for a closing tag, where its block is skipped.
func (p *pass) choose(at span, tags []branchTag, taken int) string {
	var out strings.Builder
	from, skipping, depth := at.start, 0, 0
	var skip [maxDepth]bool // by depth: the rest of this block is not taken
	for i, tag := range tags {
		if skipping == 0 {
			out.WriteString(p.src[from:tag.at.start])
		}
		from = tag.at.end
		switch {
		case tag.opens():
			if depth++; depth >= maxDepth {
				return out.String()
			}
			skip[depth] = leadsTo(tags[i:], taken-i)
			skipping += count(skip[depth])
		case tag.turns() && depth > 0:
			now := i != taken
			skipping += count(now) - count(skip[depth])
			skip[depth] = now
		case tag.closes() && depth > 0:
			skipping -= count(skip[depth])
			skip[depth] = false
			depth--
		}
	}
	if skipping == 0 {
		out.WriteString(p.src[from:at.end])
	}
	return out.String()
}

// maxDepth bounds the nesting of blocks inside one attribute.
const maxDepth = 16

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// leadsTo reports whether tags[taken] is a branch, or the end, of the very block that tags[0] opens,
// so that its first branch is left out.
func leadsTo(tags []branchTag, taken int) bool {
	if taken <= 0 || taken >= len(tags) {
		return false
	}
	depth := 0
	for _, tag := range tags[:taken+1] {
		switch {
		case tag.opens():
			depth++
		case tag.closes():
			depth--
		}
	}
	if tags[taken].closes() {
		return depth == 0
	}
	return depth == 1
}
