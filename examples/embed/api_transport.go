package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
)

// apiTransport hands messages to a provider over HTTP: it implements email.Transport. Providers differ in how they spell
// the request and the answer; this one takes a message as it stands, with its envelope in a header field:
//
//	POST /messages
//	Authorization: Bearer KEY
//	Content-Type: message/rfc822
//	X-Envelope: from=bounce%40shop.example&to=anna%40customer.example
//	Expect: 100-continue
//
//	200 {"id": "prov-17", "refused": [{"to": "…", "code": 550, "enhanced": "5.1.1", "text": "no such user"}]}
//
// What to take over is how it tells the truth. The message is asked for its bytes when the provider asks for the body,
// so that a refusal before then costs nothing. A body without its end delivers nothing. A whole body without an answer
// is uncertain, and so is a server error after it, because a gateway that says 502 does not know what became of it.
type apiTransport struct {
	endpoint, key string
	client        *http.Client
}

func newAPITransport(endpoint, key string) *apiTransport {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ExpectContinueTimeout = 10 * time.Second // then the body goes out unasked
	return &apiTransport{endpoint, key, &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // it would lose the body
	}}
}

// Deliver implements email.Transport.
func (a *apiTransport) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	body := &upload{msg: msg, done: make(chan struct{})}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, a.endpoint, body)
	if err != nil {
		return email.Receipt{}, err
	}
	request.Header.Set("Authorization", "Bearer "+a.key)
	request.Header.Set("Content-Type", "message/rfc822")
	request.Header.Set("X-Envelope", url.Values{"from": {env.ReturnPath}, "to": env.Recipients}.Encode())
	request.Header.Set("Expect", "100-continue")
	response, err := a.client.Do(request)
	if err == nil {
		defer response.Body.Close()
	}
	whole, broken := body.end()
	switch {
	case broken != nil:
		return email.Receipt{}, broken
	case err != nil:
		return email.Receipt{}, &email.TransportError{Text: "no answer", Temporary: true, Uncertain: whole, Err: err}
	case response.StatusCode != http.StatusOK:
		return email.Receipt{}, refusal(response, whole)
	}
	return receipt(response.Body, whole)
}

// refusal classifies an answer that is no success.
func refusal(response *http.Response, whole bool) *email.TransportError {
	err := &email.TransportError{Text: response.Status}
	switch response.StatusCode {
	case http.StatusBadRequest, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity: // the message's own fault
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		err.Temporary = true
	default: // the account, the endpoint, a gateway: people mend these
		err.Temporary = true
		err.Uncertain = whole && response.StatusCode >= 500
	}
	return err
}

// receipt reads who got the message. An answer that cannot be read leaves it open.
func receipt(answer io.Reader, whole bool) (email.Receipt, error) {
	var told struct {
		ID      string
		Refused []struct {
			To        string
			Code      int
			Enhanced  string
			Text      string
			Temporary bool
		}
	}
	if err := json.NewDecoder(io.LimitReader(answer, 1<<20)).Decode(&told); err != nil || !whole {
		return email.Receipt{}, &email.TransportError{Text: "no readable answer", Uncertain: true, Err: err}
	}
	kept := email.Receipt{ProviderID: told.ID}
	for _, one := range told.Refused {
		status := (&email.TransportError{Temporary: one.Temporary}).Status()
		kept.Results = append(kept.Results, email.Recipient{Address: one.To, Status: status, Code: one.Code, Enhanced: one.Enhanced, Text: one.Text})
	}
	return kept, nil
}

// upload is the body of a request: it asks the message for its bytes at the first Read.
type upload struct {
	msg io.WriterTo

	mu    sync.Mutex
	pipe  *io.PipeReader // nil: not asked for yet
	ended bool
	err   error         // of WriteTo, once done is closed
	done  chan struct{} // closed once WriteTo has returned
}

// errHungUp is what the message's WriteTo gets where the provider wants no more of it.
var errHungUp = errors.New("the provider hung up")

// Read implements io.Reader.
func (u *upload) Read(p []byte) (int, error) {
	pipe := u.begin()
	if pipe == nil {
		return 0, errHungUp
	}
	return pipe.Read(p)
}

func (u *upload) begin() *io.PipeReader {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.pipe == nil && !u.ended {
		reader, writer := io.Pipe()
		u.pipe = reader
		go func() {
			_, u.err = u.msg.WriteTo(writer)
			writer.CloseWithError(u.err) // nil is the end of the body; anything else breaks the request off
			close(u.done)
		}()
	}
	return u.pipe
}

// Close implements io.Closer.
func (u *upload) Close() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.ended = true
	if u.pipe != nil {
		u.pipe.CloseWithError(errHungUp)
	}
	return nil
}

// end stops the upload and tells whether all of the message was taken, and whether the message itself broke off.
func (u *upload) end() (whole bool, broken error) {
	u.Close()
	if u.pipe == nil {
		return false, nil
	}
	<-u.done
	if errors.Is(u.err, errHungUp) {
		return false, nil
	}
	return u.err == nil, u.err
}
