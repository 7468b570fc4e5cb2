package email_test

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/foxcpp/go-mockdns"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
)

// countingResolver counts what it is asked.
type countingResolver struct {
	mockdns.Resolver
	asked atomic.Int64
}

func (r *countingResolver) LookupTXT(ctx context.Context, name string) ([]string, error) {
	r.asked.Add(1)
	if name == "slow.example." {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return r.Resolver.LookupTXT(ctx, name)
}

func withDomains(resolver sender.Resolver) func(*email.Config) {
	return func(c *email.Config) {
		c.Domains = &sender.Domains{Servers: []netip.Addr{netip.MustParseAddr("192.0.2.25")}, Resolver: resolver}
	}
}

func shopZones() map[string]mockdns.Zone {
	return map[string]mockdns.Zone{
		"shop.example.":        {TXT: []string{"v=spf1 ip4:192.0.2.25 -all"}},
		"_dmarc.shop.example.": {TXT: []string{"v=DMARC1; p=none"}},
	}
}

func TestFormShowsAlignment(t *testing.T) {
	resolver := &countingResolver{Resolver: mockdns.Resolver{Zones: shopZones()}}
	w := newWorld(t, withDomains(resolver))
	form, err := w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	for _, option := range form.From {
		require.NotNil(t, option.Alignment, option.Choice)
		assert.True(t, option.Alignment.Aligned(), option.Choice)
		assert.Equal(t, sender.CodeDKIMNotAsked, option.Alignment.DKIM.Reason.Code)
	}
	assert.Nil(t, form.From[0].Disabled)

	asked := resolver.asked.Load()
	assert.Less(t, asked, int64(2*len(form.From)), "once a domain")
	_, err = w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	within, err := w.With(func(c *email.Config) { c.Tokens = nil })
	require.NoError(t, err)
	_, err = within.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	w.clock.Advance(9 * time.Minute)
	_, err = w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	assert.Equal(t, asked, resolver.asked.Load(), "remembered")
	w.clock.Advance(2 * time.Minute)
	_, err = w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	assert.Greater(t, resolver.asked.Load(), asked, "not for ever")
}

// A resolver that fails is asked again soon.
func TestAlignmentWithoutAnAnswer(t *testing.T) {
	resolver := &countingResolver{Resolver: mockdns.Resolver{Zones: map[string]mockdns.Zone{
		"shop.example.": {Err: &net.DNSError{IsTemporary: true}},
	}}}
	w := newWorld(t, withDomains(resolver))
	for _, again := range []bool{true, false, true} {
		asked := resolver.asked.Load()
		_, err := w.Senders.Alignment(t.Context(), "shop.example")
		require.NoError(t, err)
		assert.Equal(t, again, resolver.asked.Load() > asked)
		w.clock.Advance(40 * time.Second)
	}
}

func TestAlignmentStopsNothing(t *testing.T) {
	w := newWorld(t, withDomains(&countingResolver{Resolver: mockdns.Resolver{}}))
	form, err := w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	assert.False(t, form.From[0].Alignment.Aligned())
	assert.Nil(t, form.From[0].Disabled)
	w.dispatch(t, w.send(t).ID)
}

func TestAlignmentByAResolverThatPanics(t *testing.T) {
	w := newWorld(t, withDomains(panickingResolver{}))
	form, err := w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	assert.Nil(t, form.From[0].Disabled)
}

type panickingResolver struct{ sender.Resolver }

func (panickingResolver) LookupTXT(context.Context, string) ([]string, error) { panic("bug") }

func TestAlignmentOfOneAddress(t *testing.T) {
	w := newWorld(t, withDomains(&countingResolver{Resolver: mockdns.Resolver{Zones: shopZones()}}))
	found, err := w.Senders.Alignment(t.Context(), "sales@shop.example")
	require.NoError(t, err)
	assert.True(t, found.Aligned())

	_, err = newWorld(t).Senders.Alignment(t.Context(), "sales@shop.example")
	assert.ErrorIs(t, err, email.ErrUnsupported)
}

// An answer that did not come in time is not kept as the truth.
func TestAlignmentThatTakesTooLong(t *testing.T) {
	resolver := &countingResolver{Resolver: mockdns.Resolver{Zones: map[string]mockdns.Zone{
		"slow.example.": {Err: &net.DNSError{IsTemporary: true}},
	}}}
	w := newWorld(t, withDomains(resolver))
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	found, err := w.Senders.Alignment(ctx, "slow.example")
	require.NoError(t, err)
	assert.Equal(t, sender.ProofUnknown, found.SPF.Status)
	asked := resolver.asked.Load()
	ctx, stop = context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer stop()
	_, err = w.Senders.Alignment(ctx, "slow.example")
	require.NoError(t, err)
	assert.Greater(t, resolver.asked.Load(), asked)
}
