package validate

import (
	"net/netip"
	"strconv"
	"strings"
	"unicode/utf8"
)

// hostKind tells hosts of the Internet from others.
type hostKind uint8

const (
	namedHost   hostKind = iota
	numericHost          // an IP address
	localHost            // of this computer or of one network
	noHost               // a number that is no address
)

// kindOfHost classifies a host, given as written and in its canonical form, which it need not have.
func kindOfHost(written, host string, ok bool) hostKind {
	if strings.HasPrefix(written, "[") {
		addr, err := netip.ParseAddr(strings.Trim(written, "[]"))
		if err != nil {
			return noHost
		}
		return kindOfAddr(addr)
	}
	if !ok {
		if host = strings.TrimSuffix(lower(written), "."); strings.ContainsFunc(host, func(r rune) bool { return r >= utf8.RuneSelf || !isIdent(byte(r)) }) {
			return namedHost
		}
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last != "" && isDigit(last[0]) {
		if addr, ok := parseIPv4(host); ok {
			return kindOfAddr(addr)
		}
		return noHost
	}
	if !ok || isLocalSuffix(last) {
		return localHost // a name without a dot
	}
	return namedHost
}

// kindOfAddr classifies an IP address.
func kindOfAddr(addr netip.Addr) hostKind {
	addr = addr.Unmap()
	if addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast() || addr.IsUnspecified() {
		return localHost
	}
	return numericHost
}

// isLocalSuffix reports whether the last label of a host names no domain of the Internet.
func isLocalSuffix(label string) bool {
	switch label {
	case "localhost", "local", "internal", "lan", "localdomain", "intranet", "corp", "home":
		return true
	}
	return false
}

// parseIPv4 reads an IPv4 address as browsers do (URL Standard, "IPv4 parser"): one to four numbers, each
// decimal, octal or hexadecimal, the last filling what is left.
func parseIPv4(host string) (netip.Addr, bool) {
	fields := strings.Split(host, ".")
	if len(fields) > 4 {
		return netip.Addr{}, false
	}
	var value uint64
	for i, field := range fields {
		n, ok := parseNumber(field)
		left := 4 - i
		if last := i == len(fields)-1; !ok || !last && n > 255 || last && n >= 1<<(8*left) {
			return netip.Addr{}, false
		} else if last {
			value += n
		} else {
			value += n << (8 * (left - 1))
		}
	}
	return netip.AddrFrom4([4]byte{byte(value >> 24), byte(value >> 16), byte(value >> 8), byte(value)}), true
}

// parseNumber reads one number of an IPv4 address.
func parseNumber(field string) (uint64, bool) {
	base := 10
	switch {
	case strings.HasPrefix(field, "0x"):
		field, base = field[2:], 16
		if field == "" {
			return 0, true
		}
	case len(field) > 1 && field[0] == '0':
		field, base = field[1:], 8
	}
	n, err := strconv.ParseUint(field, base, 64)
	return n, err == nil
}
