package preview

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/message"
)

// Options are a Mailbox's settings. The zero value keeps 200 messages and 256 MiB.
type Options struct {
	// Messages and Octets are how much is kept; the oldest messages go first, the newest always stays.
	Messages int
	Octets   int64
	// Next gets each message too, as where only a copy is to be seen here; nil: a message ends here.
	Next email.Transport
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Mailbox is an email.Transport that keeps what it is given in memory. It is safe for concurrent use.
type Mailbox struct {
	opts Options

	mu       sync.Mutex
	last     int
	kept     []*Mail // oldest first
	octets   int64
	watchers map[chan struct{}]struct{}
}

// Mail is one message that went out. It is immutable.
type Mail struct {
	ID       string // counts from 1
	At       time.Time
	Envelope email.Envelope // with the blind copies
	Raw      []byte         // as it went over the wire
	Parsed   *message.Parsed
}

// New returns an empty Mailbox.
func New(opts Options) *Mailbox {
	if opts.Messages <= 0 {
		opts.Messages = 200
	}
	if opts.Octets <= 0 {
		opts.Octets = 256 << 20
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	return &Mailbox{opts: opts, watchers: make(map[chan struct{}]struct{})}
}

var _ email.Transport = (*Mailbox)(nil)

// Deliver implements email.Transport. Where Options.Next refuses, nothing is kept.
func (m *Mailbox) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (receipt email.Receipt, err error) {
	if err := env.Validate(); err != nil {
		return email.Receipt{}, &email.TransportError{Err: err}
	}
	if m.opts.Next != nil {
		if receipt, err = m.opts.Next.Deliver(ctx, env, msg); err != nil {
			return receipt, err
		}
	}
	var raw bytes.Buffer
	if _, err := msg.WriteTo(&raw); err != nil {
		return email.Receipt{}, fmt.Errorf("preview: %w", err)
	}
	parsed, err := message.Parse(bytes.NewReader(raw.Bytes()), message.ParseOptions{})
	if err != nil {
		return email.Receipt{}, &email.TransportError{Err: fmt.Errorf("preview: %w", err)}
	}
	m.keep(&Mail{Envelope: env, Raw: raw.Bytes(), Parsed: parsed})
	return receipt, nil
}

func (m *Mailbox) keep(mail *Mail) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.last++
	mail.ID, mail.At = fmt.Sprint(m.last), m.opts.Now()
	mail.Envelope.Recipients = slices.Clone(mail.Envelope.Recipients)
	m.kept = append(m.kept, mail)
	m.octets += int64(len(mail.Raw))
	for len(m.kept) > 1 && (len(m.kept) > m.opts.Messages || m.octets > m.opts.Octets) {
		m.octets -= int64(len(m.kept[0].Raw))
		m.kept[0] = nil
		m.kept = m.kept[1:]
	}
	m.wake()
}

// Mails returns what is kept, newest first.
func (m *Mailbox) Mails() []*Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	mails := slices.Clone(m.kept)
	slices.Reverse(mails)
	return mails
}

// Mail returns one message; nil: it is not kept, or no longer.
func (m *Mailbox) Mail(id string) *Mail {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, mail := range m.kept {
		if mail.ID == id {
			return mail
		}
	}
	return nil
}

// Clear forgets all messages.
func (m *Mailbox) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept, m.octets = nil, 0
	m.wake()
}

// watch returns a channel that is filled when something changes, until stop is called.
func (m *Mailbox) watch() (changed <-chan struct{}, stop func()) {
	c := make(chan struct{}, 1)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.watchers[c] = struct{}{}
	return c, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.watchers, c)
	}
}

func (m *Mailbox) wake() {
	for watcher := range m.watchers {
		select {
		case watcher <- struct{}{}:
		default:
		}
	}
}
