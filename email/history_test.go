package email_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

func TestHistoryPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for range 7 {
		want = append([]string{w.send(t).ID}, want...)
		w.clock.Advance(time.Minute)
	}
	var got, conversations []string
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := w.History.Messages(t.Context(), "ivan", cursor, 3)
		require.NoError(t, err)
		for _, msg := range page.Items {
			got = append(got, msg.ID)
		}
		cursor = page.Next
	}
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := w.History.Conversations(t.Context(), "", cursor, 2)
		require.NoError(t, err)
		for _, conversation := range page.Items {
			conversations = append(conversations, conversation.ID)
		}
		cursor = page.Next
	}
	assert.Equal(t, want, got)
	assert.Len(t, conversations, 7)
	_, err := w.History.Messages(t.Context(), "ivan", "no cursor", 3)
	require.ErrorIs(t, err, email.ErrBadCursor)
	_, err = w.History.Message(t.Context(), "nobody")
	require.ErrorIs(t, err, email.ErrNotFound)
}
