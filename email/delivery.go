package email

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// delivery is one attempt at handing a leased message over.
type delivery struct {
	service *Service
	job     Job
	owner   string // of the lease
	began   time.Time
	leftOut []Recipient // of a mass mailing that does not reach them any more

	mu      sync.Mutex
	states  []State   // where the store may have the message, the last known first
	retryAt time.Time // when the message may be claimed again; zero: never
	content content
}

// run takes the message to its outcome. A host's part that panics ends neither the process nor the message.
func (d *delivery) run(ctx context.Context) {
	defer d.service.config.survive(ctx) // what panicked once may do so again; then the lease lapses
	defer func() {
		if p := recover(); p != nil {
			d.service.config.Logger.ErrorContext(ctx, "panic", "tenant", d.service.config.Tenant,
				"message", d.job.Message.ID, "panic", fmt.Sprintf("%T", p))
			d.file(ctx, d.outcome(d.results(Receipt{}, errPanicked), errPanicked))
		}
	}()
	d.began = d.service.config.Now()
	if poison := d.poison(); poison != "" {
		d.file(ctx, d.givenUp(d.allOpen(RecipientDeferred, poison), poison))
		return
	}
	if err := d.mayGoOut(ctx); err != nil {
		d.file(ctx, d.closedGate(ctx, err))
		return
	}
	if again, err := d.takeTurn(ctx); err != nil || !again.IsZero() {
		d.file(ctx, d.notYet(ctx, again, err))
		return
	}
	receipt, err := d.handOver(ctx)
	switch {
	case d.lost(err): // canceled, or another worker's by now: nothing was handed over
		d.service.config.Logger.InfoContext(ctx, "message let go", "tenant", d.service.config.Tenant, "message", d.job.Message.ID)
	case err != nil && ctx.Err() != nil && !d.begun():
		d.file(ctx, Transition{To: StateQueued}) // released: nothing was handed over
	default:
		results := d.results(receipt, err)
		d.suppressGone(ctx, results)
		d.slowDown(ctx, results)
		t := d.outcome(results, err)
		t.ProviderID = receipt.ProviderID
		d.file(ctx, t)
	}
}

// suppressGone remembers addresses that do not exist; where that fails the outcome stands all the same.
func (d *delivery) suppressGone(ctx context.Context, results []Recipient) {
	config := &d.service.config
	defer config.survive(ctx)
	if err := config.suppressGone(context.WithoutCancel(ctx), d.job.Message.ID, results); err != nil {
		config.Logger.ErrorContext(ctx, "address not suppressed", "tenant", config.Tenant, "message", d.job.Message.ID,
			"error", redact(err))
	}
}

// errNoLonger: the message is not this delivery's to send any more.
var errNoLonger = errors.New("email: the message is no longer this worker's")

var errTimeout = errors.New("email: the delivery took longer than Dispatch.Timeout")

// handOver gives the message to the transport and keeps the lease alive meanwhile.
func (d *delivery) handOver(ctx context.Context) (receipt Receipt, err error) {
	attempt, cancel := context.WithTimeoutCause(ctx, d.service.config.Dispatch.Timeout, errTimeout)
	defer cancel()
	stop := d.keepLease(attempt, cancel)
	defer stop()
	d.content.open(attempt, d)
	defer d.content.close()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanicked, p)
		}
	}()
	return d.service.config.Transport.Deliver(attempt, d.job.Envelope, &d.content)
}

// begun tells that the message was marked as sending.
func (d *delivery) begun() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.states[0] == StateSending
}

// lost tells that the message is no longer this delivery's, for certain.
func (d *delivery) lost(err error) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return errors.Is(err, errNoLonger) && len(d.states) == 1
}

// markSending moves the message from queued to sending, once. Where the store's answer is lost it may have done so: the
// bytes are not written then, unless a later call finds out.
func (d *delivery) markSending(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.states[0] == StateSending {
		return nil
	}
	until := d.service.config.Now().Add(d.service.config.Dispatch.Lease)
	err := d.transition(ctx, StateQueued, Transition{
		To:         StateSending,
		LeaseUntil: until,
		Event:      &Event{At: d.service.config.Now(), Kind: EventSending},
	})
	if errors.Is(err, errNoLonger) && len(d.states) > 1 {
		err = d.transition(ctx, StateSending, Transition{To: StateSending, LeaseUntil: until})
	}
	switch {
	case err == nil:
		d.states = []State{StateSending, StateUncertain}
	case !errors.Is(err, errNoLonger):
		d.states = []State{StateQueued, StateSending}
	}
	return err
}

