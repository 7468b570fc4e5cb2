package sender_test

import (
	"context"
	"fmt"
	"net/mail"
	"sync"
	"time"

	"github.com/crmmail/crmmail/sender"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// directory is a host's directory in memory.
type directory struct {
	mu         sync.Mutex
	users      map[string]sender.Identity
	stores     map[string]sender.Identity
	additional []sender.Identity
	err        error // given instead of any answer
}

func (d *directory) UserIdentity(_ context.Context, id string) (sender.Identity, error) {
	return d.get(d.users, id)
}

func (d *directory) StoreIdentity(_ context.Context, id string) (sender.Identity, error) {
	return d.get(d.stores, id)
}

func (d *directory) AdditionalIdentities(context.Context) ([]sender.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]sender.Identity(nil), d.additional...), d.err
}

func (d *directory) get(from map[string]sender.Identity, id string) (sender.Identity, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.err != nil {
		return sender.Identity{}, d.err
	}
	identity, ok := from[id]
	if !ok {
		return sender.Identity{}, fmt.Errorf("host: %q: %w", id, sender.ErrNotFound)
	}
	return identity, nil
}

// editable is a directory whose identities can be confirmed.
type editable struct{ directory }

func (d *editable) ConfirmIdentity(_ context.Context, ref sender.Ref, address string, at time.Time) error {
	return d.change(ref, func(identity *sender.Identity) error {
		if !sender.SameAddress(identity.Mailbox.Address, address) {
			return fmt.Errorf("host: %w", sender.ErrAddressChanged)
		}
		identity.ConfirmedAt = at
		return nil
	})
}

func (d *editable) AllowIdentity(_ context.Context, ref sender.Ref, allowed bool) error {
	return d.change(ref, func(identity *sender.Identity) error {
		identity.Allowed = allowed
		return nil
	})
}

func (d *editable) change(ref sender.Ref, edit func(*sender.Identity) error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if ref.Kind == sender.Additional {
		for i := range d.additional {
			if d.additional[i].ID == ref.ID {
				return edit(&d.additional[i])
			}
		}
		return sender.ErrNotFound
	}
	from := d.users
	if ref.Kind == sender.Store {
		from = d.stores
	}
	identity, ok := from[ref.ID]
	if !ok {
		return sender.ErrNotFound
	}
	if err := edit(&identity); err != nil {
		return err
	}
	from[ref.ID] = identity
	return nil
}

// tokens is a store of tokens; with remember it knows the taken ones.
type tokens struct {
	mu       sync.Mutex
	kept     map[string]sender.Token
	taken    map[string]bool
	remember bool
}

func (s *tokens) PutToken(_ context.Context, token sender.Token) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kept == nil {
		s.kept, s.taken = map[string]sender.Token{}, map[string]bool{}
	}
	s.kept[token.Hash] = token
	return nil
}

func (s *tokens) TakeToken(_ context.Context, hash string) (sender.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token, ok := s.kept[hash]
	switch {
	case ok:
		delete(s.kept, hash)
		s.taken[hash] = true
		return token, nil
	case s.remember && s.taken[hash]:
		return sender.Token{}, fmt.Errorf("host: %w", sender.ErrTokenUsed)
	}
	return sender.Token{}, fmt.Errorf("host: %w", sender.ErrTokenUnknown)
}

// usable is an identity that may be picked.
func usable(id, name, addr string) sender.Identity {
	return sender.Identity{
		ID: id, Mailbox: mail.Address{Name: name, Address: addr}, ConfirmedAt: noon.Add(-time.Hour), Allowed: true,
	}
}
