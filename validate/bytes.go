package validate

import (
	"unicode/utf8"
)

// checkBytes reports bytes that clients read in different ways.
func checkBytes(p *pass) {
	if isClean(p.given) {
		return
	}
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

// isClean reports whether s is UTF-8 without control characters, as nearly every text is: by eight bytes where they are
// ASCII, and by two where they are most alphabets.
func isClean(s string) bool {
	const tops, spaces = 0x8080808080808080, 0x2020202020202020
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			if 0xC2 <= c && c < 0xE0 && i+1 < len(s) && s[i+1]&0xC0 == 0x80 {
				i += 2
				continue
			}
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				return false
			}
			i += size
			continue
		}
		if rest := s[i:]; len(rest) >= 8 {
			eight := uint64(rest[0]) | uint64(rest[1])<<8 | uint64(rest[2])<<16 | uint64(rest[3])<<24 |
				uint64(rest[4])<<32 | uint64(rest[5])<<40 | uint64(rest[6])<<48 | uint64(rest[7])<<56
			if (eight|(eight-spaces))&tops == 0 { // no byte is beyond ASCII or below a space
				i += 8
				continue
			}
		}
		if controls[c] {
			return false
		}
		i++
	}
	return true
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
