package charset

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
)

// utf7 decodes RFC 2152; what is not of it stays as it is.
func utf7(b []byte) string {
	var out strings.Builder
	for i := 0; i < len(b); i++ {
		if b[i] != '+' {
			out.WriteByte(b[i] & 0x7f)
			continue
		}
		end := i + 1
		for end < len(b) && isBase64(b[end]) {
			end++
		}
		run := b[i+1 : end]
		switch {
		case len(run) > 0:
			out.WriteString(utf16Text(run))
		case end < len(b) && b[end] == '-':
			out.WriteByte('+')
		default:
			out.WriteByte('+')
			continue
		}
		if i = end - 1; end < len(b) && b[end] == '-' {
			i = end
		}
	}
	return out.String()
}

func isBase64(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '+' || c == '/'
}

func utf16Text(run []byte) string {
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(run)))
	n, _ := base64.RawStdEncoding.Decode(raw, run[:len(run)-len(run)%4])
	if rest := run[len(run)-len(run)%4:]; len(rest) > 1 {
		m, _ := base64.RawStdEncoding.Decode(raw[n:], rest)
		n += m
	}
	units := make([]uint16, 0, n/2)
	for i := 0; i+1 < n; i += 2 {
		units = append(units, uint16(raw[i])<<8|uint16(raw[i+1]))
	}
	return string(utf16.Decode(units))
}

// shiftKR makes EUC-KR of ISO-2022-KR (RFC 1557): the designation goes, shifted octets get their top bit.
func shiftKR(b []byte) []byte {
	out := make([]byte, 0, len(b))
	shifted := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == 0x1b && i+3 < len(b) && b[i+1] == '$' && b[i+2] == ')':
			i += 3
		case c == 0x0e:
			shifted = true
		case c == 0x0f:
			shifted = false
		case shifted && c > ' ':
			out = append(out, c|0x80)
		default:
			out = append(out, c)
		}
	}
	return out
}
