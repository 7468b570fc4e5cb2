package smtp

import "io"

// What a message may tell of itself, by the optional methods that the package comment lists.

// sizeOf is the size that a message tells, or 0.
func sizeOf(msg io.WriterTo) int64 {
	if m, ok := msg.(interface{ Size() int64 }); ok {
		return m.Size()
	}
	return 0
}

// needsUTF8 says whether a message tells of header fields outside ASCII.
func needsUTF8(msg io.WriterTo) bool {
	m, ok := msg.(interface{ SMTPUTF8() bool })
	return ok && m.SMTPUTF8()
}

// isEightBit says whether a message has octets outside ASCII, and whether it tells that at all.
func isEightBit(msg io.WriterTo) (eightBit, told bool) {
	if m, ok := msg.(interface{ EightBit() bool }); ok {
		return m.EightBit(), true
	}
	return false, false
}

// envelopeID is the id that a message tells, or empty.
func envelopeID(msg io.WriterTo) string {
	if m, ok := msg.(interface{ EnvelopeID() string }); ok {
		return m.EnvelopeID()
	}
	return ""
}
