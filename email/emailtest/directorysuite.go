package emailtest

import (
	"context"
	"net/mail"
	"testing"
	"time"

	"github.com/crmmail/crmmail/sender"
)

// DirectoryHarness is how TestDirectory gets at an implementation.
type DirectoryHarness struct {
	// Open makes a storage that holds just these identities, the additional ones in this order, and returns two
	// handles on it, as StoreHarness.Open does. Their ids are small decimal numbers, and those of one kind occur in
	// another. An implementation that is no sender.Editor is not asked to edit any.
	Open func(t testing.TB, users, stores, additional []sender.Identity) (one, other sender.Directory)
}

// TestDirectory holds an implementation of sender.Directory, and of sender.Editor where it is one, to every promise of
// their contracts, each as a subtest with a storage of its own.
func TestDirectory(t *testing.T, h DirectoryHarness) {
	open := func(t testing.TB) directoryFixture {
		f := suiteIdentities()
		f.one, f.other = h.Open(t, f.users, f.stores, f.additional)
		return f
	}
	hold(t, open, directoryPromises)
	if one, _ := h.Open(t, nil, nil, nil); is[sender.Editor](one) {
		hold(t, open, editorPromises)
	}
}

type directoryFixture struct {
	one, other                sender.Directory
	users, stores, additional []sender.Identity
}

func suiteIdentities() directoryFixture {
	identity := func(id, name, addr string, confirmed, allowed bool) sender.Identity {
		i := sender.Identity{ID: id, Mailbox: mail.Address{Name: name, Address: addr}, Allowed: allowed}
		if confirmed {
			i.ConfirmedAt = suiteTime
		}
		return i
	}
	return directoryFixture{
		users: []sender.Identity{
			identity("7", "Анна \"Ё\"", "anna@shop.example", true, true),
			identity("8", "Борис", "boris@shop.example", false, true),
			identity("9", "Вера", "", false, false),
		},
		stores:     []sender.Identity{identity("7", "Магазин", "store@shop.example", true, false)},
		additional: []sender.Identity{identity("12", "Скидки", "sale@shop.example", true, true), identity("7", "", "info@shop.example", false, false)},
	}
}

var directoryPromises = []promise[directoryFixture]{
	{"UserIdentity and StoreIdentity return the whole identity", func(t *testing.T, f directoryFixture) {
		for _, want := range f.users {
			got, err := f.other.UserIdentity(context.Background(), want.ID)
			noError(t, err)
			same(t, "user", want, got)
		}
		for _, want := range f.stores {
			got, err := f.other.StoreIdentity(context.Background(), want.ID)
			noError(t, err)
			same(t, "store", want, got)
		}
	}},
	{"UserIdentity and StoreIdentity with an unknown id are ErrNotFound", func(t *testing.T, f directoryFixture) {
		for _, id := range []string{"999", "", "nobody", "12"} {
			_, err := f.one.UserIdentity(context.Background(), id)
			isError(t, err, sender.ErrNotFound)
			_, err = f.one.StoreIdentity(context.Background(), id)
			isError(t, err, sender.ErrNotFound)
		}
	}},
	{"AdditionalIdentities keep the order of the settings", func(t *testing.T, f directoryFixture) {
		got, err := f.other.AdditionalIdentities(context.Background())
		noError(t, err)
		same(t, "additional", f.additional, got)
	}},
	{"AdditionalIdentities are the caller's", func(t *testing.T, f directoryFixture) {
		mine, err := f.one.AdditionalIdentities(context.Background())
		noError(t, err)
		same(t, "additional", f.additional, mine)
		mine[0].Allowed, mine[0].Mailbox.Address = false, "evil@evil.example"
		again, err := f.one.AdditionalIdentities(context.Background())
		noError(t, err)
		same(t, "additional", f.additional, again)
	}},
	{"The directory's methods end with the context", func(t *testing.T, f directoryFixture) {
		_, err := f.one.UserIdentity(ended(), "7")
		isError(t, err, context.Canceled)
		_, err = f.one.StoreIdentity(ended(), "7")
		isError(t, err, context.Canceled)
		_, err = f.one.AdditionalIdentities(ended())
		isError(t, err, context.Canceled)
	}},
}

