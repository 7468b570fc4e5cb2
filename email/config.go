package email

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email/message"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
	"github.com/crmmail/crmmail/template/twig"
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

	// Secret keys the signatures in Message-IDs, by which an answer finds its conversation; empty: they are random and
	// an answer is found by the stored Message-ID alone. At least 16 octets.
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
	// false: give up.
	// nil: 1, 5, 15 minutes, 1 hour, then every 4 hours, each ± 10 %, for two days.
	Retry func(attempt int) (time.Duration, bool)
}

func (c *Config) check() error {
	var missing []error
	for _, part := range []struct {
		name    string
		missing bool
	}{
		{"Customers", c.Customers == nil},
		{"Senders", c.Senders == nil},
		{"Templates", c.Templates == nil},
		{"Store", c.Store == nil},
		{"Blobs", c.Blobs == nil},
		{"Transport", c.Transport == nil},
	} {
		if part.missing {
			missing = append(missing, errors.New("email: Config."+part.name+" is missing"))
		}
	}
	if c.ReplyTo.Address != "" {
		sample := Config{Secret: make([]byte, 16), ReplyTo: c.ReplyTo}
		addr := sample.replyAddress("00000000000000000000000000").Address
		if addr == "" || (Envelope{Recipients: []string{addr}}).Validate() != nil {
			missing = append(missing, errors.New("email: Config.ReplyTo is no address, or too long to bear a tag of 41 octets"))
		}
		if len(c.Secret) == 0 {
			missing = append(missing, errors.New("email: Config.ReplyTo needs Config.Secret"))
		}
	}
	if c.Unsubscribe.offered() || c.Unsubscribe.ListID != "" {
		missing = append(missing, c.Unsubscribe.check())
		if len(c.Secret) == 0 || c.Suppressions == nil {
			missing = append(missing, errors.New("email: Config.Unsubscribe needs Config.Secret and Config.Suppressions"))
		}
	}
	if len(c.Tenant) > MaxID {
		missing = append(missing, errors.New("email: Config.Tenant is longer than MaxID"))
	}
	if c.Dispatch.Rate != nil && c.Rates == nil {
		missing = append(missing, errors.New("email: Config.Dispatch.Rate needs Config.Rates"))
	}
	if n := len(c.Secret); n > 0 && n < 16 {
		missing = append(missing, errors.New("email: Config.Secret is shorter than 16 octets"))
	}
	for _, part := range []any{c.Customers, c.Senders, c.Templates, c.Store, c.Blobs, c.Tokens, c.Rules, c.Suppressions, c.Campaigns, c.Rates} {
		if scoped, ok := part.(interface{ Tenant() string }); ok && scoped.Tenant() != c.Tenant {
			missing = append(missing, fmt.Errorf("email: a %T of Config serves another tenant than Config.Tenant", part))
		}
	}
	return errors.Join(missing...)
}

func (c *Config) fill() error {
	if c.Policy == nil {
		c.Policy = func(context.Context) (attach.Policy, error) { return attach.Default(), nil }
	}
	if c.Variables == nil {
		c.Variables = func(_ context.Context, event template.Event) ([]template.Variable, error) {
			return event.Variables(), nil
		}
	}
	if c.OrphanRetention == 0 {
		c.OrphanRetention = defaultOrphanAge
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Rand == nil {
		c.Rand = rand.Reader
	}
	if c.NewID == nil {
		c.NewID = newID(c.Now, c.Rand)
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Confirmation.TTL == 0 {
		c.Confirmation.TTL = 24 * time.Hour
	}
	c.Dispatch.fill()
	if c.Validator == nil {
		validator, err := validate.New(validate.Options{})
		if err != nil {
			return err
		}
		c.Validator = validator
	}
	if c.Engine == nil {
		source, _ := c.Templates.(template.Source)
		engine, err := twig.New(twig.Options{Source: source, Now: c.Now})
		if err != nil {
			return err
		}
		c.Engine = engine
	}
	return nil
}

func (d *Dispatch) fill() {
	if d.Workers <= 0 {
		d.Workers = 4
	}
	if d.Poll <= 0 {
		d.Poll = time.Second
	}
	if d.Lease <= 0 {
		d.Lease = time.Minute
	}
	if d.Timeout <= 0 {
		d.Timeout = 10 * time.Minute
	}
	if d.Grace <= 0 {
		d.Grace = 30 * time.Second
	}
	if d.Cache == 0 {
		d.Cache = 32 << 20
	}
	if d.Retry == nil {
		d.Retry = Backoff
	}
}
