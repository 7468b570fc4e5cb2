package sender_test

import (
	"context"
	"encoding/base64"
	"io"
	"log"
	"net"
	"net/netip"
	"testing"

	"github.com/foxcpp/go-mockdns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/sender"
)

var key = []byte("the key that signs")

// zones are a domain where all is well: our server may send, the key and a policy are published.
func zones(change func(map[string]mockdns.Zone)) map[string]mockdns.Zone {
	zones := map[string]mockdns.Zone{
		"shop.example.":                    {TXT: []string{"some other text", "v=spf1 include:_spf.relay.example -all"}},
		"_spf.relay.example.":              {TXT: []string{"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 ~all"}},
		"crm._domainkey.shop.example.":     {TXT: []string{"v=DKIM1; k=rsa; p=" + base64.StdEncoding.EncodeToString(key)}},
		"_dmarc.shop.example.":             {TXT: []string{"v=DMARC1; p=reject; rua=mailto:dmarc@shop.example"}},
		"bounces.relay.example.":           {TXT: []string{"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"}},
		"bounces.shop.example.":            {TXT: []string{"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::/32 -all"}},
		"crm._domainkey.xn--80aa.example.": {TXT: []string{"p=" + base64.StdEncoding.EncodeToString(key)}},
	}
	if change != nil {
		change(zones)
	}
	return zones
}

func domains(zones map[string]mockdns.Zone) sender.Domains {
	return sender.Domains{
		Servers:  []netip.Addr{netip.MustParseAddr("192.0.2.25"), netip.MustParseAddr("2001:db8::25")},
		DKIM:     sender.DKIMKey{Selector: "crm", PublicKey: key},
		Resolver: &mockdns.Resolver{Zones: zones},
	}
}

func txt(name string, texts ...string) func(map[string]mockdns.Zone) {
	return func(zones map[string]mockdns.Zone) { zones[name] = mockdns.Zone{TXT: texts} }
}

func silent(name string) func(map[string]mockdns.Zone) {
	return func(zones map[string]mockdns.Zone) {
		zones[name] = mockdns.Zone{Err: &net.DNSError{Err: "server misbehaving", IsTemporary: true}}
	}
}

func gone(names ...string) func(map[string]mockdns.Zone) {
	return func(zones map[string]mockdns.Zone) {
		for _, name := range names {
			delete(zones, name)
		}
	}
}

