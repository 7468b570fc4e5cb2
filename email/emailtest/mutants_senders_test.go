package emailtest_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
)

// brokenDirectory is the memory store, which changes identities on their way out or edits wrongly.
type brokenDirectory struct {
	*emailtest.Store
	out     func(sender.Identity, error) (sender.Identity, error)
	list    func([]sender.Identity) []sender.Identity
	confirm func(ctx context.Context, s *emailtest.Store, ref sender.Ref, address string, at time.Time) error
	allow   func(ctx context.Context, s *emailtest.Store, ref sender.Ref, allowed bool) error
}

func (b brokenDirectory) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	identity, err := b.Store.UserIdentity(ctx, id)
	if b.out != nil {
		return b.out(identity, err)
	}
	return identity, err
}

func (b brokenDirectory) AdditionalIdentities(ctx context.Context) ([]sender.Identity, error) {
	identities, err := b.Store.AdditionalIdentities(ctx)
	if b.list != nil {
		identities = b.list(identities)
	}
	return identities, err
}

func (b brokenDirectory) ConfirmIdentity(ctx context.Context, ref sender.Ref, address string, at time.Time) error {
	if b.confirm != nil {
		return b.confirm(ctx, b.Store, ref, address, at)
	}
	return b.Store.ConfirmIdentity(ctx, ref, address, at)
}

func (b brokenDirectory) AllowIdentity(ctx context.Context, ref sender.Ref, allowed bool) error {
	if b.allow != nil {
		return b.allow(ctx, b.Store, ref, allowed)
	}
	return b.Store.AllowIdentity(ctx, ref, allowed)
}

func onDirectory(breakIt func() brokenDirectory) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestDirectory(t, emailtest.DirectoryHarness{Open: func(t testing.TB, users, stores, additional []sender.Identity) (one, other sender.Directory) {
			_, other = memoryDirectory.Open(t, users, stores, additional)
			broken := breakIt()
			broken.Store = other.(*emailtest.Store)
			return broken, broken
		}})
	}
}

var directoryMutants = []mutant{
	{"directory-mixes-the-conditions", onDirectory(func() brokenDirectory {
		return brokenDirectory{out: func(identity sender.Identity, err error) (sender.Identity, error) {
			identity.Allowed = !identity.ConfirmedAt.IsZero()
			return identity, err
		}}
	}), []string{"UserIdentity and StoreIdentity return the whole", "AllowIdentity allows and forbids"}},
	{"directory-invents-users", onDirectory(func() brokenDirectory {
		return brokenDirectory{out: func(identity sender.Identity, _ error) (sender.Identity, error) { return identity, nil }}
	}), []string{"UserIdentity and StoreIdentity with an unknown id", "The directory's methods end with the context"}},
	{"directory-sorts", onDirectory(func() brokenDirectory {
		return brokenDirectory{list: func(list []sender.Identity) []sender.Identity {
			slices.Reverse(list)
			return list
		}}
	}), []string{"AdditionalIdentities keep the order"}},
	{"directory-shares-memory", onDirectory(func() brokenDirectory {
		var kept []sender.Identity
		return brokenDirectory{list: func(list []sender.Identity) []sender.Identity {
			if kept == nil {
				kept = list
			}
			return kept
		}}
	}), []string{"AdditionalIdentities are the caller's"}},
	{"directory-confirms-any-address", onDirectory(func() brokenDirectory {
		return brokenDirectory{confirm: func(ctx context.Context, s *emailtest.Store, ref sender.Ref, _ string, at time.Time) error {
			identity, err := s.UserIdentity(ctx, ref.ID)
			if err != nil || ctx.Err() != nil {
				return errors.Join(err, ctx.Err())
			}
			identity.ConfirmedAt = at
			return s.SaveIdentity(ctx, sender.User, identity)
		}}
	}), []string{"ConfirmIdentity of another address", "ConfirmIdentity records the time"}},
	{"directory-confirms-what-it-allows", onDirectory(func() brokenDirectory {
		return brokenDirectory{allow: func(ctx context.Context, s *emailtest.Store, ref sender.Ref, allowed bool) error {
			ctx = context.WithoutCancel(ctx)
			identity, _ := s.UserIdentity(ctx, ref.ID)
			identity.ID, identity.Allowed, identity.ConfirmedAt = ref.ID, allowed, time.Now()
			return s.SaveIdentity(ctx, sender.User, identity)
		}}
	}), []string{"AllowIdentity allows and forbids", "ConfirmIdentity and AllowIdentity of an unknown", "ConfirmIdentity and AllowIdentity after"}},
}

// brokenTokens lets a token be taken as often as anybody likes, or changes it.
type brokenTokens struct {
	sender.Tokens
	again    bool
	change   func(*sender.Token)
	contexts bool // ignored
}

func (b brokenTokens) PutToken(ctx context.Context, token sender.Token) error {
	if b.contexts {
		ctx = context.WithoutCancel(ctx)
	}
	return b.Tokens.PutToken(ctx, token)
}

func (b brokenTokens) TakeToken(ctx context.Context, hash string) (sender.Token, error) {
	if b.contexts {
		ctx = context.WithoutCancel(ctx)
	}
	token, err := b.Tokens.TakeToken(ctx, hash)
	if b.again && errors.Is(err, sender.ErrTokenUsed) {
		return sender.Token{Hash: hash}, nil
	}
	if b.change != nil {
		b.change(&token)
	}
	return token, err
}

func onTokens(broken brokenTokens) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestTokens(t, emailtest.TokensHarness{Open: func(testing.TB) (one, other sender.Tokens) {
			broken.Tokens = emailtest.NewStore()
			return broken, broken
		}})
	}
}

// inventive knows every token.
type inventive struct{ sender.Tokens }

func (i inventive) TakeToken(ctx context.Context, hash string) (sender.Token, error) {
	if token, err := i.Tokens.TakeToken(ctx, hash); err == nil || ctx.Err() != nil {
		return token, err
	}
	return sender.Token{}, nil
}

var tokenMutants = []mutant{
	{"tokens-again", onTokens(brokenTokens{again: true}),
		[]string{"TakeToken gives a token once", "TakeToken by many at once", "TakeToken spends an expired token"}},
	{"tokens-forget-the-kind", onTokens(brokenTokens{change: func(token *sender.Token) { token.Ref.Kind = sender.User }}),
		[]string{"TakeToken returns the token"}},
	{"tokens-ignore-contexts", onTokens(brokenTokens{contexts: true}), []string{"PutToken and TakeToken after"}},
	{"tokens-invented", func(t *testing.T) {
		emailtest.TestTokens(t, emailtest.TokensHarness{Open: func(testing.TB) (one, other sender.Tokens) {
			s := inventive{emailtest.NewStore()}
			return s, s
		}})
	}, []string{"TakeToken of an unknown token"}},
}
