package emailtest

import (
	"context"

	"github.com/crmmail/crmmail/email"
)

// Fault is something that goes wrong with one delivery of a Recorder. The zero Fault is none.
type Fault struct {
	stage stage
	err   error
}

type stage int

const (
	never stage = iota
	beforeContent
	afterContent
	afterDelivery
	stalled
	stalledReply
)

// FailConnect makes the delivery fail with err before the bytes are asked for, as where no server answers.
func FailConnect(err error) Fault { return Fault{beforeContent, err} }

// FailContent makes the delivery fail with err after the bytes were asked for; nothing is taken over. With an
// *email.TransportError the server refused the content.
func FailContent(err error) Fault { return Fault{afterContent, err} }

// LoseReply takes the message over and then fails with an uncertain *email.TransportError, as where the connection
// breaks after the content.
func LoseReply() Fault {
	return Fault{afterDelivery, &email.TransportError{Text: "the connection was lost after the content", Uncertain: true}}
}

// StallReply takes the message over and then lasts until its context ends: nobody knows whether it was delivered.
func StallReply() Fault { return Fault{stage: stalledReply} }

// Stall makes the delivery last until its context ends; the bytes are not asked for.
func Stall() Fault { return Fault{stage: stalled} }

// Inject makes something go wrong with the nth delivery from now on; 1 is the next one.
func (r *Recorder) Inject(nth int, fault Fault) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.faults[r.attempts+nth] = fault
}

// Refuse refuses one recipient as refusal says, for now or for good, until Accept. The other recipients of a message
// are not touched, and the bytes are not asked for where none is left.
func (r *Recorder) Refuse(addr string, refusal email.TransportError) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.refused[addr] = refusal
}

// Accept ends what Refuse began.
func (r *Recorder) Accept(addr string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.refused, addr)
}

func (f Fault) beforeContent(ctx context.Context) error {
	if f.stage == stalled {
		<-ctx.Done()
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return f.at(beforeContent)
}

// afterContent is the last moment at which a delivery can be given up.
func (f Fault) afterContent(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &email.TransportError{Temporary: true, Err: err}
	}
	return f.at(afterContent)
}

func (f Fault) reply(ctx context.Context) error {
	if f.stage == stalledReply {
		<-ctx.Done()
		return &email.TransportError{Uncertain: true, Err: ctx.Err()}
	}
	return f.at(afterDelivery)
}

func (f Fault) at(s stage) error {
	if f.stage == s {
		return f.err
	}
	return nil
}
