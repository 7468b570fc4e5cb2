package sqlstore_test

import (
	"context"
	"fmt"
	"io"
	"iter"
	"net/mail"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/crmmail/crmmail/attach"
	"github.com/crmmail/crmmail/email"
	"github.com/crmmail/crmmail/email/sqlstore"
	"github.com/crmmail/crmmail/sender"
	"github.com/crmmail/crmmail/template"
)

// newsletter is about 3 KB of HTML with personal data in it.
var newsletter = template.Letter{
	Subject:   "{{ customer.firstName }}, весенние скидки",
	Preheader: "Только до пятницы, {{ customer.firstName }}",
	HTML: `<!DOCTYPE html><html lang="ru"><head><title>Скидки</title></head><body><h1>Здравствуйте, {{ customer.name }}!</h1>
{% for product in customer.products %}<table role="presentation"><tr><td><a href="https://shop.example/p/{{ loop.index }}">{{ product }}</a></td>
<td>{{ loop.index * 1990 }} ₽</td><td>Вам привезут уже завтра, если вы закажете до вечера.</td></tr></table>
{% endfor %}<p>Ваш менеджер {{ manager.name }}, {{ manager.email }}</p>
<p><a href="{{ unsubscribe_url }}">Отписаться от рассылки</a></p></body></html>`,
}

// readers are n customers, made while they are asked for.
func readers(n int) func(context.Context, string) iter.Seq2[email.Customer, error] {
	products := []any{"Чайник", "Скатерть", "Плед", "Лампа", "Кружка", "Ваза", "Поднос", "Корзина", "Подсвечник", "Полотенце"}
	return func(_ context.Context, after string) iter.Seq2[email.Customer, error] {
		return func(yield func(email.Customer, error) bool) {
			for i := range n {
				id := fmt.Sprintf("c%07d", i)
				if id > after && !yield(email.Customer{ID: id, FirstName: "Ольга", LastName: fmt.Sprint("Королёва-", i), ManagerID: "7",
					Emails: []string{fmt.Sprintf("reader%d@d%d.example", i, i%50)}, Fields: map[string]any{"products": products}}, nil) {
					return
				}
			}
		}
	}
}

func campaignService(b *testing.B, store *sqlstore.Store, cache int64) *email.Service {
	ctx := context.Background()
	require.NoError(b, store.SaveIdentity(ctx, sender.User, sender.Identity{ID: "7",
		Mailbox: mail.Address{Name: "Анна", Address: "anna@shop.example"}, ConfirmedAt: noon, Allowed: true}))
	service, err := email.New(email.Config{
		Customers: store, Senders: store, Templates: store, Store: store, Blobs: store, Suppressions: store, Campaigns: store,
		Transport: email.TransportFunc(discardMessage), Dispatch: email.Dispatch{Cache: cache}, Secret: []byte("0123456789abcdef"),
		Variables: func(_ context.Context, event template.Event) ([]template.Variable, error) {
			list := event.Variables()
			list[0].Fields = append(list[0].Fields, template.Variable{Name: "products", Type: template.TypeList})
			return list, nil
		},
		Unsubscribe: email.Unsubscribe{URL: func(token string) string { return "https://crm.example/u?token=" + token }},
	})
	require.NoError(b, err)
	return service
}

func campaignTo(n int) email.Campaign {
	pdf := append([]byte("%PDF-1.4\n"), strings.Repeat("каталог ", 70_000)...)
	return email.Campaign{ID: fmt.Sprint("campaign ", n), Audience: readers(n), Draft: email.Draft{
		ActorID: "7", From: sender.Choice{Kind: sender.Manager}, Letter: newsletter,
		Attachments: []attach.File{attach.Bytes("каталог.pdf", append(pdf, "\n%%EOF\n"...), noon)},
	}}
}

// BenchmarkCampaign is what one recipient of a campaign costs until his letter is in the outbox: rendering, validation,
// building, suppressions, and his share of two commits a batch. It reports the largest memory of the process, too.
func BenchmarkCampaign(b *testing.B) {
	service := campaignService(b, newStore(b), 0)
	b.ReportAllocs()
	b.ResetTimer()
	report, err := service.Campaigns.Send(context.Background(), campaignTo(b.N))
	require.NoError(b, err)
	require.Equal(b, b.N, report.Queued, "%v", report.Refused)
	b.ReportMetric(peakMB(), "peak-MB")
}

// BenchmarkDispatchCampaign is what a message of a campaign with a file of 1 MB costs on its way out, to a transport that
// takes everything: with the file in memory, and read and encoded for each recipient.
func BenchmarkDispatchCampaign(b *testing.B) {
	for name, cache := range map[string]int64{"in memory": 0, "each time": -1} {
		b.Run(name, func(b *testing.B) {
			ctx := context.Background()
			service := campaignService(b, newStore(b), cache)
			_, err := service.Campaigns.Send(ctx, campaignTo(b.N))
			require.NoError(b, err)
			b.ReportAllocs()
			b.ResetTimer()
			n, err := service.DispatchDue(ctx)
			require.NoError(b, err)
			require.Equal(b, b.N, n)
		})
	}
}

func discardMessage(_ context.Context, _ email.Envelope, msg io.WriterTo) (email.Receipt, error) {
	_, err := msg.WriteTo(io.Discard)
	return email.Receipt{}, err
}

// peakMB is the largest resident size of this process in MB, where the system tells it.
func peakMB() float64 {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	var kb float64
	if found := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status); found != nil {
		fmt.Sscan(string(found[1]), &kb)
	}
	return kb / 1024
}
