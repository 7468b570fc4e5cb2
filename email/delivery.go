package email

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// delivery is one attempt at handing a leased message over. It is also the message that the transport gets: writing it
// marks it as sending first.
type delivery struct {
	service *Service
	job     Job
	owner   string          // of the lease
	ctx     context.Context // of the attempt, for what the transport calls back

	mu         sync.Mutex
	states     []State // where the store may have the message, the last known first
	contentErr error   // why the bytes could not be read
}

// run takes the message to its outcome.
func (d *delivery) run(ctx context.Context) {
	if err := d.service.mayGoOut(ctx, d.job.Message); err != nil {
		d.file(ctx, d.closedGate(err))
		return
	}
	receipt, err := d.handOver(ctx)
	switch {
	case errors.Is(err, errNoLonger): // canceled, or another worker's by now: nothing was handed over
		d.service.config.Logger.InfoContext(ctx, "message let go", "tenant", d.service.config.Tenant, "message", d.job.Message.ID)
	case err != nil && ctx.Err() != nil && !d.begun():
		d.file(ctx, Transition{To: StateQueued}) // released: nothing was handed over
	default:
		d.file(ctx, d.outcome(receipt, err))
	}
}

// mayGoOut asks the gate again, which may have closed since the message was queued: a *RefusedError then.
func (s *Service) mayGoOut(ctx context.Context, msg Message) error {
	if msg.Purpose != Transactional {
		return nil
	}
	err := s.gateOf(ctx, msg)
	if refused, ok := refusal(err); ok {
		return refused
	}
	return err
}

func (s *Service) gateOf(ctx context.Context, msg Message) error {
	if !s.config.GateIdentity {
		return s.gateUser(ctx, msg.ActorID)
	}
	customer, err := s.config.customer(ctx, msg.CustomerID)
	if err != nil {
		return err
	}
	choice, err := sender.ParseChoice(msg.SenderChoice)
	if err != nil {
		return err
	}
	identity, err := sender.Resolve(ctx, s.config.Senders, customer.registration(), choice)
	if err != nil {
		return err
	}
	return sender.Gate(identity)
}

// errNoLonger: the message is not this delivery's to send any more.
var errNoLonger = errors.New("email: the message is no longer this worker's")

var errTimeout = errors.New("email: the delivery took longer than Dispatch.Timeout")

// handOver gives the message to the transport and keeps the lease alive meanwhile.
func (d *delivery) handOver(ctx context.Context) (receipt Receipt, err error) {
	attempt, cancel := context.WithTimeoutCause(ctx, d.service.config.Dispatch.Timeout, errTimeout)
	defer cancel()
	d.ctx = attempt
	stop := d.keepLease(attempt, cancel)
	defer stop()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("email: transport: panic: %v", p)
		}
	}()
	return d.service.config.Transport.Deliver(attempt, d.job.Envelope, d)
}

// Size is in octets of the wire form, for a transport that announces it (RFC 1870).
func (d *delivery) Size() int64 { return d.job.Wire.Size() }

// SMTPUTF8 tells that a header field needs the extension of RFC 6531.
func (d *delivery) SMTPUTF8() bool { return d.job.Wire.SMTPUTF8 }

// EightBit tells that the message is not all ASCII (RFC 6152).
func (d *delivery) EightBit() bool { return d.job.Wire.EightBit }

// WriteTo implements io.WriterTo for the transport.
func (d *delivery) WriteTo(w io.Writer) (int64, error) {
	if err := d.markSending(); err != nil {
		return 0, err
	}
	return d.job.Wire.WriterTo(d.openBlob).WriteTo(w)
}

func (d *delivery) openBlob(id string) (io.ReadCloser, error) {
	content, err := d.service.config.Blobs.OpenBlob(d.ctx, id)
	if err != nil {
		return nil, d.contentFailed(err)
	}
	return &watchedContent{content, d}, nil
}

// watchedContent tells the delivery when it is the content that fails, not the connection.
type watchedContent struct {
	io.ReadCloser
	delivery *delivery
}

func (c *watchedContent) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = c.delivery.contentFailed(err)
	}
	return n, err
}

func (d *delivery) contentFailed(err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.contentErr = err
	return err
}

// begun tells that the message was marked as sending.
func (d *delivery) begun() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.states[0] == StateSending
}

// markSending moves the message from queued to sending, once. Where the store's answer is lost it may have done so;
// the bytes are not written then.
func (d *delivery) markSending() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.states[0] == StateSending {
		return nil
	}
	now := d.service.config.Now()
	err := d.transition(d.ctx, StateQueued, Transition{
		To:         StateSending,
		LeaseUntil: now.Add(d.service.config.Dispatch.Lease),
		Event:      &Event{At: now, Kind: EventSending},
	})
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
	ended.Add(1)
	go func() {
		defer ended.Done()
		ticker := time.NewTicker(d.service.config.Dispatch.Lease / 3)
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
	}()
	return func() { close(done); ended.Wait() }
}

// renewLease is false where the delivery must stop.
func (d *delivery) renewLease(ctx context.Context) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	state := d.states[0]
	until := d.service.config.Now().Add(d.service.config.Dispatch.Lease)
	err := d.transition(ctx, state, Transition{To: state, LeaseUntil: until})
	return state == StateSending || !errors.Is(err, errNoLonger)
}

// file keeps an outcome. What a server has said must not be lost, so it is tried for as long as the lease lasts, also
// when ctx has ended; a worker that was silent for too long may still say what became of an uncertain message.
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
	d.log(ctx, t, err)
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
		log.ErrorContext(ctx, "outcome not filed", "error", err)
	case t.To == StateSent:
		log.InfoContext(ctx, "message sent")
	case t.Event == nil:
		log.InfoContext(ctx, "message released")
	default:
		log.WarnContext(ctx, "message not sent", "detail", t.Event.Detail)
	}
}
