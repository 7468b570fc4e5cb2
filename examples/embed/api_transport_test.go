package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
)

const apiKey = "api-key"

// provider is the server at the other end of an apiTransport. Its zero value takes every message.
type provider struct {
	before, after func(http.ResponseWriter) // in place of reading the body, and of the answer to it
	refuse        string                    // this recipient
	temporary     bool                      // for now

	mu       sync.Mutex
	received []emailtest.Received
}

// serve starts the provider.
func (p *provider) serve(t testing.TB) emailtest.TransportServer {
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return emailtest.TransportServer{Transport: newAPITransport(server.URL, apiKey), Received: func() []emailtest.Received {
		p.mu.Lock()
		defer p.mu.Unlock()
		return slices.Clone(p.received)
	}}
}

func (p *provider) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	envelope, err := url.ParseQuery(r.Header.Get("X-Envelope"))
	if err != nil || r.Header.Get("Authorization") != "Bearer "+apiKey || r.Header.Get("Content-Type") != "message/rfc822" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	taken := slices.DeleteFunc(slices.Clone(envelope["to"]), func(addr string) bool { return addr == p.refuse })
	switch {
	case p.before != nil:
		p.before(w)
		return
	case len(taken) == 0:
		http.Error(w, "no recipient is left", p.status())
		return
	}
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return // half a message
	}
	if p.after != nil {
		p.after(w)
		return
	}
	p.mu.Lock()
	p.received = append(p.received, emailtest.Received{Raw: raw, Envelope: email.Envelope{ReturnPath: envelope.Get("from"), Recipients: taken}})
	p.mu.Unlock()
	answer := map[string]any{"id": "prov-01jd8m3k9q7zv2x5w4n6"}
	if len(taken) < len(envelope["to"]) {
		answer["refused"] = []any{map[string]any{"to": p.refuse, "code": 550, "enhanced": "5.1.1", "text": "no such user", "temporary": p.temporary}}
	}
	json.NewEncoder(w).Encode(answer)
}

func (p *provider) status() int {
	if p.temporary {
		return http.StatusServiceUnavailable
	}
	return http.StatusUnprocessableEntity
}

// says answers with a status.
func says(status int) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) { http.Error(w, "no", status) }
}

// silence says nothing until the test ends.
func silence(t testing.TB) func(http.ResponseWriter) {
	over := make(chan struct{})
	t.Cleanup(func() { close(over) })
	return func(http.ResponseWriter) { <-over }
}

// The transport keeps every promise of email.Transport.
func TestAPITransport(t *testing.T) {
	emailtest.TestTransport(t, emailtest.TransportHarness{
		Accept: func(t testing.TB) emailtest.TransportServer { return new(provider).serve(t) },
		RefuseRecipient: func(t testing.TB, addr string, temporary bool) emailtest.TransportServer {
			return (&provider{refuse: addr, temporary: temporary}).serve(t)
		},
		RefuseAll: func(t testing.TB, temporary bool) emailtest.TransportServer {
			p := &provider{temporary: temporary}
			p.before = says(p.status())
			return p.serve(t)
		},
		RefuseContent: func(t testing.TB, temporary bool) emailtest.TransportServer {
			p := &provider{temporary: temporary}
			p.after = says(p.status())
			return p.serve(t)
		},
		LoseReply: func(t testing.TB) emailtest.TransportServer {
			return (&provider{after: func(http.ResponseWriter) { panic(http.ErrAbortHandler) }}).serve(t)
		},
		Stall: func(t testing.TB) emailtest.TransportServer {
			p := new(provider)
			s := p.serve(t)
			p.before = silence(t) // ends before the server is closed
			return s
		},
		StallReply: func(t testing.TB) emailtest.TransportServer {
			p := new(provider)
			s := p.serve(t)
			p.after = silence(t)
			return s
		},
	})
}

// What an answer means for a message.
func TestAPITransportAnswers(t *testing.T) {
	body := func(text string) func(http.ResponseWriter) {
		return func(w http.ResponseWriter) { io.WriteString(w, text) }
	}
	for name, c := range map[string]struct {
		provider *provider
		want     email.RecipientStatus
	}{
		"taken":                           {&provider{}, email.RecipientAccepted},
		"the key is wrong":                {&provider{before: says(401)}, email.RecipientDeferred},
		"the key is wrong, said late":     {&provider{after: says(401)}, email.RecipientDeferred},
		"nothing is there":                {&provider{before: says(404)}, email.RecipientDeferred},
		"it has moved":                    {&provider{before: says(307)}, email.RecipientDeferred},
		"too many messages":               {&provider{after: says(429)}, email.RecipientDeferred},
		"too large":                       {&provider{before: says(413)}, email.RecipientRefused},
		"a server error before the bytes": {&provider{before: says(502)}, email.RecipientDeferred},
		"a server error after the bytes":  {&provider{after: says(502)}, email.RecipientUncertain},
		"an answer that says nothing":     {&provider{after: body("")}, email.RecipientUncertain},
		"half an answer":                  {&provider{after: body(`{"id": "prov-01jd8m3k9q7zv2x5w4n6", "refu`)}, email.RecipientUncertain},
		"yes without reading":             {&provider{before: body(`{"id": "prov-01jd8m3k9q7zv2x5w4n6"}`)}, email.RecipientUncertain},
	} {
		t.Run(name, func(t *testing.T) {
			env := email.Envelope{Recipients: []string{"a@customer.example"}}
			_, err := c.provider.serve(t).Transport.Deliver(context.Background(), env, strings.NewReader("Subject: x\r\n\r\n"))
			status := email.RecipientAccepted
			if err != nil {
				var refused *email.TransportError
				require.ErrorAs(t, err, &refused)
				status = refused.Status()
			}
			assert.Equal(t, c.want, status, "%v", err)
		})
	}
}
