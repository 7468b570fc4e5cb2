package email

import (
	"encoding/base32"
	"encoding/binary"
	"io"
	"time"
)

// idAlphabet keeps the order of the encoded octets and has no letters that look alike (Crockford's base 32, lower case).
var idAlphabet = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// newID makes ids of 26 letters: 48 bits of milliseconds, then 80 random ones, so that ids sort by the time they were made.
func newID(now func() time.Time, random io.Reader) func() string {
	return func() string {
		var raw [16]byte
		var millis [8]byte
		binary.BigEndian.PutUint64(millis[:], uint64(now().UnixMilli()))
		copy(raw[:6], millis[2:])
		if _, err := io.ReadFull(random, raw[6:]); err != nil {
			panic("email: Config.Rand failed: " + err.Error()) // without randomness nothing can be told apart
		}
		return idAlphabet.EncodeToString(raw[:])
	}
}
