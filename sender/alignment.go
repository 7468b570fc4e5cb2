package sender

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Domains asks the DNS whether receivers will take mail with an address of a domain in From for that domain's own: whether SPF
// lets our servers send for it (RFC 7208), whether the key of our DKIM signature is published (RFC 6376), and whether
// one of the two stands for the domain in From, as DMARC asks (RFC 7489 §3.1).
//
// That is a fact of its own beside the two that let an address be used: an address may be confirmed and allowed, and
// receivers throw its mail away all the same. It is safe for concurrent use as long as its fields are not changed.
type Domains struct {
	// Servers are the addresses that our mail leaves from; empty: SPF cannot be asked.
	Servers []netip.Addr
	// ReturnPath is the domain of the return path, which SPF is asked of; empty: that of From.
	ReturnPath string
	// DKIM is the key that our mail is signed with; without a Selector DKIM cannot be asked.
	DKIM DKIMKey
	// Resolver asks the DNS; nil: net.DefaultResolver.
	Resolver Resolver
}

// DKIMKey names a key of DKIM (RFC 6376 §3.6.2.1).
type DKIMKey struct {
	// Domain is the d= of our signatures; empty: that of From.
	Domain string
	// Selector is their s=.
	Selector string
	// PublicKey is the key that must be published, in DER as p= has it in base64; nil: any.
	PublicKey []byte
}

// Resolver is what [Domains] needs of the DNS; *net.Resolver is one. Names come with a final dot or without. A name that
// does not exist is a *net.DNSError with IsNotFound; any other error is no answer. It is safe for concurrent use where
// checks run concurrently.
type Resolver interface {
	LookupTXT(ctx context.Context, name string) ([]string, error)
	LookupMX(ctx context.Context, name string) ([]*net.MX, error)
	LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error)
	LookupAddr(ctx context.Context, addr string) ([]string, error)
}

// Alignment is what the DNS says of a domain.
type Alignment struct {
	// Domain is the one in From, in ASCII.
	Domain string
	// SPF, DKIM and DMARC are what was found of each.
	SPF, DKIM, DMARC Proof
}

// Proof is what was found of one mechanism.
type Proof struct {
	Status ProofStatus
	// Record is the text record that was found; empty: none.
	Record string
	// Reason says what is wrong or not known; nil where the Status is ProofGood.
	Reason *Reason
}

// ProofStatus says how a [Proof] turned out.
type ProofStatus string

const (
	// ProofGood: the mechanism speaks for the mail. Of DMARC: there is a policy, and SPF or DKIM fulfils it.
	ProofGood ProofStatus = "good"
	// ProofBad: it does not, until somebody changes a record.
	ProofBad ProofStatus = "bad"
	// ProofUnknown: it was not asked, or the DNS gave no answer.
	ProofUnknown ProofStatus = "unknown"
)

// Aligned tells that receivers take the mail for the domain's own.
func (a Alignment) Aligned() bool { return a.DMARC.Status == ProofGood }

// Check asks the DNS about a domain, or about the domain of an address. What cannot be found out is part of the answer;
// end ctx to bound the time.
func (d Domains) Check(ctx context.Context, domain string) Alignment {
	if _, of, ok := cut(domain); ok {
		domain = of
	}
	ascii, err := registrable.ToASCII(strings.TrimSuffix(domain, "."))
	if err != nil {
		wrong := bad(CodeDomainBad, domain, "")
		return Alignment{Domain: domain, SPF: wrong, DKIM: wrong, DMARC: wrong}
	}
	if d.Resolver == nil {
		d.Resolver = net.DefaultResolver
	}
	a := Alignment{Domain: ascii, SPF: bad(CodeDomainBad, d.ReturnPath, ""), DKIM: bad(CodeDomainBad, d.DKIM.Domain, "")}
	if asked, ok := orDefault(d.ReturnPath, ascii); ok {
		a.SPF = d.checkSPF(ctx, asked)
	}
	if asked, ok := orDefault(d.DKIM.Domain, ascii); ok {
		a.DKIM = d.checkDKIM(ctx, asked)
	}
	a.DMARC = d.checkDMARC(ctx, ascii, a)
	return a
}

// registrable takes what can be asked of the DNS: no empty label, none over 63 octets.
var registrable = idna.New(idna.MapForLookup(), idna.BidiRule(), idna.StrictDomainName(true), idna.VerifyDNSLength(true))

// orDefault returns a domain in ASCII, if it is one; where none is given, otherwise.
func orDefault(domain, otherwise string) (ascii string, ok bool) {
	if domain == "" {
		return otherwise, true
	}
	ascii, err := registrable.ToASCII(strings.TrimSuffix(domain, "."))
	return ascii, err == nil
}

// records finds the text records of a name that are of one kind.
func (d Domains) records(ctx context.Context, name string, isOne func(text string) bool) ([]string, error) {
	texts, err := d.Resolver.LookupTXT(ctx, name+".")
	var missing *net.DNSError
	if errors.As(err, &missing) && missing.IsNotFound {
		return nil, nil
	}
	return slices.DeleteFunc(texts, func(text string) bool { return !isOne(text) }), err
}

// aligned tells that a domain speaks for the one in From: it is the same, or where the policy is relaxed one of the same
// organisation (RFC 7489 §3.1).
func aligned(domain, from string, strict bool) bool {
	if strings.EqualFold(domain, from) {
		return true
	}
	return !strict && strings.EqualFold(organisation(domain), organisation(from))
}

// organisation is the domain that was registered (RFC 7489 §3.2): "shop.example" of "mail.shop.example".
func organisation(domain string) string {
	registered, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(domain))
	if err != nil {
		return strings.ToLower(domain)
	}
	return registered
}

func good(record string) Proof { return Proof{Status: ProofGood, Record: record} }

func bad(code, domain, name string) Proof {
	return Proof{Status: ProofBad, Reason: &Reason{Code: code, Domain: domain, Name: name}}
}

func unknown(code, domain, name string) Proof {
	return Proof{Status: ProofUnknown, Reason: &Reason{Code: code, Domain: domain, Name: name}}
}

// of is p with the record that it is about.
func (p Proof) of(record string) Proof {
	p.Record = record
	return p
}
