package email_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
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
	assert.ElementsMatch(t, []string{"customer.json", "messages.json", "suppressions.json", sent.ID + "/фото.png", received.ID + "/a.pdf", received.ID + ".eml"}, names)
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
	w.clock.Advance(25 * time.Hour)
	young := w.receive(t, rawMail(t, mailID("in-2@example.org"))).Received.RawID
	w.clock.Advance(time.Hour)

	for range 2 {
		require.NoError(t, w.Customers.Erase(t.Context(), "ivan"), "it can be repeated")
	}
	assert.True(t, kept(t, w, young), "somebody may be about to refer to it")
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

// What the last message that referred to it was erased with, and another is about to refer to, is kept for that one.
func TestEraseLeavesWhatIsAboutToBeSent(t *testing.T) {
	w := newWorld(t)
	shared := attach.Bytes("прайс.png", bigPNG(t), morning)
	w.send(t, attached(shared))
	w.config.Store = interrupted{w.store.(*emailtest.Store), sync.OnceFunc(func() {
		w.clock.Advance(time.Second)
		require.NoError(t, w.Customers.Erase(t.Context(), "ivan"))
	})}
	w.Service = w.service(t)
	other := w.send(t, attached(shared), func(d *email.Draft) { d.CustomerID, d.From.Kind, d.From.ID = "olga", "additional", "info" })
	assert.Equal(t, email.StateSent, w.dispatch(t, other.ID).State)
	require.NoError(t, w.Customers.Erase(t.Context(), "olga"))
	w.clock.Advance(25 * time.Hour)
	require.NoError(t, w.Upkeep(t.Context()))
	assert.False(t, kept(t, w, other.Attachments[0].BlobID))
}

// interrupted is a store to which something happens just before a message is kept.
type interrupted struct {
	*emailtest.Store
	before func()
}

func (s interrupted) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	s.before()
	return s.Store.Enqueue(ctx, q)
}

func (s interrupted) File(ctx context.Context, f email.Filed) (email.Message, error) {
	s.before()
	return s.Store.File(ctx, f)
}

// Whoever is erased while a message of his is on its way is erased for good, and what came from outside is not lost.
func TestEraseWhileAMessageIsOnItsWay(t *testing.T) {
	for name, erase := range map[string]func(*testing.T, *world){
		"customer and messages": func(t *testing.T, w *world) {
			require.NoError(t, w.Customers.Erase(t.Context(), "ivan"))
		},
		"messages, the host still knows him": func(t *testing.T, w *world) {
			_, err := w.store.(email.Eraser).EraseCustomer(t.Context(), "ivan")
			require.NoError(t, err)
		},
	} {
		interrupt := func(t *testing.T, w *world) {
			var once sync.Once
			w.config.Store = interrupted{w.store.(*emailtest.Store), func() { once.Do(func() { erase(t, w) }) }}
			w.Service = w.service(t)
		}
		t.Run("outgoing: "+name, func(t *testing.T) {
			w := newWorld(t)
			interrupt(t, w)
			_, err := w.Send(t.Context(), draft())
			var refusals email.Refusals
			require.ErrorAs(t, err, &refusals)
			assert.True(t, refusals.Has(email.CodeCustomerUnknown))
			require.ErrorIs(t, err, email.ErrNotFound)
			assert.Empty(t, w.all(t))
		})
		t.Run("incoming: "+name, func(t *testing.T) {
			w := newWorld(t)
			w.receive(t, rawMail(t, attachedMail("a.pdf")))
			interrupt(t, w)
			late := w.receive(t, rawMail(t, attachedMail("b.pdf"), mailID("in-2@example.org")))
			assert.Empty(t, late.CustomerID+late.ConversationID)
			assert.Equal(t, email.MatchNone, late.Received.MatchedBy)
			waiting, err := w.Inbox.Messages(t.Context(), "", 10)
			require.NoError(t, err)
			require.Len(t, waiting.Items, 1)
			assert.Equal(t, late.ID, waiting.Items[0].ID)
			assert.Len(t, w.all(t), 1)
			content, err := w.store.OpenBlob(t.Context(), late.Received.RawID)
			require.NoError(t, err)
			require.NoError(t, content.Close())
		})
	}
}

// Where nobody looks for orphans, what is erased goes at once, however young.
func TestEraseWhereOrphansStay(t *testing.T) {
	w := newWorld(t, func(c *email.Config) {
		c.Blobs = struct {
			email.Blobs
			email.BlobRemover
		}{c.Blobs, c.Blobs.(email.BlobRemover)}
	})
	received := w.receive(t, rawMail(t))
	w.clock.Advance(time.Second)
	require.NoError(t, w.Customers.Erase(t.Context(), "ivan"))
	assert.False(t, kept(t, w, received.Received.RawID))
}

func TestRawMailIsForgotten(t *testing.T) {
	w := newWorld(t)
	old := w.receive(t, rawMail(t))
	w.clock.Advance(48 * time.Hour)
	fresh := w.receive(t, rawMail(t, mailID("in-2@example.org"), func(m *message.Message) { m.Date = w.clock.Now() }))
	w.clock.Advance(time.Second)
	n, err := w.History.ForgetRaw(t.Context(), w.clock.Now().Add(-24*time.Hour))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	assert.Empty(t, w.message(t, old.ID).Received.RawID)
	assert.NotEmpty(t, w.message(t, fresh.ID).Received.RawID)
	_, err = w.store.OpenBlob(t.Context(), old.Received.RawID)
	require.ErrorIs(t, err, email.ErrNotFound)
	assert.Equal(t, "Вопрос", w.message(t, old.ID).Subject, "what was read in it stays")
}
