package email_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/emailtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// A customer's name is hostile until proven otherwise: in every part it shows as it is and breaks nothing.
func TestNamesInEveryPart(t *testing.T) {
	const name = "Анна\r\nBcc: evil@example.com\x00\x1b\n<b>&\"'"
	w := newWorld(t)
	require.NoError(t, w.store.SaveCustomer(t.Context(), email.Customer{ID: "evil", FirstName: name,
		Emails: []string{"evil@example.org"}, ManagerID: "anna"}))
	part := "Для {{ customer.firstName }}!"
	msg := w.send(t, func(d *email.Draft) {
		d.CustomerID = "evil"
		d.Letter = template.Letter{Subject: part, Preheader: part, HTML: "<p>" + part + "</p>", Text: part}
	})
	w.dispatch(t, msg.ID)
	delivery := w.recorder.Deliveries()[0]
	assert.Equal(t, "Для Анна Bcc: evil@example.com <b>&\"'!", delivery.Parsed.Subject, "line breaks are collapsed")
	assert.Equal(t, delivery.Parsed.Subject, msg.Preheader)
	assert.Contains(t, delivery.Parsed.HTML, "Для Анна Bcc: evil@example.com &lt;b&gt;&amp;&#34;&#39;!</div>", "escaped once")
	assert.Contains(t, delivery.Parsed.HTML, "\n&lt;b&gt;&amp;&quot;&#039;!</p>")
	assert.Contains(t, delivery.Parsed.Text, "<b>&\"'!")
	assert.Equal(t, []string{"evil@example.org"}, delivery.Envelope.Recipients)
	for _, field := range delivery.Parsed.Fields {
		assert.NotEqual(t, "bcc", strings.ToLower(field.Name))
	}
}

func TestIdempotencyKey(t *testing.T) {
	w := newWorld(t)
	key := func(d *email.Draft) { d.IdempotencyKey = "form 17" }
	first := w.send(t, key)
	second, err := w.Send(t.Context(), draft(key, func(d *email.Draft) { d.Letter.Subject = "Другая тема" }))
	require.ErrorIs(t, err, email.ErrDuplicate)
	assert.Equal(t, first.ID, second.ID)
	assert.Equal(t, "Заказ готов", second.Subject)

	var taken sync.Map
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			msg, err := w.Send(context.Background(), draft(func(d *email.Draft) { d.IdempotencyKey = "form 18" }))
			if err != nil && !errors.Is(err, email.ErrDuplicate) {
				t.Error(err)
			}
			taken.Store(msg.ID, true)
		})
	}
	wait.Wait()
	ids := 0
	taken.Range(func(any, any) bool { ids++; return true })
	assert.Equal(t, 1, ids, "all get the one message")
}

// limited is a transport whose server takes messages up to a size.
type limited struct {
	email.Transport
	size int64
	err  error
}

func (l limited) SizeLimit(context.Context) (int64, error) { return l.size, l.err }

func TestSizeLimit(t *testing.T) {
	for name, test := range map[string]struct {
		limit limited
		want  []string
	}{
		"attachments too large":      {limited{size: 100_000}, []string{email.CodeAttachmentsBlocked}},
		"large enough":               {limited{size: 1 << 20}, nil},
		"no limit":                   {limited{}, nil},
		"the server does not answer": {limited{err: errors.New("no route")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *email.Config) { test.limit.Transport = c.Transport; c.Transport = test.limit })
			file := attached(attach.Bytes("a.png", bigPNG(t), morning))
			if test.want == nil {
				w.send(t, file)
				return
			}
			assert.Equal(t, test.want, codes(w.refusals(t, file)))
		})
	}
	w := newWorld(t, func(c *email.Config) { c.Transport = limited{Transport: c.Transport, size: 20_000} })
	refusals := w.refusals(t, html("<p>"+strings.Repeat("очень длинное письмо ", 2000)+"</p>"))
	assert.Equal(t, []string{email.CodeMessageTooLarge}, codes(refusals), "a letter without files has a limit too")
}

func TestScanner(t *testing.T) {
	for name, test := range map[string]struct {
		threat string
		err    error
		want   string
	}{
		"clean":           {"", nil, ""},
		"infected":        {"Test.Virus", nil, "file.infected"},
		"cannot be asked": {"", errors.New("clamd is away"), "file.not-scanned"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, func(c *email.Config) {
				c.Scanner = attach.ScannerFunc(func(_ context.Context, r io.Reader) (string, error) {
					_, err := io.Copy(io.Discard, r)
					return test.threat, errors.Join(err, test.err)
				})
			})
			file := attached(pdf("a.pdf", 100, 0))
			if test.want == "" {
				w.send(t, file)
				return
			}
			refusals := w.refusals(t, file)
			assert.Equal(t, test.want, refusals[0].Attachments.Files[0].Issues[0].Code)
		})
	}
}

