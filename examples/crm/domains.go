package main

import (
	"context"
	"net"
	"net/netip"
	"strings"

	"github.com/crmmail/crmmail/sender"
)

// demoDomains asks a DNS of the demo's own. A CRM leaves Resolver nil and names its servers and its key.
func demoDomains() *sender.Domains {
	return &sender.Domains{
		Servers: []netip.Addr{netip.MustParseAddr("192.0.2.25")},
		DKIM:    sender.DKIMKey{Selector: "crm"},
		Resolver: zone{
			"shop.example":                {"v=spf1 ip4:192.0.2.25 -all"},
			"crm._domainkey.shop.example": {"v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="},
			"_dmarc.shop.example":         {"v=DMARC1; p=quarantine"},
			"partner.example":             {"v=spf1 -all"},
		},
	}
}

// zone is a DNS of text records.
type zone map[string][]string

func (z zone) LookupTXT(_ context.Context, name string) ([]string, error) {
	if records, ok := z[strings.TrimSuffix(name, ".")]; ok {
		return records, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (z zone) LookupIPAddr(_ context.Context, host string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (z zone) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
}
