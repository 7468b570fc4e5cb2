package smtp

import (
	"context"
	"fmt"

	"github.com/crmmail/crmmail/email"
)

// content sends the message and reads what the server says of it.
func (x *transaction) content(ctx context.Context) (email.Receipt, error) {
	x.contentSent = true
	x.conn.broken = true // until the end: no one else may go on from within a content
	d := dotWriter{w: x.conn.w}
	_, err := x.msg.WriteTo(&d)
	if err == nil && d.err == nil && ctx.Err() == nil {
		d.end()
	}
	switch {
	case d.err != nil:
		return x.receipt(), x.cut(ctx, d.err)
	case err != nil:
		return x.receipt(), err
	case ctx.Err() != nil:
		return x.receipt(), broken(stageContent, ctx.Err())
	}
	if err := x.conn.w.Flush(); err != nil {
		return x.receipt(), unknown(cause(ctx, err))
	}
	r, err := x.conn.reply(x.conn.config.EndTimeout)
	if err != nil {
		return x.receipt(), unknown(cause(ctx, err))
	}
	return x.end(r)
}

// cut is a connection that failed within the content. The server may have said why before it closed.
func (x *transaction) cut(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		if r, lost := x.conn.reply(lastWordTimeout); lost == nil && r.class() >= 4 {
			return refusal(stageContent, r)
		}
	}
	return broken(stageContent, cause(ctx, err))
}

// end takes in the reply to the whole message.
func (x *transaction) end(r reply) (email.Receipt, error) {
	switch r.class() {
	case 2:
		x.conn.broken = false
	case 4, 5:
		x.conn.broken = r.code == 421
		return x.receipt(), refusal(stageEnd, r)
	default:
		return x.receipt(), unknown(fmt.Errorf("%w: %d out of place", errReply, r.code))
	}
	enhanced, text, now := r.enhanced(), r.text(), x.now()
	for i := range x.results {
		if result := &x.results[i]; result.Status == email.RecipientAccepted {
			result.Code, result.Enhanced, result.Text, result.At = r.code, enhanced, text, now
		}
	}
	return email.Receipt{ProviderID: r.providerID(), Results: x.results}, nil
}
