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

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

// A letter that is given up after many attempts says nothing about the address, whatever the reasons were.
func TestGivingUpSuppressesNobody(t *testing.T) {
	w, _ := suppressing(t, func(c *email.Config) {
		c.Dispatch.Retry = func(int) (time.Duration, bool) { return 0, false }
		c.Transport = email.TransportFunc(func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) {
			return email.Receipt{}, errors.New("unknown user of the relay")
		})
	})
	got := w.dispatch(t, w.send(t).ID)
	assert.Equal(t, email.RecipientRefused, got.Recipients[0].Status)
	assert.Empty(t, w.reasons(t))
}

// That one of a letter's addresses does not exist keeps nothing from the other, which is to be tried again.
func TestOneOfTwoAddressesDoesNotExist(t *testing.T) {
	w, _ := suppressing(t)
	w.recorder.Refuse("ivan@example.org", email.TransportError{Code: 550, Enhanced: "5.1.1"})
	w.recorder.Refuse("ivan@mail.ru", email.TransportError{Code: 451, Enhanced: "4.7.1", Text: "greylisted", Temporary: true})
	msg := w.send(t, toBoth)
	assert.Equal(t, email.StateQueued, w.dispatch(t, msg.ID).State)
	assert.Equal(t, []string{"bounce ivan@example.org"}, w.reasons(t))
	w.recorder.Accept("ivan@mail.ru")
	w.clock.Advance(time.Hour)
	got := w.dispatch(t, msg.ID)
	assert.Equal(t, email.StateSent, got.State)
	assert.Equal(t, email.RecipientAccepted, got.Recipients[1].Status)
}

func TestAddressesThatDoNotExistAreSuppressed(t *testing.T) {
	for answer, gone := range map[email.TransportError]bool{
		{Code: 550, Enhanced: "5.1.1", Text: "whatever"}:                                              true,
		{Code: 550, Enhanced: "5.1.10", Text: "null MX"}:                                              true,
		{Code: 550, Text: "Message was not accepted -- invalid mailbox"}:                              true,
		{Code: 550, Enhanced: "5.7.1", Text: "No such user!"}:                                         true,
		{Code: 550, Enhanced: "5.7.1", Text: "blocked by our policy"}:                                 false,
		{Code: 550, Text: "sender domain does not exist"}:                                             false,
		{Code: 550, Enhanced: "5.7.1", Text: "PTR record of your IP address does not exist"}:          false,
		{Text: "outgoing: file does not exist"}:                                                       false,
		{Code: 550, Text: "The email account that you tried to reach does not exist."}:                true,
		{Code: 550, Text: "User user@example.org doesn't exist"}:                                      true,
		{Code: 552, Enhanced: "5.2.2", Text: "mailbox full, user not found"}:                          false,
		{Code: 554, Enhanced: "5.7.26", Text: "unauthenticated mail"}:                                 false,
		{Code: 450, Enhanced: "4.1.1", Text: "unknown user", Temporary: true}:                         false,
		{Code: 451, Text: "no such user, try later", Temporary: true}:                                 false,
		{Code: 550, Enhanced: "5.2.1", Text: "The email account that you tried to reach is inactive"}: true,
	} {
		t.Run(answer.Text, func(t *testing.T) {
			w, _ := suppressing(t)
			w.recorder.Refuse("ivan@example.org", answer)
			msg := w.send(t)
			w.dispatch(t, msg.ID)
			if !gone {
				assert.Empty(t, w.reasons(t))
				return
			}
			assert.Equal(t, []string{"bounce ivan@example.org"}, w.reasons(t))
			of, err := w.Suppressions.Of(t.Context(), "ivan@example.org")
			require.NoError(t, err)
			assert.Equal(t, msg.ID, of[0].MessageID)
		})
	}
}

func TestBounceSuppresses(t *testing.T) {
	for status, want := range map[string][]string{"5.1.1": {"bounce ivan@example.org"}, "5.2.2": nil, "4.1.1": nil} {
		w, _ := suppressing(t)
		w.dispatch(t, w.send(t).ID)
		raw := emailtest.RawBounce(t, w.recorder.Deliveries()[0], status)
		_, err := w.Receive(t.Context(), email.Inbound{Mailbox: "anna@shop.example", ReturnPath: "<>", Raw: strings.NewReader(string(raw))})
		require.NoError(t, err)
		assert.Equal(t, want, w.reasons(t), status)
	}
}
