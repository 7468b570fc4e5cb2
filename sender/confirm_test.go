package sender_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/sender"
)

// settings is a settings page: identities that are not confirmed, a store of tokens, a clock.
type settings struct {
	dir    *editable
	tokens *tokens
	now    time.Time
	sender.Confirmations
}

func newSettings() *settings {
	s := &settings{dir: &editable{directory: *newDirectory()}, tokens: &tokens{}, now: noon}
	s.Confirmations = sender.Confirmations{Directory: s.dir, Tokens: s.tokens, TTL: time.Hour, Now: func() time.Time { return s.now }}
	return s
}

func newDirectory() *directory {
	fresh := func(id, addr string) sender.Identity {
		identity := usable(id, "Имя\n"+id, addr)
		identity.ConfirmedAt, identity.Allowed = time.Time{}, false
		return identity
	}
	return &directory{
		users:      map[string]sender.Identity{"u1": fresh("u1", "anna@shop.ru"), "u2": fresh("u2", ""), "u3": fresh("u3", "a@b\r\nBcc: c@d")},
		stores:     map[string]sender.Identity{"s1": fresh("s1", "hello@shop.ru")},
		additional: []sender.Identity{fresh("a1", "info@shop.ru")},
	}
}

var user = sender.Ref{Kind: sender.User, ID: "u1"}

