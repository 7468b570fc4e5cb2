package email

import (
	"net/mail"
	"time"
)

// Message is one entry of a conversation as it is kept: what was written, to whom, and what became of it.
// Bcc is kept here and in the envelope; the bytes on the wire never carry it.
type Message struct {
	ID             string
	ConversationID string
	CustomerID     string
	ActorID        string // the CRM user who wrote it; empty for inbound mail
	Direction      Direction
	Origin         Origin
	Purpose        Purpose
	TemplateID     string // the template it was made from; empty: none
	RuleID         string // the rule that sent it, or was to; empty: a person or a mailing did

	SenderChoice string // how the sender was picked: "manager", "store", "additional:ID"
	From         mail.Address
	To, Cc, Bcc  []mail.Address

	Subject   string
	Preheader string
	HTML      string // as rendered, without the inserted preheader
	Text      string

	Attachments []Attachment // in the order of attaching

	MessageID  string // RFC 5322 §3.6.4, without angle brackets
	InReplyTo  []string
	References []string

	State      State
	Recipients []Recipient // one per envelope recipient, in envelope order
	ProviderID string      // the id that the transport's provider gave; empty: none
	Attempts   int         // how often a worker has claimed it
	Retries    int         // how often it was deferred since it was queued, or queued again by a person

	IdempotencyKey string // unique among a tenant's messages; never empty
	CreatedAt      time.Time
	SendAt         time.Time // not sent before; a retry moves it
	SentAt         time.Time // zero until State is StateSent; of an inbound message, what its Date says

	// Received is set for inbound messages alone.
	Received *Received

	// Events is the message's time line in the order they were kept. Store.Message fills it; listings leave it nil.
	Events []Event
}

// Received is what is known of an inbound message besides its content.
type Received struct {
	Mailbox        string         // the address of ours that it was received for
	ReplyTo        []mail.Address // where its sender wants answers; empty: to From
	Kind           string         // message.KindMessage, KindAutoReply, KindBounce or KindComplaint
	MatchedBy      MatchRule      // how its conversation was found
	NewParticipant bool           // its sender has not written in this conversation before and is not the customer: no trust
	Reply          string         // Text without what it quotes
	Defects        []string       // codes of what is broken about it, see DefectText
	RawID          string         // where Blobs keeps the bytes as they came, which is their SHA-256; empty: no longer kept
}

// MatchRule tells by what the conversation of an inbound message was found.
type MatchRule string

const (
	MatchToken      MatchRule = "token"       // the signed part of a reply address of ours
	MatchInReplyTo  MatchRule = "in-reply-to" // In-Reply-To names a message of ours
	MatchReferences MatchRule = "references"  // References do, and subject or sender agree
	MatchSignature  MatchRule = "signature"   // a referenced Message-ID bears our signature, though its message is gone
	MatchMarker     MatchRule = "marker"      // it quotes the hidden line of a letter of ours
	MatchOwn        MatchRule = "own"         // it is a letter of ours that came back
	MatchBounce     MatchRule = "bounce"      // it reports of a message of ours
	MatchEnvelope   MatchRule = "envelope-id" // it does, and names it by the id that the transport gave its envelope
	MatchSender     MatchRule = "sender"      // none of these: a new conversation of the customer who has the address
	MatchNone       MatchRule = ""            // nobody is known by the address: a new customer, or it waits in the inbox
)

// Direction tells who wrote a message.
type Direction string

const (
	Outgoing Direction = "outgoing" // the CRM wrote it
	Incoming Direction = "incoming" // the customer wrote it
)

// Origin tells where a message came from; it decides how its attachments are downloaded together.
type Origin string

const (
	OriginOutgoing Origin = "outgoing" // composed in its own window
	OriginReply    Origin = "reply"    // composed as an answer
	OriginInbound  Origin = "inbound"  // received
)

// Purpose tells why a message is sent. Only transactional messages pass the gate on the acting user.
type Purpose string

const (
	Transactional Purpose = ""     // one letter to one customer; the default
	Bulk          Purpose = "bulk" // one of a mass mailing
)

// State is where a message stands on its way out. Inbound messages are StateReceived.
//
//	queued → sending → sent | failed | uncertain
//	queued → failed (nobody takes it, or it may not go out any more), queued → canceled, queued → sent (the rest given up)
//	sending → queued (deferred), uncertain → sent | failed | queued (a late answer), uncertain | failed → queued (Resend)
//	sent | uncertain → bounced
//
// A message that a rule was refused begins and ends as failed: it has no recipients, no conversation and no content.
type State string

const (
	StateQueued    State = "queued"    // kept, not yet handed over; a worker may hold a lease on it
	StateSending   State = "sending"   // the transport has asked for the bytes
	StateSent      State = "sent"      // accepted for at least one recipient; the rest is in Recipients
	StateFailed    State = "failed"    // refused for every recipient, or given up
	StateUncertain State = "uncertain" // the bytes went out and no answer came: never sent again by itself
	StateBounced   State = "bounced"   // returned after it was sent
	StateCanceled  State = "canceled"  // taken back while queued
	StateReceived  State = "received"  // inbound
)

// Attachment is a file of a kept message.
type Attachment struct {
	Name      string // cleaned, safe as a file name
	MediaType string // of the content, not of the name
	Size      int64  // octets
	BlobID    string // where Blobs keeps the content
	ContentID string // without angle brackets; empty unless the HTML refers to it
	Inline    bool   // shown in the body
}

// Recipient is one address of the envelope and what became of it.
type Recipient struct {
	Address  string // addr-spec
	Status   RecipientStatus
	Code     int    // SMTP reply code (RFC 5321 §4.2); 0 unknown
	Enhanced string // enhanced status code (RFC 3463), "5.1.1"; empty unknown
	Text     string // what the server said, shortened
	At       time.Time
}

// RecipientStatus is the fate of a message for one recipient.
type RecipientStatus string

const (
	RecipientPending   RecipientStatus = ""          // not tried yet
	RecipientAccepted  RecipientStatus = "accepted"  // the server took responsibility
	RecipientDeferred  RecipientStatus = "deferred"  // refused for now: tried again
	RecipientRefused   RecipientStatus = "refused"   // refused for good
	RecipientUncertain RecipientStatus = "uncertain" // the bytes went out and no answer came
)

// Open tells that the recipient still waits for the message.
func (s RecipientStatus) Open() bool {
	return s == RecipientPending || s == RecipientDeferred
}

// Event is one line of a message's time line.
type Event struct {
	At      time.Time
	Kind    EventKind
	ActorID string // the CRM user who caused it; empty: the library itself
	Detail  string // codes and figures, never an address or a body
}

// EventKind names what happened.
type EventKind string

const (
	EventQueued       EventKind = "queued"
	EventSending      EventKind = "sending"
	EventDeferred     EventKind = "deferred" // will be tried again
	EventSent         EventKind = "sent"
	EventFailed       EventKind = "failed"
	EventUncertain    EventKind = "uncertain"
	EventCanceled     EventKind = "canceled"
	EventConfirmed    EventKind = "confirmed"    // a person found out that an uncertain message arrived
	EventResent       EventKind = "resent"       // put back into the queue by a person
	EventBounced      EventKind = "bounced"      // a report said so
	EventUnsubscribed EventKind = "unsubscribed" // its recipient wants no more mailings
	EventComplained   EventKind = "complained"   // a recipient called it spam, a report said
	EventReceived     EventKind = "received"     // inbound
	EventRefused      EventKind = "refused"      // a rule was to send it, and did not: Detail has the codes of the reasons
	EventAssigned     EventKind = "assigned"     // an inbound message that waited was given to a customer
)
