package validate

import (
	"unicode/utf8"
)

// checkBytes reports bytes that clients read in different ways.
func checkBytes(p *pass) {
	if at, size, bad := firstInvalid(p.given); bad {
		p.report("content.invalid-utf8", span{at, at + size})
	}
	for i := 0; i < len(p.given); i++ {
		if controls[p.given[i]] {
			p.report("content.control-character", span{i, i + 1})
			return
		}
	}
}

// controls marks the C0 controls that are no white space.
var controls = func() (set [256]bool) {
	for c := range byte(' ') {
		set[c] = !isSpace(c)
	}
	return set
}()

// firstInvalid returns the first run of bytes that is not UTF-8.
func firstInvalid(s string) (at, size int, bad bool) {
	if utf8.ValidString(s) {
		return 0, 0, false
	}
	for at < len(s) {
		r, n := utf8.DecodeRuneInString(s[at:])
		if r == utf8.RuneError && n == 1 {
			return at, 1, true
		}
		at += n
	}
	return 0, 0, false
}

// checkSize reports HTML that is too large to be looked into by a tree.
func checkSize(p *pass) {
	if len(p.given) > maxTree {
		p.report("content.too-large", span{maxTree, maxTree + 1})
	}
}
