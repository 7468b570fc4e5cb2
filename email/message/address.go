package message

import (
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// wireAddress is the addr-spec of an address as net/mail holds it: the local part quoted where it must be, the
// domain in ASCII. field names it in errors.
func wireAddress(field, address string) (string, error) {
	if code := textCode(address); code != "" {
		return "", &FieldError{field, code}
	}
	at := strings.LastIndexByte(address, '@')
	if at < 1 {
		return "", &FieldError{field, "field.address"}
	}
	local, domain := address[:at], address[at+1:]
	plainLocal := isDotAtom(local)
	if !plainLocal && !isQuotedLocal(local) {
		local = quote(local)
	}
	ascii, ok := asciiDomain(domain)
	switch {
	case len(local) > 64: // RFC 5321 §4.5.3.1.1
		return "", &FieldError{field, "field.address"}
	case !ok:
		return "", &FieldError{field, "field.domain"}
	case plainLocal && ascii == domain:
		return address, nil
	}
	return local + "@" + ascii, nil
}

// addressCode checks an addr-spec for SMTP and returns the code of what is wrong with it, or "".
func addressCode(addr string) string {
	if code := textCode(addr); code != "" {
		return code
	}
	at := strings.LastIndexByte(addr, '@')
	if at < 1 || at > 64 || len(addr) > 254 || addr[0] == '-' || strings.ContainsAny(addr, " \u00a0") {
		return "field.address"
	}
	if local := addr[:at]; !isDotAtom(local) && !isQuotedLocal(local) {
		return "field.address"
	}
	if _, ok := asciiDomain(addr[at+1:]); !ok {
		return "field.domain"
	}
	return ""
}

// textCode is the code of what forbids s in any header, or "".
func textCode(s string) string {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= utf8.RuneSelf {
			return wideTextCode(s)
		} else if c < ' ' || c == 0x7f {
			return "field.control"
		}
	}
	return ""
}

func wideTextCode(s string) string {
	if !utf8.ValidString(s) {
		return "field.utf8"
	}
	for _, r := range s {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return "field.control"
		}
	}
	return ""
}

func isAtext(c byte) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c >= utf8.RuneSelf: // RFC 6532 §3.2
		return true
	}
	return strings.IndexByte("!#$%&'*+-/=?^_`{|}~", c) >= 0
}

func isDotAtom(s string) bool {
	if s == "" || s[0] == '.' || s[len(s)-1] == '.' {
		return false
	}
	for i := 0; i < len(s); i++ {
		if s[i] == '.' && s[i-1] != '.' {
			continue
		}
		if !isAtext(s[i]) {
			return false
		}
	}
	return true
}

// isQuotedLocal says whether s is a quoted-string as RFC 5321 §4.1.2 has it, with something in it.
func isQuotedLocal(s string) bool {
	if len(s) < 3 || s[0] != '"' || s[len(s)-1] != '"' {
		return false
	}
	for i := 1; i < len(s)-1; i++ {
		switch {
		case s[i] == '"' || s[i] < ' ':
			return false
		case s[i] == '\\':
			if i++; i == len(s)-1 {
				return false
			}
		}
	}
	return true
}

func quote(s string) string { return string(appendQuoted(nil, s)) }

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return append(dst, '"')
}

// asciiDomain is the domain as it stands on the wire: a host name, an internationalised one in its ASCII form,
// or an address literal (RFC 5321 §4.1.3) as it is.
func asciiDomain(domain string) (string, bool) {
	if isHostName(domain) {
		return domain, true
	}
	if literal, ok := strings.CutPrefix(domain, "["); ok {
		literal, ok = strings.CutSuffix(literal, "]")
		return domain, ok && isAddressLiteral(literal)
	}
	if isASCII(domain) {
		return "", false
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	return ascii, err == nil && isHostName(ascii)
}

func isAddressLiteral(s string) bool {
	v6, ok := strings.CutPrefix(s, "IPv6:")
	ip, err := netip.ParseAddr(v6)
	return err == nil && ip.Zone() == "" && ip.Is6() == ok
}

// isHostName says whether s is labels of letters, digits and inner hyphens (RFC 5321 §2.3.5).
func isHostName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	label := 0 // where the current label begins
	for i := 0; i <= len(s); i++ {
		if i == len(s) || s[i] == '.' {
			if i == label || i-label > 63 || s[label] == '-' || s[i-1] == '-' {
				return false
			}
			label = i + 1
			continue
		}
		if c := s[i]; c >= utf8.RuneSelf || c != '-' && (!isAtext(c) || strings.IndexByte("!#$%&'*+/=?^_`{|}~", c) >= 0) {
			return false
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foldCase makes two spellings of one address equal.
func foldCase(addr string) string { return strings.ToLower(addr) }