func TestAlignment(t *testing.T) {
	const spf, dkim, dmarc = "shop.example.", "crm._domainkey.shop.example.", "_dmarc.shop.example."
	const strict = "v=DMARC1; p=none; aspf=s; adkim=s"
	for _, c := range []struct {
		name             string
		records          func(map[string]mockdns.Zone)
		domains          func(*sender.Domains)
		spf, dkim, dmarc string // codes; empty: good
	}{
		{name: "all is well"},
		{"no SPF", gone(spf), nil, sender.CodeSPFMissing, "", ""},
		{"a text that only looks like SPF", txt(spf, "v=spf10 -all"), nil, sender.CodeSPFMissing, "", ""},
		{"two SPF records", txt(spf, "v=spf1 -all", "v=spf1 +all"), nil, sender.CodeSPFInvalid, "", ""},
		{"SPF that includes itself", txt(spf, "v=spf1 include:shop.example -all"), nil, sender.CodeSPFInvalid, "", ""},
		{"SPF that refuses", txt(spf, "v=spf1 -all"), nil, sender.CodeSPFRefuses, "", ""},
		{"SPF of one server alone", txt(spf, "v=spf1 ip4:192.0.2.25 ~all"), nil, sender.CodeSPFRefuses, "", ""},
		{"SPF by mx", func(z map[string]mockdns.Zone) {
			z[spf] = mockdns.Zone{TXT: []string{"v=spf1 mx -all"}, MX: []net.MX{{Host: "mx.shop.example.", Pref: 10}}}
			z["mx.shop.example."] = mockdns.Zone{A: []string{"192.0.2.25"}, AAAA: []string{"2001:db8::25"}}
		}, nil, "", "", ""},
		{"no answer about SPF", silent(spf), nil, sender.CodeDomainNoAnswer, "", ""},
		{"servers not told", nil, func(d *sender.Domains) { d.Servers = nil }, sender.CodeSPFNotAsked, "", ""},
		{"no key", gone(dkim), nil, "", sender.CodeDKIMMissing, ""},
		{"no key but a text", txt(dkim, "hello"), nil, "", sender.CodeDKIMMissing, ""},
		{"a key taken back", txt(dkim, "v=DKIM1; p="), nil, "", sender.CodeDKIMRevoked, ""},
		{"another key", txt(dkim, "v=DKIM1; p=AAAA"), nil, "", sender.CodeDKIMOtherKey, ""},
		{"no key in it", txt(dkim, "v=DKIM1; p=!"), nil, "", sender.CodeDKIMOtherKey, ""},
		{"any key will do", txt(dkim, "v=DKIM1; p=AA AA"), func(d *sender.Domains) { d.DKIM.PublicKey = nil }, "", "", ""},
		{"not signed", nil, func(d *sender.Domains) { d.DKIM = sender.DKIMKey{} }, "", sender.CodeDKIMNotAsked, ""},
		{"no answer about the key", silent(dkim), nil, "", sender.CodeDomainNoAnswer, ""},
		{"no policy", gone(dmarc), nil, "", "", sender.CodeDMARCMissing},
		{"two policies", txt(dmarc, strict, strict), nil, "", "", sender.CodeDMARCInvalid},
		{"a policy that is none", txt(dmarc, "v=DMARC1; p=maybe"), nil, "", "", sender.CodeDMARCInvalid},
		{"no answer about the policy", silent(dmarc), nil, "", "", sender.CodeDomainNoAnswer},
		{"neither SPF nor DKIM", gone(spf, dkim), nil, sender.CodeSPFMissing, sender.CodeDKIMMissing, sender.CodeDMARCUnfulfilled},
		{"SPF bad, DKIM not known", func(z map[string]mockdns.Zone) { gone(spf)(z); silent(dkim)(z) }, nil,
			sender.CodeSPFMissing, sender.CodeDomainNoAnswer, sender.CodeDMARCUnknown},
		{"return path of another organisation", gone(dkim), func(d *sender.Domains) { d.ReturnPath = "bounces.relay.example" },
			"", sender.CodeDKIMMissing, sender.CodeDMARCUnfulfilled},
		{"return path that is no domain", gone(dkim), func(d *sender.Domains) { d.ReturnPath = "bounces..shop.example" },
			sender.CodeDomainBad, sender.CodeDKIMMissing, sender.CodeDMARCUnfulfilled},
		{"signature of what is no domain", nil, func(d *sender.Domains) { d.ReturnPath, d.DKIM.Domain = "bounces.relay.example", "shop..example" },
			"", sender.CodeDomainBad, sender.CodeDMARCUnfulfilled},
		{"return path below the domain", gone(dkim), func(d *sender.Domains) { d.ReturnPath = "bounces.shop.example." },
			"", sender.CodeDKIMMissing, ""},
		{"return path below the domain, strict", func(z map[string]mockdns.Zone) { gone(dkim)(z); txt(dmarc, strict)(z) },
			func(d *sender.Domains) { d.ReturnPath = "bounces.shop.example" }, "", sender.CodeDKIMMissing, sender.CodeDMARCUnfulfilled},
		{"a signature of another organisation", func(z map[string]mockdns.Zone) {
			gone(spf)(z)
			txt("crm._domainkey.relay.example.", "p="+base64.StdEncoding.EncodeToString(key))(z)
		}, func(d *sender.Domains) { d.DKIM.Domain = "relay.example" }, sender.CodeSPFMissing, "", sender.CodeDMARCUnfulfilled},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := domains(zones(c.records))
			if c.domains != nil {
				c.domains(&d)
			}
			a := d.Check(context.Background(), "anna@Shop.Example")
			assert.Equal(t, "shop.example", a.Domain)
			assert.Equal(t, c.spf, code(t, a.SPF), "SPF")
			assert.Equal(t, c.dkim, code(t, a.DKIM), "DKIM")
			assert.Equal(t, c.dmarc, code(t, a.DMARC), "DMARC")
			assert.Equal(t, c.dmarc == "", a.Aligned())
		})
	}
}

func code(t *testing.T, p sender.Proof) string {
	t.Helper()
	if p.Reason == nil {
		assert.Equal(t, sender.ProofGood, p.Status)
		assert.NotEmpty(t, p.Record)
		return ""
	}
	assert.NotEqual(t, sender.ProofGood, p.Status)
	return p.Reason.Code
}

func TestAlignmentOfASubdomain(t *testing.T) {
	d := domains(zones(nil))
	d.DKIM.Domain = "shop.example"
	a := d.Check(context.Background(), "news.shop.example")
	assert.Equal(t, sender.CodeSPFMissing, code(t, a.SPF))
	assert.True(t, a.Aligned(), "by the organisation's signature and policy")
	assert.Contains(t, a.DMARC.Record, "p=reject")
}

func TestAlignmentOfADomainInItsOwnScript(t *testing.T) {
	a := domains(zones(nil)).Check(context.Background(), "аа.example")
	assert.Equal(t, "xn--80aa.example", a.Domain)
	assert.Empty(t, code(t, a.DKIM))
}

func TestAlignmentOfWhatIsNoDomain(t *testing.T) {
	for _, domain := range []string{"", "shop..example", "a b", "anna@", "-x.example"} {
		a := domains(zones(nil)).Check(context.Background(), domain)
		assert.Equal(t, sender.CodeDomainBad, code(t, a.DMARC), domain)
		assert.False(t, a.Aligned())
	}
}

// The real stub resolver says "not found" and "no answer" as ours in the tests does.
func TestAlignmentOverTheWire(t *testing.T) {
	server, err := mockdns.NewServerWithLogger(zones(silent("_dmarc.shop.example.")), log.New(io.Discard, "", 0), false)
	require.NoError(t, err)
	defer server.Close()
	d := domains(nil)
	d.Resolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		var dialer net.Dialer
		return dialer.DialContext(ctx, network, server.LocalAddr().String())
	}}
	a := d.Check(context.Background(), "shop.example")
	assert.Empty(t, code(t, a.SPF))
	assert.Empty(t, code(t, a.DKIM))
	assert.Equal(t, sender.CodeDomainNoAnswer, code(t, a.DMARC))
	assert.Equal(t, sender.CodeSPFMissing, code(t, d.Check(context.Background(), "nobody.example").SPF))
}