func TestConfirm(t *testing.T) {
	for _, ref := range []sender.Ref{user, {Kind: sender.Store, ID: "s1"}, {Kind: sender.Additional, ID: "a1"}} {
		t.Run(string(ref.Kind), func(t *testing.T) {
			s, ctx := newSettings(), context.Background()
			secret, identity, err := s.Start(ctx, ref)
			require.NoError(t, err)
			assert.Regexp(t, regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`), secret)
			assert.Equal(t, "Имя "+ref.ID, identity.Mailbox.Name)
			assert.Contains(t, identity.Mailbox.Address, "@shop.ru")
			for _, token := range s.tokens.kept {
				assert.Equal(t, sender.PurposeConfirm, token.Purpose)
				assert.Equal(t, ref, token.Ref)
				assert.Equal(t, noon.Add(time.Hour), token.ExpiresAt)
				assert.NotContains(t, token.Hash, secret, "the store holds a hash only")
			}

			got, err := s.Confirm(ctx, secret)
			require.NoError(t, err)
			assert.Equal(t, ref, got)
			confirmed := find(t, s.dir, ref)
			assert.Equal(t, noon, confirmed.ConfirmedAt)
			assert.False(t, confirmed.Allowed, "confirming is not allowing")
			assert.Error(t, sender.Gate(confirmed))
			require.NoError(t, s.dir.AllowIdentity(ctx, ref, true))
			assert.NoError(t, sender.Gate(find(t, s.dir, ref)))
		})
	}
}

func find(t *testing.T, dir *editable, ref sender.Ref) sender.Identity {
	t.Helper()
	switch ref.Kind {
	case sender.Store:
		return dir.stores[ref.ID]
	case sender.Additional:
		return dir.additional[0]
	}
	return dir.users[ref.ID]
}

func TestConfirmRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		between func(*settings, *string) // happens between the letter and the click
		want    error
		code    string
	}{
		"unknown":   {func(_ *settings, secret *string) { *secret = strings.Repeat("A", 43) }, sender.ErrTokenUnknown, sender.CodeTokenUnknown},
		"empty":     {func(_ *settings, secret *string) { *secret = "" }, sender.ErrTokenUnknown, sender.CodeTokenUnknown},
		"very long": {func(_ *settings, secret *string) { *secret = strings.Repeat("A", 1<<20) }, sender.ErrTokenUnknown, sender.CodeTokenUnknown},
		"the hash, not the secret": {func(s *settings, secret *string) {
			for hash := range s.tokens.kept {
				*secret = hash
			}
		}, sender.ErrTokenUnknown, sender.CodeTokenUnknown},
		"used": {func(s *settings, secret *string) { _, _ = s.Confirm(context.Background(), *secret) }, sender.ErrTokenUnknown, sender.CodeTokenUnknown},
		"used, remembered": {func(s *settings, secret *string) {
			s.tokens.remember = true
			_, _ = s.Confirm(context.Background(), *secret)
		}, sender.ErrTokenUsed, sender.CodeTokenUsed},
		"expired to the dot": {func(s *settings, _ *string) { s.now = noon.Add(time.Hour) }, sender.ErrTokenExpired, sender.CodeTokenExpired},
		"address changed": {func(s *settings, _ *string) {
			s.dir.users["u1"] = usable("u1", "", "other@shop.ru")
		}, sender.ErrAddressChanged, sender.CodeAddressChanged},
		"user gone":      {func(s *settings, _ *string) { delete(s.dir.users, "u1") }, sender.ErrAddressChanged, sender.CodeAddressChanged},
		"other purposes": {func(s *settings, _ *string) { s.otherPurpose() }, sender.ErrTokenUnknown, sender.CodeTokenUnknown},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSettings()
			secret, _, err := s.Start(context.Background(), user)
			require.NoError(t, err)
			c.between(s, &secret)
			before := s.dir.users["u1"]
			_, err = s.Confirm(context.Background(), secret)
			require.ErrorIs(t, err, c.want)
			var refusal *sender.ConfirmError
			require.ErrorAs(t, err, &refusal)
			assert.Equal(t, c.code, refusal.Code())
			for _, text := range []string{refusal.Text("ru"), refusal.Text("en"), err.Error()} {
				assert.NotContains(t, text, "@")
				assert.NotContains(t, text, "u1")
			}
			assert.Equal(t, before, s.dir.users["u1"], "nothing is confirmed")
		})
	}
}

func (s *settings) otherPurpose() {
	for hash, token := range s.tokens.kept {
		token.Purpose = "unsubscribe"
		s.tokens.kept[hash] = token
	}
}

func TestConfirmJustInTimeAndInAnotherCase(t *testing.T) {
	s := newSettings()
	secret, _, err := s.Start(context.Background(), user)
	require.NoError(t, err)
	s.now = noon.Add(time.Hour - time.Nanosecond)
	identity := s.dir.users["u1"]
	identity.Mailbox.Address = "anna@SHOP.ru"
	s.dir.users["u1"] = identity
	_, err = s.Confirm(context.Background(), secret)
	assert.NoError(t, err)
}

func TestExpiredSecretIsSpent(t *testing.T) {
	s := newSettings()
	secret, _, err := s.Start(context.Background(), user)
	require.NoError(t, err)
	s.now = noon.Add(2 * time.Hour)
	_, err = s.Confirm(context.Background(), secret)
	require.ErrorIs(t, err, sender.ErrTokenExpired)
	s.now = noon // a clock set back does not revive it
	_, err = s.Confirm(context.Background(), secret)
	require.ErrorIs(t, err, sender.ErrTokenUnknown)
}

func TestTwoConfirmsOneWins(t *testing.T) {
	for range 50 {
		s := newSettings()
		secret, _, err := s.Start(context.Background(), user)
		require.NoError(t, err)
		var won, lost atomic.Int32
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				_, err := s.Confirm(context.Background(), secret)
				switch {
				case err == nil:
					won.Add(1)
				case errors.Is(err, sender.ErrTokenUnknown):
					lost.Add(1)
				}
			})
		}
		group.Wait()
		require.EqualValues(t, 1, won.Load())
		require.EqualValues(t, 3, lost.Load())
	}
}

func TestStartRefuses(t *testing.T) {
	s := newSettings()
	for name, c := range map[string]struct {
		ref  sender.Ref
		code string // empty: ErrNotFound
	}{
		"no address":        {sender.Ref{Kind: sender.User, ID: "u2"}, sender.CodeNoAddress},
		"injecting address": {sender.Ref{Kind: sender.User, ID: "u3"}, sender.CodeBadAddress},
		"unknown user":      {sender.Ref{Kind: sender.User, ID: "u9"}, ""},
		"unknown extra":     {sender.Ref{Kind: sender.Additional, ID: "a9"}, ""},
		"a manager":         {sender.Ref{Kind: sender.Manager, ID: "u1"}, ""},
		"zero":              {sender.Ref{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			secret, identity, err := s.Start(context.Background(), c.ref)
			assert.Empty(t, secret)
			assert.Empty(t, identity)
			if c.code == "" {
				assert.ErrorIs(t, err, sender.ErrNotFound)
				return
			}
			var refused *sender.RefusedError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, c.code, refused.Code())
		})
	}
	assert.Empty(t, s.tokens.kept)
}

func TestReadOnlyDirectory(t *testing.T) {
	confirmations := sender.Confirmations{Directory: newDirectory(), Tokens: &tokens{}}
	_, _, err := confirmations.Start(context.Background(), user)
	assert.ErrorIs(t, err, sender.ErrNotEditable)
	_, err = confirmations.Confirm(context.Background(), strings.Repeat("A", 43))
	assert.ErrorIs(t, err, sender.ErrNotEditable)
}

func TestSecretsComeFromRand(t *testing.T) {
	s := newSettings()
	s.Rand = bytes.NewReader(bytes.Repeat([]byte{0xff}, 32))
	secret, _, err := s.Start(context.Background(), user)
	require.NoError(t, err)
	assert.Equal(t, strings.Repeat("_", 42)+"8", secret)
	_, _, err = s.Start(context.Background(), user)
	assert.ErrorIs(t, err, io.EOF, "no randomness, no secret")

	s.Rand = nil
	first, _, err := s.Start(context.Background(), user)
	require.NoError(t, err)
	second, _, err := s.Start(context.Background(), user)
	require.NoError(t, err)
	assert.NotEqual(t, first, second)
}

func TestDefaultsOfConfirmations(t *testing.T) {
	s := newSettings()
	plain := sender.Confirmations{Directory: s.dir, Tokens: s.tokens}
	before := time.Now()
	secret, _, err := plain.Start(context.Background(), user)
	require.NoError(t, err)
	for _, token := range s.tokens.kept {
		assert.WithinDuration(t, before.Add(24*time.Hour), token.ExpiresAt, time.Minute)
	}
	_, err = plain.Confirm(context.Background(), secret)
	require.NoError(t, err)
	assert.False(t, s.dir.users["u1"].ConfirmedAt.Before(before))
}

func TestHostErrorsOfConfirmations(t *testing.T) {
	down := errors.New("database is down")
	s := newSettings()
	secret, _, err := s.Start(context.Background(), user)
	require.NoError(t, err)
	s.dir.err = down
	_, _, err = s.Start(context.Background(), user)
	assert.ErrorIs(t, err, down)
	_, err = s.Confirm(context.Background(), secret)
	assert.ErrorIs(t, err, down)
	assert.NotErrorAs(t, err, new(*sender.ConfirmError))
}
