package email_test

import (
	"context"
	"fmt"
	"io"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// One file for all: put once, a reference in each message, and encoded once.
func TestCampaignKeepsItsFileOnce(t *testing.T) {
	small, photo := []byte("%PDF-1.4\nsmall enough to be kept in each message\n%%EOF\n"), bigPNG(t)
	for name, c := range map[string]struct {
		cache   int64
		signers []message.Signer
		signing int // how often contents are read to be signed
		sending int // and to be sent
	}{
		"in memory":             {0, nil, 0, 4},
		"not in memory":         {-1, nil, 0, 60},
		"only the small one is": {1000, nil, 0, 32},
		"signed":                {0, []message.Signer{reader{}}, 2, 4},
		"signed, not in memory": {-1, []message.Signer{reader{}}, 60, 60},
	} {
		t.Run(name, func(t *testing.T) {
			var blobs *countingBlobs
			w, _ := mailings(t, func(config *email.Config) {
				blobs = &countingBlobs{Blobs: config.Blobs}
				config.Blobs, config.Dispatch.Cache, config.Signers = blobs, c.cache, c.signers
			})
			_, err := w.Campaigns.Send(t.Context(), news(audience(30), func(c *email.Campaign) {
				c.Draft.Attachments = []attach.File{attach.Bytes("a.png", photo, morning), attach.Bytes("b.pdf", small, morning)}
			}))
			require.NoError(t, err)
			assert.Equal(t, 2, blobs.puts)
			assert.Equal(t, c.signing, blobs.opens)
			blobs.opens = 0
			w.received(t)
			assert.Equal(t, c.sending, blobs.opens)
			for _, d := range w.recorder.Deliveries() {
				require.Len(t, d.Parsed.Attachments, 2)
				require.Equal(t, photo, d.Parsed.Attachments[0].Content)
				require.Equal(t, small, d.Parsed.Attachments[1].Content)
			}
		})
	}
}

// reader signs by reading all of a message.
type reader struct{}

func (reader) Sign(msg io.WriterTo) (message.Field, error) {
	n, err := msg.WriteTo(io.Discard)
	return message.Field{Name: "X-Octets", Body: fmt.Sprint(n)}, err
}

// A cache that has room for one file takes turns, and every message is whole.
func TestCacheMakesRoom(t *testing.T) {
	photo := bigPNG(t)
	other := append(slices.Clone(photo), 1, 2, 3)
	w, _ := mailings(t, func(c *email.Config) { c.Dispatch.Cache = int64(len(photo)) * 3 / 2 })
	for i := range 12 {
		content := [][]byte{photo, other}[i/3%2]
		w.send(t, attached(attach.Bytes("a.png", content, morning)))
	}
	w.received(t)
	for i, d := range w.recorder.Deliveries() {
		require.Equal(t, [][]byte{photo, other}[i/3%2], d.Parsed.Attachments[0].Content, "%d", i)
	}
}

type countingBlobs struct {
	email.Blobs
	puts, opens int
}

func (c *countingBlobs) PutBlob(ctx context.Context, r io.Reader) (email.Blob, error) {
	c.puts++
	return c.Blobs.PutBlob(ctx, r)
}

func (c *countingBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	c.opens++
	return c.Blobs.OpenBlob(ctx, id)
}
