package email

import (
	"context"
	"strings"
	"time"
)

// Rate is how much mail may go to one domain. Zero is as fast as it goes.
type Rate struct {
	Messages int           // so many messages
	Per      time.Duration // in that time
	// Burst is how many may go at once after a pause. Mass mailings use half of it, so that a letter need not wait for them;
	// and that half is at least one more than what goes in two of Dispatch.Poll, because workers look for due messages no
	// more often: who comes late to his place must not take the next one's.
	Burst int
}

// Rates keeps the buckets that hold tokens for messages, one bucket a domain, for all processes. Tokens come at their
// rate, and some are saved up while nobody asks. Implementations are safe for concurrent use, also by several processes
// on one storage.
type Rates interface {
	// TakeTurn takes a token out of a bucket and returns the zero time. Where there is none it takes nothing and returns
	// when to come again: the next free place in one of the bucket's two queues, at the end of it, or when the next token
	// comes if that is later. So those who wait come back one by one at the rate. A place is no token: who comes back asks
	// as everybody does. A new bucket is full; and so is one, with nobody in its queues, whose next token would come later than
	// MaxLead after Now and the time in which as many tokens come as are saved up: a clock was wrong that took some.
	TakeTurn(ctx context.Context, t TurnRequest) (again time.Time, err error)
	// DrainTurns empties a bucket until a time, when the next token comes.
	DrainTurns(ctx context.Context, t TurnRequest, until time.Time) error
}

// TurnRequest asks for one token. Times are of the worker's clock: the store uses no other. They may be kept in whole
// microseconds, rounded so that no more goes than the rate allows.
type TurnRequest struct {
	Domain string // lower case, in its ASCII form
	Now    time.Time
	Every  time.Duration // a token comes in that time; more than 0
	Burst  int           // at most so many are saved up; more than 0
	Bulk   bool          // in which queue to wait: that of mass mailings, or that of all others
}

// turnRequest asks for a turn of a domain; false where there is no limit. What is saved up for letters alone is what
// mailings leave, and a mailing that waits while letters use that up waits on.
func (c *Config) turnRequest(domain string, bulk bool) (TurnRequest, bool) {
	if c.Dispatch.Rate == nil {
		return TurnRequest{}, false
	}
	rate := c.Dispatch.Rate(domain)
	if rate.Messages <= 0 || rate.Per <= 0 {
		return TurnRequest{}, false
	}
	n := time.Duration(rate.Messages)
	every := max((rate.Per+n-1)/n, time.Microsecond) // rounded up: no faster than the rate
	burst := max(rate.Burst, 2*(int(2*c.Dispatch.Poll/every)+2))
	if bulk {
		burst /= 2
	}
	return TurnRequest{Domain: domain, Now: c.Now(), Every: every, Burst: burst, Bulk: bulk}, true
}

// takeTurn takes a token of each domain that the message goes to; where one has none it returns when to come again. The tokens
// of the others are used up: they are as good as spent by the time, and a message to several domains is a letter to few, never
// one of a mailing's many.
func (d *delivery) takeTurn(ctx context.Context) (again time.Time, err error) {
	for domain := range d.domains() {
		request, limited := d.service.config.turnRequest(domain, d.job.Message.Purpose == Bulk)
		if !limited {
			continue
		}
		place, err := d.service.config.Rates.TakeTurn(ctx, request)
		if err != nil {
			return time.Time{}, err
		}
		if place.After(again) {
			again = place
		}
	}
	return again, nil
}

// domains are those of the recipients that still wait.
func (d *delivery) domains() map[string]bool {
	domains := map[string]bool{}
	for _, addr := range d.job.Envelope.Recipients {
		domains[domainOf(addr)] = true
	}
	return domains
}

func domainOf(addr string) string {
	key := AddressKey(addr)
	return key[strings.LastIndexByte(key, '@')+1:]
}

// drainTime is how long a domain gets nothing whose server asked us to slow down.
const drainTime = time.Minute

// slowDown empties the buckets of domains whose server has had enough: 421, or 4.7.x (RFC 3463 §3.8). Where that fails the
// outcome stands all the same.
func (d *delivery) slowDown(ctx context.Context, results []Recipient) {
	config := &d.service.config
	defer config.survive(ctx)
	for _, result := range results {
		if result.Code != 421 && !strings.HasPrefix(result.Enhanced, "4.7.") {
			continue
		}
		request, limited := config.turnRequest(domainOf(result.Address), false)
		if !limited {
			continue
		}
		if err := config.Rates.DrainTurns(context.WithoutCancel(ctx), request, request.Now.Add(drainTime)); err != nil {
			config.Logger.ErrorContext(ctx, "rate not lowered", "tenant", config.Tenant, "error", redact(err))
		}
	}
}
