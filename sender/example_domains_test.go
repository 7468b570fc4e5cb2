package sender_test

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strings"

	"github.com/crmmail/crmmail/sender"
)

// zone answers in place of the DNS.
type zone map[string]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if text, ok := z[strings.TrimSuffix(name, ".")]; ok {
		return []string{text}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, &net.DNSError{Name: name, IsNotFound: true}
}

func (z zone) LookupIPAddr(_ context.Context, host string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{Name: host, IsNotFound: true}
}

func (z zone) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return nil, &net.DNSError{Name: addr, IsNotFound: true}
}

func ExampleDomains() {
	domains := sender.Domains{
		Servers: []netip.Addr{netip.MustParseAddr("192.0.2.7")},
		DKIM:    sender.DKIMKey{Selector: "crm"},
		Resolver: zone{ // without one the DNS is asked
			"shop.example":        "v=spf1 ip4:192.0.2.0/24 -all",
			"_dmarc.shop.example": "v=DMARC1; p=reject",
		},
	}
	found := domains.Check(context.Background(), "sales@shop.example")
	fmt.Println("receivers take it for the domain's own:", found.Aligned())
	fmt.Println("SPF", found.SPF.Status, "| DKIM", found.DKIM.Status, "| DMARC", found.DMARC.Status)
	fmt.Println(found.DKIM.Reason.Text("en"))
	// Output:
	// receivers take it for the domain's own: true
	// SPF good | DKIM bad | DMARC good
	// The DKIM key is not published: there is no record crm._domainkey.shop.example
}
