package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
)

// A message that came back is marked, whatever the provider knows it by, and its report stands in the history, once.
func TestBounce(t *testing.T) {
	for _, by := range []string{"the provider's id", "the Message-ID"} {
		t.Run(by, func(t *testing.T) {
			h := newHostOn(t, new(provider).serve(t).Transport)
			h.sent(t, letter(), nil)
			sent := h.newest(t)
			require.Equal(t, email.StateSent, sent.State)
			require.Equal(t, "prov-01jd8m3k9q7zv2x5w4n6", sent.ProviderID)
			told := notification{Event: "bounce", ID: sent.ProviderID, Recipient: "anna@customer.example", Status: "5.1.1",
				Diagnostic: "550 no such user: Анна\r\n\r\n--report--", At: sent.CreatedAt}
			if by == "the Message-ID" {
				told.ID = sent.MessageID
			}
			for range 2 { // providers repeat themselves
				require.Equal(t, http.StatusOK, h.do(signed(t, told, hookSecret)).Code)
			}
			msg, err := h.mail.History.Message(context.Background(), sent.ID)
			require.NoError(t, err)
			assert.Equal(t, email.StateBounced, msg.State)
			assert.Equal(t, email.RecipientRefused, msg.Recipients[0].Status)
			assert.Equal(t, "5.1.1", msg.Recipients[0].Enhanced)
			assert.Contains(t, msg.Recipients[0].Text, "no such user: Анна")
			report := h.newest(t)
			assert.Equal(t, email.MatchBounce, report.Received.MatchedBy)
			assert.Equal(t, sent.ConversationID, report.ConversationID)
			assert.Empty(t, report.Received.Defects)
			assert.Equal(t, 2, strings.Count(h.get("/clients/1/messages").Body.String(), "<article>"))
		})
	}
}

// Only what the provider has signed, and only bounces, are believed.
func TestBounceByStrangers(t *testing.T) {
	h := newHostOn(t, new(provider).serve(t).Transport)
	h.sent(t, letter(), nil)
	told := notification{Event: "bounce", ID: h.newest(t).ProviderID, Recipient: "anna@customer.example", Status: "5.1.1"}
	delivered := told
	delivered.Event = "delivered"
	for want, r := range map[int]*http.Request{
		http.StatusUnauthorized:          signed(t, told, "another secret"),
		http.StatusOK:                    signed(t, delivered, hookSecret),
		http.StatusBadRequest:            signed(t, []int{1}, hookSecret),
		http.StatusRequestEntityTooLarge: signed(t, strings.Repeat("x", maxNotification), hookSecret),
	} {
		assert.Equal(t, want, h.do(r).Code)
	}
	assert.Equal(t, http.StatusUnauthorized, h.do(headed(signed(t, told, hookSecret), "X-Signature", "")).Code)
	assert.Equal(t, email.StateSent, h.newest(t).State)
}

// newest is the newest message of Anna's history.
func (h *host) newest(t testing.TB) email.Message {
	page, err := h.mail.History.Messages(context.Background(), "1", "", 1)
	require.NoError(t, err)
	require.NotEmpty(t, page.Items)
	return page.Items[0]
}

// signed posts a notification as the provider does.
func signed(t testing.TB, told any, secret string) *http.Request {
	body, err := json.Marshal(told)
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, "/bounces", strings.NewReader(string(body)))
	r.Header.Set("X-Signature", bounces{secret: []byte(secret)}.sign(body))
	return r
}
