package sqlstore_test

import (
	"context"
	"crypto/rand"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

// Whatever others choose may be longer than an index takes, and does not compress.
func TestLongValues(t *testing.T) { onEach(t, testLongValues) }

func testLongValues(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	var b strings.Builder
	for b.Len() < 6000 {
		b.WriteString(rand.Text())
	}
	long := b.String()

	f := aFiled(1, "c")
	f.Message.MessageID, f.Message.Subject, f.Message.From.Name = long, long, long
	f.Message.References, f.Message.InReplyTo = []string{long}, []string{long}
	f.Message.Received.Mailbox, f.Message.Received.Defects = long, []string{long}
	f.Conversation.Subject = long
	file(t, store, f)
	found, err := store.Messages(ctx, email.MessageQuery{MessageIDs: []string{long}, Limit: 9})
	require.NoError(t, err)
	require.Len(t, found, 1)

	enqueue(t, store, aQueued(2, "c"))
	require.NoError(t, store.Transition(ctx, email.Transition{MessageID: "m000002", From: email.StateQueued, To: email.StateSent, ProviderID: long}))
	found, err = store.Messages(ctx, email.MessageQuery{MessageIDs: []string{long}, Limit: 9})
	require.NoError(t, err)
	require.Len(t, found, 2)

	c := email.Customer{ID: "c", ExternalID: long, FirstName: long, Emails: []string{long + "@mail.example"}, Phones: []string{long},
		Handles: []email.Handle{{Network: long, Username: long}}, CreatedAt: noon}
	require.NoError(t, store.SaveCustomer(ctx, c))
	kept, err := store.Customer(ctx, "c")
	require.NoError(t, err)
	assert.Equal(t, c, kept)
	matches, err := store.SearchCustomers(ctx, email.ParseQuery(long, 9))
	require.NoError(t, err)
	assert.Len(t, matches, 1, "by the first 200 characters")
}

// Text that is no text comes back as text, octets as they were.
func TestTextThatIsNone(t *testing.T) { onEach(t, testTextThatIsNone) }

func testTextThatIsNone(t *testing.T) {
	ctx := context.Background()
	store := newStore(t)
	bad, good := "a\x00\xff\xd0b", "a\ufffd\ufffd\ufffdb"
	f := aFiled(1, "c")
	for _, text := range []*string{&f.Message.Subject, &f.Message.Text, &f.Message.HTML, &f.Message.MessageID, &f.Message.From.Name,
		&f.Message.To[0].Name, &f.Message.Attachments[0].Name, &f.Message.Received.Reply, &f.Message.Received.Mailbox, &f.Conversation.Subject} {
		*text = bad
	}
	f.Message.References, f.Message.Received.Defects = []string{bad}, []string{bad}
	f.Event.Detail = bad
	kept, err := store.File(ctx, f)
	require.NoError(t, err)
	for _, text := range []string{kept.Subject, kept.Text, kept.HTML, kept.MessageID, kept.From.Name, kept.To[0].Name, kept.Attachments[0].Name,
		kept.Received.Reply, kept.Received.Mailbox, kept.References[0], kept.Received.Defects[0], kept.Events[0].Detail} {
		assert.Equal(t, good, text)
	}
	for _, id := range []string{bad, good} {
		found, err := store.Messages(ctx, email.MessageQuery{MessageIDs: []string{id}, Limit: 9})
		require.NoError(t, err)
		assert.Len(t, found, 1, "whoever asks for it gets it")
	}
	_, err = store.File(ctx, f)
	require.ErrorIs(t, err, email.ErrDuplicate)

	q := aQueued(2, "c")
	q.Wire.Segments[0].Bytes = []byte(bad)
	enqueue(t, store, q)
	claimed := claim(t, store, "w", later, 1)
	require.Len(t, claimed.Jobs, 1)
	assert.Equal(t, bad, string(claimed.Jobs[0].Wire.Segments[0].Bytes))

	require.NoError(t, store.SaveCustomer(ctx, email.Customer{ID: "c", FirstName: bad, Fields: map[string]any{bad: []any{bad, map[string]string{"x": bad}}}}))
	c, err := store.Customer(ctx, "c")
	require.NoError(t, err)
	assert.Equal(t, good, c.FirstName)
	assert.Equal(t, map[string]any{good: []any{good, map[string]any{"x": good}}}, c.Fields)
}