func TestAttachmentChangesMeanwhile(t *testing.T) {
	opened := 0
	file := attach.File{Name: "a.pdf", AttachedAt: morning, Open: func() (io.ReadCloser, error) {
		opened++
		return io.NopCloser(strings.NewReader(fmt.Sprintf("%%PDF-1.4 %03d", min(opened, 3)))), nil
	}}
	w := newWorld(t)
	_, err := w.Send(t.Context(), draft(attached(file), func(d *email.Draft) {
		d.Attachments = append(d.Attachments, file)
	}))
	var refusals email.Refusals
	require.ErrorAs(t, err, &refusals)
	assert.Equal(t, []string{email.CodeAttachmentChanged}, codes(refusals))
}

func TestHostFails(t *testing.T) {
	broken := errors.New("database is away")
	for name, change := range map[string]func(*email.Config){
		"customers": func(c *email.Config) { c.Customers = brokenCustomers{err: broken} },
		"store":     func(c *email.Config) { c.Store = brokenStore{c.Store, broken} },
		"policy": func(c *email.Config) {
			c.Policy = func(context.Context) (attach.Policy, error) { return attach.Policy{}, broken }
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, change)
			_, err := w.Send(t.Context(), draft())
			require.ErrorIs(t, err, broken, "a host's error stays reachable")
			var refused *email.RefusedError
			assert.NotErrorAs(t, err, &refused)
		})
	}
}

type brokenCustomers struct {
	email.Customers
	err error
}

func (b brokenCustomers) Customer(context.Context, string) (email.Customer, error) {
	return email.Customer{}, b.err
}

type brokenStore struct {
	email.Store
	err error
}

func (b brokenStore) Enqueue(context.Context, email.Queued) (email.Message, error) {
	return email.Message{}, b.err
}

// The acting user is the customer's manager, and the sender. The directory is asked anew for each letter.
func TestEachIdentityIsAskedForOnce(t *testing.T) {
	var asked []string
	w := newWorld(t, func(c *email.Config) { c.Senders = listening{c.Senders, &asked} })
	for range 2 {
		asked = nil
		w.send(t)
		assert.ElementsMatch(t, []string{"anna", "lesnaya"}, asked)
	}
	asked = nil
	_, err := w.Form(t.Context(), "anna", "ivan")
	require.NoError(t, err)
	assert.ElementsMatch(t, []string{"anna", "lesnaya"}, asked)
}

// listening notes whose identities are asked for.
type listening struct {
	sender.Directory
	asked *[]string
}

func (l listening) UserIdentity(ctx context.Context, id string) (sender.Identity, error) {
	*l.asked = append(*l.asked, id)
	return l.Directory.UserIdentity(ctx, id)
}

func (l listening) StoreIdentity(ctx context.Context, id string) (sender.Identity, error) {
	*l.asked = append(*l.asked, id)
	return l.Directory.StoreIdentity(ctx, id)
}

func TestMessageIDIsSigned(t *testing.T) {
	secret := func(c *email.Config) { c.Secret = []byte("0123456789abcdef") }
	first, second := newWorld(t, secret).send(t), newWorld(t, secret).send(t)
	assert.Equal(t, first.MessageID, second.MessageID, "a signature depends on secret and ids alone")
	assert.Regexp(t, `^crm\.`+first.ConversationID+`\.`+first.ID+`\.[0-9a-z]{13}@shop\.example$`, first.MessageID)
	other := newWorld(t, func(c *email.Config) { c.Secret = []byte("fedcba9876543210") }).send(t)
	assert.NotEqual(t, first.MessageID, other.MessageID)
}

func TestLogsCarryNoPersonalData(t *testing.T) {
	var log bytes.Buffer
	w := newWorld(t, func(c *email.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	w.recorder.Inject(2, emailtest.LoseReply())
	w.recorder.Refuse("archive@shop.example", email.TransportError{Code: 550, Text: "archive@shop.example unknown"})
	w.dispatch(t, w.send(t, withBcc).ID)
	w.dispatch(t, w.send(t).ID)
	require.NoError(t, w.Senders.RequestConfirmation(t.Context(), sender.Ref{Kind: sender.User, ID: "boris"}, "ru"))
	assert.NotEmpty(t, log.String())
	for _, secret := range []string{"@", "Ждём", "Заказ", "Иван"} {
		assert.NotContains(t, log.String(), secret)
	}
}

// A message that cannot be built is refused before any of its files is kept, and a preview says so, too.
func TestMessageInvalidKeepsNothing(t *testing.T) {
	for name, change := range map[string]func(*email.Draft){"letter": as("anna"), "with a file": attached(attachedPNG(t)...)} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			require.NoError(t, w.store.SaveIdentity(t.Context(), sender.User, sender.Identity{ID: "anna", ConfirmedAt: morning, Allowed: true,
				Mailbox: mail.Address{Address: strings.Repeat("a", 65) + "@shop.example"}})) // RFC 5321 §4.5.3.1.1
			preview, err := w.Preview(t.Context(), draft(change))
			require.NoError(t, err)
			assert.Equal(t, []string{email.CodeMessageInvalid}, codes(preview.Refusals))
			assert.Equal(t, []string{email.CodeMessageInvalid}, codes(w.refusals(t, change)))
			kept, err := w.store.(email.BlobLister).ListBlobs(t.Context(), morning.Add(time.Hour), "", 10)
			require.NoError(t, err)
			assert.Empty(t, kept)
		})
	}
}
