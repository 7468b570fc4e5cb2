package emailtest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// TokensHarness is how TestTokens gets at an implementation.
type TokensHarness struct {
	// Open makes an empty storage and returns two handles on it, as StoreHarness.Open does.
	Open func(t testing.TB) (one, other sender.Tokens)
}

// TestTokens holds an implementation of sender.Tokens to every promise of its contract, each as a subtest with a
// storage of its own.
func TestTokens(t *testing.T, h TokensHarness) {
	hold(t, func(t testing.TB) tokenFixture {
		one, other := h.Open(t)
		return tokenFixture{one, other}
	}, tokenPromises)
}

type tokenFixture struct{ one, other sender.Tokens }

func aToken(hash string, expires time.Time) sender.Token {
	return sender.Token{Hash: hash, Purpose: sender.PurposeConfirm, Ref: sender.Ref{Kind: sender.User, ID: "7"},
		Address: "anna@shop.example", ExpiresAt: expires}
}

var tokenPromises = []promise[tokenFixture]{
	{"TakeToken returns the token as it was put", func(t *testing.T, f tokenFixture) {
		for _, want := range []sender.Token{aToken("aa", suiteTime), aToken("ab", suiteTime.Add(time.Hour)), {
			Hash: "ac", Purpose: "other", Ref: sender.Ref{Kind: sender.Additional, ID: "42"}, Address: "инфо@почта.example", ExpiresAt: suiteTime,
		}} {
			noError(t, f.one.PutToken(context.Background(), want))
			got, err := f.other.TakeToken(context.Background(), want.Hash)
			noError(t, err)
			same(t, "token", want, got)
		}
	}},
	{"TakeToken of an unknown token is ErrTokenUnknown", func(t *testing.T, f tokenFixture) {
		noError(t, f.one.PutToken(context.Background(), aToken("aa", suiteTime)))
		for _, hash := range []string{"ab", "", "a", "AA", "%"} {
			_, err := f.one.TakeToken(context.Background(), hash)
			isError(t, err, sender.ErrTokenUnknown)
		}
	}},
	{"TakeToken gives a token once", func(t *testing.T, f tokenFixture) {
		noError(t, f.one.PutToken(context.Background(), aToken("aa", suiteTime)))
		noError(t, f.one.PutToken(context.Background(), aToken("ab", suiteTime)))
		_, err := f.one.TakeToken(context.Background(), "aa")
		noError(t, err)
		for _, tokens := range []sender.Tokens{f.one, f.other} {
			_, err = tokens.TakeToken(context.Background(), "aa")
			isError(t, err, sender.ErrTokenUnknown) // ErrTokenUsed is one too
		}
		_, err = f.other.TakeToken(context.Background(), "ab")
		noError(t, err)
	}},
	{"TakeToken spends an expired token too", func(t *testing.T, f tokenFixture) {
		want := aToken("aa", suiteTime.AddDate(-30, 0, 0))
		noError(t, f.one.PutToken(context.Background(), want))
		got, err := f.one.TakeToken(context.Background(), "aa")
		if errors.Is(err, sender.ErrTokenUnknown) {
			return // a store may delete expired tokens
		}
		noError(t, err)
		same(t, "token", want, got)
		_, err = f.one.TakeToken(context.Background(), "aa")
		isError(t, err, sender.ErrTokenUnknown)
	}},
	{"TakeToken by many at once gives the token to exactly one", func(t *testing.T, f tokenFixture) {
		for round := range 5 {
			hash := string(rune('a' + round))
			noError(t, f.one.PutToken(context.Background(), aToken(hash, suiteTime)))
			var taken atomic.Int32
			race(8, func(i int) {
				switch _, err := []sender.Tokens{f.one, f.other}[i%2].TakeToken(context.Background(), hash); {
				case err == nil:
					taken.Add(1)
				case !errors.Is(err, sender.ErrTokenUnknown):
					t.Errorf("caller %d: %v", i, err)
				}
			})
			equal(t, "taken", 1, taken.Load())
		}
	}},
	{"PutToken and TakeToken after the context's end change nothing", func(t *testing.T, f tokenFixture) {
		isError(t, f.one.PutToken(ended(), aToken("aa", suiteTime)), context.Canceled)
		_, err := f.other.TakeToken(context.Background(), "aa")
		isError(t, err, sender.ErrTokenUnknown)
		noError(t, f.one.PutToken(context.Background(), aToken("ab", suiteTime)))
		_, err = f.one.TakeToken(ended(), "ab")
		isError(t, err, context.Canceled)
		_, err = f.other.TakeToken(context.Background(), "ab")
		noError(t, err)
	}},
}
