package email

import (
	"context"
	"time"

	"github.com/crmmail/crmmail/email/message"
)

// Store keeps conversations, messages and the outbox of one tenant. Implementations are safe for concurrent use, also
// by several processes on one storage.
//
// Each method changes everything or nothing. Where its answer is lost, as with the connection, it may have done either, and
// can be called again: Enqueue and File return what they have kept with ErrDuplicate, EnqueueAll the same ids; Transition
// and Assign are ErrConflict where they have been; what a Claim has leased is leased again when the lease has lapsed;
// EraseCustomer and ForgetRaw do nothing more, and the contents that they have let go are found as orphans.
type Store interface {
	Outbox
	Inbox
	Journal
}

// Outbox is the part of a Store that messages leave by.
//
// Its promise: what is queued is sent once, or known not to be, or marked uncertain.
type Outbox interface {
	// Enqueue keeps a message with its conversation, recipients, event and wire form, all of it or nothing, and returns it
	// as Message does. Where the idempotency key is used already it changes nothing and returns the first message with
	// ErrDuplicate; where only the id is, the zero Message with ErrDuplicate.
	Enqueue(ctx context.Context, q Queued) (Message, error)

	// Claim leases due messages to a worker: those in StateQueued whose SendAt has come and whose lease, if any, has
	// lapsed, oldest SendAt first, and mass mailings (Bulk) after all others. A message is leased to one worker at a time;
	// Attempts counts the claims.
	// Messages in StateSending whose lease has lapsed become StateUncertain, with an event, and their open recipients
	// RecipientUncertain: their worker died while the bytes were going out.
	// A lease that ends later than MaxLead after Now and Lease was taken by a clock that was wrong, and has lapsed, too.
	Claim(ctx context.Context, c Claim) (Claimed, error)

	// Transition moves a message from one state to another: it compares, then sets, at once. ErrConflict where the
	// message is no longer in t.From, t.Owner no longer holds its lease or t.Attempt is another one, ErrNotFound where there
	// is none such.
	// A transition from StateQueued or StateSending to itself renews the lease. A lease lapses at LeaseUntil; a lapsed one
	// is still its owner's until somebody else claims the message or finds it uncertain.
	Transition(ctx context.Context, t Transition) error
}

// Inbox is the part of a Store that messages come in by.
type Inbox interface {
	// File keeps a received message, or one in StateFailed that never was to leave, with its attachments, conversation and
	// event, all of it or nothing, and returns it as Message does. A used idempotency key or id is treated as Enqueue
	// treats it.
	File(ctx context.Context, f Filed) (Message, error)
	// Assign gives a message that waits in the inbox, which means that it has no customer, to a customer: the message
	// takes the conversation's id and customer, and the conversation is kept as File keeps it. ErrConflict where the
	// message has a customer already, ErrNotFound where there is none such.
	Assign(ctx context.Context, messageID string, c Conversation, e Event) error
}

// Eraser is an optional ability of a Store: it can forget.
type Eraser interface {
	// EraseCustomer removes everything that is kept about a customer: conversations, messages, recipients, events and wire
	// forms, queued ones too. It returns the ids of the contents that no message refers to any more. An unknown
	// customer is no error. The id is never used again: from then on Enqueue, File and Assign are ErrNotFound for it and keep
	// nothing, also those that are under way.
	EraseCustomer(ctx context.Context, customerID string) (blobs []string, err error)
	// ForgetRaw takes the bytes as they came (Received.RawID) from at most limit inbound messages that were kept before a
	// time, oldest first, and returns the ids of the contents that no message refers to any more, and from how many
	// messages it took them.
	ForgetRaw(ctx context.Context, before time.Time, limit int) (blobs []string, n int, err error)
}

// BlobReferences is an optional ability of a Store: it knows which contents its messages refer to.
type BlobReferences interface {
	// ReferencedBlobs returns those of some contents that messages refer to: as an attachment, in a wire form, or as the bytes
	// as they came. The order is the store's, and none is named twice.
	ReferencedBlobs(ctx context.Context, ids []string) ([]string, error)
}

// WireKeeper is an optional ability of a Store: it tells the wire forms of its messages, also of those that went out long
// ago. History.Source needs it.
type WireKeeper interface {
	// Wire returns the wire form that Enqueue kept with a message, in whatever state the message is by now; ErrNotFound
	// where there is no message, or none was kept with it.
	Wire(ctx context.Context, messageID string) (*message.Wire, error)
}

