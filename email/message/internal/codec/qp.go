package codec

import "strings"

// What an octet is to the quoted-printable encoder.
const (
	plain = iota
	blank // space and tab: as they are, but not before a line break
	coded // must be written =XX
	lineCR
	lineLF
)

var class = func() (t [256]byte) {
	for i := range t {
		if i < ' ' || i > '~' || i == '=' {
			t[i] = coded
		}
	}
	t[' '], t['\t'], t['\r'], t['\n'] = blank, blank, lineCR, lineLF
	return t
}()

const hexDigits = "0123456789ABCDEF"

// maxContent is what a line holds before its soft break (RFC 2045 §6.7 rule 5: 76 with the equals sign).
const maxContent = 75

// AppendQuotedPrintable appends s in quoted-printable (RFC 2045 §6.7). Line breaks of any kind (CRLF, LF, CR)
// become CRLF; characters of UTF-8 are not torn by a soft break; a line beginning with "From " or a dot is
// encoded at its first character, so that no mbox and no lazy relay changes it.
func AppendQuotedPrintable(dst []byte, s string) []byte {
	col := 0
	for i := 0; i < len(s); {
		switch c := s[i]; class[c] {
		case plain:
			dst, i, col = appendPlain(dst, s, i, col)
		case blank:
			switch {
			case i+1 == len(s) || class[s[i+1]] >= lineCR:
				dst, col = appendCoded(dst, c, col, 3)
			case col+1 > maxContent:
				dst, col = append(dst, '=', '\r', '\n', c), 1
			default:
				dst, col = append(dst, c), col+1
			}
			i++
		case coded:
			dst, col = appendCoded(dst, c, col, needed(c))
			i++
		default:
			if c == '\r' && i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
			dst, col = append(dst, '\r', '\n'), 0
			i++
		}
	}
	return dst
}

// appendPlain copies the run of plain characters at s[i:] as far as the line reaches.
func appendPlain(dst []byte, s string, i, col int) ([]byte, int, int) {
	if col >= maxContent {
		dst, col = append(dst, '=', '\r', '\n'), 0
	}
	if col == 0 && (s[i] == '.' || s[i] == 'F' && strings.HasPrefix(s[i:], "From ")) {
		dst, col = appendCoded(dst, s[i], 0, 3)
		return dst, i + 1, col
	}
	end := min(len(s), i+maxContent-col)
	j := i + 1
	for j < end && class[s[j]] == plain {
		j++
	}
	return append(dst, s[i:j]...), j, col + j - i
}

func appendCoded(dst []byte, c byte, col, need int) ([]byte, int) {
	if col+need > maxContent {
		dst, col = append(dst, '=', '\r', '\n'), 0
	}
	return append(dst, '=', hexDigits[c>>4], hexDigits[c&15]), col + 3
}

// needed is the room that the whole character beginning with c takes.
func needed(c byte) int {
	switch {
	case c >= 0xf0:
		return 12
	case c >= 0xe0:
		return 9
	case c >= 0xc0:
		return 6
	}
	return 3
}

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
