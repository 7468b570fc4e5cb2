package email_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
)

func TestPanickingHost(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Senders = &panicking{Directory: c.Senders} })
	msg := w.send(t)
	w.config.Senders.(*panicking).now = true
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	w.config.Senders.(*panicking).now = false
	w.clock.Advance(2 * time.Minute)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}

// A host's part that panics wherever it is called, again and again, ends neither the process nor Run.
func TestPanickingEverywhere(t *testing.T) {
	for name, panics := range map[string]func(*email.Config){
		"claim":      func(c *email.Config) { c.Store = panickingStore{Store: c.Store, claim: true} },
		"transition": func(c *email.Config) { c.Store = panickingStore{Store: c.Store} },
		"retry":      func(c *email.Config) { c.Dispatch.Retry = func(int) (time.Duration, bool) { panic("bug") } },
		"rate":       func(c *email.Config) { c.Dispatch.Rate = func(string) email.Rate { panic("bug") } },
	} {
		t.Run(name, func(t *testing.T) {
			w, _ := mailings(t, perMinute)
			w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 450, Temporary: true})
			msg := w.send(t)
			broken, err := w.With(panics)
			require.NoError(t, err)
			ctx, stop := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer stop()
			require.NoError(t, broken.Run(ctx))
			w.recorder.Accept("ivan@example.org")
			w.clock.Advance(time.Hour)
			assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
		})
	}
}

type panickingStore struct {
	email.Store
	claim bool
}

func (p panickingStore) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	if p.claim {
		panic("bug")
	}
	return p.Store.Claim(ctx, c)
}

func (p panickingStore) Transition(ctx context.Context, t email.Transition) error {
	if !p.claim {
		panic("bug")
	}
	return p.Store.Transition(ctx, t)
}

type panicking struct {
	sender.Directory
	now bool
}

func (p *panicking) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	if p.now {
		panic("bug")
	}
	return p.Directory.UserIdentity(ctx, id)
}
