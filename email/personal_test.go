package email_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"io"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
)

func TestExport(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, attached(attach.Bytes("фото.png", bigPNG(t), morning)), withBcc)
	received := w.receive(t, rawMail(t, attachedMail("a.pdf")))
	w.send(t, func(d *email.Draft) { d.CustomerID, d.From.Kind, d.From.ID = "olga", "additional", "info" })

	var out bytes.Buffer
	require.NoError(t, w.Customers.Export(t.Context(), "ivan", &out))
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	require.NoError(t, err)
	var names []string
	for _, entry := range archive.File {
		names = append(names, entry.Name)
	}
	assert.ElementsMatch(t, []string{"customer.json", "messages.json", sent.ID + "/фото.png", received.ID + "/a.pdf", received.ID + ".eml"}, names)
	file, err := archive.Open("messages.json")
	require.NoError(t, err)
	defer file.Close()
	var messages []email.Message
	content, err := io.ReadAll(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(content, &messages))
	require.Len(t, messages, 2)
	assert.NotEmpty(t, messages[0].Events)
	assert.NotContains(t, string(content), "olga")

	require.ErrorIs(t, w.Customers.Export(t.Context(), "nobody", io.Discard), email.ErrNotFound)
}

func TestErase(t *testing.T) {
	w := newWorld(t)
	shared := attach.Bytes("прайс.png", bigPNG(t), morning)
	sent := w.send(t, attached(shared))
	queued := w.send(t, attached(shared))
	received := w.receive(t, rawMail(t, attachedMail("личное.pdf")))
	other := w.send(t, attached(shared), func(d *email.Draft) { d.CustomerID, d.From.Kind, d.From.ID = "olga", "additional", "info" })
	w.clock.Advance(1)

	for range 2 {
		require.NoError(t, w.Customers.Erase(t.Context(), "ivan"), "it can be repeated")
	}
	for _, id := range []string{sent.ID, queued.ID, received.ID} {
		_, err := w.History.Message(t.Context(), id)
		require.ErrorIs(t, err, email.ErrNotFound)
	}
	for _, id := range []string{received.Attachments[0].BlobID, received.Received.RawID} {
		_, err := w.store.OpenBlob(t.Context(), id)
		require.ErrorIs(t, err, email.ErrNotFound)
	}
	_, err := w.Form(t.Context(), "anna", "ivan")
	require.ErrorIs(t, err, email.ErrNotFound)
	assert.Equal(t, email.StateSent, w.dispatch(t, other.ID).State, "what another customer gets too is still there")
	assert.Len(t, w.recorder.Deliveries(), 1, "what was queued for the erased customer is not sent")

	without := newWorld(t, func(c *email.Config) { c.Customers = customersOnly{c.Customers} })
	require.ErrorIs(t, without.Customers.Erase(t.Context(), "ivan"), email.ErrUnsupported)
}
