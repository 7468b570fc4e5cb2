package main

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/crmmail/crmmail/email"
)

// faults is a transport that breaks what goes through it, as often as somebody has asked for.
type faults struct {
	next   email.Transport
	server email.Transport // that next hands over to; nil: none

	mu   sync.Mutex
	kind string
	left int
}

// What can go wrong, in the order of the page.
var faultKinds = []string{"refuse", "greylist", "stall", "lose"}

// Deliver implements email.Transport.
func (f *faults) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	switch f.take() {
	case "refuse":
		return email.Receipt{}, &email.TransportError{Code: 550, Enhanced: "5.1.1", Text: "no such user here"}
	case "greylist":
		return email.Receipt{}, &email.TransportError{Code: 451, Enhanced: "4.7.1", Text: "greylisted, try again in ten seconds", Temporary: true}
	case "stall":
		<-ctx.Done() // nothing of the message has gone out: it is tried again
		return email.Receipt{}, &email.TransportError{Text: "the server does not answer", Temporary: true, Err: ctx.Err()}
	case "lose":
		if receipt, err := f.next.Deliver(ctx, env, msg); err != nil {
			return receipt, err
		}
		return email.Receipt{}, &email.TransportError{Text: "the connection was lost after the content", Uncertain: true}
	}
	return f.next.Deliver(ctx, env, msg)
}

// take is what goes wrong now; empty: nothing.
func (f *faults) take() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left == 0 {
		return ""
	}
	f.left--
	return f.kind
}

func (f *faults) set(kind string, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.kind, f.left = kind, times
}

func (f *faults) state() (kind string, left int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.kind, f.left
}

// SizeLimit implements email.SizeLimiter: it asks the server, where there is one.
func (f *faults) SizeLimit(ctx context.Context) (int64, error) {
	if limiter, ok := f.server.(email.SizeLimiter); ok {
		return limiter.SizeLimit(ctx)
	}
	return 0, nil
}

// faultsPage shows what goes wrong next.
func (a *app) faultsPage(w http.ResponseWriter, r *http.Request) error {
	kind, left := a.faults.state()
	return a.show(w, r, http.StatusOK, "faults", "faults", map[string]any{"Kinds": faultKinds, "Kind": kind, "Left": left})
}

// setFault has the next deliveries go wrong; none ends it.
func (a *app) setFault(w http.ResponseWriter, r *http.Request) error {
	times, err := strconv.Atoi(r.FormValue("times"))
	if err != nil || times < 0 || times > 100 {
		return errBadRequest
	}
	a.faults.set(r.FormValue("kind"), times)
	return again(w, r, "/_faults", "fault")
}
