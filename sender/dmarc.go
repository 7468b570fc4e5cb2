package sender

import (
	"context"
	"strings"

	"github.com/emersion/go-msgauth/dmarc"
)

// checkDMARC asks for the policy of the domain in From and whether SPF or DKIM, as they were found, fulfil it.
func (d Domains) checkDMARC(ctx context.Context, from string, found Alignment) Proof {
	name, records, err := d.policies(ctx, from)
	switch {
	case err != nil:
		return unknown(CodeDomainNoAnswer, from, name)
	case len(records) == 0:
		return bad(CodeDMARCMissing, from, name)
	}
	record := records[0]
	policy, err := dmarc.Parse(record)
	if err != nil || len(records) > 1 {
		return bad(CodeDMARCInvalid, from, name).of(record)
	}
	spf, dkim := found.SPF.Status, found.DKIM.Status
	if path, _ := orDefault(d.ReturnPath, from); !aligned(path, from, policy.SPFAlignment == dmarc.AlignmentStrict) {
		spf = ProofBad
	}
	if signer, _ := orDefault(d.DKIM.Domain, from); !aligned(signer, from, policy.DKIMAlignment == dmarc.AlignmentStrict) {
		dkim = ProofBad
	}
	switch {
	case spf == ProofGood || dkim == ProofGood:
		return good(record)
	case spf == ProofUnknown || dkim == ProofUnknown:
		return unknown(CodeDMARCUnknown, from, name).of(record)
	}
	return bad(CodeDMARCUnfulfilled, from, name).of(record)
}

// policies finds the records of a domain, or of its organisation (RFC 7489 §6.6.3), and says what was asked for.
func (d Domains) policies(ctx context.Context, from string) (name string, records []string, err error) {
	name = "_dmarc." + from
	records, err = d.records(ctx, name, isDMARC)
	if err != nil || len(records) > 0 || organisation(from) == from {
		return name, records, err
	}
	above := "_dmarc." + organisation(from)
	records, err = d.records(ctx, above, isDMARC)
	return above, records, err
}

func isDMARC(text string) bool {
	version, _, _ := strings.Cut(text, ";")
	return strings.ReplaceAll(version, " ", "") == "v=DMARC1"
}
