package codec

import (
	"bufio"
	"io"
	"math/bits"
	"slices"
	"strings"
)

// Coded counts the octets of a text that quoted-printable must encode though they are no equals sign, eight at a time. Line
// breaks are none of them, and white space before one is not counted.
func Coded(s string) int {
	n := -strings.Count(s, "\n") - strings.Count(s, "\r") // controls like any other below
	for ; len(s) >= 8; s = s[8:] {
		eight := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
			uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		low := eight &^ tops // sums of seven bits stay within their octet
		del := low + each
		control, tab := ^(low + each*(0x80-' ')), ^(low ^ each*'\t' + each*0x7f)
		n += bits.OnesCount64((eight | del | control&^tab) & tops)
	}
	for i := 0; i < len(s); i++ {
		n += int(costly[s[i]])
	}
	return n
}

// IsSturdy says whether a text can go as it is, as far as its lines are concerned: none is longer than width, and none begins
// in a way that relays or mailboxes change: "From " or a dot.
func IsSturdy(s string, width int) bool {
	for all := linesOf(s); all.more(); {
		if line, _ := all.next(); len(line) > width || line != "" && fragile(line) {
			return false
		}
	}
	return true
}

const (
	each = 0x0101010101010101
	tops = 0x80 * each
)

// costly is 1 for what quoted-printable must encode though it is no equals sign.
var costly = func() (t [256]uint8) {
	for i := range t {
		if !literal[i] && i != '=' {
			t[i] = 1
		}
	}
	return t
}()

// lines reads a text line by line.
type lines struct {
	text   string
	at     int // what is left begins here
	lf, cr int // the next LF and CR; before at if they are still to be found, len(text) if there is none
}

func linesOf(s string) lines { return lines{text: s, lf: -1, cr: -1} }

func (l *lines) more() bool { return l.at < len(l.text) }

// next returns the next line without its line break, which is CRLF, LF or CR, and whether it has one.
func (l *lines) next() (line string, broken bool) {
	if l.lf < l.at {
		l.lf = l.find('\n')
	}
	if l.cr < l.at {
		l.cr = l.find('\r')
	}
	end := min(l.lf, l.cr)
	line = l.text[l.at:end]
	if end == len(l.text) {
		l.at = end
		return line, false
	}
	l.at = end + 1
	if strings.HasPrefix(l.text[end:], "\r\n") {
		l.at++
	}
	return line, true
}

func (l *lines) find(c byte) int {
	if i := strings.IndexByte(l.text[l.at:], c); i >= 0 {
		return l.at + i
	}
	return len(l.text)
}

// AppendCRLF appends s with every line break (CRLF, LF, CR) as CRLF.
func AppendCRLF(dst []byte, s string) []byte {
	dst = slices.Grow(dst, len(s)+strings.Count(s, "\n"))
	for all := linesOf(s); all.more(); {
		line, broken := all.next()
		dst = append(dst, line...)
		if broken {
			dst = append(dst, '\r', '\n')
		}
	}
	return dst
}

// ProperLines reads r to its end and says whether it is lines of at most limit octets, broken by CRLF alone and
// without NUL, so that it can go through SMTP as it is; and whether any octet is outside ASCII.
func ProperLines(r *bufio.Reader, limit int) (proper, wide bool, err error) {
	proper = true
	length, cr := 0, false
	for {
		c, err := r.ReadByte()
		if err == io.EOF {
			return proper && !cr && length <= limit, wide, nil
		}
		if err != nil {
			return false, false, err
		}
		switch {
		case c == '\n':
			proper = proper && cr && length <= limit
			length = 0
		case cr || c == 0:
			proper = false
		case c != '\r':
			length++
		}
		cr = c == '\r'
		wide = wide || c >= 0x80
	}
}
