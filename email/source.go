package email

import (
	"context"
	"fmt"
	"io"
)

// Source is a message octet for octet: as it came, or as it went out or will go, which was fixed when it was queued. A blind
// copy stands in the envelope alone, and so not here. Its WriteTo may be called again; it reads attachments while it
// writes, under ctx.
//
// ErrNotFound where there is no such message, where Config.RawRetention no longer keeps it, and where it never had a wire
// form, as one that a rule was refused. ErrUnsupported of what was sent where Config's Store is no WireKeeper.
func (h HistoryService) Source(ctx context.Context, messageID string) (io.WriterTo, error) {
	msg, err := h.Message(ctx, messageID)
	if err != nil {
		return nil, err
	}
	open := func(id string) (io.ReadCloser, error) { return h.config.Blobs.OpenBlob(ctx, id) }
	if raw := msg.Received; raw != nil && raw.RawID != "" {
		return rawMail(func() (io.ReadCloser, error) { return open(raw.RawID) }), nil
	} else if raw != nil {
		return nil, fmt.Errorf("email: source: %w", ErrNotFound)
	}
	keeper, ok := h.config.Store.(WireKeeper)
	if !ok {
		return nil, fmt.Errorf("email: source: %w", ErrUnsupported)
	}
	wire, err := keeper.Wire(ctx, messageID)
	if err != nil {
		return nil, fmt.Errorf("email: source: %w", err)
	}
	return wire.WriterTo(open), nil
}

// rawMail opens kept octets.
type rawMail func() (io.ReadCloser, error)

// WriteTo implements io.WriterTo.
func (open rawMail) WriteTo(w io.Writer) (int64, error) {
	content, err := open()
	if err != nil {
		return 0, fmt.Errorf("email: source: %w", err)
	}
	defer content.Close()
	return io.Copy(w, content)
}
