package emailtest_test

import (
	"context"
	"sync"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

func wireOf(ctx context.Context, s email.Store, id string) (*message.Wire, error) {
	return s.(email.WireKeeper).Wire(ctx, id)
}

var wireMutants = []mutant{
	{"forgets-wires-that-were-sent", onStore(always(brokenStore{wire: func(ctx context.Context, s email.Store, id string) (*message.Wire, error) {
		if m, err := s.Message(ctx, id); err != nil || m.State == email.StateSent {
			return nil, email.ErrNotFound
		}
		return wireOf(ctx, s, id)
	}})), []string{"Wire returns the wire form that was kept"}},
	{"shares-wires", onStore(func() brokenStore {
		var mu sync.Mutex
		shared := map[string]*message.Wire{}
		return brokenStore{wire: func(ctx context.Context, s email.Store, id string) (*message.Wire, error) {
			mu.Lock()
			defer mu.Unlock()
			wire, err := wireOf(ctx, s, id)
			if err != nil {
				return nil, err
			}
			if shared[id] == nil {
				shared[id] = wire
			}
			return shared[id], nil
		}}
	}), []string{"Wire returns the caller's own"}},
	{"tells-one-wire-of-all", onStore(func() brokenStore {
		var mu sync.Mutex
		var first *message.Wire
		return brokenStore{wire: func(ctx context.Context, s email.Store, id string) (*message.Wire, error) {
			mu.Lock()
			defer mu.Unlock()
			wire, err := wireOf(ctx, s, id)
			if first == nil {
				first = wire
			}
			return first, err
		}}
	}), []string{"Wire returns that of the message"}},
	{"tells-no-wire-without-error", onStore(always(brokenStore{wire: func(ctx context.Context, s email.Store, id string) (*message.Wire, error) {
		wire, err := wireOf(ctx, s, id)
		if wire == nil && ctx.Err() == nil {
			err = nil
		}
		return wire, err
	}})), []string{"Wire of a message without one"}},
	{"tells-wires-outside-contexts", onStore(always(brokenStore{wire: func(ctx context.Context, s email.Store, id string) (*message.Wire, error) {
		return wireOf(context.WithoutCancel(ctx), s, id)
	}})), []string{"Wire after the context's end"}},
}
