package email_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// orphan keeps a content that no message refers to.
func orphan(t *testing.T, w *world, content string) string {
	t.Helper()
	blob, err := w.store.PutBlob(t.Context(), strings.NewReader(content))
	require.NoError(t, err)
	return blob.ID
}

func kept(t *testing.T, w *world, id string) bool {
	t.Helper()
	r, err := w.store.OpenBlob(t.Context(), id)
	if errors.Is(err, email.ErrNotFound) {
		return false
	}
	require.NoError(t, err)
	require.NoError(t, r.Close())
	return true
}

// What nobody refers to goes after a day; all that messages refer to stays.
func TestOrphansGo(t *testing.T) {
	w := newWorld(t)
	sent := w.send(t, attached(attach.Bytes("фото.png", bigPNG(t), morning)))
	received := w.receive(t, rawMail(t, attachedMail("a.pdf")))
	var orphans []string
	for i := range 1100 { // more than a page
		orphans = append(orphans, orphan(t, w, fmt.Sprint(i)))
	}
	w.clock.Advance(24 * time.Hour)
	require.NoError(t, w.Upkeep(t.Context()))
	assert.True(t, kept(t, w, orphans[0]), "it is not older than a day")
	w.clock.Advance(30 * time.Minute)
	require.NoError(t, w.Upkeep(t.Context()))
	assert.True(t, kept(t, w, orphans[0]), "it is looked for once an hour")
	young := orphan(t, w, "young")
	again := orphan(t, w, "7")
	w.clock.Advance(30 * time.Minute)
	require.NoError(t, w.Upkeep(t.Context()))
	for _, id := range orphans {
		assert.Equal(t, id == again, kept(t, w, id))
	}
	for _, id := range []string{young, sent.Attachments[0].BlobID, received.Attachments[0].BlobID, received.Received.RawID} {
		assert.True(t, kept(t, w, id))
	}
}

func TestOrphansStay(t *testing.T) {
	for name, change := range map[string]func(*email.Config){
		"for ever":                   func(c *email.Config) { c.OrphanRetention = -1 },
		"for longer":                 func(c *email.Config) { c.OrphanRetention = 49 * time.Hour },
		"blobs that do not list":     func(c *email.Config) { c.Blobs = struct{ email.Blobs }{c.Blobs} },
		"a store that does not know": func(c *email.Config) { c.Store = struct{ email.Store }{c.Store} },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, change)
			id := orphan(t, w, "nobody's")
			w.clock.Advance(48 * time.Hour)
			require.NoError(t, w.Upkeep(t.Context()))
			assert.True(t, kept(t, w, id))
		})
	}
}

// unsure is a store that does not know its references, once.
type unsure struct {
	*emailtest.Store
	err error
}

func (f *unsure) ReferencedBlobs(ctx context.Context, ids []string) ([]string, error) {
	if err := f.err; err != nil {
		f.err = nil
		return nil, err
	}
	return f.Store.ReferencedBlobs(ctx, ids)
}

// A failure removes nothing, is told, and is made up for at the next chance.
func TestOrphansAfterAFailure(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Store = &unsure{c.Store.(*emailtest.Store), errors.New("database is away")} })
	id := orphan(t, w, "nobody's")
	w.clock.Advance(48 * time.Hour)
	require.ErrorContains(t, w.Upkeep(t.Context()), "database is away")
	assert.True(t, kept(t, w, id))
	require.NoError(t, w.Upkeep(t.Context()))
	assert.False(t, kept(t, w, id))
}

func TestRunRemovesOrphans(t *testing.T) {
	w := newWorld(t)
	id := orphan(t, w, "nobody's")
	w.clock.Advance(25 * time.Hour)
	stop := run(t, w.Service)
	assert.Eventually(t, func() bool { return !kept(t, w, id) }, 10*time.Second, time.Millisecond)
	stop()
}
