package sqlstore_test

import (
	"bytes"
	"context"
	"io"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Two tenants on one database keep the same ids and never see each other's rows.
func TestTenantsNeverMeet(t *testing.T) { onEach(t, testTenantsNeverMeet) }

func testTenantsNeverMeet(t *testing.T) {
	ctx := context.Background()
	db := openDB(t, newFile(t))
	red, blue := storeOn(t, db, sqlstore.Options{Tenant: "red"}), storeOn(t, db, sqlstore.Options{Tenant: "blue"})
	assert.Equal(t, "red", red.Tenant())
	fill(t, red, "red", strings.Repeat("r", 300<<10))

	t.Run("an empty tenant sees nothing", func(t *testing.T) { seesNothing(t, blue) })

	fill(t, blue, "blue", strings.Repeat("b", 10))
	for name, store := range map[string]*sqlstore.Store{"red": red, "blue": blue} {
		t.Run(name, func(t *testing.T) { seesItsOwn(t, store, name) })
	}

	t.Run("changes stay at home", func(t *testing.T) {
		claimed, err := red.Claim(ctx, email.Claim{Owner: "w", Now: noon.Add(time.Hour), Lease: time.Minute, Limit: 9})
		require.NoError(t, err)
		require.Len(t, claimed.Jobs, 1)
		require.NoError(t, red.Transition(ctx, email.Transition{MessageID: "m000001", Owner: "w", From: email.StateQueued,
			To: email.StateSending, LeaseUntil: noon, Results: []email.Recipient{{Address: "ivan@mail.example", Code: 450}}}))
		claimed, err = blue.Claim(ctx, email.Claim{Owner: "w", Now: noon, Lease: time.Minute, Limit: 0})
		require.NoError(t, err)
		assert.Empty(t, claimed.Uncertain)
		m, err := blue.Message(ctx, "m000001")
		require.NoError(t, err)
		assert.Equal(t, email.StateQueued, m.State)
		assert.Zero(t, m.Attempts)
		assert.Zero(t, m.Recipients[0].Code)
		assert.Len(t, m.Events, 1)

		require.NoError(t, red.Assign(ctx, "r000002", *aFiled(2, "c").Conversation, email.Event{}))
		waits, err := blue.Messages(ctx, email.MessageQuery{Inbox: true, MessageIDs: []string{"r000002@mail.example"}, Limit: 9})
		require.NoError(t, err)
		assert.Len(t, waits, 1)

		require.NoError(t, red.AllowIdentity(ctx, sender.Ref{Kind: sender.User, ID: "u"}, true))
		identity, err := blue.UserIdentity(ctx, "u")
		require.NoError(t, err)
		assert.False(t, identity.Allowed)

		_, err = red.TakeToken(ctx, "hash")
		require.NoError(t, err)
		token, err := blue.TakeToken(ctx, "hash")
		require.NoError(t, err)
		assert.Equal(t, "blue@shop.example", token.Address)
	})

	t.Run("what is forgotten is one's own", func(t *testing.T) {
		_, n, err := red.ForgetRaw(ctx, noon.Add(time.Hour), 9)
		require.NoError(t, err)
		assert.Equal(t, 1, n)
		blobs, err := red.EraseCustomer(ctx, "c")
		require.NoError(t, err)
		assert.Equal(t, []string{"ab", "photor000002"}, blobs, "whatever others refer to")
		require.NoError(t, red.RemoveBlobs(ctx, []string{blobID(strings.Repeat("b", 10))}, time.Now().Add(time.Hour)))
		require.NoError(t, red.DeleteCustomer(ctx, "c"))
		seesItsOwn(t, blue, "blue")
		m, err := blue.Message(ctx, "r000002")
		require.NoError(t, err)
		assert.Equal(t, "rawr000002", m.Received.RawID)
	})
}

// fill keeps one of everything, under ids that every tenant uses.
func fill(t *testing.T, store *sqlstore.Store, name, content string) {
	ctx := context.Background()
	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "c", ExternalID: "ext-1", FirstName: name,
		Emails: []string{"c@mail.example"}, CreatedAt: noon}))
	for _, kind := range []sender.Kind{sender.User, sender.Store, sender.Additional} {
		require.NoError(t, store.SaveIdentity(ctx, kind, sender.Identity{ID: "u", Mailbox: mail.Address{Name: name, Address: name + "@shop.example"}}))
	}
	require.NoError(t, store.SaveTemplate(ctx, template.Template{ID: "t", Name: name, Event: template.EventCustomer,
		Letter: template.Letter{HTML: name}}))
	require.NoError(t, store.PutToken(ctx, sender.Token{Hash: "hash", Address: name + "@shop.example", ExpiresAt: time.Now().Add(time.Hour)}))
	require.NoError(t, store.AddSuppression(ctx, email.Suppression{Address: "c@mail.example", Reason: email.SuppressedManual, At: noon, ActorID: name}))
	require.NoError(t, store.SaveCampaign(ctx, email.CampaignProgress{ID: "spring", ContentHash: name}))
	_, err := store.SaveRule(ctx, email.Rule{ID: "r", Name: name, Event: template.EventCustomer, TemplateID: "t",
		From: sender.Choice{Kind: sender.Manager}}, email.RuleEvent{At: noon, Kind: email.RuleCreated, ActorID: name})
	require.NoError(t, err)
	again, err := store.TakeTurn(ctx, email.TurnRequest{Domain: "mail.example", Now: noon, Every: time.Hour, Burst: 1})
	require.NoError(t, err)
	assert.Zero(t, again, "another tenant's mail takes nothing of one's own rate")
	q := aQueued(1, "c")
	q.Message.Subject = name
	enqueue(t, store, q)
	file(t, store, aFiled(2, ""))
	_, err = store.PutBlob(ctx, strings.NewReader(content))
	require.NoError(t, err)
}

