package smtp

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
)

// restFor is how long a transport that failed is tried after the others.
const restFor = time.Minute

// Failover is a transport over several, as a relay and its stand-in. Each message goes to the first; where that takes it
// for nobody and says that another attempt is worth it, the next one gets it at once, and so on. Where anybody may have
// got the message, where it was refused for good, and where it could not be read, nobody else is asked. A transport that
// failed is tried last for a minute. The last one's error is returned; the others' are in its chain.
//
// It implements email.SizeLimiter by the smallest limit of those that know theirs. It is safe for concurrent use where
// its transports are. It does not close them. Without transports every delivery fails for good.
func Failover(transports ...email.Transport) email.Transport {
	return &failover{transports: slices.Clone(transports), failed: make([]time.Time, len(transports))}
}

type failover struct {
	transports []email.Transport

	mu     sync.Mutex
	failed []time.Time // when each failed last; zero: it works
}

var _ email.SizeLimiter = (*failover)(nil)

func (f *failover) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	if len(f.transports) == 0 {
		return email.Receipt{}, &email.TransportError{Err: errors.New("email/smtp: no transport to fail over to")}
	}
	var receipt email.Receipt // with those whose fate is settled
	var failures []*email.TransportError
	for _, i := range f.order() {
		watched := watch(msg)
		said, err := f.transports[i].Deliver(ctx, env, watched)
		answer := settle(env.Recipients, said, err, watched.asked())
		receipt.ProviderID = said.ProviderID
		if ctx.Err() == nil {
			f.note(i, answer.goOn && isDown(answer.err))
		}
		if !answer.goOn || ctx.Err() != nil {
			receipt.Results = append(receipt.Results, said.Results...)
			return receipt, chain(err, failures)
		}
		receipt.Results = append(receipt.Results, answer.settled...)
		failures = append(failures, answer.err)
		env.Recipients = answer.open
	}
	last := len(failures) - 1
	return receipt, chain(failures[last], failures[:last])
}

// order is the transports that work, then those that failed of late.
func (f *failover) order() (order []int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var resting []int
	for i, at := range f.failed {
		if !at.IsZero() && time.Since(at) < restFor {
			resting = append(resting, i)
		} else {
			order = append(order, i)
		}
	}
	return append(order, resting...)
}

func (f *failover) note(i int, failed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.failed[i] = time.Time{}
	if failed {
		f.failed[i] = time.Now()
	}
}

// isDown tells that the transport as a whole does not work, as far as its error shows.
func isDown(err *email.TransportError) bool {
	return err.Code == 0 && !errors.Is(err, ErrRate) || err.Code == 421 || errors.Is(err, ErrAuth)
}

// SizeLimit implements email.SizeLimiter.
func (f *failover) SizeLimit(ctx context.Context) (int64, error) {
	var smallest int64
	var failures []error
	answered := false
	for _, transport := range f.transports {
		limiter, ok := transport.(email.SizeLimiter)
		if !ok {
			continue
		}
		limit, err := limiter.SizeLimit(ctx)
		if err != nil {
			failures = append(failures, err)
			continue
		}
		answered = true
		if limit > 0 && (smallest == 0 || limit < smallest) {
			smallest = limit
		}
	}
	if answered {
		return smallest, nil
	}
	return 0, errors.Join(failures...)
}

// answer is what one transport's answer means for going on.
type answer struct {
	goOn    bool
	settled []email.Recipient     // whose fate no other attempt changes
	open    []string              // the others
	err     *email.TransportError // why they are open
}

// settle reads an answer as email.Transport has it. It goes on only where the message was taken for nobody, is uncertain
// for nobody, and is open for somebody.
func settle(recipients []string, said email.Receipt, err error, asked bool) (a answer) {
	rest := &email.TransportError{Temporary: true, Err: err} // what those without a result get
	if err != nil && !errors.As(err, &rest) && asked {
		return answer{} // it is the message's, or uncertain
	}
	for _, addr := range recipients {
		r, named := find(said.Results, addr)
		if !named && err == nil {
			return answer{}
		}
		if !named {
			r = email.Recipient{Address: addr, Status: rest.Status(), Code: rest.Code, Enhanced: rest.Enhanced, Text: rest.Text}
		}
		switch r.Status {
		case email.RecipientRefused:
			a.settled = append(a.settled, r)
		case email.RecipientDeferred:
			a.open = append(a.open, addr)
			if !named {
				a.err = rest
			}
			if a.err == nil {
				a.err = &email.TransportError{Code: r.Code, Enhanced: r.Enhanced, Text: r.Text, Temporary: true}
			}
		default:
			return answer{}
		}
	}
	a.goOn = len(a.open) > 0
	return a
}

func find(results []email.Recipient, addr string) (email.Recipient, bool) {
	for _, r := range results {
		if r.Address == addr && r.Status != email.RecipientPending {
			return r, true
		}
	}
	return email.Recipient{}, false
}

// chain puts what went wrong before behind err, which keeps its class.
func chain(err error, before []*email.TransportError) error {
	var last *email.TransportError
	if len(before) == 0 || !errors.As(err, &last) {
		return err
	}
	causes := []error{last.Err}
	for _, e := range before {
		causes = append(causes, e)
	}
	all := *last
	all.Err = errors.Join(causes...)
	return &all
}
