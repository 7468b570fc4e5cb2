package sender_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/sender"
)

func shop() *directory {
	unconfirmed := usable("3", "", "new@shop.ru")
	unconfirmed.ConfirmedAt = sender.Identity{}.ConfirmedAt
	forbidden := usable("4", "", "private@shop.ru")
	forbidden.Allowed = false
	return &directory{
		users: map[string]sender.Identity{
			"u1":   usable("u1", "Анна\r\nBcc: x@y.z", "anna@shop.ru"),
			"u2":   usable("u2", `O'Neil <"&">`, ""),
			"u3":   usable("u3", "Bad", "anna at shop"),
			"both": {ID: "both", Mailbox: usable("", "", "both@shop.ru").Mailbox},
		},
		stores:     map[string]sender.Identity{"s1": usable("s1", "Магазин", "hello@shop.ru")},
		additional: []sender.Identity{usable("2", "Продажи", "sales@shop.ru"), usable("1", "", "info@shop.ru"), unconfirmed, forbidden},
	}
}

func TestOptions(t *testing.T) {
	manager, store := sender.Choice{Kind: sender.Manager}, sender.Choice{Kind: sender.Store}
	for name, c := range map[string]struct {
		customer       sender.Customer
		manager, store string // codes
	}{
		"both":              {sender.Customer{ManagerID: "u1", StoreID: "s1"}, "", ""},
		"neither":           {sender.Customer{}, sender.CodeNoManager, sender.CodeNoStore},
		"gone":              {sender.Customer{ManagerID: "u9", StoreID: "s9"}, sender.CodeUnknown, sender.CodeUnknown},
		"no address":        {sender.Customer{ManagerID: "u2"}, sender.CodeNoAddress, sender.CodeNoStore},
		"bad address":       {sender.Customer{ManagerID: "u3"}, sender.CodeBadAddress, sender.CodeNoStore},
		"neither condition": {sender.Customer{ManagerID: "both"}, sender.CodeUnconfirmed, sender.CodeNoStore},
	} {
		t.Run(name, func(t *testing.T) {
			options, err := sender.Options(context.Background(), shop(), c.customer)
			require.NoError(t, err)
			var order []sender.Choice
			codes := map[sender.Choice]string{}
			for _, o := range options {
				order = append(order, o.Choice)
				if o.Disabled != nil {
					codes[o.Choice] = o.Disabled.Code
				}
			}
			extra := func(id string) sender.Choice { return sender.Choice{Kind: sender.Additional, ID: id} }
			assert.Equal(t, []sender.Choice{manager, store, extra("2"), extra("1"), extra("3"), extra("4")}, order)
			assert.Equal(t, c.manager, codes[manager])
			assert.Equal(t, c.store, codes[store])
			assert.Empty(t, codes[extra("1")])
			assert.Equal(t, sender.CodeUnconfirmed, codes[extra("3")])
			assert.Equal(t, sender.CodeNotAllowed, codes[extra("4")])

			for _, o := range options {
				identity, err := sender.Resolve(context.Background(), shop(), c.customer, o.Choice)
				if o.Disabled == nil {
					require.NoError(t, err)
					assert.Equal(t, o.Identity, identity)
					continue
				}
				var refused *sender.RefusedError
				require.ErrorAs(t, err, &refused)
				assert.Equal(t, *o.Disabled, refused.Reason, "Resolve refuses what Options disables, with its reason")
				assert.Empty(t, identity)
			}
		})
	}
}

func TestOptionsWithoutAdditional(t *testing.T) {
	options, err := sender.Options(context.Background(), &directory{}, sender.Customer{})
	require.NoError(t, err)
	assert.Len(t, options, 2)
}

func TestDisplayNameIsOneLine(t *testing.T) {
	dir := shop()
	identity, err := sender.Resolve(context.Background(), dir, sender.Customer{ManagerID: "u1"}, sender.Choice{Kind: sender.Manager})
	require.NoError(t, err)
	assert.Equal(t, "Анна Bcc: x@y.z", identity.Mailbox.Name)
	assert.Equal(t, "Анна\r\nBcc: x@y.z", dir.users["u1"].Mailbox.Name, "the host's own is left alone")
}

func TestResolveRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		choice sender.Choice
		code   string
	}{
		"none":               {sender.Choice{}, sender.CodeNotChosen},
		"unknown additional": {sender.Choice{Kind: sender.Additional, ID: "999"}, sender.CodeUnknown},
		"no id":              {sender.Choice{Kind: sender.Additional}, sender.CodeUnknown},
		"any user by id":     {sender.Choice{Kind: sender.User, ID: "u1"}, sender.CodeUnknown},
		"manager with an id": {sender.Choice{Kind: sender.Manager, ID: "u2"}, sender.CodeUnknown},
		"store with an id":   {sender.Choice{Kind: sender.Store, ID: "s2"}, sender.CodeUnknown},
		"id without a kind":  {sender.Choice{ID: "1"}, sender.CodeUnknown},
		"not confirmed":      {sender.Choice{Kind: sender.Additional, ID: "3"}, sender.CodeUnconfirmed},
		"not allowed":        {sender.Choice{Kind: sender.Additional, ID: "4"}, sender.CodeNotAllowed},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := sender.Resolve(context.Background(), shop(), sender.Customer{ManagerID: "u1", StoreID: "s1"}, c.choice)
			var refused *sender.RefusedError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, c.code, refused.Code())
			assert.NotContains(t, err.Error(), "@", "logs carry no addresses")
		})
	}
}

func TestAdditionalWithoutIDCannotBePicked(t *testing.T) {
	dir := &directory{additional: []sender.Identity{usable("", "", "a@shop.ru")}}
	options, err := sender.Options(context.Background(), dir, sender.Customer{})
	require.NoError(t, err)
	require.NotNil(t, options[2].Disabled)
	_, err = sender.Resolve(context.Background(), dir, sender.Customer{}, options[2].Choice)
	assert.Error(t, err)
}

func TestHostErrorsStayReachable(t *testing.T) {
	down := errors.New("database is down")
	dir := &directory{err: down}
	customer := sender.Customer{ManagerID: "u1", StoreID: "s1"}
	_, err := sender.Options(context.Background(), dir, customer)
	assert.ErrorIs(t, err, down)
	for _, choice := range []sender.Choice{{Kind: sender.Manager}, {Kind: sender.Store}, {Kind: sender.Additional, ID: "1"}} {
		_, err := sender.Resolve(context.Background(), dir, customer, choice)
		assert.ErrorIs(t, err, down)
		assert.NotErrorAs(t, err, new(*sender.RefusedError))
	}
}

func TestChoiceText(t *testing.T) {
	for text, want := range map[string]sender.Choice{
		"":                  {},
		"manager":           {Kind: sender.Manager},
		"store":             {Kind: sender.Store},
		"additional:42":     {Kind: sender.Additional, ID: "42"},
		"additional:a:b\n<": {Kind: sender.Additional, ID: "a:b\n<"},
	} {
		got, err := sender.ParseChoice(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
		encoded, err := json.Marshal(struct{ From sender.Choice }{got})
		require.NoError(t, err)
		var back struct{ From sender.Choice }
		require.NoError(t, json.Unmarshal(encoded, &back))
		assert.Equal(t, want, back.From)
	}
	for _, text := range []string{"additional", "additional:", "user:u1", "manager:u1", "Manager", " store", "store:"} {
		_, err := sender.ParseChoice(text)
		assert.ErrorAs(t, err, new(*sender.RefusedError), text)
	}
	for _, bad := range []sender.Choice{{Kind: sender.User, ID: "u"}, {Kind: sender.Additional}, {ID: "x"}, {Kind: sender.Store, ID: "s"}} {
		_, err := bad.MarshalText()
		assert.Error(t, err, bad)
	}
}

func FuzzParseChoice(f *testing.F) {
	for _, text := range []string{"", "manager", "store", "additional:1", "additional:", "user:1"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		choice, err := sender.ParseChoice(text)
		if err != nil {
			return
		}
		require.Equal(t, text, choice.String(), "what parses prints as it was")
		marshalled, err := choice.MarshalText()
		require.NoError(t, err)
		require.Equal(t, text, string(marshalled))
	})
}
