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

// Each row of this table is an input that triggers its code.
func TestRefusals(t *testing.T) {
	unreadable := attach.File{Name: "a.pdf", Open: func() (io.ReadCloser, error) { return nil, errors.New("disk is away") }}
	for code, change := range map[string]func(*email.Draft){
		email.CodeCustomerUnknown: func(d *email.Draft) { d.CustomerID = "nobody" },
		email.CodeCustomerNoEmail: func(d *email.Draft) {
			d.CustomerID, d.From = "pyotr", sender.Choice{Kind: sender.Additional, ID: "info"}
		},
		email.CodeIDTooLong:        func(d *email.Draft) { d.CustomerID = strings.Repeat("7", email.MaxID+1) },
		email.CodeActorUnknown:     func(d *email.Draft) { d.ActorID = "nobody" },
		email.CodeRecipientForeign: func(d *email.Draft) { d.To = []string{"olga@example.org"} },
		email.CodeRecipientInvalid: func(d *email.Draft) { d.Bcc = []string{"anna at example"} },
		email.CodeRecipientsTooMany: func(d *email.Draft) {
			for i := range email.MaxRecipients {
				d.Bcc = append(d.Bcc, fmt.Sprintf("copy%d@example.org", i))
			}
		},
		email.CodeTemplateUnknown:    func(d *email.Draft) { d.TemplateID = "nothing" },
		email.CodeTemplateWrongEvent: func(d *email.Draft) { d.TemplateID = "order" },
		email.CodeTemplateInvalid:    func(d *email.Draft) { d.Letter.HTML = "<p>\n{{ customer.firstName" },
		email.CodeTemplateCanceled:   func(d *email.Draft) { d.Letter.Preheader = `{% cancel "нет в наличии" %}` },
		email.CodeSubjectEmpty:       func(d *email.Draft) { d.Letter.Subject = "{{ nothing }}" },
		email.CodeContentEmpty:       func(d *email.Draft) { d.Letter.HTML = "" },
		email.CodeContentBlocked:     func(d *email.Draft) { d.Letter.HTML = "<p>x</p><iframe src=x></iframe>" },
		email.CodeAttachmentsBlocked: attached(unreadable),
		sender.CodeNotChosen:         func(d *email.Draft) { d.From = sender.Choice{} },
		sender.CodeUnknown:           func(d *email.Draft) { d.From = sender.Choice{Kind: "nobody"} },
		sender.CodeUnconfirmed:       func(d *email.Draft) { d.From = sender.Choice{Kind: sender.Additional, ID: "promo"} },
	} {
		t.Run(code, func(t *testing.T) {
			assert.Equal(t, []string{code}, codes(newWorld(t).refusals(t, change)))
		})
	}
}

func TestRefusalsComeTogether(t *testing.T) {
	refusals := newWorld(t).refusals(t, as("boris"), attached(exe("a.exe", 0)), func(d *email.Draft) {
		d.From = sender.Choice{Kind: sender.Additional, ID: "promo"}
		d.Bcc = []string{"-x@"}
		d.Letter.HTML = "<p>x</p><script>x</script>"
	})
	assert.Equal(t, []string{sender.CodeTransactionalDisabled, sender.CodeUnconfirmed, email.CodeRecipientInvalid,
		email.CodeContentBlocked, email.CodeAttachmentsBlocked}, codes(refusals))
	assert.Len(t, strings.Split(refusals.Text("ru"), "\n"), 5)
	assert.NotContains(t, refusals.Error(), "-x@", "an error text carries no address")
	assert.True(t, refusals.Has(email.CodeContentBlocked))
	assert.False(t, refusals.Has(email.CodeContentEmpty))
}

func TestTemplateErrorHasItsPlace(t *testing.T) {
	w := newWorld(t)
	refusals := w.refusals(t, func(d *email.Draft) {
		d.Letter = template.Letter{Subject: "{{ a", HTML: "<p>\n{% if %}</p>"}
	})
	var place *template.Error
	require.ErrorAs(t, refusals, &place)
	assert.Equal(t, 1, place.Line)
	assert.Contains(t, refusals.Error(), "letter/subject")
	assert.Contains(t, refusals.Error(), "letter/html", "the faults of all parts at once")
}

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

func TestNewChecksConfig(t *testing.T) {
	_, err := email.New(email.Config{})
	for _, name := range []string{"Customers", "Senders", "Templates", "Store", "Blobs", "Transport"} {
		require.ErrorContains(t, err, "Config."+name+" is missing")
	}
	w := newWorld(t)
	w.config.Secret = []byte("short")
	_, err = email.New(w.config)
	require.ErrorContains(t, err, "16 octets")
	w.config.Secret = nil
	w.config.Tenant = "another"
	_, err = email.New(w.config)
	require.ErrorContains(t, err, "another tenant")
}

func TestDefaultsMakeDistinctIDs(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Now, c.NewID, c.Rand = nil, nil, nil })
	seen := map[string]bool{}
	last := ""
	for range 50 {
		msg := w.send(t)
		for _, id := range []string{msg.ID, msg.ConversationID, msg.MessageID} {
			assert.False(t, seen[id])
			seen[id] = true
		}
		assert.Len(t, msg.ID, 26)
		assert.GreaterOrEqual(t, msg.ID[:9], last, "ids sort by time")
		last = msg.ID[:9]
	}
}

