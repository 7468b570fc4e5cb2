package email_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
)

func TestNothingUnwrittenIsSent(t *testing.T) {
	for name, deliver := range map[string]email.TransportFunc{
		"never asked for the bytes": func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) {
			return email.Receipt{}, nil
		},
		"calls it accepted all the same": func(_ context.Context, env email.Envelope, _ io.WriterTo) (email.Receipt, error) {
			return email.Receipt{Results: []email.Recipient{{Address: env.Recipients[0], Status: email.RecipientAccepted}}}, nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := by(t, deliver)
			assert.Equal(t, email.StateQueued, w.dispatch(t, w.send(t).ID).State)
		})
	}
	t.Run("ignores that the content failed", func(t *testing.T) {
		var blobs *brokenBlobs
		w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			_ = discard(msg)
			return email.Receipt{}, nil
		}, func(c *email.Config) {
			blobs = &brokenBlobs{Blobs: c.Blobs}
			c.Blobs = blobs
		})
		msg := w.send(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))
		blobs.broken = true
		assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	})
	t.Run("breaks off and says that all is well", func(t *testing.T) {
		w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
			_, _ = msg.WriteTo(failingWriter{})
			return email.Receipt{}, nil
		})
		assert.Equal(t, email.StateUncertain, w.dispatch(t, w.send(t).ID).State)
	})
}

type failingWriter struct{}

func (failingWriter) Write(p []byte) (int, error) { return len(p) / 2, errors.New("connection reset") }

// A second server may be tried within one Deliver: only its last word counts.
func TestContentFailsThenIsTaken(t *testing.T) {
	var blobs *brokenBlobs
	taken := 0
	w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		blobs.broken = true
		require.Error(t, discard(msg))
		blobs.broken = false
		require.NoError(t, discard(msg))
		taken++
		return email.Receipt{}, errors.New("disk is away") // what the first writing said
	}, func(c *email.Config) {
		blobs = &brokenBlobs{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	msg := w.send(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))
	assert.Equal(t, email.StateUncertain, w.dispatch(t, msg.ID).State)
	w.clock.Advance(24 * time.Hour)
	w.dispatch(t, msg.ID)
	assert.Equal(t, 1, taken)
}

func TestContentIsShorterThanDeclared(t *testing.T) {
	var blobs *shortBlobs
	w := newWorld(t, func(c *email.Config) {
		blobs = &shortBlobs{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	msg := w.send(t, attached(attach.Bytes("a.png", bigPNG(t), morning)))
	blobs.short = true
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State, "nothing was delivered, for certain")
}

type shortBlobs struct {
	email.Blobs
	short bool
}

func (b *shortBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if b.short {
		return io.NopCloser(strings.NewReader("short")), nil
	}
	return b.Blobs.OpenBlob(ctx, id)
}

func TestWriteToAfterDeliver(t *testing.T) {
	var late io.WriterTo
	w := by(t, func(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
		late = msg
		return email.Receipt{}, &email.TransportError{Code: 421, Temporary: true}
	})
	msg := w.send(t)
	require.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	var got writer
	_, err := late.WriteTo(&got)
	require.Error(t, err)
	assert.Empty(t, got)
	assert.Equal(t, email.StateQueued, w.message(t, msg.ID).State)
}

// brokenBlobs opens contents that fail half-way.
type brokenBlobs struct {
	email.Blobs
	broken bool
}

func (b *brokenBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	content, err := b.Blobs.OpenBlob(ctx, id)
	if err != nil || !b.broken {
		return content, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(content, 1000), failingReader{}), content}, nil
}

type failingReader struct{}

func (failingReader) Read([]byte) (int, error) { return 0, errors.New("disk is away") }

func TestContentFailsWhileSending(t *testing.T) {
	var blobs *brokenBlobs
	w := newWorld(t, func(c *email.Config) {
		blobs = &brokenBlobs{Blobs: c.Blobs}
		c.Blobs = blobs
	})
	msg := w.send(t, func(d *email.Draft) {
		d.Attachments = []attach.File{attach.Bytes("big.png", bigPNG(t), morning)}
	})
	blobs.broken = true
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateQueued, got.State, "it was not the connection that broke: nothing was delivered")
	assert.Empty(t, w.recorder.Deliveries())
	blobs.broken = false
	w.clock.Advance(2 * time.Minute)
	assert.Equal(t, email.StateSent, w.dispatch(t, msg.ID).State)
}
