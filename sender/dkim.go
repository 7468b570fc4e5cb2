package sender

import (
	"bytes"
	"context"
	"encoding/base64"
	"strings"
)

// checkDKIM asks whether the key that our signatures name is published.
func (d Domains) checkDKIM(ctx context.Context, domain string) Proof {
	if d.DKIM.Selector == "" {
		return unknown(CodeDKIMNotAsked, domain, "")
	}
	name := d.DKIM.Selector + "._domainkey." + domain
	records, err := d.records(ctx, name, func(text string) bool { return tag(text, "p") != nil })
	switch {
	case err != nil:
		return unknown(CodeDomainNoAnswer, domain, name)
	case len(records) == 0:
		return bad(CodeDKIMMissing, domain, name)
	}
	record := records[0]
	published := strings.Join(strings.Fields(*tag(record, "p")), "")
	if published == "" {
		return bad(CodeDKIMRevoked, domain, name).of(record)
	}
	key, err := base64.StdEncoding.DecodeString(published)
	if err != nil || (d.DKIM.PublicKey != nil && !bytes.Equal(key, d.DKIM.PublicKey)) {
		return bad(CodeDKIMOtherKey, domain, name).of(record)
	}
	return good(record)
}

// tag is the value of a tag in a list of them, as "p" in "v=DKIM1; k=rsa; p=MIIB…" (RFC 6376 §3.2); nil: it is not there.
func tag(list, name string) *string {
	for one := range strings.SplitSeq(list, ";") {
		key, value, ok := strings.Cut(one, "=")
		if value = strings.TrimSpace(value); ok && strings.TrimSpace(key) == name {
			return &value
		}
	}
	return nil
}