// transition moves the message on; d.mu is held.
func (d *delivery) transition(ctx context.Context, from State, t Transition) error {
	t.MessageID = d.job.Message.ID
	t.From = from
	t.At = d.service.config.Now()
	t.Attempt = &d.job.Message.Attempts
	if from != StateUncertain { // there the lease is gone
		t.Owner = d.owner
	}
	err := d.service.config.Store.Transition(ctx, t)
	if errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound) {
		return fmt.Errorf("%w: %w", errNoLonger, err)
	}
	return err
}

// keepLease renews the lease until stop is called; a delivery that lost it before anything was sent is broken off.
func (d *delivery) keepLease(ctx context.Context, breakOff func()) (stop func()) {
	done := make(chan struct{})
	var ended sync.WaitGroup
	ended.Go(func() {
		defer d.service.config.survive(ctx)
		ticker := time.NewTicker(max(d.service.config.Dispatch.Lease/3, time.Millisecond))
		defer ticker.Stop()
		for {
			select {
			case <-done:
				return
			case <-ticker.C:
				if !d.renewLease(ctx) {
					breakOff()
					return
				}
			}
		}
	})
	return func() { close(done); ended.Wait() }
}

// renewLease is false where the delivery must stop.
func (d *delivery) renewLease(ctx context.Context) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	state := d.states[0]
	until := d.service.config.Now().Add(d.service.config.Dispatch.Lease)
	err := d.transition(ctx, state, Transition{To: state, LeaseUntil: until})
	return state == StateSending || len(d.states) > 1 || !errors.Is(err, errNoLonger)
}

// file keeps an outcome. What a server has said must not be lost, so it is tried for as long as the lease lasts, also
// when ctx has ended; a worker that was silent for too long may still say what became of an uncertain message, as long
// as nobody has sent it again.
func (d *delivery) file(ctx context.Context, t Transition) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.service.config.Dispatch.Lease)
	defer cancel()
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.Event != nil {
		t.Event.At = d.service.config.Now()
	}
	err := d.tryStates(ctx, t)
	for wait := 50 * time.Millisecond; err != nil && !errors.Is(err, errNoLonger) && ctx.Err() == nil; wait *= 2 {
		select {
		case <-time.After(wait):
		case <-ctx.Done():
		}
		err = d.tryStates(ctx, t)
	}
	d.retryAt = d.due(t, err)
	d.log(ctx, t, err)
	if err == nil {
		d.observe(ctx, t)
	}
}

// due is when the message may be claimed again after an outcome was kept, or was not; zero: never.
func (d *delivery) due(t Transition, err error) time.Time {
	switch {
	case err != nil:
		return d.retryAt
	case t.To != StateQueued:
		return time.Time{}
	case t.SendAt.IsZero():
		return d.job.Message.SendAt
	}
	return t.SendAt
}

// tryStates moves the message on from where the store has it.
func (d *delivery) tryStates(ctx context.Context, t Transition) (err error) {
	for _, from := range d.states {
		if err = d.transition(ctx, from, t); !errors.Is(err, errNoLonger) {
			return err
		}
	}
	return err
}

func (d *delivery) log(ctx context.Context, t Transition, err error) {
	log := d.service.config.Logger.With("tenant", d.service.config.Tenant, "message", d.job.Message.ID,
		"attempt", d.job.Message.Attempts, "state", string(t.To))
	switch {
	case err != nil:
		log.ErrorContext(ctx, "outcome not filed", "error", redact(err))
	case t.To == StateSent:
		log.InfoContext(ctx, "message sent")
	case t.Event == nil:
		log.InfoContext(ctx, "message released")
	default:
		log.WarnContext(ctx, "message not sent", "detail", t.Event.Detail)
	}
}
