package message

import (
	"unicode/utf8"

	"github.com/crmmail/crmmail/email/message/internal/codec"
)

// RFC 2047 §2: an encoded word has at most 75 characters, of which "=?utf-8?q?" and "?=" are 12.
const (
	wordWidth    = 75
	wordOverhead = 12
)

// encode writes s in encoded words (RFC 2047), Q or B, whichever is shorter, folding between them. Characters
// are never torn, and the octets that Q leaves as they are may stand in a phrase too (§5 (3)).
func (h *header) encode(s string) {
	q := wordCost(s) <= (len(s)+2)/3*4
	for first := true; first || s != ""; first = false {
		room := min(wordWidth, lineWidth-h.col()) - wordOverhead
		if !first {
			h.fold()
			room = wordWidth - wordOverhead
		} else if room < 16 {
			h.fold()
			room = wordWidth - wordOverhead
		}
		n := wordCut(s, room, q)
		h.word(s[:n], q)
		s = s[n:]
	}
}

func (h *header) word(s string, q bool) {
	if q {
		h.buf = append(h.buf, "=?utf-8?q?"...)
		for i := 0; i < len(s); i++ {
			switch c := s[i]; {
			case c == ' ':
				h.buf = append(h.buf, '_')
			case qLiteral(c):
				h.buf = append(h.buf, c)
			default:
				h.buf = append(h.buf, '=', hexDigits[c>>4], hexDigits[c&15])
			}
		}
	} else {
		h.buf = append(h.buf, "=?utf-8?b?"...)
		h.buf = codec.AppendBase64(h.buf, s)
	}
	h.buf = append(h.buf, "?="...)
}

const hexDigits = "0123456789ABCDEF"

// qLiteral holds RFC 2047 §5 (3): what a Q-encoded word in a phrase may hold as it is.
func qLiteral(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		return true
	}
	return c == '!' || c == '*' || c == '+' || c == '-' || c == '/'
}

// wordCost is what s costs in Q.
func wordCost(s string) int {
	cost := 0
	for i := 0; i < len(s); i++ {
		cost++
		if s[i] != ' ' && !qLiteral(s[i]) {
			cost += 2
		}
	}
	return cost
}

// oneWord is the width of s as a single encoded word.
func oneWord(s string) int { return wordOverhead + min(wordCost(s), (len(s)+2)/3*4) }

// wordCut is how much of s fits into room characters, in whole characters and at least one.
func wordCut(s string, room int, q bool) int {
	n, cost := 0, 0
	for n < len(s) {
		_, size := utf8.DecodeRuneInString(s[n:])
		if q {
			cost += wordCost(s[n : n+size])
		} else {
			cost = (n + size + 2) / 3 * 4
		}
		if cost > room && n > 0 {
			break
		}
		n += size
	}
	return n
}