func seesNothing(t *testing.T, store *sqlstore.Store) {
	ctx := context.Background()
	_, err := store.Customer(ctx, "c")
	assert.ErrorIs(t, err, email.ErrNotFound)
	for _, text := range []string{"ext-1", "red", "mail.example"} {
		matches, err := store.SearchCustomers(ctx, email.ParseQuery(text, 9))
		require.NoError(t, err)
		assert.Empty(t, matches)
	}
	_, err = store.UserIdentity(ctx, "u")
	assert.ErrorIs(t, err, sender.ErrNotFound)
	_, err = store.StoreIdentity(ctx, "u")
	assert.ErrorIs(t, err, sender.ErrNotFound)
	additional, err := store.AdditionalIdentities(ctx)
	require.NoError(t, err)
	assert.Empty(t, additional)
	_, err = store.Template(ctx, "t")
	assert.ErrorIs(t, err, template.ErrNotFound)
	templates, err := store.Templates(ctx, template.EventCustomer)
	require.NoError(t, err)
	assert.Empty(t, templates)
	_, err = store.TakeToken(ctx, "hash")
	assert.ErrorIs(t, err, sender.ErrTokenUnknown)
	_, err = store.Message(ctx, "m000001")
	assert.ErrorIs(t, err, email.ErrNotFound)
	messages, err := store.Messages(ctx, email.MessageQuery{Limit: 9})
	require.NoError(t, err)
	assert.Empty(t, messages)
	conversations, err := store.Conversations(ctx, email.ConversationQuery{Limit: 9})
	require.NoError(t, err)
	assert.Empty(t, conversations)
	claimed, err := store.Claim(ctx, email.Claim{Owner: "w", Now: noon.Add(time.Hour), Lease: time.Minute, Limit: 9})
	require.NoError(t, err)
	assert.Empty(t, claimed.Jobs)
	err = store.Transition(ctx, email.Transition{MessageID: "m000001", From: email.StateQueued, To: email.StateCanceled})
	assert.ErrorIs(t, err, email.ErrNotFound)
	_, err = store.OpenBlob(ctx, blobID(strings.Repeat("r", 300<<10)))
	assert.ErrorIs(t, err, email.ErrNotFound)
	_, err = store.Campaign(ctx, "spring")
	assert.ErrorIs(t, err, email.ErrNotFound)
	_, err = store.Rule(ctx, "r")
	assert.ErrorIs(t, err, email.ErrNotFound)
	_, err = store.SaveRule(ctx, email.Rule{ID: "r", Version: 1, From: sender.Choice{Kind: sender.Manager}})
	assert.ErrorIs(t, err, email.ErrNotFound)
	rules, err := store.Rules(ctx, email.RuleQuery{Limit: 9})
	require.NoError(t, err)
	assert.Empty(t, rules)
	suppressed, err := store.Suppressed(ctx, []string{"c@mail.example"})
	require.NoError(t, err)
	assert.Empty(t, suppressed)
	suppressed, err = store.ListSuppressions(ctx, email.SuppressionQuery{Limit: 9})
	require.NoError(t, err)
	assert.Empty(t, suppressed)
	require.NoError(t, store.RemoveSuppression(ctx, "c@mail.example", email.SuppressedManual))
	referenced, err := store.ReferencedBlobs(ctx, []string{"ab"})
	require.NoError(t, err)
	assert.Empty(t, referenced)
}

func seesItsOwn(t *testing.T, store *sqlstore.Store, name string) {
	ctx := context.Background()
	matches, err := store.SearchCustomers(ctx, email.ParseQuery("ext-1", 9))
	require.NoError(t, err)
	require.Len(t, matches, 1)
	assert.Equal(t, name, matches[0].Customer.FirstName)
	assert.Equal(t, []string{"c@mail.example"}, matches[0].Customer.Emails)
	additional, err := store.AdditionalIdentities(ctx)
	require.NoError(t, err)
	require.Len(t, additional, 1)
	assert.Equal(t, name, additional[0].Mailbox.Name)
	templates, err := store.Templates(ctx, template.EventCustomer)
	require.NoError(t, err)
	require.Len(t, templates, 1)
	assert.Equal(t, name, templates[0].Name)
	messages, err := store.Messages(ctx, email.MessageQuery{CustomerID: "c", Limit: 9})
	require.NoError(t, err)
	require.Len(t, messages, 1)
	assert.Equal(t, name, messages[0].Subject)
	assert.Len(t, messages[0].Recipients, 2)
	assert.Len(t, messages[0].Attachments, 1)
	campaign, err := store.Campaign(ctx, "spring")
	require.NoError(t, err)
	assert.Equal(t, name, campaign.ContentHash)
	rule, err := store.Rule(ctx, "r")
	require.NoError(t, err)
	assert.Equal(t, name, rule.Name)
	require.Len(t, rule.Events, 1)
	assert.Equal(t, name, rule.Events[0].ActorID)
	suppressed, err := store.Suppressed(ctx, []string{"c@mail.example"})
	require.NoError(t, err)
	require.Len(t, suppressed, 1)
	assert.Equal(t, name, suppressed[0].ActorID)
	q := aQueued(1, "c")
	first, err := store.Enqueue(ctx, q)
	assert.ErrorIs(t, err, email.ErrDuplicate)
	assert.Equal(t, name, first.Subject)
	content := map[string]string{"red": strings.Repeat("r", 300<<10), "blue": strings.Repeat("b", 10)}[name]
	r, err := store.OpenBlob(ctx, blobID(content))
	require.NoError(t, err)
	defer r.Close()
	got, err := io.ReadAll(r)
	require.NoError(t, err)
	assert.True(t, bytes.Equal([]byte(content), got))
}
