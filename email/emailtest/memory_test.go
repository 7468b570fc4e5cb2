package emailtest_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

func TestSaveReplaces(t *testing.T) {
	ctx, s := context.Background(), emailtest.NewStore()
	for _, name := range []string{"first", "second"} {
		require.NoError(t, s.SaveCustomer(ctx, email.Customer{ID: "1", FirstName: name}))
		require.NoError(t, s.SaveTemplate(ctx, template.Template{ID: "1", Name: name, Event: template.EventCustomer}))
		for _, id := range []string{"1", "2"} {
			identity := sender.Identity{ID: id}
			identity.Mailbox.Name = name
			require.NoError(t, s.SaveIdentity(ctx, sender.Additional, identity))
		}
	}
	customer, err := s.Customer(ctx, "1")
	require.NoError(t, err)
	assert.Equal(t, "second", customer.FirstName)
	templates, err := s.Templates(ctx, template.EventCustomer)
	require.NoError(t, err)
	require.Len(t, templates, 1)
	assert.Equal(t, "second", templates[0].Name)
	identities, err := s.AdditionalIdentities(ctx)
	require.NoError(t, err)
	require.Len(t, identities, 2)
	assert.Equal(t, "1", identities[0].ID, "in the order of the first saving")
	assert.Equal(t, "second", identities[0].Mailbox.Name)
}

func TestSaveRefusesWhatCannotBeFound(t *testing.T) {
	ctx, s := context.Background(), emailtest.NewStore()
	require.Error(t, s.SaveCustomer(ctx, email.Customer{}))
	require.Error(t, s.SaveTemplate(ctx, template.Template{}))
	require.Error(t, s.SaveIdentity(ctx, sender.User, sender.Identity{}))
	require.Error(t, s.SaveIdentity(ctx, sender.Manager, sender.Identity{ID: "1"}), "a manager is kept as the user he is")
	ended, cancel := context.WithCancel(ctx)
	cancel()
	require.ErrorIs(t, s.SaveCustomer(ended, email.Customer{ID: "1"}), context.Canceled)
	require.ErrorIs(t, s.SaveTemplate(ended, template.Template{ID: "1"}), context.Canceled)
	require.ErrorIs(t, s.SaveIdentity(ended, sender.User, sender.Identity{ID: "1"}), context.Canceled)
}

func TestSaveCustomerCopiesDeeply(t *testing.T) {
	ctx, s := context.Background(), emailtest.NewStore()
	tags := []any{"a", map[string]any{"deep": []string{"b"}}}
	given := email.Customer{ID: "1", Emails: []string{"a@b.example"}, Fields: map[string]any{"tags": tags, "none": nil, "list": []int(nil)}}
	require.NoError(t, s.SaveCustomer(ctx, given))
	given.Emails[0] = "changed"
	tags[0] = "changed"
	tags[1].(map[string]any)["deep"].([]string)[0] = "changed"
	for range 2 {
		got, err := s.Customer(ctx, "1")
		require.NoError(t, err)
		assert.Equal(t, email.Customer{ID: "1", Emails: []string{"a@b.example"}, Fields: map[string]any{
			"tags": []any{"a", map[string]any{"deep": []string{"b"}}}, "none": nil, "list": []int(nil),
		}}, got)
		got.Fields["tags"].([]any)[1].(map[string]any)["deep"].([]string)[0] = "changed"
	}
}

func TestCreatedIDsAvoidUsedOnes(t *testing.T) {
	ctx, s := context.Background(), emailtest.NewStore()
	require.NoError(t, s.SaveCustomer(ctx, email.Customer{ID: "customer-1"}))
	created, err := s.CreateCustomer(ctx, email.Customer{})
	require.NoError(t, err)
	assert.Equal(t, "customer-2", created.ID)
}
