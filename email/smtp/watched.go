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
type watchedBits struct{ *watched }

func (m watchedBits) EightBit() bool {
	eightBit, _ := isEightBit(m.WriterTo)
	return eightBit
}

type watching interface {
	io.WriterTo
	asked() bool
}

func watch(msg io.WriterTo) watching {
	m := &watched{WriterTo: msg}
	if _, told := isEightBit(msg); told {
		return watchedBits{m}
	}
	return m
}

func (m *watched) WriteTo(w io.Writer) (int64, error) {
	m.begun.Store(true)
	return m.WriterTo.WriteTo(w)
}

func (m *watched) asked() bool { return m.begun.Load() }

func (m *watched) Size() int64 { return sizeOf(m.WriterTo) }

func (m *watched) SMTPUTF8() bool { return needsUTF8(m.WriterTo) }

func (m *watched) EnvelopeID() string { return envelopeID(m.WriterTo) }
