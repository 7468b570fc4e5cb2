package emailtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// SaveIdentity keeps an identity of the kind User, Store or Additional, in place of the one with the same id if there
// is one. Additional addresses are listed in the order in which they were first saved.
func (s *Store) SaveIdentity(ctx context.Context, kind sender.Kind, identity sender.Identity) error {
	switch {
	case kind != sender.User && kind != sender.Store && kind != sender.Additional:
		return fmt.Errorf("emailtest: identities of the kind %q are not kept", kind)
	case identity.ID == "":
		return errors.New("emailtest: an identity without an id")
	}
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	if kind == sender.Additional && !slices.Contains(s.additional, identity.ID) {
		s.additional = append(s.additional, identity.ID)
	}
	s.identities[sender.Ref{Kind: kind, ID: identity.ID}] = identity
	return nil
}

// UserIdentity implements sender.Directory.
func (s *Store) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	return s.identity(ctx, sender.Ref{Kind: sender.User, ID: id})
}

// StoreIdentity implements sender.Directory.
func (s *Store) StoreIdentity(ctx context.Context, id string) (sender.Identity, error) {
	return s.identity(ctx, sender.Ref{Kind: sender.Store, ID: id})
}

func (s *Store) identity(ctx context.Context, ref sender.Ref) (sender.Identity, error) {
	if err := s.lock(ctx); err != nil {
		return sender.Identity{}, err
	}
	defer s.mu.Unlock()
	identity, ok := s.identities[ref]
	if !ok {
		return sender.Identity{}, fmt.Errorf("%s: %w", ref.Kind, sender.ErrNotFound)
	}
	return identity, nil
}

// AdditionalIdentities implements sender.Directory.
func (s *Store) AdditionalIdentities(ctx context.Context) ([]sender.Identity, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	list := make([]sender.Identity, len(s.additional))
	for i, id := range s.additional {
		list[i] = s.identities[sender.Ref{Kind: sender.Additional, ID: id}]
	}
	return list, nil
}

// ConfirmIdentity implements sender.Editor.
func (s *Store) ConfirmIdentity(ctx context.Context, ref sender.Ref, address string, at time.Time) error {
	return s.edit(ctx, ref, func(identity *sender.Identity) error {
		if !sender.SameAddress(identity.Mailbox.Address, address) {
			return sender.ErrAddressChanged
		}
		identity.ConfirmedAt = at
		return nil
	})
}

// AllowIdentity implements sender.Editor.
func (s *Store) AllowIdentity(ctx context.Context, ref sender.Ref, allowed bool) error {
	return s.edit(ctx, ref, func(identity *sender.Identity) error {
		identity.Allowed = allowed
		return nil
	})
}

func (s *Store) edit(ctx context.Context, ref sender.Ref, change func(*sender.Identity) error) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	identity, ok := s.identities[ref]
	if !ok {
		return fmt.Errorf("%s: %w", ref.Kind, sender.ErrNotFound)
	}
	if err := change(&identity); err != nil {
		return err
	}
	s.identities[ref] = identity
	return nil
}

// PutToken implements sender.Tokens.
func (s *Store) PutToken(ctx context.Context, token sender.Token) error {
	if err := s.lock(ctx); err != nil {
		return err
	}
	defer s.mu.Unlock()
	s.tokens[token.Hash] = token
	return nil
}

// TakeToken implements sender.Tokens; taken tokens are remembered for ever.
func (s *Store) TakeToken(ctx context.Context, hash string) (sender.Token, error) {
	if err := s.lock(ctx); err != nil {
		return sender.Token{}, err
	}
	defer s.mu.Unlock()
	if s.taken[hash] {
		return sender.Token{}, sender.ErrTokenUsed
	}
	token, ok := s.tokens[hash]
	if !ok {
		return sender.Token{}, sender.ErrTokenUnknown
	}
	delete(s.tokens, hash)
	s.taken[hash] = true
	return token, nil
}
