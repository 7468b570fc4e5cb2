package email

import (
	"math/rand/v2"
	"time"
)

// Backoff is the default of Dispatch.Retry: 1, 5 and 15 minutes, 1 hour, then every 4 hours, each ± 10 %, for two days.
func Backoff(attempt int) (time.Duration, bool) {
	steps := [...]time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	const (
		longest  = 4 * time.Hour
		attempts = len(steps) + int(48*time.Hour/longest)
	)
	if attempt > attempts {
		return 0, false
	}
	wait := longest
	if attempt >= 1 && attempt <= len(steps) {
		wait = steps[attempt-1]
	}
	return wait + time.Duration((rand.Float64()-0.5)*0.2*float64(wait)), true
}
