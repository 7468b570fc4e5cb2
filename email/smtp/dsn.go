package smtp

import (
	"fmt"
	"io"
	"strings"
)

// DSN asks the server to report what becomes of a message (RFC 3461), to the return path. Where none of the three is set
// it is asked for silence.
type DSN struct {
	Failure bool // a recipient cannot be delivered to
	Delay   bool // it takes longer than usual
	Success bool // it was delivered; some servers only say so of relaying
	Full    bool // a report of failure brings the whole message back, not only its header
}

// maxEnvelopeID is of the ENVID parameter, in octets (RFC 3461 §4.4).
const maxEnvelopeID = 100

// ofMail is what MAIL says further. The id comes back in every report, whatever a provider makes of Message-ID.
func (d *DSN) ofMail(msg io.WriterTo) string {
	params := " RET=HDRS"
	if d.Full {
		params = " RET=FULL"
	}
	if id := xtext(envelopeID(msg)); id != "" && len(id) <= maxEnvelopeID {
		params += " ENVID=" + id
	}
	return params
}

// ofRecipient is what RCPT says further; addr is as in the envelope.
func (d *DSN) ofRecipient(addr string) string {
	var when []string
	for _, on := range []struct {
		asked bool
		name  string
	}{{d.Success, "SUCCESS"}, {d.Failure, "FAILURE"}, {d.Delay, "DELAY"}} {
		if on.asked {
			when = append(when, on.name)
		}
	}
	if len(when) == 0 {
		when = []string{"NEVER"}
	}
	params := " NOTIFY=" + strings.Join(when, ",")
	if original := xtext(addr); original != "" {
		params += " ORCPT=rfc822;" + original
	}
	return params
}

// xtext is RFC 3461 §4; empty for what is not printable ASCII, and so has no place in a parameter.
func xtext(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		switch {
		case c < ' ' || c > '~':
			return ""
		case c == ' ' || c == '+' || c == '=':
			fmt.Fprintf(&b, "+%02X", c)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}
