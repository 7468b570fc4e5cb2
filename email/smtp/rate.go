package smtp

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/idna"
)

// Rate is how many messages may go out in a period; the zero Rate sets no limit. They are spread evenly: of 60 a minute,
// one goes each second.
type Rate struct {
	Messages int
	Per      time.Duration
}

func (r Rate) check() error {
	if r.Messages < 0 || r.Per < 0 || (r.Messages > 0) != (r.Per > 0) {
		return errors.New("a Rate needs both Messages and Per")
	}
	return nil
}

// every is the time between two messages.
func (r Rate) every() time.Duration {
	if r.Messages == 0 {
		return 0
	}
	n := time.Duration(r.Messages)
	return (r.Per + n - 1) / n // rather too slow than too fast
}

// limiter makes deliveries wait for their turn, whichever connection they go over.
type limiter struct {
	mu      sync.Mutex
	all     pace
	rates   map[string]Rate
	domains map[string]*pace
}

// pace is when the next message may go.
type pace struct {
	every time.Duration
	next  time.Time // turn for a message that has not got one
	clear time.Time // when the last one that went is far enough away
}

func (l *limiter) init(config *Config) error {
	if err := config.Rate.check(); err != nil {
		return fmt.Errorf("email/smtp: Config.Rate: %w", err)
	}
	l.all.every = config.Rate.every()
	l.rates, l.domains = map[string]Rate{}, map[string]*pace{}
	for domain, rate := range config.DomainRates {
		if err := rate.check(); err != nil {
			return fmt.Errorf("email/smtp: Config.DomainRates: %w", err)
		}
		l.rates[sameDomain(domain)] = rate
	}
	return nil
}

// wait returns when it is the turn of a message to recipients. The domains come first: a slow one holds up nobody else.
func (l *limiter) wait(ctx context.Context, recipients []string) error {
	for _, p := range l.paces(recipients) {
		if err := l.turn(ctx, p); err != nil {
			return err
		}
	}
	return l.turn(ctx, &l.all)
}

// depart returns when a message whose turn has come may go. That is at once, unless turns went by while there was no
// connection: those who waited for one must not all go together.
func (l *limiter) depart(ctx context.Context, recipients []string) error {
	paces := append(l.paces(recipients), &l.all)
	at, err := l.departure(ctx, paces)
	if err != nil {
		return err
	}
	return sleep(ctx, at)
}

// departure is when a message may go by all of its paces.
func (l *limiter) departure(ctx context.Context, paces []*pace) (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := time.Now()
	for _, p := range paces {
		if p.clear.After(at) {
			at = p.clear
		}
	}
	if deadline, ok := ctx.Deadline(); ok && at.After(deadline) {
		return at, ErrRate
	}
	for _, p := range paces {
		p.clear = at.Add(p.every)
	}
	return at, nil
}

// paces are those of the domains of recipients that have one.
func (l *limiter) paces(recipients []string) (paces []*pace) {
	if len(l.rates) == 0 {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	seen := map[string]bool{}
	for _, addr := range recipients {
		_, domain := splitAddress(addr)
		domain = sameDomain(domain)
		rate, ok := l.rates[domain]
		if !ok {
			rate = l.rates[""]
		}
		if rate.Messages > 0 && !seen[domain] {
			seen[domain] = true
			paces = append(paces, l.pace(domain, rate))
		}
	}
	return paces
}

// maxPaces is how many domains are remembered before those whose turn has come anyway are forgotten.
const maxPaces = 4096

func (l *limiter) pace(domain string, rate Rate) *pace {
	if p := l.domains[domain]; p != nil {
		return p
	}
	if len(l.domains) >= maxPaces {
		now := time.Now()
		for name, p := range l.domains {
			if p.next.Before(now) && p.clear.Before(now) {
				delete(l.domains, name)
			}
		}
	}
	p := &pace{every: rate.every()}
	l.domains[domain] = p
	return p
}

// turn waits for the next place in p. Where it would come after the end of ctx there is no use in waiting.
func (l *limiter) turn(ctx context.Context, p *pace) error {
	if p.every == 0 {
		return ctx.Err()
	}
	at, err := l.reserve(ctx, p)
	if err != nil {
		return err
	}
	return sleep(ctx, at)
}

// sleep returns at a time, or when ctx ends.
func sleep(ctx context.Context, at time.Time) error {
	if !at.After(time.Now()) {
		return ctx.Err()
	}
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (l *limiter) reserve(ctx context.Context, p *pace) (time.Time, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at := p.next
	if now := time.Now(); at.Before(now) {
		at = now
	}
	if deadline, ok := ctx.Deadline(); ok && at.After(deadline) {
		return at, ErrRate
	}
	p.next = at.Add(p.every)
	return at, nil
}

// sameDomain is how domains are compared.
func sameDomain(domain string) string {
	if ascii, err := idna.Lookup.ToASCII(domain); err == nil {
		domain = ascii
	}
	return strings.ToLower(domain)
}
