package email

import (
	"cmp"
	"context"
	"errors"
	"slices"
)

// errPanicked: a part of the host did not survive the message.
var errPanicked = errors.New("a part of the host panicked")

// A message that does workers harm is parked: it fails, with its reason, and a person may send it again.
const (
	maxPanics = 3 // attempts, the last of which was a panic
	maxLapses = 5 // workers in a row that fell silent with the message, as where each was killed by it

	suspectLapses = 2 // so many, and it is delivered alone
)

// suspect tells of a message that may be what killed its workers.
func (d *delivery) suspect() bool { return d.job.Lapses >= suspectLapses }

// isolate keeps, of what was claimed, a message alone that is suspect, and gives the others back: they are not to fall
// silent with it again.
func (s *stock) isolate(ctx context.Context) {
	worst := slices.MaxFunc(s.leased, func(a, b *delivery) int { return cmp.Compare(a.job.Lapses, b.job.Lapses) })
	if !worst.suspect() {
		return
	}
	s.leased = slices.DeleteFunc(s.leased, func(d *delivery) bool { return d == worst })
	s.release(ctx)
	s.leased = []*delivery{worst}
}

// runAlone delivers a suspect message as soon as nobody else delivers any, unless ctx ends before. The caller holds one slot.
func (s *Service) runAlone(ctx, work context.Context, slots *slots, d *delivery) {
	defer s.config.survive(work)
	stop := d.keepLease(work, func() {})
	for range cap(slots.free) - 1 {
		if !slots.acquire(ctx) {
			break
		}
		defer slots.release()
	}
	stop()
	if ctx.Err() == nil {
		d.run(work)
	} else if err := d.release(work); err != nil {
		s.config.Logger.ErrorContext(work, "release", "tenant", s.config.Tenant, "error", redact(err))
	}
}

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
