package email_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

func TestBackoff(t *testing.T) {
	steps := []time.Duration{time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 4 * time.Hour, 4 * time.Hour}
	for i, want := range steps {
		wait, again := email.Backoff(i + 1)
		assert.True(t, again)
		assert.InDelta(t, want, wait, float64(want)/10)
	}
	var total time.Duration
	for attempt := 1; ; attempt++ {
		wait, again := email.Backoff(attempt)
		if !again {
			break
		}
		total += wait
		require.Less(t, attempt, 100)
	}
	assert.InDelta(t, 48*time.Hour, total, float64(6*time.Hour), "about two days in all")
}