// Journal is the part of a Store that the history is read from.
type Journal interface {
	// Message returns one message with its events; an unknown id is ErrNotFound.
	Message(ctx context.Context, id string) (Message, error)
	// Messages returns at most q.Limit messages, newest first (CreatedAt, then ID, both descending), without events.
	Messages(ctx context.Context, q MessageQuery) ([]Message, error)
	// Conversations returns at most q.Limit conversations, newest first (UpdatedAt, then ID, both descending).
	Conversations(ctx context.Context, q ConversationQuery) ([]Conversation, error)
}

// Queued is what Enqueue keeps.
type Queued struct {
	Message Message // in StateQueued, with its recipients pending, its ID and its IdempotencyKey
	// Conversation is kept where it is new. Where it exists, its State is taken over unless it is empty, and its UpdatedAt
	// where that is later.
	Conversation Conversation
	ReturnPath   string        // of the envelope; empty is the null return path
	Wire         *message.Wire // never nil
	Event        Event
}

// Filed is what File keeps.
type Filed struct {
	// Message has its ID and its IdempotencyKey. It is in StateReceived and has Received, or in StateFailed and has not.
	Message Message
	// Conversation is kept as Enqueue keeps it. nil: the message belongs to none. A received one without conversation and
	// customer waits in the inbox.
	Conversation *Conversation
	Event        Event
}

// Claim asks for due messages.
type Claim struct {
	Owner string        // names the worker; unique among all that run
	Now   time.Time     // the worker's clock: the store uses no other
	Lease time.Duration // how long the worker may be silent
	Limit int           // at most so many jobs; 0: none, which still finds the uncertain ones

	// MessageIDs are the few that may be leased; nil: whatever they are, empty: none. The uncertain ones are found among all
	// in any case.
	MessageIDs []string
}

// MaxLead is how far the clocks of workers, and the leases and rates that they are configured with, may differ. What is kept
// of a time still further ahead comes from a clock that has leapt: it is not waited for.
const MaxLead = time.Hour

// Claimed is the answer to a Claim.
type Claimed struct {
	Jobs      []Job
	Uncertain []string // ids of messages that became uncertain by this claim
}

// Job is one leased message.
type Job struct {
	Message  Message       // without events
	Envelope Envelope      // only the recipients that still wait
	Wire     *message.Wire // nil where it can no longer be read, which holds up no other message
	// Lapses is how often in a row the lease on the message has lapsed while it was queued: its workers fell silent. A
	// transition that ends a lease sets it back to 0.
	Lapses int
}

// Transition is one change of a message's state.
type Transition struct {
	MessageID string
	Owner     string // the worker that must hold the lease; empty: not asked, for what a person does
	Attempt   *int   // what Attempts must be, so that an old attempt does not speak for a newer one; nil: not asked
	From, To  State
	At        time.Time // when it happened; becomes SentAt where To is StateSent and From is not

	LeaseUntil time.Time   // the new end of the lease; zero ends the lease
	SendAt     time.Time   // where To is StateQueued: not before; zero keeps it
	Retries    *int        // the new number of Retries; nil keeps it
	Results    []Recipient // taken over by address; other recipients stay, addresses the message does not have are ignored
	ProviderID string      // empty keeps it
	// Conversation is the new state of the message's conversation; empty keeps it.
	Conversation ConversationState
	Event        *Event // added to the time line; nil: none
}

// MessageQuery asks for a page of messages.
type MessageQuery struct {
	CustomerID     string    // empty: of all customers
	ConversationID string    // empty: of all conversations
	RuleID         string    // empty: of all rules and of none
	IdempotencyKey string    // the one with this key; empty: whatever it is
	MessageIDs     []string  // those whose MessageID or ProviderID is among these; nil: whatever they are, empty: none
	Inbox          bool      // only those that wait in the inbox
	Before         *Position // the last entry of the page before; nil: the first page
	Limit          int       // more than 0
}

// ConversationQuery asks for a page of conversations.
type ConversationQuery struct {
	ID         string            // empty: whatever it is
	CustomerID string            // empty: of all customers
	State      ConversationState // empty: both
	Before     *Position
	Limit      int // more than 0
}

// Position is a place in a listing that is ordered by time and id, newest first.
type Position struct {
	At time.Time
	ID string
}
