package emailtest_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/email/message"
)

const suiteTimeout = 10 * time.Minute

// brokenStore is the memory store with some methods replaced; each gets the sound store.
type brokenStore struct {
	email.Store
	enqueue       func(context.Context, email.Store, email.Queued) (email.Message, error)
	claim         func(context.Context, email.Store, email.Claim) (email.Claimed, error)
	transition    func(context.Context, email.Store, email.Transition) error
	message       func(context.Context, email.Store, string) (email.Message, error)
	messages      func(context.Context, email.Store, email.MessageQuery) ([]email.Message, error)
	conversations func(context.Context, email.Store, email.ConversationQuery) ([]email.Conversation, error)
	file          func(context.Context, email.Store, email.Filed) (email.Message, error)
	assign        func(context.Context, email.Store, string, email.Conversation, email.Event) error
	erase         func(context.Context, email.Store, string) ([]string, error)
	forget        func(context.Context, email.Store, time.Time, int) ([]string, int, error)
	referenced    func(context.Context, email.BlobReferences, []string) ([]string, error)
	wire          func(context.Context, email.Store, string) (*message.Wire, error)
}

func (b brokenStore) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	if b.enqueue == nil {
		return b.Store.Enqueue(ctx, q)
	}
	return b.enqueue(ctx, b.Store, q)
}

func (b brokenStore) Claim(ctx context.Context, c email.Claim) (email.Claimed, error) {
	if b.claim == nil {
		return b.Store.Claim(ctx, c)
	}
	return b.claim(ctx, b.Store, c)
}

func (b brokenStore) Transition(ctx context.Context, t email.Transition) error {
	if b.transition == nil {
		return b.Store.Transition(ctx, t)
	}
	return b.transition(ctx, b.Store, t)
}

func (b brokenStore) Message(ctx context.Context, id string) (email.Message, error) {
	if b.message == nil {
		return b.Store.Message(ctx, id)
	}
	return b.message(ctx, b.Store, id)
}

func (b brokenStore) Messages(ctx context.Context, q email.MessageQuery) ([]email.Message, error) {
	if b.messages == nil {
		return b.Store.Messages(ctx, q)
	}
	return b.messages(ctx, b.Store, q)
}

func (b brokenStore) Conversations(ctx context.Context, q email.ConversationQuery) ([]email.Conversation, error) {
	if b.conversations == nil {
		return b.Store.Conversations(ctx, q)
	}
	return b.conversations(ctx, b.Store, q)
}

func (b brokenStore) File(ctx context.Context, f email.Filed) (email.Message, error) {
	if b.file == nil {
		return b.Store.File(ctx, f)
	}
	return b.file(ctx, b.Store, f)
}

func (b brokenStore) Assign(ctx context.Context, id string, c email.Conversation, e email.Event) error {
	if b.assign == nil {
		return b.Store.Assign(ctx, id, c, e)
	}
	return b.assign(ctx, b.Store, id, c, e)
}

func (b brokenStore) EraseCustomer(ctx context.Context, id string) ([]string, error) {
	if b.erase == nil {
		return b.Store.(email.Eraser).EraseCustomer(ctx, id)
	}
	return b.erase(ctx, b.Store, id)
}

func (b brokenStore) ReferencedBlobs(ctx context.Context, ids []string) ([]string, error) {
	if b.referenced == nil {
		return b.Store.(email.BlobReferences).ReferencedBlobs(ctx, ids)
	}
	return b.referenced(ctx, b.Store.(email.BlobReferences), ids)
}

func (b brokenStore) Wire(ctx context.Context, id string) (*message.Wire, error) {
	if b.wire == nil {
		return b.Store.(email.WireKeeper).Wire(ctx, id)
	}
	return b.wire(ctx, b.Store, id)
}

func (b brokenStore) ForgetRaw(ctx context.Context, before time.Time, limit int) ([]string, int, error) {
	if b.forget == nil {
		return b.Store.(email.Eraser).ForgetRaw(ctx, before, limit)
	}
	return b.forget(ctx, b.Store, before, limit)
}

// onStore runs TestStore on the memory store broken by breakIt.
func onStore(breakIt func() brokenStore) func(*testing.T) {
	return func(t *testing.T) {
		emailtest.TestStore(t, emailtest.StoreHarness{Open: func(testing.TB) (one, other email.Store) {
			broken := breakIt()
			broken.Store = emailtest.NewStore()
			return broken, broken
		}})
	}
}

func always(broken brokenStore) func() brokenStore { return func() brokenStore { return broken } }

