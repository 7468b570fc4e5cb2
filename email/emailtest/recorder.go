package emailtest

import (
	"bytes"
	"context"
	"io"
	"slices"
	"sync"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// Recorder is a transport that keeps what it is given: envelopes and the bytes as they would be on the wire. Faults
// can be injected, and the Require methods look for deliveries with matchers. It is safe for concurrent use.
type Recorder struct {
	mu         sync.Mutex
	attempts   int
	faults     map[int]Fault // by attempt, counted from 1
	refused    map[string]email.TransportError
	sizeLimit  int64
	deliveries []Delivery // without Parsed
}

// Delivery is a message that a Recorder took over, for at least one recipient.
type Delivery struct {
	// Envelope has the recipients that were accepted, those of blind copies among them.
	Envelope email.Envelope
	// Raw is the message on the wire.
	Raw []byte
	// Parsed is what message.Parse reads in Raw; never nil, and empty where there is nothing to read.
	Parsed *message.Parsed
}

var (
	_ email.Transport   = (*Recorder)(nil)
	_ email.SizeLimiter = (*Recorder)(nil)
)

// NewRecorder returns a transport that accepts everything.
func NewRecorder() *Recorder {
	return &Recorder{faults: map[int]Fault{}, refused: map[string]email.TransportError{}}
}

// Deliver implements email.Transport.
func (r *Recorder) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	fault, accepted, refusals := r.begin(env)
	if err := fault.beforeContent(ctx); err != nil {
		return email.Receipt{}, err
	}
	receipt := email.Receipt{Results: refusals}
	if len(accepted.Recipients) == 0 {
		return receipt, nil // nobody wants the bytes
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return receipt, err
	}
	if err := fault.afterContent(ctx); err != nil {
		return receipt, err
	}
	if limit, _ := r.SizeLimit(ctx); limit > 0 && int64(raw.Len()) > limit {
		return receipt, &email.TransportError{Code: 552, Enhanced: "5.3.4", Text: "message too large"}
	}
	r.keep(Delivery{Envelope: accepted, Raw: raw.Bytes()})
	return receipt, fault.reply(ctx)
}

// begin counts the attempt and finds out what happens to it.
func (r *Recorder) begin(env email.Envelope) (fault Fault, accepted email.Envelope, refusals []email.Recipient) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts++
	fault = r.faults[r.attempts]
	delete(r.faults, r.attempts)
	accepted.ReturnPath = env.ReturnPath
	for _, addr := range env.Recipients {
		refusal, refused := r.refused[addr]
		if !refused {
			accepted.Recipients = append(accepted.Recipients, addr)
			continue
		}
		refusals = append(refusals, email.Recipient{Address: addr, Status: refusal.Status(), Code: refusal.Code,
			Enhanced: refusal.Enhanced, Text: refusal.Text})
	}
	return fault, accepted, refusals
}

func (r *Recorder) keep(d Delivery) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.deliveries = append(r.deliveries, d)
}

// Deliveries are the messages taken over so far, oldest first. They are the caller's.
func (r *Recorder) Deliveries() []Delivery {
	r.mu.Lock()
	list := slices.Clone(r.deliveries)
	r.mu.Unlock()
	for i := range list {
		d := &list[i]
		d.Envelope.Recipients = slices.Clone(d.Envelope.Recipients)
		d.Raw = bytes.Clone(d.Raw)
		d.Parsed = parse(d.Raw)
	}
	return list
}

func parse(raw []byte) *message.Parsed {
	parsed, err := message.Parse(bytes.NewReader(raw), message.ParseOptions{})
	if err != nil {
		return &message.Parsed{}
	}
	return parsed
}

// Attempts is how often Deliver was called, faults and refusals included.
func (r *Recorder) Attempts() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.attempts
}

// SizeLimit implements email.SizeLimiter.
func (r *Recorder) SizeLimit(ctx context.Context) (int64, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sizeLimit, ctx.Err()
}

// LimitSize makes the Recorder announce that it takes messages of at most so many octets, and refuse larger ones;
// 0 ends that.
func (r *Recorder) LimitSize(octets int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sizeLimit = octets
}

// Reset forgets everything: deliveries, attempts, faults, refusals and the limit.
func (r *Recorder) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts, r.deliveries, r.sizeLimit = 0, nil, 0
	clear(r.faults)
	clear(r.refused)
}
