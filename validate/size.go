package validate

import "strings"

const (
	clipping     = 102 << 10 // bytes of HTML that Gmail shows; behind them it puts a link to the rest
	nearClipping = 90 << 10
)

// checkClipping reports HTML that Gmail cuts off, where it cuts, and HTML that comes near to it.
func checkClipping(p *pass) {
	size := len(p.given)
	if p.part != HTML || base64Size(size+strings.Count(p.given, "\n")) <= clipping {
		return // in any encoding
	}
	encoded := encodedSize(p.given)
	switch {
	case size > clipping:
		at := cut(p.given, clipping)
		p.add(Finding{Code: "size.clipped", Severity: SeverityWarning, Size: size, EncodedSize: encoded}, span{at, at + cut(p.given[at:], maxEnding)}, "")
	case size > nearClipping || encoded > clipping:
		p.add(Finding{Code: "size.near-clipping", Severity: SeverityNote, Size: size, EncodedSize: encoded}, p.ending(), "")
	}
}

// encodedSize returns the octets of text in the shorter of quoted-printable and base64 (RFC 2045 §6.7, §6.8),
// with its line breaks as CR LF; or as it is, if it is ASCII in lines of 998 octets at most.
func encodedSize(text string) int {
	lines, escaped, soft, line, longest, plain := 0, 0, 0, 0, 0, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			lines++
			line, plain = 0, 0
			continue
		case c == '\r':
			continue
		case c > '~' || c == '=' || c < ' ' && c != '\t':
			escaped++
			line += 3
		default:
			line++
		}
		plain++
		longest = max(longest, plain)
		if line > 75 {
			soft++
			line = 3
		}
	}
	octets := len(text) + lines
	if ascii := !hasHighByte(text); ascii && longest <= 998 {
		return octets
	}
	return min(octets+2*escaped+3*soft, base64Size(octets))
}

// base64Size returns the size of octets in base64, in lines of 76 characters.
func base64Size(octets int) int {
	characters := (octets + 2) / 3 * 4
	return characters + characters/76*2
}

// hasHighByte reports whether text is more than ASCII.
func hasHighByte(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] >= 0x80 {
			return true
		}
	}
	return false
}
