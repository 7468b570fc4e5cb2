package sender

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// SameAddress reports whether a and b are one address: local parts compared exactly (RFC 5321 §2.4), domains without
// case and with internationalised labels equal in either spelling (RFC 5890 §2.3.2.4). A host uses it in
// [Editor.ConfirmIdentity]. An empty address equals no other, not even an empty one.
func SameAddress(a, b string) bool {
	localA, domainA, okA := cut(a)
	localB, domainB, okB := cut(b)
	return okA && okB && localA == localB && foldDomain(domainA) == foldDomain(domainB)
}

// cut splits an address at its last "@": a quoted local part may hold others.
func cut(addr string) (local, domain string, ok bool) {
	at := strings.LastIndexByte(addr, '@')
	if at <= 0 || at == len(addr)-1 {
		return "", "", false
	}
	return addr[:at], addr[at+1:], true
}

func foldDomain(domain string) string {
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		return ascii
	}
	return strings.ToLower(domain)
}

// validAddress reports whether addr is one bare address, as From and the envelope need it: written out and read back it is
// the same, and no mail server takes it for something else.
func validAddress(addr string) bool {
	local, domain, ok := cut(addr)
	if !ok || !utf8.ValidString(addr) || strings.HasPrefix(local, "-") || strings.ContainsFunc(addr, unplaceable) {
		return false
	}
	if _, err := idna.Lookup.ToASCII(domain); err != nil {
		return false
	}
	back, err := mail.ParseAddress((&mail.Address{Address: addr}).String())
	return err == nil && back.Address == addr
}

// unplaceable tells what no address has that a mail server takes.
func unplaceable(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) }

// cleaned returns identity with the white space and control characters of its display name collapsed to single
// spaces: a manager called "Анна\n" must not keep a letter from going out.
func cleaned(identity Identity) Identity {
	name := strings.ToValidUTF8(identity.Mailbox.Name, "\uFFFD")
	identity.Mailbox.Name = strings.Join(strings.FieldsFunc(name, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
	return identity
}
