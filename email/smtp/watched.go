package smtp

import (
	"io"
	"sync/atomic"
)

// watched is a message that remembers whether it was asked for its bytes. It tells of itself what the message tells.
type watched struct {
	io.WriterTo
	begun atomic.Bool
}

// watchedBits also tells of 8-bit octets, for a message that does: one that does not must not seem to.
type watchedBits struct {
	*watched
	bits interface{ EightBit() bool }
}

func (m watchedBits) EightBit() bool { return m.bits.EightBit() }

type watching interface {
	io.WriterTo
	asked() bool
}

func watch(msg io.WriterTo) watching {
	m := &watched{WriterTo: msg}
	if bits, ok := msg.(interface{ EightBit() bool }); ok {
		return watchedBits{m, bits}
	}
	return m
}

func (m *watched) WriteTo(w io.Writer) (int64, error) {
	m.begun.Store(true)
	return m.WriterTo.WriteTo(w)
}

func (m *watched) asked() bool { return m.begun.Load() }

func (m *watched) Size() int64 { return sizeOf(m.WriterTo) }

func (m *watched) SMTPUTF8() bool {
	inner, ok := m.WriterTo.(interface{ SMTPUTF8() bool })
	return ok && inner.SMTPUTF8()
}

func (m *watched) EnvelopeID() string { return envelopeID(m.WriterTo) }
