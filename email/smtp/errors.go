package smtp

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/crmmail/crmmail/email"
)

// Causes that a caller may branch on; they stand behind a *email.TransportError.
var (
	// ErrAuth: the server refused the credentials (535), asks for some (530), or offers no mechanism to give them. Nothing is wrong
	// with the message, so the error is temporary; a host had better stop sending until a person has looked.
	ErrAuth = errors.New("email/smtp: not authenticated")
	// ErrTLS: the connection could not be encrypted as the policy asks: TLSRequired and no STARTTLS, or a certificate that is
	// not valid for the host of Addr.
	ErrTLS = errors.New("email/smtp: no TLS")
	// ErrRate: the message's turn by Config.Rate or DomainRates would have come after the deadline of its context.
	ErrRate = errors.New("email/smtp: over the rate")
	// ErrClosed: the Transport was closed.
	ErrClosed = errors.New("email/smtp: closed")
)

// stage is where in a session something happened; it is written into causes and logs.
type stage string

const (
	stageWait     stage = "wait"
	stageDial     stage = "dial"
	stageTLS      stage = "TLS"
	stageGreeting stage = "greeting"
	stageHello    stage = "EHLO"
	stageAuth     stage = "AUTH"
	stageMail     stage = "MAIL"
	stageRcpt     stage = "RCPT"
	stageData     stage = "DATA"
	stageContent  stage = "content"
	stageEnd      stage = "end of content"
	stageReset    stage = "RSET"
)

// ofSession tells whether a refusal at this stage concerns the session and not the message.
func (s stage) ofSession() bool {
	switch s {
	case stageMail, stageRcpt, stageData, stageContent, stageEnd:
		return false
	}
	return true
}

// refusal classifies a reply that is not the wished one.
func refusal(at stage, r reply) *email.TransportError {
	e := &email.TransportError{Code: r.code, Enhanced: r.enhanced(), Text: r.text()}
	switch {
	case wantsAuth(at, r.code):
		e.Temporary, e.Err = true, ErrAuth
	case r.class() == 4, at.ofSession():
		e.Temporary = true
	case r.class() == 5:
		// RFC 5321 §4.5.3.1.10: too many recipients was 552 once and still is 5.5.3; the rest may follow later.
		e.Temporary = at == stageRcpt && strings.HasSuffix(e.Enhanced, ".5.3")
	default:
		return broken(at, fmt.Errorf("%w: %d out of place", errReply, r.code))
	}
	return e
}

// wantsAuth knows the replies of RFC 4954 §6: 530 stands at any stage.
func wantsAuth(at stage, code int) bool {
	switch code {
	case 530, 534, 535, 538:
		return true
	}
	return at == stageAuth && code >= 500
}

// broken is a session that failed without a reply, before the final dot.
func broken(at stage, err error) *email.TransportError {
	return &email.TransportError{Temporary: true, Err: fmt.Errorf("email/smtp: %s: %w", at, err)}
}

// unknown is a session that failed after the final dot: whether the message was accepted cannot be known.
func unknown(err error) *email.TransportError {
	return &email.TransportError{Uncertain: true, Err: fmt.Errorf("email/smtp: %s: %w", stageEnd, err)}
}

// cause puts the end of ctx before the error that it made on the connection.
func cause(ctx context.Context, err error) error {
	if ended := ctx.Err(); ended != nil {
		return ended
	}
	return err
}