func TestMessageIDIsSigned(t *testing.T) {
	secret := func(c *email.Config) { c.Secret = []byte("0123456789abcdef") }
	first, second := newWorld(t, secret).send(t), newWorld(t, secret).send(t)
	assert.Equal(t, first.MessageID, second.MessageID, "a signature depends on secret and ids alone")
	assert.Regexp(t, `^crm\.`+first.ConversationID+`\.`+first.ID+`\.[0-9a-z]{13}@shop\.example$`, first.MessageID)
	other := newWorld(t, func(c *email.Config) { c.Secret = []byte("fedcba9876543210") }).send(t)
	assert.NotEqual(t, first.MessageID, other.MessageID)
}

func TestHistoryPages(t *testing.T) {
	w := newWorld(t)
	var want []string
	for range 7 {
		want = append([]string{w.send(t).ID}, want...)
		w.clock.Advance(time.Minute)
	}
	var got, conversations []string
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := w.History.Messages(t.Context(), "ivan", cursor, 3)
		require.NoError(t, err)
		for _, msg := range page.Items {
			got = append(got, msg.ID)
		}
		cursor = page.Next
	}
	for cursor, more := "", true; more; more = cursor != "" {
		page, err := w.History.Conversations(t.Context(), "", cursor, 2)
		require.NoError(t, err)
		for _, conversation := range page.Items {
			conversations = append(conversations, conversation.ID)
		}
		cursor = page.Next
	}
	assert.Equal(t, want, got)
	assert.Len(t, conversations, 7)
	_, err := w.History.Messages(t.Context(), "ivan", "no cursor", 3)
	require.ErrorIs(t, err, email.ErrBadCursor)
	_, err = w.History.Message(t.Context(), "nobody")
	require.ErrorIs(t, err, email.ErrNotFound)
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

func TestMessageInvalid(t *testing.T) {
	w := newWorld(t, func(c *email.Config) { c.Confirmation.From.Name = "CRM\r\nBcc: evil@example.com" })
	err := w.Senders.RequestConfirmation(t.Context(), sender.Ref{Kind: sender.User, ID: "boris"}, "en")
	var refused *email.RefusedError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, email.CodeMessageInvalid, refused.Code)
	assert.Zero(t, w.recorder.Attempts())
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

func TestConfirmationIsNotSent(t *testing.T) {
	boris := sender.Ref{Kind: sender.User, ID: "boris"}
	w := newWorld(t)
	w.recorder.Refuse("boris@shop.example", email.TransportError{Code: 550})
	var refused *email.TransportError
	require.ErrorAs(t, w.Senders.RequestConfirmation(t.Context(), boris, "en"), &refused)
	assert.False(t, refused.Temporary)
	require.ErrorIs(t, w.Senders.RequestConfirmation(t.Context(), sender.Ref{Kind: sender.User, ID: "nobody"}, "en"), sender.ErrNotFound)

	without := newWorld(t, func(c *email.Config) { c.Tokens = nil })
	require.ErrorIs(t, without.Senders.RequestConfirmation(t.Context(), boris, "en"), email.ErrUnsupported)
	_, err := without.Senders.Confirm(t.Context(), "x")
	require.ErrorIs(t, err, email.ErrUnsupported)
	readOnly := newWorld(t, func(c *email.Config) { c.Senders = directoryOnly{c.Senders} })
	require.ErrorIs(t, readOnly.Senders.RequestConfirmation(t.Context(), boris, "en"), email.ErrUnsupported)
	require.ErrorIs(t, readOnly.Senders.Allow(t.Context(), boris, true), email.ErrUnsupported)
}

// directoryOnly hides that a directory is an editor.
type directoryOnly struct{ sender.Directory }

func TestCreateCustomer(t *testing.T) {
	w := newWorld(t)
	_, err := w.Customers.Create(t.Context(), email.Customer{ID: "ivan", FirstName: "Иван"})
	require.ErrorIs(t, err, email.ErrDuplicate)
	_, err = w.Customers.Create(t.Context(), email.Customer{})
	require.Error(t, err, "a customer without anything to know him by")
	without := newWorld(t, func(c *email.Config) { c.Customers = customersOnly{c.Customers} })
	_, err = without.Customers.Create(t.Context(), email.Customer{FirstName: "Иван"})
	require.ErrorIs(t, err, email.ErrUnsupported)
}

// customersOnly hides that customers can be created.
type customersOnly struct{ email.Customers }

func TestTexts(t *testing.T) {
	for _, code := range email.Codes() {
		refused := &email.RefusedError{Code: code, Detail: "DETAIL"}
		ru, en := refused.Text("ru"), refused.Text("en")
		assert.NotEqual(t, code, ru)
		assert.NotEqual(t, ru, en)
		assert.Equal(t, en, refused.Text("de"), "any other language is English")
		assert.Equal(t, strings.Contains(ru, "DETAIL"), strings.Contains(en, "DETAIL"), "%s: the same parameters", code)
		refused.Detail = ""
		assert.NotContains(t, refused.Text("ru")+refused.Text("en"), "{")
	}
}
