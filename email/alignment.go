package email

import (
	"context"
	"sync"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// Alignment asks the DNS whether receivers will take mail from an address, or a domain, for that domain's own. Answers are
// kept for ten minutes; where the DNS gave none it is asked again after one. It needs Config.Domains: ErrUnsupported
// otherwise.
func (s SenderService) Alignment(ctx context.Context, address string) (sender.Alignment, error) {
	if s.config.Domains == nil {
		return sender.Alignment{}, ErrUnsupported
	}
	return s.alignments.of(ctx, s.config, address), nil
}

// align tells with each option what the DNS says of its domain, all at once, for no longer than a person waits.
func (s SenderService) align(ctx context.Context, options []sender.Option) {
	if s.config.Domains == nil {
		return
	}
	ctx, stop := context.WithTimeout(ctx, alignmentTimeout)
	defer stop()
	byDomain := map[string][]*sender.Option{}
	for i, option := range options {
		if addr := option.Identity.Mailbox.Address; addr != "" {
			byDomain[domainOf(addr)] = append(byDomain[domainOf(addr)], &options[i])
		}
	}
	var asked sync.WaitGroup
	for domain, of := range byDomain {
		asked.Go(func() {
			defer s.config.survive(ctx)
			found := s.alignments.of(ctx, s.config, domain)
			for _, option := range of {
				one := found
				option.Alignment = &one
			}
		})
	}
	asked.Wait()
}

const (
	alignmentTimeout = 2 * time.Second
	alignmentTTL     = 10 * time.Minute
	noAnswerTTL      = time.Minute
	alignmentsKept   = 1000
)

// alignments remembers what the DNS said of domains.
type alignments struct {
	mu       sync.Mutex
	byDomain map[string]keptAlignment
}

type keptAlignment struct {
	alignment sender.Alignment
	until     time.Time
}

func (a *alignments) of(ctx context.Context, config *Config, address string) sender.Alignment {
	domain := domainOf(address)
	a.mu.Lock()
	kept, ok := a.byDomain[domain]
	a.mu.Unlock()
	if ok && config.Now().Before(kept.until) {
		return kept.alignment
	}
	found := config.Domains.Check(ctx, domain)
	if ctx.Err() == nil || found.Aligned() {
		a.keep(domain, keptAlignment{found, config.Now().Add(ttl(found))})
	}
	return found
}

func (a *alignments) keep(domain string, kept keptAlignment) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.byDomain) >= alignmentsKept || a.byDomain == nil {
		a.byDomain = make(map[string]keptAlignment)
	}
	a.byDomain[domain] = kept
}

// ttl is short where the DNS gave no answer. What it was not asked stays as it is.
func ttl(a sender.Alignment) time.Duration {
	for _, proof := range []sender.Proof{a.SPF, a.DKIM, a.DMARC} {
		if proof.Reason != nil && proof.Reason.Code == sender.CodeDomainNoAnswer {
			return noAnswerTTL
		}
	}
	return alignmentTTL
}