var storeMutants = []mutant{
	{"two-storages", func(t *testing.T) {
		emailtest.TestStore(t, emailtest.StoreHarness{Open: func(testing.TB) (one, other email.Store) {
			return emailtest.NewStore(), emailtest.NewStore()
		}})
	}, []string{"Enqueue keeps everything", "Enqueue under one key by many", "Transition by two at once"}},
	{"leases-twice", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		claimed, err := s.Claim(ctx, c)
		for _, job := range claimed.Jobs {
			s.Transition(ctx, email.Transition{MessageID: job.Message.ID, From: email.StateQueued, To: email.StateQueued})
		}
		return claimed, err
	}})), []string{"Claim leases a message to one worker", "Claim by many workers", "Transition to the same state renews"}},
	{"never-leases-again", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.Lease *= 1000
		return s.Claim(ctx, c)
	}})), []string{"Claim gives a queued message again", "Claim counts the attempts"}},
	{"leases-a-moment-too-long", onStore(always(brokenStore{claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
		c.Lease += time.Microsecond
		return s.Claim(ctx, c)
	}})), []string{"Claim gives a queued message again"}},
	{"ignores-owner", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		if !t.LeaseUntil.IsZero() || t.Owner != "" {
			t.Owner = ""
		}
		return s.Transition(ctx, t)
	}})), []string{"Transition by a worker without the lease", "Transition by a worker whose lease", "Transition without LeaseUntil"}},
	{"wants-a-lease-of-persons", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		m, err := s.Message(ctx, t.MessageID)
		if err == nil && t.Owner == "" && m.Attempts > 0 {
			return email.ErrConflict
		}
		return s.Transition(ctx, t)
	}})), []string{"Transition by a person needs no lease"}},
	{"ignores-state", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		if m, err := s.Message(ctx, t.MessageID); err == nil {
			t.From = m.State
		}
		return s.Transition(ctx, t)
	}})), []string{"Transition from another state", "Transition by two at once", "Transition by a person is too late"}},
	{"gives-up-late-workers", onStore(func() brokenStore {
		var mu sync.Mutex
		until := map[string]time.Time{}
		return brokenStore{
			claim: func(ctx context.Context, s email.Store, c email.Claim) (email.Claimed, error) {
				claimed, err := s.Claim(ctx, c)
				mu.Lock()
				defer mu.Unlock()
				for _, job := range claimed.Jobs {
					until[job.Message.ID] = c.Now.Add(c.Lease)
				}
				return claimed, err
			},
			transition: func(ctx context.Context, s email.Store, t email.Transition) error {
				mu.Lock()
				lapsed := t.Owner != "" && t.At.After(until[t.MessageID])
				mu.Unlock()
				if lapsed {
					return email.ErrConflict
				}
				return s.Transition(ctx, t)
			},
		}
	}), []string{"Transition by the worker of a lapsed lease"}},
	{"unknown-is-conflict", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		if _, err := s.Message(ctx, t.MessageID); err != nil {
			return email.ErrConflict
		}
		return s.Transition(ctx, t)
	}})), []string{"Transition of an unknown message"}},
	{"never-renews", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		if t.From == t.To && !t.LeaseUntil.IsZero() {
			return nil
		}
		return s.Transition(ctx, t)
	}})), []string{"Transition to the same state renews the lease", "Transition to the same state renews the lease while sending"}},
	{"forgets-events", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		t.Event = nil
		return s.Transition(ctx, t)
	}})), []string{"Transition adds its event"}},
	{"forgets-results", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		t.Results = nil
		return s.Transition(ctx, t)
	}})), []string{"Transition takes results over", "Claim keeps what is known", "Claim addresses only", "Transition puts an uncertain"}},
	{"forgets-send-at", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		t.SendAt = time.Time{}
		return s.Transition(ctx, t)
	}})), []string{"Transition to queued moves SendAt"}},
	{"forgets-sent-at", onStore(always(brokenStore{message: func(ctx context.Context, s email.Store, id string) (email.Message, error) {
		m, err := s.Message(ctx, id)
		m.SentAt = time.Time{}
		return m, err
	}})), []string{"Transition to sent sets SentAt"}},
	{"forgets-provider", onStore(always(brokenStore{transition: func(ctx context.Context, s email.Store, t email.Transition) error {
		if t.ProviderID == "" {
			t.ProviderID = " "
		}
		return s.Transition(ctx, t)
	}})), []string{"Transition keeps the provider's id"}},
}
