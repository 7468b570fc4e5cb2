package emailtest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"
)

// Clock is a clock that stands still until it is moved. It is safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock that shows start.
func NewClock(start time.Time) *Clock { return &Clock{now: start} }

// Now is what the clock shows; Clock.Now fits email.Config.Now.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Advance moves the clock by d, which may be negative, and returns what it shows then.
func (c *Clock) Advance(d time.Duration) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	return c.now
}

// IDs returns a maker of ids for email.Config.NewID, "prefix-0001", "prefix-0002" and so on: they sort in the order in
// which they were made. It is safe for concurrent use.
func IDs(prefix string) func() string {
	var mu sync.Mutex
	last := 0
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		last++
		return fmt.Sprintf("%s-%04d", prefix, last)
	}
}

// Rand returns octets that look random and are the same in every run for the same seed, for email.Config.Rand and the
// like in tests. It never fails and is safe for concurrent use.
func Rand(seed uint64) io.Reader {
	var key [32]byte
	for i := range 8 {
		key[i] = byte(seed >> (8 * i))
	}
	return &random{source: rand.NewChaCha8(key)}
}

type random struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func (r *random) Read(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.source.Read(p)
}
