package email_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
)

func TestMessageInvalid(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Confirmation.From.Name = "CRM\r\nBcc: evil@example.com" })
	err := w.Senders.RequestConfirmation(t.Context(), sender.Ref{Kind: sender.User, ID: "boris"}, "en")
	var refused *email.RefusedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, email.CodeMessageInvalid, refused.Code)
	assert.Zero(t, w.recorder.Attempts())
}

func TestConfirmationIsNotSent(t *testing.T) {
	boris := sender.Ref{Kind: sender.User, ID: "boris"}
	w := newWorld(t)
	w.recorder.Refuse("boris@shop.example", email.TransportError{Code: 550})
	var refused *email.TransportError
	require.ErrorAs(t, w.Senders.RequestConfirmation(t.Context(), boris, "en"), &refused)
	assert.False(t, refused.Temporary)
	require.ErrorIs(t, w.Senders.RequestConfirmation(t.Context(), sender.Ref{Kind: sender.User, ID: "nobody"}, "en"), sender.ErrNotFound)

	without := newWorld(t, func(c *email.Config) { c.Tokens = nil })
	require.ErrorIs(t, without.Senders.RequestConfirmation(t.Context(), boris, "en"), email.ErrUnsupported)
	_, err := without.Senders.Confirm(t.Context(), "x")
	require.ErrorIs(t, err, email.ErrUnsupported)
	readOnly := newWorld(t, func(c *email.Config) { c.Senders = directoryOnly{c.Senders} })
	require.ErrorIs(t, readOnly.Senders.RequestConfirmation(t.Context(), boris, "en"), email.ErrUnsupported)
	require.ErrorIs(t, readOnly.Senders.Allow(t.Context(), boris, true), email.ErrUnsupported)
}

// directoryOnly hides that a directory is an editor.
type directoryOnly struct{ sender.Directory }
