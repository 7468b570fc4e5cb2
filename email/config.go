package email

import (
	"context"
	"io"
	"log/slog"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/validate"
)

// Config joins a host's parts. Each is an interface of one to three methods with a memory implementation in emailtest
// and one in sqlstore; a host mixes them with its own. The first six are required, every zero value below is safe.
type Config struct {
	Customers Customers
	Senders   sender.Directory
	Templates template.Loader
	Store     Store
	Blobs     Blobs
	Transport Transport

	// Tenant names the installation that this Service serves; it goes into logs and signatures. One Service serves one
	// tenant, and so does every part behind it. Parts that have a method Tenant() string must agree.
	Tenant string

	// Rules keeps the rules of Service.Rules; nil: there are none.
	Rules Rules
	// Variables are what templates of an event can use, the host's own fields of a customer and events of its own included;
	// nil for an event: they are not known, and none is missed when a template is checked. nil: those of
	// template.Event.Variables.
	Variables func(context.Context, template.Event) ([]template.Variable, error)

	// Suppressions keeps the addresses that no mass mailing goes to; nil: every address may get one.
	Suppressions Suppressions
	// Rates keeps the buckets of Dispatch.Rate, which needs it.
	Rates Rates
	// Campaigns keeps how far each mass mailing has come; nil: one that is broken off begins anew, and passes over those whom
	// it has reached.
	Campaigns Campaigns
	// Unsubscribe is the way out of mass mailings that stands in each of them; zero: none does.
	Unsubscribe Unsubscribe

	// Tokens keeps the single-use tokens that confirm an address; nil: addresses cannot be confirmed through Senders.
	Tokens sender.Tokens
	// Confirmation is about the letter that asks to confirm an address.
	Confirmation Confirmation
	// Domains asks the DNS whether receivers take our mail for the sender's own: shown with each sender, it stops nothing.
	// nil: it is not asked.
	Domains *sender.Domains
	// GateIdentity asks the two conditions of transactional sending of the chosen sender instead of the acting user.
	GateIdentity bool

	// Policy judges attachments; it is asked for each draft, so that it can change while the program runs.
	// nil: attach.Default.
	Policy func(context.Context) (attach.Policy, error)
	// Scanner looks for viruses in attachments, as attach/clamd does; nil: nobody does. A file that could not be scanned is
	// refused.
	Scanner attach.Scanner
	// Validator checks content; nil: validate.New with its defaults.
	Validator *validate.Validator
	// Engine renders letters; nil: Twig with its defaults, reading included templates from Templates where that is a
	// template.Source.
	Engine template.Engine
	// Signers sign each message when it is built, as with DKIM, in this order.
	Signers []message.Signer
	// ReplyTo is a mailbox of ours that answers go to, with a signed tag after a plus sign, by which an answer finds its
	// conversation whatever the customer's program makes of it. It needs Secret; zero: answers go to From.
	ReplyTo mail.Address
	// CreateUnknown makes a customer of a writer whom nobody knows; otherwise his message waits in the inbox.
	CreateUnknown bool
	// RawRetention is how long inbound mail is kept as it came, besides what was read in it; Run forgets what is older.
	// 0: for ever.
	RawRetention time.Duration
	// OrphanRetention is how long contents are kept that no message refers to: they were put for a message that was given up
	// before it was kept, or the last message that referred to them was erased so soon after they were put that another may
	// be about to. It must be longer than any Send or Receive takes. 0: 24 hours; negative: for ever. It needs a Blobs that is
	// a BlobLister and a BlobRemover, and a Store that is a BlobReferences; otherwise they stay, and what is erased goes at
	// once.
	OrphanRetention time.Duration

	// Dispatch says how Run works.
	Dispatch Dispatch

	// Secret keys the signatures in Message-IDs, reply addresses, the hidden line of each letter and links to unsubscribe; with
	// another one those that went out are no longer known for ours. At least 16 octets. Empty: Message-IDs are random, and
	// an answer is found by the stored one alone.
	Secret []byte
	// Now is the clock; nil: time.Now.
	Now func() time.Time
	// NewID makes ids of messages and conversations, of at most MaxID octets; nil: 128 bits, ordered by time.
	NewID func() string
	// Rand is where randomness comes from; nil: crypto/rand.
	Rand io.Reader
	// Observer gets figures for metrics; nil: nobody does.
	Observer Observer
	// Logger gets the events of sending, without addresses, tokens or bodies; nil: none are logged.
	Logger *slog.Logger
}

// Confirmation is about the letter that asks somebody to confirm an address.
type Confirmation struct {
	From mail.Address              // the system's own mailbox
	URL  func(token string) string // the page that confirms, with the token in it
	TTL  time.Duration             // how long a token is good for; 0: 24 hours
}

// Dispatch says how the outbox is emptied.
type Dispatch struct {
	Workers int           // deliveries at once; 0: 4
	Poll    time.Duration // how often due messages are looked for; 0: one second. Send wakes its own process at once.
	Lease   time.Duration // how long a worker may be silent before others take over; 0: one minute
	Timeout time.Duration // how long one delivery may take; 0: ten minutes
	Grace   time.Duration // how long deliveries may go on after Run's context has ended; 0: 30 seconds
	// Rate says how much mail may go to a domain, which is lower case and in its ASCII form, from all processes together; nil,
	// or a zero Rate: as fast as it goes. A message whose domain has had enough waits for its place, by Config.Rates, and
	// loses no attempt. A server that answers 421 or 4.7.x gets nothing more for a minute.
	Rate func(domain string) Rate
	// Cache is how many octets of encoded attachments are kept in memory, of those that several messages bring along;
	// 0: 32 MiB, less than 0: none. Services that With made share it.
	Cache int64
	// Retry says when to try again after attempt number n (from 1) was refused for now, in a second at the soonest;
	// false: give up. nil: Backoff.
	Retry func(attempt int) (time.Duration, bool)
}
