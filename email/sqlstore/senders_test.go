package sqlstore_test

import (
	"context"
	"errors"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func TestWhatIsNotKept(t *testing.T) { onEach(t, testWhatIsNotKept) }

func testWhatIsNotKept(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, newFile(t))
	store := storeOn(t, db, sqlstore.Options{})
	for _, kind := range []sender.Kind{sender.Manager, "", "boss"} {
		assert.Error(t, store.SaveIdentity(ctx, kind, sender.Identity{ID: "1"}), kind)
	}
	assert.Error(t, store.SaveIdentity(ctx, sender.User, sender.Identity{}))
	assert.Error(t, store.SaveTemplate(ctx, template.Template{}))
	assertEmpty(t, db)
}

// What is saved again keeps its place.
func TestOrderOfSaving(t *testing.T) { onEach(t, testOrderOfSaving) }

func testOrderOfSaving(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	for _, id := range []string{"c", "a", "b", "c"} {
		require.NoError(t, store.SaveIdentity(ctx, sender.Additional, sender.Identity{ID: id}))
		require.NoError(t, store.SaveTemplate(ctx, template.Template{ID: id, Event: template.EventCustomer}))
	}
	identities, err := store.AdditionalIdentities(ctx)
	require.NoError(t, err)
	templates, err := store.Templates(ctx, template.EventCustomer)
	require.NoError(t, err)
	for i, id := range []string{"c", "a", "b"} {
		assert.Equal(t, id, identities[i].ID)
		assert.Equal(t, id, templates[i].ID)
	}
}

// While the address of a user changes back and forth, only the one that was confirmed becomes confirmed.
func TestConfirmWhileTheAddressChanges(t *testing.T) { onEach(t, testConfirmWhileTheAddressChanges) }

func testConfirmWhileTheAddressChanges(t *testing.T) {
	ctx := context.Background()
	one, other := pairs(t)(t)
	ref := sender.Ref{Kind: sender.User, ID: "7"}
	user := func(addr string) sender.Identity {
		return sender.Identity{ID: "7", Mailbox: mail.Address{Address: addr}}
	}
	require.NoError(t, one.SaveIdentity(ctx, sender.User, user("a@shop.example")))
	var group sync.WaitGroup
	group.Go(func() {
		for range 40 {
			assert.NoError(t, other.SaveIdentity(ctx, sender.User, user("b@shop.example")))
			identity, err := other.UserIdentity(ctx, "7")
			assert.NoError(t, err)
			assert.Zero(t, identity.ConfirmedAt, "b was never confirmed")
			assert.NoError(t, other.SaveIdentity(ctx, sender.User, user("a@shop.example")))
		}
	})
	group.Go(func() {
		for range 80 {
			if err := one.ConfirmIdentity(ctx, ref, "a@SHOP.example", noon); err != nil {
				assert.ErrorIs(t, err, sender.ErrAddressChanged)
			}
		}
	})
	group.Wait()
	require.NoError(t, one.ConfirmIdentity(ctx, ref, "a@SHOP.example", noon))
	identity, err := other.UserIdentity(ctx, "7")
	require.NoError(t, err)
	assert.Equal(t, noon, identity.ConfirmedAt)
}

// A click on an old link is told what is wrong with it, for a month.
func TestTokensAreRemembered(t *testing.T) { onEach(t, testTokensAreRemembered) }

func testTokensAreRemembered(t *testing.T) {
	ctx := context.Background()
	now := noon
	store := storeOn(t, openDB(t, newFile(t)), sqlstore.Options{Now: func() time.Time { return now }})
	put := func(hash string) {
		require.NoError(t, store.PutToken(ctx, sender.Token{Hash: hash, ExpiresAt: now.Add(time.Hour)}))
	}
	put("taken")
	put("expired")
	_, err := store.TakeToken(ctx, "taken")
	require.NoError(t, err)
	now = now.Add(29 * 24 * time.Hour)
	put("later")
	_, err = store.TakeToken(ctx, "taken")
	require.ErrorIs(t, err, sender.ErrTokenUsed)
	put("taken") // a retry of the first put does not make it good again
	_, err = store.TakeToken(ctx, "taken")
	require.ErrorIs(t, err, sender.ErrTokenUsed)
	now = now.Add(3 * 24 * time.Hour)
	put("last")
	_, err = store.TakeToken(ctx, "expired")
	require.ErrorIs(t, err, sender.ErrTokenUnknown)
	assert.False(t, errors.Is(err, sender.ErrTokenUsed))
}
