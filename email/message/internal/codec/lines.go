package codec

import (
	"bufio"
	"io"
	"strings"
)

// Stat is what decides the encoding of a text.
type Stat struct {
	Coded   int  // octets that quoted-printable must encode
	Longest int  // octets of the longest line without its line break
	Fragile bool // a line that relays or mailboxes change: "From " or a dot in front
}

// Survey looks at a text once.
func Survey(s string) Stat {
	var stat Stat
	line := 0
	for i := 0; i < len(s); i++ {
		switch class[s[i]] {
		case coded:
			if s[i] != '=' {
				stat.Coded++
			}
		case lineCR, lineLF:
			stat.Longest = max(stat.Longest, i-line)
			line = i + 1
		case plain:
			if i == line && (s[i] == '.' || s[i] == 'F' && strings.HasPrefix(s[i:], "From ")) {
				stat.Fragile = true
			}
		}
	}
	stat.Longest = max(stat.Longest, len(s)-line)
	return stat
}

// AppendCRLF appends s with every line break (CRLF, LF, CR) as CRLF.
func AppendCRLF(dst []byte, s string) []byte {
	for {
		i := strings.IndexAny(s, "\r\n")
		if i < 0 {
			return append(dst, s...)
		}
		dst = append(append(dst, s[:i]...), '\r', '\n')
		if s[i] == '\r' && i+1 < len(s) && s[i+1] == '\n' {
			i++
		}
		s = s[i+1:]
	}
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
