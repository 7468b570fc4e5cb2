package smtp

import "context"

// StepName names a Step.
type StepName string

// The steps of a delivery. StepDeliver holds the others, in this order; StepConnect holds StepTLS and StepAuth. Those that
// a delivery does not need it does not have.
const (
	StepDeliver  StepName = "deliver"  // Deliver from its beginning to its end
	StepWait     StepName = "wait"     // for the rate limits, and for one of MaxConns
	StepConnect  StepName = "connect"  // dial, greeting, EHLO, and the next two
	StepTLS      StepName = "tls"      // a handshake
	StepAuth     StepName = "auth"     // the credentials
	StepEnvelope StepName = "envelope" // MAIL, each RCPT and DATA
	StepContent  StepName = "content"  // the bytes, and what the server says of them
)

// Step is a part of a delivery that takes time, for a span or a metric. It holds no addresses.
type Step struct {
	Name       StepName
	Server     string // Config.Addr
	Recipients int    // of StepDeliver, StepEnvelope
	Size       int64  // of StepDeliver: octets, where the message tells; else 0
	Reused     bool   // of StepEnvelope: the connection has carried another message before
}

// begin tells Config.Trace of a step; the step ends with done.
func (c *Config) begin(ctx context.Context, step Step) (inner context.Context, done func(error)) {
	if c.Trace == nil {
		return ctx, func(error) {}
	}
	step.Server = c.Addr
	inner, done = c.Trace(ctx, step)
	if inner == nil {
		inner = ctx
	}
	if done == nil {
		done = func(error) {}
	}
	return inner, done
}
