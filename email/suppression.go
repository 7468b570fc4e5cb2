package email

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/idna"
)

// Suppressions keeps the addresses that no mass mailing goes to. An address can be suppressed for several reasons, which
// are kept apart: who lifts one, as that his mail came back, does not lift that he has unsubscribed.
// Addresses come in the form of AddressKey, always, and are compared as they are. Implementations are safe for
// concurrent use.
type Suppressions interface {
	// Suppressed returns the suppressions of some addresses, in any order; none is no error.
	Suppressed(ctx context.Context, addrs []string) ([]Suppression, error)
	// AddSuppression keeps a suppression. Where there is one of the address for the same reason, that one stays.
	AddSuppression(ctx context.Context, s Suppression) error
	// RemoveSuppression lifts the suppression of an address for a reason; none is no error.
	RemoveSuppression(ctx context.Context, addr string, reason SuppressionReason) error
}

// SuppressionLister is an optional ability of Suppressions: a settings page can show them.
type SuppressionLister interface {
	// ListSuppressions returns at most q.Limit suppressions, newest first (At, then Address, then Reason, all descending).
	ListSuppressions(ctx context.Context, q SuppressionQuery) ([]Suppression, error)
}

// SuppressionQuery asks for a page of suppressions.
type SuppressionQuery struct {
	Before *Suppression // the last entry of the page before, of which At, Address and Reason count; nil: the first page
	Limit  int          // more than 0
}

// Suppression says why no mass mailing goes to an address. A transactional letter may go there all the same.
type Suppression struct {
	Address   string // in the form of AddressKey
	Reason    SuppressionReason
	At        time.Time
	MessageID string // Message.ID of what came back, was complained of or unsubscribed from; empty: none in particular
	ActorID   string // the CRM user who added it; empty: the library itself
}

// SuppressionReason says what an address is suppressed for.
type SuppressionReason string

const (
	SuppressedBounce      SuppressionReason = "bounce"      // there is no such address, a mail server said
	SuppressedComplaint   SuppressionReason = "complaint"   // the recipient called a letter spam (RFC 5965)
	SuppressedUnsubscribe SuppressionReason = "unsubscribe" // the recipient wants no more (RFC 8058)
	SuppressedManual      SuppressionReason = "manual"      // a CRM user decided so
)

// Code is the code of the refusal that the suppression is to a mass mailing.
func (s Suppression) Code() string {
	code := "suppressed." + string(s.Reason)
	if _, known := texts[code]; !known {
		return CodeSuppressedManual
	}
	return code
}

// Text tells a person why; language is "ru" or "en", and anything else means English.
func (s Suppression) Text(language string) string { return text(s.Code(), language, s.Address) }

// AddressKey is the same for all spellings of an address: without case, an internationalised domain in its ASCII form
// (RFC 5891), without angle brackets and white space around it. Local parts that differ in case are one mailbox with
// every mail service of the field.
func AddressKey(addr string) string {
	addr = strings.ToLower(strings.Trim(strings.TrimSpace(addr), "<>"))
	at := strings.LastIndexByte(addr, '@')
	domain := addr[at+1:]
	if at < 0 || utf8.RuneCountInString(domain) == len(domain) {
		return addr
	}
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return addr[:at+1] + domain
}
