package email_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

func TestNewChecksConfig(t *testing.T) {
	_, err := email.New(email.Config{})
	for _, name := range []string{"Customers", "Senders", "Templates", "Store", "Blobs", "Transport"} {
		require.ErrorContains(t, err, "Config."+name+" is missing")
	}
	w := newWorld(t)
	w.config.Secret = []byte("short")
	_, err = email.New(w.config)
	require.ErrorContains(t, err, "16 octets")
	w.config.Secret = nil
	w.config.Tenant = "another"
	_, err = email.New(w.config)
	require.ErrorContains(t, err, "another tenant")
}

func TestDefaultsMakeDistinctIDs(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Now, c.NewID, c.Rand = nil, nil, nil })
	seen := map[string]bool{}
	last := ""
	for range 50 {
		msg := w.send(t)
		for _, id := range []string{msg.ID, msg.ConversationID, msg.MessageID} {
			assert.False(t, seen[id])
			seen[id] = true
		}
		assert.Len(t, msg.ID, 26)
		assert.GreaterOrEqual(t, msg.ID[:9], last, "ids sort by time")
		last = msg.ID[:9]
	}
}
