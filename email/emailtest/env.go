package emailtest

import (
	"bytes"
	"context"
	"net/mail"
	"strings"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
)

// Env is a Service on memory parts and what a test needs to look behind it.
type Env struct {
	Service  *email.Service
	Store    *Store // holds the cast; customers, senders, templates, history, outbox, blobs and tokens
	Recorder *Recorder
	Clock    *Clock // stands at Monday, 2 March 2026, 09:00 UTC

	// Config is what the Service was made of: email.New(env.Config) is a further one on the same parts, as in another
	// process.
	Config email.Config
}

// stageTime is when an Env's clock begins.
var stageTime = time.Date(2026, time.March, 2, 9, 0, 0, 0, time.UTC)

// New returns a Service on memory parts with the cast of this package's constants in it. Clock, ids and randomness are
// the same in every run. Options change the configuration before the Service is made; a part that they replace is no
// longer the Env's. What was refused for now is tried again after one minute, three times in all.
func New(t testing.TB, options ...func(*email.Config)) *Env {
	t.Helper()
	env := &Env{
		Store:    NewStore(),
		Recorder: NewRecorder(),
		Clock:    NewClock(stageTime),
	}
	if err := env.Store.saveCast(context.Background(), env.Clock.Now()); err != nil {
		t.Fatalf("emailtest: %v", err)
	}
	env.Config = env.config()
	for _, option := range options {
		option(&env.Config)
	}
	env.Store.tenant = env.Config.Tenant
	env.Store.SetClock(env.Clock.Now)
	service, err := email.New(env.Config)
	if err != nil {
		t.Fatalf("emailtest: %v", err)
	}
	env.Service = service
	return env
}

func (e *Env) config() email.Config {
	return email.Config{
		Customers:    e.Store,
		Senders:      e.Store,
		Templates:    e.Store,
		Store:        e.Store,
		Blobs:        e.Store,
		Transport:    e.Recorder,
		Tokens:       e.Store,
		Suppressions: e.Store,
		Campaigns:    e.Store,
		Rates:        e.Store,
		Rules:        e.Store,
		Confirmation: email.Confirmation{
			From: mail.Address{Name: "CRM", Address: "noreply@shop.example"},
			URL:  func(token string) string { return "https://crm.example/confirm?token=" + token },
		},
		Dispatch: email.Dispatch{
			Poll:  10 * time.Millisecond,
			Retry: func(attempt int) (time.Duration, bool) { return time.Minute, attempt < 3 },
		},
		Now:   e.Clock.Now,
		NewID: IDs("id"),
		Rand:  Rand(1),
	}
}

// Send sends a draft, delivers what is due, and returns the message as it is kept then. The test ends where the draft
// is refused; whether the delivery succeeded stands in the message's State.
func (e *Env) Send(t testing.TB, draft email.Draft) email.Message {
	t.Helper()
	sent, err := e.Service.Send(context.Background(), draft)
	if err != nil {
		t.Fatalf("emailtest: send: %v", err)
	}
	e.Dispatch(t)
	return e.Message(t, sent.ID)
}

// Dispatch delivers what is due and returns how many deliveries were attempted.
func (e *Env) Dispatch(t testing.TB) int {
	t.Helper()
	n, err := e.Service.DispatchDue(context.Background())
	if err != nil {
		t.Fatalf("emailtest: dispatch: %v", err)
	}
	return n
}

// Message reads a message with its events.
func (e *Env) Message(t testing.TB, id string) email.Message {
	t.Helper()
	m, err := e.Service.History.Message(context.Background(), id)
	if err != nil {
		t.Fatalf("emailtest: %v", err)
	}
	return m
}

// Receive hands a message over as the server does that delivers to the mailbox in its Delivered-To, or in To where there
// is none, and returns it as it is filed. The test ends where it is not, or was before.
func (e *Env) Receive(t testing.TB, raw []byte) email.Message {
	t.Helper()
	p := parse(raw)
	mailbox := p.Header("Delivered-To")
	if mailbox == "" && len(p.To) > 0 {
		mailbox = p.To[0].Address
	}
	returnPath := p.Header("Return-Path")
	if returnPath != "<>" {
		returnPath = strings.Trim(returnPath, "<>")
	}
	m, err := e.Service.Receive(context.Background(), email.Inbound{
		Mailbox: mailbox, Recipients: []string{mailbox}, ReturnPath: returnPath, Raw: bytes.NewReader(raw),
	})
	if err != nil {
		t.Fatalf("emailtest: receive: %v", err)
	}
	return m
}
