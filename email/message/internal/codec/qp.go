package codec

import (
	"encoding/binary"
	"slices"
	"strings"
)

// literal says which octets stand for themselves; a blank does so unless the line ends behind it.
var literal = func() (t [256]bool) {
	for i := range t {
		t[i] = i >= ' ' && i <= '~' && i != '=' || i == '\t'
	}
	return t
}()

const hexDigits = "0123456789ABCDEF"

// escapes holds every octet as =XX, the equals sign in the low octet.
var escapes = func() (t [256]uint32) {
	for i := range t {
		t[i] = uint32('=') | uint32(hexDigits[i>>4])<<8 | uint32(hexDigits[i&15])<<16
	}
	return t
}()

// maxContent is what a line holds before its soft break (RFC 2045 §6.7 rule 5: 76 with the equals sign).
const maxContent = 75

// AppendQuotedPrintable appends s in quoted-printable (RFC 2045 §6.7). Line breaks of any kind (CRLF, LF, CR)
// become CRLF; characters of UTF-8 are not torn by a soft break; a line beginning with "From " or a dot is
// encoded at its first character, so that no mbox and no lazy relay changes it.
func AppendQuotedPrintable(dst []byte, s string) []byte {
	for all := linesOf(s); all.more(); {
		line, broken := all.next()
		dst = appendLine(dst, line)
		if broken {
			dst = append(dst, '\r', '\n')
		}
	}
	return dst
}

// softBreak is "=" CRLF, as one store of four octets.
const softBreak = uint32('=') | uint32('\r')<<8 | uint32('\n')<<16

// worst is the most octets that n octets take: three each, a soft break every 64 of them at the latest, and room
// for a store of eight octets at the end.
func worst(n int) int { return 3*n + (3*n/64+1)*3 + 8 }

// appendLine appends a line without its line break.
func appendLine(dst []byte, line string) []byte {
	dst = slices.Grow(dst, worst(len(line)))
	out := dst[len(dst):cap(dst)]
	n, col, last := 0, 0, len(line)-1
	for i := 0; i <= last; {
		c := line[i]
		width := 0 // of c in coded form and, where it begins a character, of what must stay with it
		if !literal[c] {
			width = needed(c)
		} else if i == last && (c == ' ' || c == '\t') || col == 0 && fragile(line[i:]) {
			width = 3
		}
		if col+max(width, 1) > maxContent {
			binary.LittleEndian.PutUint32(out[n:], softBreak)
			n, col = n+3, 0
			continue
		}
		if width == 6 && i < last { // text in Cyrillic or Greek is mostly these
			binary.LittleEndian.PutUint64(out[n:], uint64(escapes[c])|uint64(escapes[line[i+1]])<<24)
			n, col, i = n+6, col+6, i+2
			continue
		}
		if width > 0 {
			binary.LittleEndian.PutUint32(out[n:], escapes[c])
			n, col, i = n+3, col+3, i+1
			continue
		}
		run := 1 + literalRun(line[i+1:max(i+1, min(last, i+maxContent-col))])
		copy(out[n:], line[i:i+run])
		n, col, i = n+run, col+run, i+run
	}
	return dst[:len(dst)+n]
}

// literalRun is how many literals s begins with.
func literalRun(s string) int {
	i := 0
	for ; i+4 <= len(s); i += 4 {
		if !(literal[s[i]] && literal[s[i+1]] && literal[s[i+2]] && literal[s[i+3]]) {
			break
		}
	}
	for ; i < len(s); i++ {
		if !literal[s[i]] {
			return i
		}
	}
	return len(s)
}

// fragile says whether relays or mailboxes change a line that begins so.
func fragile(line string) bool {
	return line[0] == '.' || line[0] == 'F' && strings.HasPrefix(line, "From ")
}

// needed is the room that the whole character beginning with c takes.
func needed(c byte) int { return int(widths[c>>4]) }

// widths goes by the upper four bits: ASCII and what follows in a character, then characters of 2, 3 and 4 octets.
var widths = [16]uint8{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 6, 6, 9, 12}

var hexValue = func() (t [256]byte) {
	for i := range t {
		t[i] = bad
	}
	for c := '0'; c <= '9'; c++ {
		t[c] = byte(c - '0')
	}
	for c := 0; c < 6; c++ {
		t['A'+c], t['a'+c] = byte(10+c), byte(10+c)
	}
	return t
}()

// DecodeQuotedPrintable appends one line's content (without its line break) to dst. Soft says that the line ended in
// a soft break, so that its line break is not content; broken, that an equals sign was kept as it stood because no
// two hexadecimal digits followed. A fragment of an over-long line is given with whole false: its end is no line end.
func DecodeQuotedPrintable(dst, line []byte, whole bool) (_ []byte, soft, broken bool) {
	if whole {
		for len(line) > 0 && (line[len(line)-1] == ' ' || line[len(line)-1] == '\t') {
			line = line[:len(line)-1]
		}
		if len(line) > 0 && line[len(line)-1] == '=' {
			line, soft = line[:len(line)-1], true
		}
	}
	for len(line) > 0 {
		eq := indexByte(line, '=')
		if eq < 0 {
			return append(dst, line...), soft, broken
		}
		dst = append(dst, line[:eq]...)
		if eq+2 < len(line) {
			if hi, lo := hexValue[line[eq+1]], hexValue[line[eq+2]]; hi < 16 && lo < 16 {
				dst = append(dst, hi<<4|lo)
				line = line[eq+3:]
				continue
			}
		}
		dst, line, broken = append(dst, '='), line[eq+1:], true
	}
	return dst, soft, broken
}

// indexByte beats bytes.IndexByte where the octet sought is a few octets away, as it is in Cyrillic.
func indexByte(b []byte, c byte) int {
	for i, x := range b {
		if x == c {
			return i
		}
	}
	return -1
}
