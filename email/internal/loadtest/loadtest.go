// Package loadtest measures a mass mailing from the campaign to the mail server, in a process of its own: how many letters
// a second, how long single steps take, and how much memory the process has needed at most.
package loadtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/mail"
	"os"
	"time"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/internal/killtest"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// Load is one mass mailing.
type Load struct {
	Messages  int
	Host      killtest.Host
	Store     email.Store
	Campaigns email.Campaigns
	Transport email.Transport
	// Run delivers until ctx ends, as email.Service.Run does.
	Run func(ctx context.Context, service *email.Service) error
}

// Figures are what a load has measured.
type Figures struct {
	Messages int
	Queued   time.Duration // until all letters were in the outbox
	Sent     time.Duration // until all were with the mail server

	BatchP50, BatchP99     time.Duration // of queueing a hundred letters
	DeliverP50, DeliverP99 time.Duration // of handing one letter over
	SendP50, SendP99       time.Duration // of Send, of single letters meanwhile
	ArriveP50, ArriveP99   time.Duration // of single letters, from Send to the mail server

	Memory [4]int64 // resident after each quarter, in octets
	Peak   int64    // VmHWM
}

// Measure runs a load and prints its figures as JSON.
func Measure(ctx context.Context, load Load) error {
	err := load.run(ctx)
	var refused email.Refusals
	if errors.As(err, &refused) {
		for _, one := range refused {
			for _, finding := range one.Source {
				err = errors.Join(err, fmt.Errorf("%+v", finding))
			}
		}
	}
	return err
}

func (load Load) run(ctx context.Context) error {
	if err := load.prepare(ctx); err != nil {
		return err
	}
	m := &meter{total: load.Messages}
	config := killtest.Config(load.Host, &timedStore{Store: load.Store, batches: &m.batch})
	config.Campaigns = load.Campaigns
	config.Transport = &timedTransport{load.Transport, m}
	config.Variables = variables
	config.Dispatch.Lease = time.Minute
	service, err := email.New(config)
	if err != nil {
		return err
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- load.Run(working, service) }()
	figures, err := load.measure(ctx, service, m)
	stop()
	if err := <-ended; err != nil {
		return err
	}
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(figures)
}

func (l Load) prepare(ctx context.Context) error {
	err := l.Host.SaveIdentity(ctx, sender.User, sender.Identity{ID: "anna",
		Mailbox: mail.Address{Name: "Анна Ким", Address: "anna@shop.example"}, ConfirmedAt: time.Now(), Allowed: true})
	if err != nil {
		return err
	}
	return l.Host.SaveCustomer(ctx, customer("single"))
}

// measure queues the campaign, with single letters in between, and waits until everything has left.
func (l Load) measure(ctx context.Context, service *email.Service, m *meter) (Figures, error) {
	figures := Figures{Messages: l.Messages}
	begun := time.Now()
	singles := newSingles(service, &m.send)
	report, err := service.Campaigns.Send(ctx, email.Campaign{ID: "load", Draft: letter(), Audience: audience(l.Messages)})
	if err != nil {
		return figures, err
	}
	if report.Queued != l.Messages {
		return figures, fmt.Errorf("queued %d of %d: %v", report.Queued, l.Messages, report.Refused)
	}
	figures.Queued = time.Since(begun)
	if err := m.wait(ctx); err != nil {
		return figures, err
	}
	figures.Sent = time.Since(begun)
	ids, err := singles.end()
	if err != nil {
		return figures, err
	}
	for _, id := range ids {
		wait, err := arrival(ctx, l.Store, id)
		if err != nil {
			return figures, err
		}
		m.arrive.add(wait)
	}
	figures.BatchP50, figures.BatchP99 = m.batch.percentiles()
	figures.DeliverP50, figures.DeliverP99 = m.deliver.percentiles()
	figures.SendP50, figures.SendP99 = m.send.percentiles()
	figures.ArriveP50, figures.ArriveP99 = m.arrive.percentiles()
	figures.Memory = m.memory
	figures.Peak = status("VmHWM")
	return figures, nil
}

