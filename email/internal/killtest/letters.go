package killtest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/mail"
	"sync"
	"testing"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Host is what keeps everything but the messages' way out, as sqlstore.Store does.
type Host interface {
	email.Customers
	email.Blobs
	sender.Directory
	template.Loader
	SaveCustomer(context.Context, email.Customer) error
	SaveIdentity(context.Context, sender.Kind, sender.Identity) error
}

// Config is that of a service on a host; the caller sets the Transport and what else he likes.
func Config(host Host, store email.Store) email.Config {
	return email.Config{
		Customers: host, Senders: host, Templates: host, Store: store, Blobs: host,
		Dispatch: email.Dispatch{
			Poll:  20 * time.Millisecond,
			Lease: lease,
			Retry: func(int) (time.Duration, bool) { return time.Second, true },
		},
	}
}

// letters are the messages of a run.
type letters struct {
	store  email.Store
	byID   map[string]*letter
	queued int
}

type letter struct {
	messageID  string
	recipients []string
	content    [sha256.Size]byte // of the wire form
}

// queue sends the messages as far as the outbox: some to two recipients, some with a file.
func queue(t *testing.T, p Plan) *letters {
	t.Helper()
	ctx := t.Context()
	must(t, p.Host.SaveIdentity(ctx, sender.User, sender.Identity{ID: "anna",
		Mailbox: mail.Address{Name: "Анна Ким", Address: "anna@shop.example"}, ConfirmedAt: time.Now(), Allowed: true}))
	must(t, p.Host.SaveCustomer(ctx, email.Customer{ID: "ivan", FirstName: "Иван", Emails: []string{"ivan@customer.example"}, ManagerID: "anna"}))
	sent := &letters{store: p.Store, byID: map[string]*letter{}, queued: p.Messages}
	config := Config(p.Host, &listener{Store: p.Store, blobs: p.Host, heard: sent})
	config.Transport = email.TransportFunc(func(context.Context, email.Envelope, io.WriterTo) (email.Receipt, error) {
		return email.Receipt{}, errors.New("this process does not send")
	})
	service, err := email.New(config)
	must(t, err)
	random := rand.NewChaCha8([32]byte{byte(p.Seed)})
	for i := range p.Messages {
		_, err := service.Send(ctx, draft(i, random))
		must(t, err)
	}
	return sent
}

// fileSize is more than a wire form holds itself, and than the buffers of a connection.
const fileSize = 300 << 10

func draft(i int, random *rand.ChaCha8) email.Draft {
	d := email.Draft{
		ActorID: "anna", CustomerID: "ivan", From: sender.Choice{Kind: sender.Manager},
		Letter: template.Letter{Subject: fmt.Sprint("Письмо ", i), HTML: "<p>Здравствуйте, {{ customer.firstName }}!</p>"},
	}
	if i%3 == 0 {
		d.Bcc = []string{fmt.Sprintf("boss%d@shop.example", i)}
	}
	if i%10 == 0 {
		content := make([]byte, fileSize/2)
		random.Read(content)
		d.Attachments = []attach.File{attach.Bytes("данные.rtf", fmt.Appendf(nil, `{\rtf1 %x}`, content), time.Now())}
	}
	return d
}

// listener notes what is queued.
type listener struct {
	email.Store
	blobs email.Blobs
	mu    sync.Mutex
	heard *letters
}

func (l *listener) Enqueue(ctx context.Context, q email.Queued) (email.Message, error) {
	kept, err := l.Store.Enqueue(ctx, q)
	if err != nil {
		return kept, err
	}
	sum := sha256.New()
	_, err = q.Wire.WriterTo(func(id string) (io.ReadCloser, error) { return l.blobs.OpenBlob(ctx, id) }).WriteTo(sum)
	noted := &letter{messageID: q.Message.MessageID, content: [sha256.Size]byte(sum.Sum(nil))}
	for _, r := range q.Message.Recipients {
		noted.recipients = append(noted.recipients, r.Address)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.heard.byID[kept.ID] = noted
	return kept, err
}

// all reads the messages as they are now.
func (l *letters) all(ctx context.Context) ([]email.Message, error) {
	var list []email.Message
	query := email.MessageQuery{Limit: 500}
	for {
		page, err := l.store.Messages(ctx, query)
		if len(page) == 0 || err != nil {
			return list, err
		}
		list = append(list, page...)
		last := page[len(page)-1]
		query.Before = &email.Position{At: last.CreatedAt, ID: last.ID}
	}
}

// await waits until nothing is on its way any more. A database that was killed may not answer for a while: connections to
// it that nobody has used since are found broken only now.
func (l *letters) await(t *testing.T) {
	t.Helper()
	last, since := -1, time.Now()
	for {
		list, err := l.all(t.Context())
		under := 0
		for _, m := range list {
			if m.State == email.StateQueued || m.State == email.StateSending {
				under++
			}
		}
		if err == nil && under == 0 {
			return
		}
		if err == nil && under != last {
			last, since = under, time.Now()
		}
		if time.Since(since) > patience {
			t.Fatalf("killtest: %d messages have been on their way for %v (%v)", last, patience, err)
		}
		time.Sleep(300 * time.Millisecond)
	}
}
