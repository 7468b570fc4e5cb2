package smtp

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/crmmail/crmmail/email"
)

// maxFlight is how many commands go out before replies are read: few enough that neither side's buffers fill up while
// both write (RFC 2920 §3.1).
const maxFlight = 64

const (
	lastWordTimeout = time.Second      // for what a server may have said before it cut the connection
	resetTimeout    = 10 * time.Second // for RSET, when the outcome is known already
)

// errStale: a session that had served before ended before MAIL was answered.
var errStale = errors.New("the server had closed the session")

// transaction is one message on its way over one session.
type transaction struct {
	conn *conn
	env  email.Envelope
	msg  io.WriterTo
	now  func() time.Time

	mail  string   // the MAIL command
	rcpts []string // recipients as they go on the wire
	dsn   *DSN     // nil: the server is asked for no reports

	answered    bool                  // MAIL got a reply
	mailRefused *email.TransportError // nil where it was accepted
	results     []email.Recipient     // of the recipients that were answered, in the order of env
	accepted    int                   // how many of them were accepted
	refused     *email.TransportError // of those that were not, a temporary one if there is one
	dataRefused *email.TransportError // nil where DATA was not sent, or accepted
	ready       bool                  // DATA was answered by 354
	contentSent bool
}

func (x *transaction) run(ctx context.Context) (email.Receipt, error) {
	if err := x.prepare(); err != nil {
		return email.Receipt{}, err
	}
	if err := x.envelope(ctx); err != nil {
		return x.receipt(), err
	}
	ctx, done := x.conn.config.begin(ctx, Step{Name: StepContent})
	receipt, err := x.content(ctx)
	done(err)
	return receipt, err
}

// envelope goes as far as the server's 354.
func (x *transaction) envelope(ctx context.Context) (err error) {
	reused := x.conn.sent > 0
	x.conn.sent++
	ctx, done := x.conn.config.begin(ctx, Step{Name: StepEnvelope, Recipients: len(x.rcpts), Reused: reused})
	defer func() { done(err) }()
	if err := x.open(ctx, reused); err != nil {
		return err
	}
	if err = x.verdict(); err == nil && x.conn.r.Buffered() > 0 { // a reply to a content that has not been sent
		err = broken(stageData, fmt.Errorf("%w: more than was asked for", errReply))
	}
	if err != nil && x.ready { // the server waits for a content that nobody is to get
		x.conn.broken = true
	}
	return err
}

// open sends the commands in flights and takes in the replies. Its error is the session's.
func (x *transaction) open(ctx context.Context, reused bool) error {
	if reused && x.conn.r.Buffered() > 0 {
		x.conn.broken = true
		return fmt.Errorf("%w: with a reply to nothing", errStale)
	}
	flight := 1
	if x.conn.ext.pipelining {
		flight = maxFlight
	}
	data := len(x.rcpts) + 1
	for next := 0; next <= data; {
		end := min(next+flight, data+1)
		if err := x.fly(ctx, next, end); err != nil {
			if x.settled() { // and then the server hung up
				return nil
			}
			if reused && !x.answered && ctx.Err() == nil && !errors.Is(err, os.ErrDeadlineExceeded) {
				return fmt.Errorf("%w: %w", errStale, err)
			}
			return err
		}
		if x.settled() {
			return nil
		}
		next = end
	}
	return nil
}

// settled tells that the replies so far leave no recipient to send to.
func (x *transaction) settled() bool {
	return x.mailRefused != nil || x.accepted == 0 && len(x.results) == len(x.rcpts)
}

// fly sends the commands from begin to end and reads their replies.
func (x *transaction) fly(ctx context.Context, begin, end int) error {
	for i := begin; i < end; i++ {
		at, line := x.command(i)
		if err := x.conn.write(ctx, at, line); err != nil {
			return err
		}
	}
	at, _ := x.command(begin)
	if err := x.conn.flush(ctx, at); err != nil {
		return err
	}
	for i := begin; i < end; i++ {
		at, _ := x.command(i)
		r, err := x.conn.read(ctx, at, x.conn.config.CommandTimeout)
		if err != nil {
			return err
		}
		if outOfStep(at, r) {
			return x.conn.failed(ctx, at, fmt.Errorf("%w: %d out of place", errReply, r.code))
		}
		x.answer(at, i-1, r)
	}
	return nil
}

// outOfStep tells a reply that cannot be to this command: which ones those after it belong to nobody knows.
func outOfStep(at stage, r reply) bool {
	if at == stageData {
		return r.class() < 4 && r.code != 354
	}
	return r.class() == 3
}

// answer takes in the reply to one command; i is the index of the recipient.
func (x *transaction) answer(at stage, i int, r reply) {
	ok := r.class() < 4
	var refused *email.TransportError
	if !ok {
		refused = refusal(at, r)
	}
	switch at {
	case stageMail:
		x.answered, x.mailRefused = true, refused
	case stageRcpt:
		x.recipient(i, r, refused)
	case stageData:
		x.ready, x.dataRefused = ok, refused
	}
}

func (x *transaction) recipient(i int, r reply, refused *email.TransportError) {
	result := email.Recipient{Address: x.env.Recipients[i], Status: email.RecipientAccepted, At: x.now()}
	if refused == nil {
		x.accepted++
	} else {
		result.Status, result.Code, result.Enhanced, result.Text = refused.Status(), r.code, refused.Enhanced, refused.Text
		if x.refused == nil || refused.Temporary && !x.refused.Temporary {
			x.refused = refused
		}
	}
	x.results = append(x.results, result)
}

// verdict is nil where the content may be sent.
func (x *transaction) verdict() error {
	switch {
	case x.mailRefused != nil:
		x.results = nil // what was said of recipients only says that there was no MAIL
		return x.mailRefused
	case x.accepted == 0:
		return x.refused
	case x.dataRefused != nil:
		return x.dataRefused
	}
	return nil
}

// receipt names the recipients that were refused by themselves: the fate of the others is the error's.
func (x *transaction) receipt() email.Receipt {
	var refused []email.Recipient
	for _, r := range x.results {
		if r.Status != email.RecipientAccepted {
			refused = append(refused, r)
		}
	}
	return email.Receipt{Results: refused}
}

// reset takes back a MAIL that led to nothing.
func (x *transaction) reset(ctx context.Context) {
	if !x.answered || x.contentSent {
		return
	}
	timeout := min(resetTimeout, x.conn.config.CommandTimeout)
	if x.conn.write(ctx, stageReset, "RSET") != nil || x.conn.flush(ctx, stageReset) != nil {
		return
	}
	if r, err := x.conn.read(ctx, stageReset, timeout); err != nil || r.class() != 2 {
		x.conn.broken = true
	}
}