var editorPromises = []promise[directoryFixture]{
	{"ConfirmIdentity records the time, of that identity alone", func(t *testing.T, f directoryFixture) {
		at := suiteTime.Add(time.Hour)
		f.users[1].ConfirmedAt, f.stores[0].ConfirmedAt, f.additional[1].ConfirmedAt = at, at, at
		for ref, addr := range map[sender.Ref]string{
			{Kind: sender.User, ID: "8"}:       "boris@shop.example",
			{Kind: sender.Store, ID: "7"}:      "store@shop.example",
			{Kind: sender.Additional, ID: "7"}: "info@SHOP.example", // the same address: domains know no case
		} {
			noError(t, f.editor().ConfirmIdentity(context.Background(), ref, addr, at))
		}
		f.unchanged(t)
	}},
	{"ConfirmIdentity of another address is ErrAddressChanged and changes nothing", func(t *testing.T, f directoryFixture) {
		for _, addr := range []string{"anna@shop.example", "Boris@shop.example", ""} {
			err := f.editor().ConfirmIdentity(context.Background(), sender.Ref{Kind: sender.User, ID: "8"}, addr, suiteTime)
			isError(t, err, sender.ErrAddressChanged)
		}
		err := f.editor().ConfirmIdentity(context.Background(), sender.Ref{Kind: sender.User, ID: "9"}, "", suiteTime)
		isError(t, err, sender.ErrAddressChanged)
		f.unchanged(t)
	}},
	{"AllowIdentity allows and forbids, and confirms nothing", func(t *testing.T, f directoryFixture) {
		f.users[0].Allowed, f.additional[1].Allowed, f.stores[0].Allowed = false, true, true
		for ref, allowed := range map[sender.Ref]bool{
			{Kind: sender.User, ID: "7"}: false, {Kind: sender.Additional, ID: "7"}: true, {Kind: sender.Store, ID: "7"}: true,
		} {
			noError(t, f.editor().AllowIdentity(context.Background(), ref, allowed))
		}
		f.unchanged(t)
	}},
	{"ConfirmIdentity and AllowIdentity of an unknown identity change nothing", func(t *testing.T, f directoryFixture) {
		for _, ref := range []sender.Ref{
			{Kind: sender.User, ID: "999"}, {Kind: sender.Store, ID: "8"}, {Kind: sender.Additional, ID: "8"}, {Kind: sender.User}, {},
		} {
			isError(t, f.editor().ConfirmIdentity(context.Background(), ref, "boris@shop.example", suiteTime), sender.ErrNotFound)
			isError(t, f.editor().AllowIdentity(context.Background(), ref, true), sender.ErrNotFound)
		}
		f.unchanged(t)
	}},
	{"ConfirmIdentity and AllowIdentity after the context's end change nothing", func(t *testing.T, f directoryFixture) {
		ref := sender.Ref{Kind: sender.User, ID: "8"}
		isError(t, f.editor().ConfirmIdentity(ended(), ref, "boris@shop.example", suiteTime), context.Canceled)
		isError(t, f.editor().AllowIdentity(ended(), ref, false), context.Canceled)
		f.unchanged(t)
	}},
}

func (f directoryFixture) editor() sender.Editor { return f.one.(sender.Editor) }

// unchanged reads everything and compares it with what the fixture says.
func (f directoryFixture) unchanged(t testing.TB) {
	t.Helper()
	for _, want := range f.users {
		got, err := f.other.UserIdentity(context.Background(), want.ID)
		noError(t, err)
		same(t, "user "+want.ID, want, got)
	}
	for _, want := range f.stores {
		got, err := f.other.StoreIdentity(context.Background(), want.ID)
		noError(t, err)
		same(t, "store "+want.ID, want, got)
	}
	got, err := f.other.AdditionalIdentities(context.Background())
	noError(t, err)
	same(t, "additional", f.additional, got)
}
