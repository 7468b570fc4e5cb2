package email

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/crmmail/crmmail/email/message"
)

// Envelope is what a transport delivers by (RFC 5321 §2.3.1): the return path and the recipients, Bcc among them.
type Envelope = message.Envelope

// Transport hands a message over. Implementations are safe for concurrent use.
//
// Deliver asks for the bytes (msg.WriteTo) at the last moment, when nothing but the content is left to transmit: the
// library marks the message as sending there. It may ask again, as for a second server, and gets the same bytes.
// Where WriteTo fails, nothing may be delivered, not even the part written so far, and Deliver returns that error.
// Deliver does not return while a WriteTo runs; one that begins later fails.
//
// A nil error means that every recipient of env was accepted, except those whose result in the receipt says otherwise.
// Nobody is taken for accepted without a whole WriteTo.
// An error is for all recipients that the receipt does not name. A *TransportError says whether to try again; any other
// error is tried again where the bytes were not asked for, and is uncertain where they were.
// Where the server refused every recipient, both ways of saying so are fine: results, or a *TransportError.
// Deliver returns soon after ctx ends and tells the truth then as ever: what is not known to have failed is uncertain.
//
// The msg of a Service has further methods, for a transport that announces what it sends: Size() int64 in octets of the
// wire form (RFC 1870), SMTPUTF8() bool (RFC 6531), EightBit() bool (RFC 6152) and EnvelopeID() string, the id by which
// reports name it (RFC 3461).
type Transport interface {
	Deliver(ctx context.Context, env Envelope, msg io.WriterTo) (Receipt, error)
}

// TransportFunc is a Transport of one function.
type TransportFunc func(ctx context.Context, env Envelope, msg io.WriterTo) (Receipt, error)

// Deliver calls f.
func (f TransportFunc) Deliver(ctx context.Context, env Envelope, msg io.WriterTo) (Receipt, error) {
	return f(ctx, env, msg)
}

// SizeLimiter is an optional ability of a Transport: it knows how large a message its server takes (RFC 1870).
type SizeLimiter interface {
	// SizeLimit is in octets of the wire form; 0: no fixed limit, or not known.
	SizeLimit(ctx context.Context) (int64, error)
}

// Receipt is what a transport says of a message it handed over.
type Receipt struct {
	ProviderID string      // the provider's own id of the message; empty: none
	Results    []Recipient // one per recipient that has an answer of its own, in any order, Address as in the envelope
}

// TransportError is a delivery that was not accepted, classified.
type TransportError struct {
	Code      int    // SMTP reply code or 0
	Enhanced  string // enhanced status code (RFC 3463) or empty
	Text      string // what the server said, without addresses where it can be helped
	Temporary bool   // worth another attempt
	Uncertain bool   // the content went out and no answer came; beats Temporary
	Err       error  // the cause; may be nil
}

// Error implements error.
func (e *TransportError) Error() string {
	var b strings.Builder
	b.WriteString("email: transport: ")
	switch {
	case e.Uncertain:
		b.WriteString("uncertain")
	case e.Temporary:
		b.WriteString("refused for now")
	default:
		b.WriteString("refused")
	}
	if e.Code != 0 {
		fmt.Fprintf(&b, ": %d", e.Code)
	}
	if e.Enhanced != "" {
		b.WriteString(" " + e.Enhanced)
	}
	if e.Text != "" {
		b.WriteString(" " + e.Text)
	}
	if e.Err != nil {
		b.WriteString(": " + e.Err.Error())
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// Status is what the error means for a recipient.
func (e *TransportError) Status() RecipientStatus {
	switch {
	case e.Uncertain:
		return RecipientUncertain
	case e.Temporary:
		return RecipientDeferred
	}
	return RecipientRefused
}
