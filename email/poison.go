package email

import "errors"

// errPanicked: a part of the host did not survive the message.
var errPanicked = errors.New("a part of the host panicked")

// A message that does workers harm is parked: it fails, with its reason, and a person may send it again.
const (
	maxPanics = 3 // attempts, the last of which was a panic
	maxLapses = 5 // workers in a row that fell silent with the message, as where each was killed by it
)

// poison says why a message is not touched any more; empty: it may be.
func (d *delivery) poison() string {
	switch {
	case d.job.Wire == nil:
		return "wire-unreadable"
	case d.job.Lapses >= maxLapses:
		return "workers-lost"
	}
	return ""
}
