package emailtest

import (
	"context"
	"net/mail"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
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

// saveCast was confirmed, created and updated a day ago.
func (s *Store) saveCast(ctx context.Context, now time.Time) error {
	before := now.AddDate(0, 0, -1)
	for _, group := range []struct {
		kind       sender.Kind
		identities []sender.Identity
	}{
		{sender.User, castUsers(before)},
		{sender.Store, castStores(before)},
		{sender.Additional, castAdditional(before)},
	} {
		for _, identity := range group.identities {
			if err := s.SaveIdentity(ctx, group.kind, identity); err != nil {
				return err
			}
		}
	}
	for _, customer := range castCustomers(before) {
		if err := s.SaveCustomer(ctx, customer); err != nil {
			return err
		}
	}
	for _, one := range castTemplates(before) {
		if err := s.SaveTemplate(ctx, one); err != nil {
			return err
		}
	}
	return nil
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
