package email_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
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
	}
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
