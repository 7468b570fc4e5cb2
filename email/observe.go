package email

import (
	"context"
	"time"
)

// Observer gets figures for a host's metrics. It is called where things happen, by several goroutines at once: it returns
// at once, and a panic of it changes nothing.
type Observer interface {
	Observe(ctx context.Context, o Observation)
}

// ObserverFunc is an Observer of one function.
type ObserverFunc func(ctx context.Context, o Observation)

// Observe calls f.
func (f ObserverFunc) Observe(ctx context.Context, o Observation) { f(ctx, o) }

// Observation is one thing that happened to one message, without addresses, ids and texts. What a kind does not say is
// zero.
type Observation struct {
	Kind    ObservationKind
	Tenant  string
	Purpose Purpose
	Octets  int64 // queued: on the wire

	// Of an attempt, and of what is held back.
	State    State         // where the message stands now
	Attempt  int           // Message.Attempts
	Domain   string        // of the first recipient, lower case, in its ASCII form; there are many of them
	Waited   time.Duration // from Message.SendAt to the beginning of the attempt
	Duration time.Duration // of the attempt
	Code     int           // SMTP reply code of the first recipient who has one
	Enhanced string        // his enhanced status code (RFC 3463)

	MessageKind string            // received: Received.Kind
	Reason      SuppressionReason // suppressed
}

// ObservationKind names what happened.
type ObservationKind string

const (
	ObservedQueued     ObservationKind = "queued"     // a message was kept to be sent
	ObservedAttempt    ObservationKind = "attempt"    // a worker has done with a message, for now or for good
	ObservedHeld       ObservationKind = "held"       // a message waits on because its domain has had enough
	ObservedReceived   ObservationKind = "received"   // an inbound message was filed
	ObservedSuppressed ObservationKind = "suppressed" // an address gets no more mass mailings
)

func (c *Config) observe(ctx context.Context, o Observation) {
	if c.Observer == nil {
		return
	}
	defer c.survive(ctx)
	o.Tenant = c.Tenant
	c.Observer.Observe(ctx, o)
}

func (c *Config) observeQueued(ctx context.Context, queued Queued) {
	c.observe(ctx, Observation{Kind: ObservedQueued, Purpose: queued.Message.Purpose, Octets: queued.Wire.Size()})
}

// observe tells what became of the message by an outcome that was filed.
func (d *delivery) observe(ctx context.Context, t Transition) {
	msg, config := &d.job.Message, &d.service.config
	o := Observation{
		Kind:     ObservedAttempt,
		Purpose:  msg.Purpose,
		State:    t.To,
		Attempt:  msg.Attempts,
		Waited:   max(d.began.Sub(msg.SendAt), 0),
		Duration: config.Now().Sub(d.began),
	}
	if t.To == StateQueued && t.Event == nil && !t.SendAt.IsZero() {
		o.Kind = ObservedHeld
	}
	if len(d.job.Envelope.Recipients) > 0 {
		o.Domain = domainOf(d.job.Envelope.Recipients[0])
	}
	for _, result := range t.Results {
		if result.Code != 0 || result.Enhanced != "" {
			o.Code, o.Enhanced = result.Code, result.Enhanced
			break
		}
	}
	config.observe(ctx, o)
}