// arrival is how long a letter took from Send to the mail server.
func arrival(ctx context.Context, store email.Store, id string) (time.Duration, error) {
	for end := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		msg, err := store.Message(ctx, id)
		if err != nil {
			return 0, err
		}
		if msg.State == email.StateSent {
			return msg.SentAt.Sub(msg.CreatedAt), nil
		}
		if time.Now().After(end) {
			return 0, fmt.Errorf("a single letter is %s", msg.State)
		}
	}
}

// letter is personal, and has a file of 100 kB that all share.
func letter() email.Draft {
	noise := make([]byte, 50<<10)
	source := rand.NewChaCha8([32]byte{})
	source.Read(noise)
	return email.Draft{
		ActorID: "anna", From: sender.Choice{Kind: sender.Manager},
		Letter: template.Letter{
			Subject:   "{{ customer.firstName }}, вас ждёт подарок",
			Preheader: "Только до {{ customer.until }}",
			HTML: `<h1>Здравствуйте, {{ customer.firstName|capitalize }}!</h1>{% if customer.points > 500 %}<p>У вас {{ customer.points }} баллов.</p>{% endif %}
<table>{% for item in customer.items %}<tr><td>{{ loop.index }}</td><td>{{ item.name }}</td><td>{{ item.price|number_format(2, ',', ' ') }} ₽</td></tr>{% endfor %}</table>
<p>Ждём вас в магазине на Лесной улице каждый день с девяти до двадцати одного часа, а в воскресенье до шести вечера.</p>
<p><a href="https://shop.example/c/{{ customer.id|url_encode }}">Выбрать подарок</a></p>`,
		},
		Attachments: []attach.File{attach.Bytes("каталог.rtf", fmt.Appendf(nil, `{\rtf1 %x}`, noise), time.Unix(0, 0))},
	}
}

func customer(id string) email.Customer {
	items := make([]any, 5)
	for i := range items {
		items[i] = map[string]any{"name": fmt.Sprint("Чайник ", id, "-", i), "price": 999.5 * float64(i+1)}
	}
	return email.Customer{
		ID: id, FirstName: "Ольга " + id, Emails: []string{"olga." + id + "@customer.example"}, ManagerID: "anna",
		Fields: map[string]any{"points": len(id) * 100, "until": "8 марта", "items": items},
	}
}

// variables are what customer gives beside what every customer has.
func variables(_ context.Context, event template.Event) ([]template.Variable, error) {
	list := event.Variables()
	list[0].Fields = append(list[0].Fields,
		template.Variable{Name: "points", Type: template.TypeNumber},
		template.Variable{Name: "until", Type: template.TypeText},
		template.Variable{Name: "items", Type: template.TypeList, Fields: []template.Variable{
			{Name: "name", Type: template.TypeText}, {Name: "price", Type: template.TypeNumber},
		}})
	return list, nil
}

// audience makes customers as they are asked for.
func audience(n int) func(context.Context, string) iter.Seq2[email.Customer, error] {
	return func(context.Context, string) iter.Seq2[email.Customer, error] {
		return func(yield func(email.Customer, error) bool) {
			for i := range n {
				if !yield(customer(fmt.Sprintf("c%06d", i)), nil) {
					return
				}
			}
		}
	}
}

// timedTransport tells the meter of each letter.
type timedTransport struct {
	email.Transport
	meter *meter
}

func (t *timedTransport) Deliver(ctx context.Context, env email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	begun := time.Now()
	receipt, err := t.Transport.Deliver(ctx, env, msg)
	if err == nil {
		t.meter.delivered(time.Since(begun))
	}
	return receipt, err
}

// timedStore is a Store that queues in batches.
type timedStore struct {
	email.Store
	batches *times
}

func (s *timedStore) EnqueueAll(ctx context.Context, list []email.Queued) ([]string, error) {
	begun := time.Now()
	ids, err := s.Store.(email.BatchOutbox).EnqueueAll(ctx, list)
	s.batches.add(time.Since(begun))
	return ids, err
}
