package email_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/crmmail/crmmail/email"
)

// Who asks for a file is told nothing of what failed; the log is.
func TestFilesThatCannotBeServed(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *email.Config) {
		c.Store = unreadableStore{c.Store}
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	for name, handler := range map[string]func(http.ResponseWriter, *http.Request){
		"all": w.serveAll("m"), "one": w.serveOne("m", 0, false),
	} {
		log.Reset()
		response := get(handler)
		assert.Equal(t, http.StatusInternalServerError, response.StatusCode, name)
		assert.Equal(t, "internal error\n", string(body(t, response)), name)
		assert.Contains(t, log.String(), "database is away", name)

		log.Reset()
		gone, leave := context.WithCancel(t.Context())
		leave()
		handler(httptest.NewRecorder(), httptest.NewRequestWithContext(gone, http.MethodGet, "/", nil))
		assert.Empty(t, log.String(), "who asked has gone")
	}
}

// Neither the answer that there is no such file nor a broken archive says that the contents are away.
func TestContentsThatCannotBeServed(t *testing.T) {
	var log bytes.Buffer
	contents := &awayBlobs{}
	w := newWorld(t, func(c *email.Config) {
		contents.Blobs, c.Blobs = c.Blobs, contents
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
	})
	in := w.receive(t, rawMail(t))
	one := w.send(t, attached(pdf("a.pdf", 100, 0)))
	answer := w.send(t, attached(pdf("a.pdf", 100, 0), pdf("b.pdf", 100, 1)), func(d *email.Draft) { d.InReplyTo = in.ID })
	contents.away = true
	for name, handler := range map[string]func(http.ResponseWriter, *http.Request){
		"all of one": w.serveAll(one.ID), "one": w.serveOne(one.ID, 0, false),
	} {
		log.Reset()
		assert.Equal(t, http.StatusNotFound, get(handler).StatusCode, name)
		assert.Contains(t, log.String(), "contents are away", name)
	}
	log.Reset()
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { get(w.serveAll(answer.ID)) })
	assert.Contains(t, log.String(), "contents are away")
}

// awayBlobs cannot be read while they are away.
type awayBlobs struct {
	email.Blobs
	away bool
}

func (b *awayBlobs) OpenBlob(ctx context.Context, id string) (io.ReadCloser, error) {
	if b.away {
		return nil, errors.New("contents are away")
	}
	return b.Blobs.OpenBlob(ctx, id)
}

// unreadableStore fails where it is read.
type unreadableStore struct{ email.Store }

func (unreadableStore) Message(context.Context, string) (email.Message, error) {
	return email.Message{}, errors.New("database is away")
}

func TestAsArchive(t *testing.T) {
	message := func(origin email.Origin, files int) email.Message {
		return email.Message{Origin: origin, Attachments: make([]email.Attachment, files)}
	}
	assert.True(t, message(email.OriginReply, 2).AsArchive())
	assert.False(t, message(email.OriginReply, 1).AsArchive(), "a single file comes as itself")
	assert.False(t, message(email.OriginReply, 0).AsArchive())
	assert.False(t, message(email.OriginOutgoing, 5).AsArchive())
	assert.False(t, message(email.OriginInbound, 5).AsArchive())
}
