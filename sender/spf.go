package sender

import (
	"context"
	"strings"

	"blitiri.com.ar/go/spf"
)

// checkSPF asks whether the domain of the return path lets each of our servers send.
func (d Domains) checkSPF(ctx context.Context, domain string) Proof {
	records, err := d.records(ctx, domain, isSPF)
	switch {
	case err != nil:
		return unknown(CodeDomainNoAnswer, domain, domain)
	case len(records) == 0:
		return bad(CodeSPFMissing, domain, domain)
	case len(d.Servers) == 0:
		return unknown(CodeSPFNotAsked, domain, domain).of(records[0])
	}
	for _, server := range d.Servers {
		result, _ := spf.CheckHostWithSender(server.AsSlice(), domain, "postmaster@"+domain,
			spf.WithContext(ctx), spf.WithResolver(d.Resolver))
		switch result {
		case spf.Pass:
		case spf.TempError:
			return unknown(CodeDomainNoAnswer, domain, domain)
		case spf.PermError:
			return bad(CodeSPFInvalid, domain, domain).of(records[0])
		default:
			return bad(CodeSPFRefuses, domain, server.String()).of(records[0])
		}
	}
	return good(records[0])
}

// isSPF tells the record from the others of its name (RFC 7208 §4.5).
func isSPF(text string) bool {
	version, _, _ := strings.Cut(text, " ")
	return strings.EqualFold(version, "v=spf1")
}
