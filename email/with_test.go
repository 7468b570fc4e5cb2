package email_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

func TestWith(t *testing.T) {
	w := newWorld(t)
	elsewhere := emailtest.NewStore()
	var seen email.Config
	within, err := w.With(func(c *email.Config) { seen, c.Store = *c, elsewhere })
	require.NoError(t, err)
	assert.NotNil(t, seen.Engine, "defaults are filled in")
	msg, err := within.Send(t.Context(), draft())
	require.NoError(t, err)
	_, err = elsewhere.Message(t.Context(), msg.ID)
	assert.NoError(t, err)
	assert.Empty(t, w.all(t), "the first service is as it was")
	w.send(t)
	assert.Len(t, w.all(t), 1)
	read, err := within.History.Message(t.Context(), msg.ID)
	require.NoError(t, err, "its parts have the new store too")
	assert.Equal(t, msg.ID, read.ID)
}

func TestWithRefusesWhatNewRefuses(t *testing.T) {
	w := newWorld(t)
	_, err := w.With(func(c *email.Config) { c.Store = nil })
	require.ErrorContains(t, err, "Config.Store")
	_, err = w.With(func(c *email.Config) { c.Secret = []byte("short") })
	require.ErrorContains(t, err, "Secret")
}

// What Send puts into a transaction is sent at once where the host says that it has committed.
func TestWake(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Dispatch.Poll = time.Hour })
	uncommitted := emailtest.NewStore()
	within, err := w.With(func(c *email.Config) { c.Store = uncommitted })
	require.NoError(t, err)
	defer run(t, w.Service)()
	msg, err := within.Send(t.Context(), draft())
	require.NoError(t, err)
	time.Sleep(20 * time.Millisecond) // Run has looked in vain
	claimed, err := uncommitted.Claim(t.Context(), email.Claim{Owner: "commit", Now: w.clock.Now(), Lease: time.Minute, Limit: 1})
	require.NoError(t, err)
	_, err = w.store.Enqueue(t.Context(), email.Queued{Message: msg, ReturnPath: claimed.Jobs[0].Envelope.ReturnPath,
		Wire: claimed.Jobs[0].Wire, Conversation: email.Conversation{ID: msg.ConversationID, CustomerID: msg.CustomerID}})
	require.NoError(t, err)
	w.Wake()
	assert.Eventually(t, func() bool { return len(w.recorder.Deliveries()) == 1 }, 5*time.Second, time.Millisecond)
}

func BenchmarkWith(b *testing.B) {
	service := benchService(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := service.With(func(c *email.Config) { c.Tenant = "" }); err != nil {
			b.Fatal(err)
		}
	}
}
