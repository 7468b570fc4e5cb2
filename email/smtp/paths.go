package smtp

import (
	"strings"

	"golang.org/x/net/idna"

	"github.com/crmmail/crmmail/email"
)

// wirePaths is the envelope as it goes on the wire: where only domains are outside ASCII, in their ASCII form
// (RFC 5891), which every server understands; where a local part is, as it is (RFC 6531).
func wirePaths(env email.Envelope) (path string, rcpts []string, utf8 bool, err error) {
	paths := append([]string{env.ReturnPath}, env.Recipients...)
	for _, p := range paths {
		if local, _ := splitAddress(p); !isASCII(local) {
			return env.ReturnPath, env.Recipients, true, nil
		}
	}
	for i, p := range paths {
		local, domain := splitAddress(p)
		if isASCII(domain) {
			continue
		}
		if domain, err = idna.Lookup.ToASCII(domain); err != nil {
			return "", nil, false, &email.TransportError{Text: "a domain of the envelope has no ASCII form"}
		}
		paths[i] = local + "@" + domain
	}
	return paths[0], paths[1:], false, nil
}

func splitAddress(addr string) (local, domain string) {
	if i := strings.LastIndexByte(addr, '@'); i >= 0 {
		return addr[:i], addr[i+1:]
	}
	return addr, ""
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
