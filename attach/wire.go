package attach

import (
	"math"
	"strings"
)

// wireSize is how many octets n octets take in a message, as base64 in lines of 76 with their line ends (RFC 2045
// §6.8). Negative is 0, what int64 cannot hold is [math.MaxInt64].
func wireSize(n int64) int64 {
	if n <= 0 {
		return 0
	}
	if n > math.MaxInt64/2 {
		return math.MaxInt64
	}
	e := (n + 2) / 3 * 4
	return e + (e+75)/76*2
}

// rawOf is how many octets to leave out, at least, for a message to shrink by n octets of wire.
func rawOf(n int64) int64 {
	if n > math.MaxInt64/57 {
		return n
	}
	return (n*57 + 77) / 78 // a line of 76 and its end carry 57
}

// add sums sizes without overflow.
func add(a, b int64) int64 {
	if a > math.MaxInt64-b {
		return math.MaxInt64
	}
	return a + b
}

// smallestReceiver is the mail service with the smallest known limit among the recipients, and the hint that tells that it
// is among them. Who is behind other domains is unknown: the limit of Gmail, which hosts many of them, stands for all, since
// most are no more generous.
func smallestReceiver(recipients []string) (receiver string, limit int64, hint string) {
	for _, r := range recipients {
		domain := strings.ToLower(strings.Trim(r[strings.LastIndexByte(r, '@')+1:], "> ."))
		if l, ok := receivers[domain]; ok && (limit == 0 || l < limit) {
			receiver, limit, hint = domain, l, "receiver"
		}
	}
	if limit == 0 || limit > gmailSize {
		return "gmail.com", gmailSize, ""
	}
	return receiver, limit, hint
}

// gmailSize is the SIZE that Gmail announces: 25 MB encoded. Most large providers stop there or before.
const gmailSize = 35_882_577

// receivers are the domains whose limit is known.
var receivers = map[string]int64{"gmail.com": gmailSize, "googlemail.com": gmailSize}
