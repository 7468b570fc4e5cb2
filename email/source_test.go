package email_test

import (
	"bytes"
	"context"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

func (w *world) source(t *testing.T, id string) []byte {
	t.Helper()
	source, err := w.History.Source(t.Context(), id)
	require.NoError(t, err)
	var first, again bytes.Buffer
	n, err := source.WriteTo(&first)
	require.NoError(t, err)
	assert.EqualValues(t, first.Len(), n)
	_, err = source.WriteTo(&again)
	require.NoError(t, err)
	assert.Equal(t, first.Bytes(), again.Bytes(), "as often as one likes")
	return first.Bytes()
}

func TestSourceOfWhatWasSent(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, attached(pdf("счёт.pdf", 100_000, 0)), func(d *email.Draft) { d.Bcc = []string{"boss@shop.example"} })
	queued := w.source(t, sent.ID)
	w.dispatch(t, sent.ID)
	delivered := w.recorder.Deliveries()[0].Raw
	assert.Equal(t, string(delivered), string(queued), "fixed when it was queued")
	assert.Equal(t, string(delivered), string(w.source(t, sent.ID)))
	assert.NotContains(t, string(queued), "boss@")
}

func TestSourceOfWhatCame(t *testing.T) {
	w := newWorld(t)
	raw := rawMail(t)
	received := w.receive(t, raw)
	assert.Equal(t, raw, string(w.source(t, received.ID)))
	_, err := w.History.ForgetRaw(t.Context(), w.clock.Now().Add(time.Hour))
	require.NoError(t, err)
	_, err = w.History.Source(t.Context(), received.ID)
	require.ErrorIs(t, err, email.ErrNotFound)
	_, err = w.History.Source(t.Context(), "unknown")
	require.ErrorIs(t, err, email.ErrNotFound)
}

func TestSourceThatIsNotThere(t *testing.T) {
	w := newWorld(t)
	sent, received := w.send(t, attached(pdf("a.pdf", 100_000, 0))), w.receive(t, rawMail(t))
	plain, err := w.With(func(c *email.Config) { c.Store = struct{ email.Store }{w.store} })
	require.NoError(t, err)
	_, err = plain.History.Source(t.Context(), sent.ID)
	require.ErrorIs(t, err, email.ErrUnsupported)

	without, err := w.With(func(c *email.Config) { c.Blobs = lostBlobs{w.store} })
	require.NoError(t, err)
	for _, id := range []string{sent.ID, received.ID} {
		source, err := without.History.Source(t.Context(), id)
		require.NoError(t, err)
		_, err = source.WriteTo(io.Discard)
		require.ErrorIs(t, err, email.ErrNotFound)
	}
}

// lostBlobs is storage that has lost everything.
type lostBlobs struct{ email.Blobs }

func (lostBlobs) OpenBlob(context.Context, string) (io.ReadCloser, error) {
	return nil, email.ErrNotFound
}
