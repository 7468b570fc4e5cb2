package validate

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// target is what a link leads to.
type target struct {
	host string // canonical
	path string // what follows the host: "", "/…", "?…" or "#…"
}

// targetOf resolves an absolute or protocol-relative http URL as a browser does (URL Standard:
// backslashes are slashes, any number of them follows the scheme, line breaks vanish, userinfo ends
// at the last "@"). net/url refuses or misreads many of these. Other URLs have no target.
func targetOf(raw string) (target, bool) {
	raw = stripLineBreaks(trimURL(raw))
	scheme, rest := schemeOf(raw)
	switch scheme {
	case "http", "https":
	case "":
		if len(raw) < 2 || !isSlash(raw[0]) || !isSlash(raw[1]) {
			return target{}, false
		}
		rest = raw
	default:
		return target{}, false
	}
	return authority(strings.TrimLeft(rest, `/\`))
}

// authority resolves "userinfo@host:port/path".
func authority(rest string) (target, bool) {
	a := splitAuthority(rest)
	host, ok := canonicalHost(a.host)
	return target{host, a.path}, ok
}

// address is what stands behind the slashes of an http URL, as written.
type address struct {
	user bool // has userinfo, which may be empty
	host string
	port string
	path string
}

// splitAuthority splits "userinfo@host:port/path".
func splitAuthority(rest string) address {
	end := 0
	for end < len(rest) && !endsAuthority(rest[end]) {
		end++
	}
	a := address{host: rest[:end], path: rest[end:]}
	if at := strings.LastIndexByte(a.host, '@'); at >= 0 {
		a.user, a.host = true, a.host[at+1:]
	}
	if colon := strings.LastIndexByte(a.host, ':'); colon > strings.LastIndexByte(a.host, ']') {
		a.host, a.port = a.host[:colon], a.host[colon+1:]
	}
	return a
}

func endsAuthority(c byte) bool { return c == '/' || c == '\\' || c == '?' || c == '#' }

func isSlash(c byte) bool { return c == '/' || c == '\\' }

// canonicalHost returns host as a browser would write it: percent-decoded, mapped by UTS #46, in
// punycode, lower case, without a trailing dot. It is false where no domain name comes out.
func canonicalHost(host string) (string, bool) {
	if plainHost(host) {
		host = strings.TrimSuffix(host, ".")
		return host, len(host) <= maxDomain
	}
	if strings.IndexByte(host, '%') >= 0 {
		decoded, err := url.PathUnescape(host)
		if err != nil {
			return "", false
		}
		host = decoded
	}
	if len(host) > maxHost || !utf8.ValidString(host) {
		return "", false
	}
	mapped, err := uts46.ToASCII(dropIgnorable(host))
	if err != nil && mapped == "" {
		return "", false
	}
	mapped = strings.TrimSuffix(lower(mapped), ".")
	return mapped, plainHost(mapped) && len(mapped) <= maxDomain
}

const (
	maxDomain = 253 // octets of a domain name (RFC 1035 §2.3.4, without the length of its first label and its root)
	// maxHost bounds what is given to UTS #46: a domain name, each octet of it perhaps a percent-encoded or ignorable rune.
	maxHost = 2048
)

// uts46 maps as browsers do; its profile is immutable.
var uts46 = idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))

// dropIgnorable drops the invisible runes that UTS #46 maps to nothing or that joiner rules would refuse.
func dropIgnorable(host string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0xAD, 0x200B <= r && r <= 0x200D, r == 0x2060, r == 0xFEFF, 0xFE00 <= r && r <= 0xFE0F:
			return -1
		}
		return r
	}, host)
}

// plainHost reports whether host needs no mapping: lower case letters, digits, hyphens and dots,
// with a dot between two characters at least.
func plainHost(host string) bool {
	dot := false
	for i := 0; i < len(host); i++ {
		switch c := host[i]; {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		case c == '.':
			if i == 0 || host[i-1] == '.' {
				return false
			}
			dot = dot || i < len(host)-1
		default:
			return false
		}
	}
	return dot
}
