package message

import (
	"io"
	"net/mail"
)

// Archive is the form for a mailbox of one's own: the wire form with a Bcc field on top, so that people see who
// got a blind copy. It is no Wire, so that it cannot be queued by mistake; never give it to a transport.
// open is that of Wire.WriterTo. An invalid address is a *FieldError.
func Archive(w *Wire, bcc []mail.Address, open func(key string) (io.ReadCloser, error)) (io.WriterTo, error) {
	var h header
	h.mailboxes("Bcc", bcc...)
	if h.err != nil {
		return nil, h.err
	}
	archived := &Wire{Segments: append([]Segment{{Bytes: h.buf}}, w.Segments...)}
	return archived.WriterTo(open), nil
}
